using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Server;
using LucidSsh.Sftp;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Tracing;

/// <summary>Spans and metrics of whole conversations.</summary>
public sealed class TelemetryTests : IDisposable
{
    private const string Password = "the-account-password";
    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;
    private readonly Activity _test;

    public TelemetryTests()
    {
        Directory.CreateDirectory(_directory["root"]);
        _test = new Activity("test").Start();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "LucidSsh",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == _test.TraceId) // other tests run at the same time
                    _spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _test.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Spans_OfAWholeJob_HangTogether_AndAreNamedByTheConventions()
    {
        await using SshServer server = Serve();
        await using (SshClient client = await ConnectAsync(server, Password))
        {
            await client.ExecuteAsync("exit 3");
            await using SftpClient sftp = await client.OpenSftpAsync();
            File.WriteAllText(_directory["local"], "content");
            await sftp.UploadAsync(_directory["local"], "/remote");
            await Assert.ThrowsAsync<SftpException>(() => sftp.DownloadAsync("/missing", _directory["back"]));
        }

        Assert.Same(_test, Activity.Current);
        Activity connect = Span("ssh.connect"), kex = Span("ssh.kex"), auth = Span("ssh.auth"), exec = Span("ssh.exec"), subsystem = Span("ssh.subsystem");
        Assert.All(_spans, span => Assert.Equal(ActivityKind.Client, span.Kind));
        Assert.All(_spans, span => Assert.Equal(("127.0.0.1", (object)server.EndPoint.Port, "ssh"), (span.GetTagItem("server.address"), span.GetTagItem("server.port")!, span.GetTagItem("network.protocol.name"))));
        Assert.Equal(_test.SpanId, connect.ParentSpanId);
        Assert.Equal([connect.SpanId, connect.SpanId], [kex.ParentSpanId, auth.ParentSpanId]);
        Assert.Equal(("tcp", "ipv4", "127.0.0.1"), (connect.GetTagItem("network.transport"), connect.GetTagItem("network.type"), connect.GetTagItem("network.peer.address")));
        Assert.Equal("ssh-ed25519", kex.GetTagItem("ssh.host_key.algorithm"));
        Assert.Equal("password", auth.GetTagItem("ssh.auth.method"));
        Assert.Equal(3, exec.GetTagItem("process.exit.code"));
        Assert.Equal("sftp", subsystem.GetTagItem("ssh.subsystem.name"));
        foreach (Activity later in (Activity[])[exec, subsystem, Span("sftp.upload"), Span("sftp.download")])
        {
            Assert.Equal(_test.SpanId, later.ParentSpanId);
            Assert.Equal(connect.SpanId, Assert.Single(later.Links).Context.SpanId);
        }

        Assert.Equal(("/remote", (object)7L), (Span("sftp.upload").GetTagItem("file.path"), Span("sftp.upload").GetTagItem("file.size")!));
        Assert.Equal((ActivityStatusCode.Error, "SftpStatus"), (Span("sftp.download").Status, Span("sftp.download").GetTagItem("error.type")));
        Assert.All(_spans.Where(span => span.OperationName != "sftp.download"), span => Assert.Equal(ActivityStatusCode.Unset, span.Status));
    }

    [Fact]
    public async Task Spans_OfAFailure_SayWhichOne()
    {
        await using SshServer server = Serve();
        await Assert.ThrowsAsync<LoginException>(() => ConnectAsync(server, "wrong"));
        Assert.Equal(ActivityStatusCode.Unset, Span("ssh.kex").Status);
        foreach (Activity failed in (Activity[])[Span("ssh.auth"), Span("ssh.connect")])
        {
            Assert.Equal(ActivityStatusCode.Error, failed.Status);
            Assert.NotNull(failed.GetTagItem("error.type"));
            Assert.NotEmpty(failed.StatusDescription!);
        }

        _spans.Clear();
        StringWriter text = new();
        using (TraceSink sink = TraceSink.ToWriter(text, TraceMask.Error))
        {
            using TcpListener nobody = new(IPAddress.Loopback, 0);
            nobody.Start();
            int port = ((IPEndPoint)nobody.LocalEndpoint).Port;
            nobody.Stop();
            SshException refused = await Assert.ThrowsAnyAsync<SshException>(() => SshClient.ConnectAsync(
                new SshTarget("alice", "127.0.0.1", port), new SshClientOptions { Trace = sink }));
            Assert.Equal(refused.Code.ToString(), Span("ssh.connect").GetTagItem("error.type"));
        }

        Assert.Single(text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)); // failures before there is a connection are traced too
    }

    [Fact]
    public async Task Failures_ThatUsersSee_AreTracedOnce_AndThoseCopedWithAreNot()
    {
        StringWriter text = new();
        await using SshServer server = Serve();
        using (TraceSink sink = TraceSink.ToWriter(text, TraceMask.Error))
        {
            await using SshClient client = await ConnectAsync(server, Password, sink);
            await Assert.ThrowsAsync<PeerRefusedException>(() => client.StartSubsystemAsync("no-such-subsystem"));
            await using SftpClient sftp = await client.OpenSftpAsync();
            await Assert.ThrowsAsync<SftpException>(() => sftp.StatAsync("/missing-one"));
            await Assert.ThrowsAsync<SftpException>(() => sftp.DownloadAsync("/missing-two", _directory["back"]));
            Directory.CreateDirectory(_directory["tree"]);
            await sftp.UploadTreeAsync(_directory["tree"], "/tree");
            await sftp.UploadTreeAsync(_directory["tree"], "/tree"); // MKDIR is refused and that is no failure
        }

        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Collection(
            lines,
            line => Assert.Contains("no-such-subsystem", line, StringComparison.Ordinal),
            line => Assert.Contains("/missing-one", line, StringComparison.Ordinal),
            line => Assert.Contains("/missing-two", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_CountWhatHappens()
    {
        ConcurrentDictionary<string, double> sums = new();
        ConcurrentBag<string> tags = [];
        using MeterListener meter = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "LucidSsh")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meter.SetMeasurementEventCallback<long>((instrument, value, attributes, _) => Note(instrument, value, attributes));
        meter.SetMeasurementEventCallback<double>((instrument, value, attributes, _) => Note(instrument, value, attributes));
        meter.Start();
        await using (SshServer server = Serve())
        await using (SshClient client = await ConnectAsync(server, Password))
        await using (SftpClient sftp = await client.OpenSftpAsync())
            await Assert.ThrowsAsync<SftpException>(() => sftp.StatAsync("/missing"));

        foreach (string instrument in (string[])["ssh.network.io", "ssh.handshake.duration", "ssh.login.duration", "sftp.request.duration"])
            Assert.True(sums[instrument] > 0, instrument);
        Assert.True(sums.ContainsKey("ssh.connections") && sums.ContainsKey("ssh.channels"));
        Assert.Contains("ssh.connections ssh.role=client", tags);
        Assert.Contains("ssh.connections ssh.role=server", tags);
        Assert.Contains("ssh.network.io ssh.role=client network.io.direction=transmit", tags);
        Assert.Contains("sftp.request.duration ssh.role=client sftp.request.type=Stat error.type=NoSuchFile", tags);

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> attributes)
        {
            sums.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            tags.Add($"{instrument.Name} {string.Join(' ', attributes.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}");
        }
    }

    private Activity Span(string name) => Assert.Single(_spans, span => span.OperationName == name);

    private SshServer Serve()
    {
        SimpleAuthenticator authenticator = new();
        authenticator.AddUser("alice", Password);
        return SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions
        {
            HostKeys = [TransportPair.HostKey],
            Authenticator = authenticator,
            Commands = new ProcessCommandHandler(),
            Files = _ => new LocalFileSystem(_directory["root"]),
        });
    }

    private static Task<SshClient> ConnectAsync(SshServer server, string password, TraceSink? sink = null) => SshClient.ConnectAsync(
        new SshTarget("alice", "127.0.0.1", server.EndPoint.Port),
        new SshClientOptions { HostKeys = HostKeyPolicy.InsecureAcceptAny(), Credentials = [new PasswordCredential(password)], Trace = sink });
}
