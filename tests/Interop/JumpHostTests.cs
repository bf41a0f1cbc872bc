using System.IO.Pipelines;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>Three OpenSSH servers: each with its own host keys and its own user key.</summary>
public sealed class ThreeServers : IAsyncLifetime
{
    internal SshdServer[] Servers { get; private set; } = [];

    public async Task InitializeAsync() => Servers = [await SshdServer.StartAsync(), await SshdServer.StartAsync(), await SshdServer.StartAsync()];

    public async Task DisposeAsync()
    {
        foreach (SshdServer server in Servers)
            await server.DisposeAsync();
    }
}

[Trait("Peer", "OpenSsh")]
public class JumpHostTests(ThreeServers fixture) : IClassFixture<ThreeServers>
{
    private SshdServer[] Servers => fixture.Servers;

    private static SshClientOptions OptionsOf(SshdServer server, Proxy? proxy = null) =>
        server.Options with { Credentials = [PrivateKeyCredential.FromFile(server.UserKey)], Proxy = proxy };

    private static string Name(SshdServer server) => $"jump host 127.0.0.1:{server.Port}";

    [Fact]
    public async Task OpenTcp_LeadsWhereTheServerCan()
    {
        await using SshClient client = await SshClient.ConnectAsync(Servers[0].Target, OptionsOf(Servers[0]));
        await using TcpChannel channel = await client.OpenTcpAsync("localhost", Servers[1].Port);
        ReadResult read = await channel.Input.ReadAtLeastAsync(4);
        Assert.StartsWith("SSH-", Encoding.ASCII.GetString(read.Buffer.FirstSpan), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenTcp_Refused_HasTheServersReason_AndTheConnectionStays()
    {
        await using SshClient client = await SshClient.ConnectAsync(Servers[0].Target, OptionsOf(Servers[0]));
        int closed = LoopbackPort.Free();
        SshException refused = await Assert.ThrowsAnyAsync<SshException>(() => client.OpenTcpAsync("127.0.0.1", closed));
        Assert.Equal(SshErrorCode.ChannelOpenRefused, refused.Code);
        Assert.Equal($"The server did not open a TCP connection to 127.0.0.1:{closed}, saying \"Connection refused\" (ConnectFailed, reason 2).", refused.Sentence);
        await Assert.ThrowsAsync<LocalMisuseException>(() => client.OpenTcpAsync("a b", 22));
        await Assert.ThrowsAsync<LocalMisuseException>(() => client.OpenTcpAsync("host", 0));
        Assert.Equal("here", (await client.ExecuteAsync("echo -n here")).Output);
    }

    [Fact]
    public async Task OpenTcp_Forbidden_NamesWhatCouldAllowIt()
    {
        await using SshdServer strict = await SshdServer.StartAsync("AllowTcpForwarding no");
        await using SshClient client = await SshClient.ConnectAsync(strict.Target, OptionsOf(strict));
        SshException refused = await Assert.ThrowsAnyAsync<SshException>(() => client.OpenTcpAsync("127.0.0.1", Servers[0].Port));
        Assert.Contains("(AdministrativelyProhibited, reason 1)", refused.Sentence, StringComparison.Ordinal);
        Assert.Contains("AllowTcpForwarding", refused.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Jump_HostsEachWithItsOwnKeyAndTrust_LeadToTheTarget(int hops)
    {
        Proxy? proxy = null;
        for (int hop = 0; hop < hops; hop++)
            proxy = Proxy.Jump(Servers[hop].Target, OptionsOf(Servers[hop], proxy));
        await using SshClient client = await SshClient.ConnectAsync(Servers[hops].Target, OptionsOf(Servers[hops], proxy));
        byte[] data = new byte[3_000_000];
        Random.Shared.NextBytes(data);
        CommandResult result = await client.ExecuteAsync("cat", new CommandOptions { Input = new MemoryStream(data) });
        Assert.Equal(data, result.StandardOutput);
        Assert.Equal("127.0.0.1", (await client.ExecuteAsync("echo -n ${SSH_CLIENT%% *}")).Output);
    }

    [Fact]
    public async Task Jump_ThroughItself_ThreeTimes_Works()
    {
        Proxy? proxy = null;
        for (int hop = 0; hop < 3; hop++)
            proxy = Proxy.Jump(Servers[0].Target, OptionsOf(Servers[0], proxy));
        await using SshClient client = await SshClient.ConnectAsync(Servers[0].Target, OptionsOf(Servers[0], proxy));
        Assert.Equal("4", (await client.ExecuteAsync("echo -n 4")).Output);
    }

    [Fact]
    public async Task Failure_NamesTheHopItWasAt()
    {
        SshClientOptions stranger = Servers[1].Options with { Credentials = [new PasswordCredential("wrong")] };
        Proxy first = Proxy.Jump(Servers[0].Target, OptionsOf(Servers[0]));
        Proxy both = Proxy.Jump(Servers[1].Target, OptionsOf(Servers[1], first));
        async Task<string> FailsAsync(SshTarget target, SshClientOptions options) =>
            (await Assert.ThrowsAnyAsync<SshException>(() => SshClient.ConnectAsync(target, options))).Message;

        // The first hop: nobody listens.
        int closed = LoopbackPort.Free();
        Proxy nowhere = Proxy.Jump(new SshTarget(TestAccount.Name, "127.0.0.1", closed), OptionsOf(Servers[0]));
        Assert.StartsWith(
            $"Jump host 127.0.0.1:{closed}: 127.0.0.1 refused the connection",
            await FailsAsync(Servers[2].Target, OptionsOf(Servers[2], Proxy.Jump(Servers[1].Target, OptionsOf(Servers[1], nowhere)))), StringComparison.Ordinal);

        // The second hop: its login, and its host key.
        Proxy secondRefuses = Proxy.Jump(Servers[1].Target, stranger with { Proxy = first });
        Assert.StartsWith(
            $"Jump host 127.0.0.1:{Servers[1].Port}, through {Name(Servers[0])}: The server", await FailsAsync(Servers[2].Target, OptionsOf(Servers[2], secondRefuses)), StringComparison.Ordinal);
        Proxy secondUnknown = Proxy.Jump(Servers[1].Target, OptionsOf(Servers[1], first) with { HostKeys = Servers[0].Options.HostKeys });
        Assert.StartsWith(
            $"Jump host 127.0.0.1:{Servers[1].Port}, through {Name(Servers[0])}: The host 127.0.0.1:{Servers[1].Port} is not known",
            await FailsAsync(Servers[2].Target, OptionsOf(Servers[2], secondUnknown)), StringComparison.Ordinal);

        // The second hop does not reach the target.
        Assert.StartsWith(
            $"Jump host 127.0.0.1:{Servers[1].Port}, through {Name(Servers[0])}: The server did not open a TCP connection to 127.0.0.1:{closed}, saying",
            await FailsAsync(new SshTarget("alice", "127.0.0.1", closed), OptionsOf(Servers[2], both)), StringComparison.Ordinal);

        // The target itself.
        LoginException target = await Assert.ThrowsAsync<LoginException>(() => SshClient.ConnectAsync(
            Servers[2].Target, OptionsOf(Servers[2], both) with { Credentials = [new PasswordCredential("wrong")] }));
        Assert.StartsWith($"Through {Name(Servers[0])} and {Name(Servers[1])}: The server", target.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JumpConnectionKilled_EndsTheOneInside_WithTheTruth()
    {
        Proxy jump = Proxy.Jump(Servers[0].Target, OptionsOf(Servers[0]));
        await using SshClient client = await SshClient.ConnectAsync(Servers[1].Target, OptionsOf(Servers[1], jump));
        await using SshClient killer = await SshClient.ConnectAsync(Servers[0].Target, OptionsOf(Servers[0]));
        // The other process of the jump host's that serves this account: the one that does not serve the killer.
        await killer.ExecuteAsync("for p in $(pgrep -u $(id -u) -x sshd); do [ $p = $PPID ] || kill -9 $p; done");
        SshException reason = await client.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(SshErrorCode.ConnectionLost, reason.Code);
        Assert.StartsWith(
            $"The connection to 127.0.0.1:{Servers[1].Port} ended with that of {Name(Servers[0])}, through which it ran: The server closed the connection",
            reason.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TargetThatEnds_IsNotBlamedOnTheJumpHost()
    {
        Proxy jump = Proxy.Jump(Servers[0].Target, OptionsOf(Servers[0]));
        await using SshClient client = await SshClient.ConnectAsync(Servers[1].Target, OptionsOf(Servers[1], jump));
        SshException reason = await Assert.ThrowsAnyAsync<SshException>(() => client.ExecuteAsync("kill -9 $PPID; sleep 60"));
        Assert.StartsWith("The server closed the connection", reason.Sentence, StringComparison.Ordinal);
    }
}
