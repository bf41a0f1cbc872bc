using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Server;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Server;

/// <summary>The limits by source through sockets: what a client sees that is turned away, and what the trace says of it.</summary>
public sealed class SourceLimitTests : IDisposable
{
    private readonly StringWriter _trace = new();
    private readonly TraceSink _sink;

    public SourceLimitTests() => _sink = TraceSink.ToWriter(_trace, TraceMask.All & ~TraceMask.Socket);

    public void Dispose()
    {
        _sink.Dispose();
        _trace.Dispose();
    }

    [Fact]
    public async Task Logins_RefusedOften_ThenTheAddressIsNotAllowedForATime()
    {
        await using SshServer server = Serve(new SourceLimits { Exempt = null, RefusedLoginPenalty = TimeSpan.FromSeconds(6) });
        for (int i = 0; i < 3; i++)
        {
            SshException refused = await Assert.ThrowsAnyAsync<SshException>(() => ConnectAsync(server, "wrong"));
            Assert.Equal(SshErrorCode.LoginRefused, refused.Code);
            await WhenNobodyIsThereAsync(server);
        }

        SshException busy = await Assert.ThrowsAnyAsync<SshException>(() => ConnectAsync(server, "right"));
        Assert.Equal(SshErrorCode.ServerBusy, busy.Code);
        Assert.Equal("Not allowed at this time\r\n", await FirstLineAsync(server));
        string trace = ReadTrace();
        Assert.Contains("source penalised source=127.0.0.1 reason=Refused seconds=1", trace, StringComparison.Ordinal);
        Assert.Contains("connection turned away source=127.0.0.1 reason=Penalised", trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logins_ThatSucceedInTheEnd_CostNothing()
    {
        await using SshServer server = Serve(new SourceLimits { Exempt = null, MinimumPenalty = TimeSpan.Zero });
        for (int i = 0; i < 3; i++)
        {
            await using SshClient client = await ConnectAsync(server, "wrong", "right");
        }
    }

    [Fact]
    public async Task Connections_NotLoggedIn_AreLimitedAndFreedAgain()
    {
        await using SshServer server = Serve(new SourceLimits { MaximumLoggingIn = 2 });
        using (Socket first = await OpenAsync(server))
        using (Socket second = await OpenAsync(server))
        {
            Assert.StartsWith("SSH-2.0-", await ReadLineAsync(first), StringComparison.Ordinal);
            Assert.StartsWith("SSH-2.0-", await ReadLineAsync(second), StringComparison.Ordinal);
            Assert.Equal("Exceeded MaxStartups\r\n", await FirstLineAsync(server));
        }

        await WhenNobodyIsThereAsync(server);
        await using SshClient one = await ConnectAsync(server, "right");
        await using SshClient two = await ConnectAsync(server, "right");
        await using SshClient three = await ConnectAsync(server, "right"); // those that are logged in do not count
        Assert.Contains("reason=TooManyLoggingIn", ReadTrace(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "NoAttempt")]
    [InlineData("SSH-2.0-Nobody\r\n\0\0\0\u0001\u0001garbage that is no packet", "Misbehaved")]
    public async Task Client_ThatNeverTriesToLogIn_IsPenalisedByWhatItDid(string sent, string reason)
    {
        await using SshServer server = Serve(new SourceLimits { Exempt = null, MinimumPenalty = TimeSpan.Zero });
        using (Socket socket = await OpenAsync(server))
        {
            await ReadLineAsync(socket);
            await socket.SendAsync(Encoding.Latin1.GetBytes(sent));
            if (sent.Length > 0)
            {
                while (await socket.ReceiveAsync(new byte[4096]) > 0)
                {
                    // until the server has had enough of it
                }
            }
        }

        await WhenNobodyIsThereAsync(server);
        Assert.Contains($"source penalised source=127.0.0.1 reason={reason}", ReadTrace(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_ThatUsesUpItsTime_IsPenalised()
    {
        await using SshServer server = Serve(
            new SourceLimits { Exempt = null, MinimumPenalty = TimeSpan.Zero }, options => options with { Login = options.Login with { GraceTime = TimeSpan.FromMilliseconds(200) } });
        using Socket socket = await OpenAsync(server);
        await WhenNobodyIsThereAsync(server);
        Assert.Contains("source penalised source=127.0.0.1 reason=TimedOut seconds=10", ReadTrace(), StringComparison.Ordinal);
    }

    private SshServer Serve(SourceLimits limits, Func<SshServerOptions, SshServerOptions>? change = null)
    {
        SimpleAuthenticator authenticator = new();
        authenticator.AddUser("alice", "right");
        SshServerOptions options = new() { HostKeys = [TransportPair.HostKey], Authenticator = authenticator, Sources = limits, Trace = _sink };
        return SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), change is null ? options : change(options));
    }

    private static Task<SshClient> ConnectAsync(SshServer server, params ImmutableArray<string> passwords) => SshClient.ConnectAsync(
        new SshTarget("alice", "127.0.0.1", server.EndPoint.Port),
        new SshClientOptions { HostKeys = HostKeyPolicy.InsecureAcceptAny(), Credentials = [.. passwords.Select(password => new PasswordCredential(password))] });

    private static async Task<Socket> OpenAsync(SshServer server)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint);
        return socket;
    }

    private static async Task<string> FirstLineAsync(SshServer server)
    {
        using Socket socket = await OpenAsync(server);
        return await ReadLineAsync(socket);
    }

    private static async Task<string> ReadLineAsync(Socket socket)
    {
        StringBuilder line = new();
        byte[] one = new byte[1];
        while (!line.ToString().EndsWith('\n') && await socket.ReceiveAsync(one) == 1)
            line.Append((char)one[0]);
        return line.ToString();
    }

    private static async Task WhenNobodyIsThereAsync(SshServer server)
    {
        for (int i = 0; server.ConnectionCount > 0 && i < 2000; i++)
            await Task.Delay(10);
        Assert.Equal(0, server.ConnectionCount);
    }

    // Written before the client is gone, or knows that it is turned away.
    private string ReadTrace()
    {
        _sink.Dispose();
        return _trace.ToString();
    }
}
