using System.Diagnostics;
using System.Net.Sockets;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A client's spans: <c>ssh.connect</c> with <c>ssh.kex</c> and <c>ssh.auth</c> in it, then one for each command, linked to the
/// first.</summary>
internal static class ClientTelemetry
{
    /// <summary>A connection's trace, begun before there is a connection: a name that does not resolve is a failure too.</summary>
    public static Tracer CreateTracer(this SshClientOptions options, SshTarget target) =>
        new(options.Time, [.. ((TraceSink?[])[options.Trace, options.Capture]).OfType<TraceSink>()])
        {
            ServerAddress = target.Host,
            ServerPort = target.Port,
            ConnectionSpan = Activity.Current?.Source == Telemetry.Activities ? Activity.Current.Context : default,
        };

    /// <summary>Opens TCP.</summary>
    /// <exception cref="SshException">There is no connection.</exception>
    public static async Task<SocketPipe> ConnectAsync(SshTarget target, SshClientOptions options, Tracer tracer, CancellationToken cancellationToken)
    {
        try
        {
            SocketPipe pipe = await SocketConnector.ConnectAsync(target.Host, target.Port, options, cancellationToken).ConfigureAwait(false);
            if (pipe.Peer is { } peer)
            {
                tracer.Emit(new SocketConnected(target.Host, peer.Address.ToString(), peer.Port, (long)tracer.Elapsed.TotalMicroseconds));
                Activity.Current?.SetTag("network.transport", "tcp")
                    .SetTag("network.type", peer.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4")
                    .SetTag("network.peer.address", peer.Address.ToString())
                    .SetTag("network.peer.port", peer.Port);
            }

            return pipe;
        }
        catch (SshException exception)
        {
            tracer.Failed(exception);
            throw;
        }
    }

    /// <summary>What the key exchange came to.</summary>
    public static void Agreed(this Activity? activity, NegotiationReport report)
    {
        if (activity is null)
            return;
        activity.SetTag("network.protocol.version", "2.0");
        foreach (AlgorithmNegotiation algorithm in report.Algorithms)
        {
            if (AttributeOf(algorithm.Kind) is { } attribute && algorithm.Chosen is { } chosen)
                activity.SetTag(attribute, chosen);
        }
    }

    /// <summary>Ends a command's span where its channel ends, without leaving a mark on the thread it ends on.</summary>
    public static void End(this Activity? activity, ExitResult? exit, SshException? reason)
    {
        if (activity is null)
            return;
        if (exit?.Status is { } status)
            activity.SetTag("process.exit.code", status);
        if (reason is not null)
            activity.Failed(reason);
        Activity? current = Activity.Current;
        activity.Stop();
        Activity.Current = current;
    }

    private static string? AttributeOf(AlgorithmKind kind) => kind switch
    {
        AlgorithmKind.KeyExchange => "ssh.kex.algorithm",
        AlgorithmKind.HostKey => "ssh.host_key.algorithm",
        AlgorithmKind.CipherClientToServer => "ssh.cipher.client_to_server",
        AlgorithmKind.CipherServerToClient => "ssh.cipher.server_to_client",
        _ => null,
    };
}
