using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>OpenSSH through Dante and tinyproxy.</summary>
[Trait("Peer", "OpenSsh")]
[Trait("Peer", "Proxy")]
public class ProxyInteropTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private SshTarget Target => fixture.Server.Target;

    private SshClientOptions Through(Proxy proxy) =>
        fixture.Server.Options with { Credentials = [PrivateKeyCredential.FromFile(fixture.Server.UserKey)], Proxy = proxy };

    private async Task WorksAsync(Proxy proxy, string host = "127.0.0.1")
    {
        SshClientOptions options = Through(proxy);
        if (host != "127.0.0.1")
            options = options with { HostKeys = HostKeyPolicy.InsecureAcceptAny() };
        await using SshClient client = await SshClient.ConnectAsync(Target with { Host = host }, options);
        byte[] data = new byte[1_000_000];
        Random.Shared.NextBytes(data);
        CommandResult result = await client.ExecuteAsync("cat", new CommandOptions { Input = new MemoryStream(data) });
        Assert.Equal(data, result.StandardOutput);
    }

    private async Task<SshException> FailsAsync(Proxy proxy, SshTarget? target = null) =>
        await Assert.ThrowsAnyAsync<SshException>(() => SshClient.ConnectAsync(target ?? Target, Through(proxy)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Socks_AddressAndName_Pass(string host)
    {
        await using SocksServer server = await SocksServer.StartAsync();
        await WorksAsync(Proxy.Socks5("127.0.0.1", server.Port), host);
        if (host == "127.0.0.1") // Dante 1.4.2 takes 4a's sign for a name, 0.0.0.1, for an address (curl meets the same)
            await WorksAsync(Proxy.Socks4("127.0.0.1", server.Port), host);
    }

    [Fact]
    public async Task Socks5_UserNameAndPassword_LetIn_AndAreNeeded()
    {
        await TestAccount.EnsureAsync();
        await using SocksServer server = await SocksServer.StartAsync("username");
        await WorksAsync(Proxy.Socks5("127.0.0.1", server.Port, TestAccount.Name, new PasswordCredential(TestAccount.Password)));

        SshException none = await FailsAsync(Proxy.Socks5("127.0.0.1", server.Port));
        Assert.Equal(SshErrorCode.ProxyRefused, none.Code);
        Assert.Equal($"SOCKS5 proxy 127.0.0.1:{server.Port}: The proxy lets nobody in without a login.", none.Sentence);

        SshException wrong = await FailsAsync(Proxy.Socks5("127.0.0.1", server.Port, TestAccount.Name, new PasswordCredential("wrong")));
        Assert.Equal(SshErrorCode.ProxyRefused, wrong.Code);
        Assert.Contains($"did not accept the password of {TestAccount.Name}", wrong.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socks_TargetThatRefusesOrIsForbidden_IsToldWithTheProxysReply()
    {
        await using SocksServer server = await SocksServer.StartAsync(rules: "socks block { from: 0.0.0.0/0 to: 127.0.0.9/32 command: connect }");
        int closed = LoopbackPort.Free();
        SshException refused = await FailsAsync(Proxy.Socks5("127.0.0.1", server.Port), new SshTarget("alice", "127.0.0.1", closed));
        Assert.Equal($"SOCKS5 proxy 127.0.0.1:{server.Port}: The proxy did not connect to 127.0.0.1:{closed}: connection refused (reply 5).", refused.Sentence);
        SshException forbidden = await FailsAsync(Proxy.Socks5("127.0.0.1", server.Port), new SshTarget("alice", "127.0.0.9", 22));
        Assert.Contains("connection not allowed by ruleset (reply 2)", forbidden.Sentence, StringComparison.Ordinal);
        SshException four = await FailsAsync(Proxy.Socks4("127.0.0.1", server.Port), new SshTarget("alice", "127.0.0.1", closed));
        Assert.Contains("request rejected or failed (reply 91)", four.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Http_AddressAndName_Pass(string host)
    {
        await using HttpProxyServer server = await HttpProxyServer.StartAsync();
        await WorksAsync(Proxy.Http("127.0.0.1", server.Port), host);
    }

    [Fact]
    public async Task Http_BasicAuthentication_LetsIn_AndIsNeeded()
    {
        await using HttpProxyServer server = await HttpProxyServer.StartAsync("BasicAuth alice s3cret");
        await WorksAsync(Proxy.Http("127.0.0.1", server.Port, "alice", new PasswordCredential("s3cret")));

        SshException none = await FailsAsync(Proxy.Http("127.0.0.1", server.Port));
        Assert.Equal(SshErrorCode.ProxyRefused, none.Code);
        Assert.Contains("407 Proxy Authentication Required (it wants: Basic realm=\"Tinyproxy\")", none.Sentence, StringComparison.Ordinal);
        Assert.Contains("Give a user name", none.Remedy, StringComparison.Ordinal);

        SshException wrong = await FailsAsync(Proxy.Http("127.0.0.1", server.Port, "alice", new PasswordCredential("wrong")));
        Assert.Equal(SshErrorCode.ProxyRefused, wrong.Code);
        Assert.DoesNotContain("wrong", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_PortThatIsForbidden_AndTargetThatRefuses_AreToldWithTheProxysWords()
    {
        await using HttpProxyServer server = await HttpProxyServer.StartAsync("ConnectPort 443");
        SshException forbidden = await FailsAsync(Proxy.Http("127.0.0.1", server.Port));
        Assert.Contains($"did not connect to 127.0.0.1:{Target.Port}: 403 Access violation", forbidden.Sentence, StringComparison.Ordinal);
        await using HttpProxyServer open = await HttpProxyServer.StartAsync();
        SshException refused = await FailsAsync(Proxy.Http("127.0.0.1", open.Port), new SshTarget("alice", "127.0.0.1", LoopbackPort.Free()));
        Assert.Contains(": 500 Unable to connect", refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostBehindTheProxy_WhoseLoginFails_IsToldWithTheWay()
    {
        await using SocksServer server = await SocksServer.StartAsync();
        LoginException refused = await Assert.ThrowsAsync<LoginException>(() => SshClient.ConnectAsync(
            Target, Through(Proxy.Socks5("127.0.0.1", server.Port)) with { Credentials = [new PasswordCredential("wrong")] }));
        Assert.StartsWith($"Through SOCKS5 proxy 127.0.0.1:{server.Port}: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongKindOfProxy_IsToldApart()
    {
        await using SocksServer socks = await SocksServer.StartAsync();
        Assert.Contains("it seems to be an SSH server", (await FailsAsync(Proxy.Socks5("127.0.0.1", Target.Port))).Sentence, StringComparison.Ordinal);
        Assert.Contains("begins with \"SSH-2.0-", (await FailsAsync(Proxy.Http("127.0.0.1", Target.Port))).Sentence, StringComparison.Ordinal);
        Assert.Contains("closed the connection", (await FailsAsync(Proxy.Http("127.0.0.1", socks.Port))).Sentence, StringComparison.Ordinal);
    }
}
