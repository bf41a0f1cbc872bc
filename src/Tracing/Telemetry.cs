using System.Diagnostics;
using System.Diagnostics.Metrics;
using LucidSsh.Wire;

namespace LucidSsh.Tracing;

/// <summary>Spans and metrics by the names and attributes of OpenTelemetry's conventions (docs/trace.md). The source and the meter are
/// the process's, as .NET has them; where nobody listens they cost a branch.</summary>
internal static class Telemetry
{
    /// <summary>The name of the source and of the meter.</summary>
    public const string Name = "LucidSsh";

    public static readonly ActivitySource Activities = new(Name, typeof(Telemetry).Assembly.GetName().Version?.ToString(3));

    private static readonly Meter s_meter = new(Name, Activities.Version);

    public static readonly UpDownCounter<long> Connections =
        s_meter.CreateUpDownCounter<long>("ssh.connections", "{connection}", "Connections that are open.");

    public static readonly UpDownCounter<long> Channels =
        s_meter.CreateUpDownCounter<long>("ssh.channels", "{channel}", "Channels that are open.");

    public static readonly Counter<long> NetworkBytes =
        s_meter.CreateCounter<long>("ssh.network.io", "By", "Bytes read from and written to the network.");

    public static readonly Counter<long> TurnedAway =
        s_meter.CreateCounter<long>("ssh.connections.turned_away", "{connection}", "Clients a server turned away before a word was exchanged.");

    public static readonly Histogram<double> HandshakeDuration = Seconds("ssh.handshake.duration", "Time from the first byte to the end of the first key exchange.");

    public static readonly Histogram<double> LoginDuration = Seconds("ssh.login.duration", "Time of a login.");

    public static readonly Histogram<double> SftpRequestDuration = Seconds("sftp.request.duration", "Time from an SFTP request to its reply.");

    public static readonly KeyValuePair<string, object?> Receive = new("network.io.direction", "receive");

    public static readonly KeyValuePair<string, object?> Transmit = new("network.io.direction", "transmit");

    private static readonly KeyValuePair<string, object?> s_client = new("ssh.role", "client");

    private static readonly KeyValuePair<string, object?> s_server = new("ssh.role", "server");

    /// <summary>Which side of the connection is measured.</summary>
    public static KeyValuePair<string, object?> RoleTag(TraceRole role) => role == TraceRole.Client ? s_client : s_server;

    /// <summary>Records how long something took, and why it failed where it did.</summary>
    public static void Record(Histogram<double> histogram, TimeSpan elapsed, TraceRole role, SshException? error)
    {
        if (error is null)
            histogram.Record(elapsed.TotalSeconds, RoleTag(role));
        else
            histogram.Record(elapsed.TotalSeconds, RoleTag(role), new("error.type", error.Code.ToString()));
    }

    /// <summary>Starts the span of something a client does with a server; null where nobody listens.</summary>
    public static Activity? Start(string name, string? serverAddress, int serverPort, ActivityContext connection = default)
    {
        if (!Activities.HasListeners())
            return null;
        Activity? activity = Activities.StartActivity(
            ActivityKind.Client, links: connection == default ? null : [new ActivityLink(connection)], name: name);
        activity?.SetTag("network.protocol.name", "ssh");
        if (serverAddress is not null)
            activity?.SetTag("server.address", serverAddress).SetTag("server.port", serverPort);
        return activity;
    }

    /// <summary>Notes on a span how it failed.</summary>
    public static void Failed(this Activity? activity, Exception exception)
    {
        if (activity is null)
            return;
        activity.SetTag("error.type", exception is SshException ssh ? ssh.Code.ToString() : exception.GetType().FullName);
        activity.SetStatus(ActivityStatusCode.Error, exception is SshException { Sentence: var sentence } ? sentence : exception.Message);
    }

    private static Histogram<double> Seconds(string name, string description) => s_meter.CreateHistogram(
        name,
        "s",
        description,
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
}
