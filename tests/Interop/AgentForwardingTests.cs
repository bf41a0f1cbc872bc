using System.Net;
using LucidSsh.Agent;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Server;
using LucidSsh.Tests.Agent;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Interop;

/// <summary>Agent forwarding: our client to OpenSSH's server, OpenSSH's client to ours, and ours to ours.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class AgentForwardingTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private const string NoAgent = "Could not open a connection to your authentication agent.";

    private static readonly string[] Quietly = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR"];

    private SshdServer Sshd => fixture.Server;

    [Fact]
    public async Task OurClient_ForwardsAnAgentToSshd()
    {
        await using AgentServer agent = new();
        using PrivateKey key = AgentTestKit.NewKey(comment: "forwarded");
        await AddCopyAsync(agent, key);
        await using SshClient client = await ConnectAsync(AgentForwarding.To(agent));
        CommandResult listed = await client.ExecuteAsync("ssh-add -l");
        Assert.Equal($"256 {key.PublicKey.Fingerprint} forwarded (ED25519)\n", listed.Output);

        // sshd leaves its socket to later sessions of the connection; without one that asked, the client refuses the channel.
        CommandResult unasked = await client.ExecuteAsync("ssh-add -l", new CommandOptions { ForwardAgent = false });
        Assert.False(unasked.Exit.IsSuccess);
        Assert.Empty(unasked.Output);
    }

    [Fact]
    public async Task OurClient_ForwardsSshAgentToSshd_AndOnToASecondHop()
    {
        await using SshAgentProcess agent = await SshAgentProcess.StartAsync();
        using PrivateKey key = AgentTestKit.NewKey(comment: "forwarded");
        await using (AgentClient direct = await agent.ConnectAsync())
            await direct.AddAsync(key);
        await AuthoriseAsync(key);
        await using SshClient client = await ConnectAsync(AgentForwarding.ToSocket(agent.Path));
        Assert.Contains(key.PublicKey.Fingerprint, (await client.ExecuteAsync("ssh-add -l")).Output, StringComparison.Ordinal);
        CommandResult hop = await client.ExecuteAsync($"ssh {string.Join(' ', Quietly)} -p {Sshd.Port} 127.0.0.1 echo second hop");
        Assert.True(hop.Exit.IsSuccess, hop.Error);
        Assert.Equal("second hop\n", hop.Output);
    }

    [Fact]
    public async Task KeyRestrictedToAWay_IsBoundToIt_BySshAgentAndByOurs()
    {
        PublicKey host = KeyFile.ReadPublic(Sshd["host_ed25519.pub"]);
        await using SshAgentProcess theirs = await SshAgentProcess.StartAsync();
        await using AgentServer ours = new();
        await using AgentListener listener = ours.Listen();
        foreach (string path in (string[])[theirs.Path, listener.Path])
        {
            using PrivateKey here = AgentTestKit.NewKey(comment: "up to here"), further = AgentTestKit.NewKey(comment: "further");
            await using (AgentClient direct = await AgentClient.ConnectAsync(path))
            {
                await direct.AddAsync(here, AgentTestKit.To((null, host, "")));
                await direct.AddAsync(further, AgentTestKit.To((null, host, ""), (host, host, "")));
            }

            await AuthoriseAsync(further);
            await using SshClient client = await ConnectAsync(AgentForwarding.ToSocket(path));
            string listed = (await client.ExecuteAsync("ssh-add -l")).Output;
            Assert.Contains(further.PublicKey.Fingerprint, listed, StringComparison.Ordinal);
            Assert.DoesNotContain(here.PublicKey.Fingerprint, listed, StringComparison.Ordinal);
            CommandResult hop = await client.ExecuteAsync($"ssh {string.Join(' ', Quietly)} -o HostKeyAlgorithms=ssh-ed25519 -p {Sshd.Port} 127.0.0.1 echo bound");
            Assert.True(hop.Output == "bound\n", hop.Error);
        }
    }

    [Fact]
    public async Task OurClient_WithoutForwarding_HasNoAgentThere_AndTakesNoChannel()
    {
        await using SshClient client = await ConnectAsync(forwarding: null);
        Assert.Equal(NoAgent, (await client.ExecuteAsync("ssh-add -l")).Error.Trim());
    }

    [Fact]
    public async Task OurClient_AtAServerThatRefuses_RunsTheCommandWithoutAgent()
    {
        await using SshdServer refusing = await SshdServer.StartAsync("AllowAgentForwarding no");
        await using AgentServer agent = new();
        await using SshClient client = await SshClient.ConnectAsync(refusing.Target, refusing.Options with
        {
            Credentials = [PrivateKeyCredential.FromFile(refusing.UserKey)],
            AgentForwarding = AgentForwarding.To(agent),
        });
        Assert.Equal(NoAgent, (await client.ExecuteAsync("ssh-add -l")).Error.Trim());
    }

    [Fact]
    public async Task OurClient_WhoseAgentIsGone_ClosesTheChannelAndGoesOn()
    {
        using TemporaryDirectory directory = new();
        await using SshClient client = await ConnectAsync(AgentForwarding.ToSocket(directory["gone"]));
        CommandResult listed = await client.ExecuteAsync("ssh-add -l");
        Assert.False(listed.Exit.IsSuccess);
        Assert.Equal("still here\n", (await client.ExecuteAsync("echo still here")).Output);
        Assert.Contains(client.RecentEvents, line => line.Contains("There is no agent's socket", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ssh_ForwardsItsAgentToOurServer_WhereThatAllowsIt()
    {
        await using SshAgentProcess agent = await SshAgentProcess.StartAsync();
        using PrivateKey key = AgentTestKit.NewKey(comment: "from ssh");
        await using (AgentClient direct = await agent.ConnectAsync())
            await direct.AddAsync(key);
        await using SshServer server = StartServer(allow: true, key.PublicKey);
        (int code, string output, string error) = await SshAsync(agent, server, "-A", "ssh-add -l; echo $SSH_AUTH_SOCK; ls -ld $(dirname $SSH_AUTH_SOCK) $SSH_AUTH_SOCK");
        Assert.True(code == 0, error);
        string[] lines = output.Split('\n');
        Assert.Contains(key.PublicKey.Fingerprint, lines[0], StringComparison.Ordinal);
        Assert.StartsWith("srw-------", lines.First(line => line.StartsWith('s')), StringComparison.Ordinal);
        Assert.StartsWith("drwx------", lines.First(line => line.StartsWith('d')), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.GetDirectoryName(lines[1])), "The socket's directory was left behind.");

        Assert.Contains(NoAgent, (await SshAsync(agent, server, "-a", "ssh-add -l")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "no-agent-forwarding")]
    public async Task Ssh_ForwardsNoAgent_WhereOurServerOrTheKeyForbidsIt(bool allow, string keyOptions)
    {
        await using SshAgentProcess agent = await SshAgentProcess.StartAsync();
        using PrivateKey key = AgentTestKit.NewKey();
        await using (AgentClient direct = await agent.ConnectAsync())
            await direct.AddAsync(key);
        await using SshServer server = StartServer(allow, key.PublicKey, keyOptions);
        (int code, string output, string error) = await SshAsync(agent, server, "-A", "ssh-add -l; echo done");
        Assert.Equal((0, "done"), (code, output.Trim()));
        Assert.Contains(NoAgent, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ours_ToOurs_UsesRfc9987sNames_AndOnToASecondHop()
    {
        await using AgentServer agent = new();
        using PrivateKey key = AgentTestKit.NewKey(comment: "ours");
        await AddCopyAsync(agent, key);
        await AuthoriseAsync(key);
        await using SshServer server = StartServer(allow: true, key.PublicKey);
        await using SshClient client = await SshClient.ConnectAsync($"alice@127.0.0.1:{server.EndPoint.Port}", new SshClientOptions
        {
            HostKeys = HostKeyPolicy.InsecureAcceptAny(),
            Credentials = [PrivateKeyCredential.FromKey(key)],
            AgentForwarding = AgentForwarding.To(agent),
        });
        CommandResult hop = await client.ExecuteAsync($"ssh-add -l; ssh {string.Join(' ', Quietly)} -p {Sshd.Port} {TestAccount.Name}@127.0.0.1 echo second hop");
        Assert.Equal($"256 {key.PublicKey.Fingerprint} ours (ED25519)\nsecond hop\n", hop.Output);
        Assert.Contains(client.RecentEvents, line => line.Contains("agent-req", StringComparison.Ordinal));
        Assert.DoesNotContain(client.RecentEvents, line => line.Contains("auth-agent", StringComparison.Ordinal));
    }

    private static SshServer StartServer(bool allow, PublicKey key, string keyOptions = "")
    {
        SimpleAuthenticator authenticator = new();
        authenticator.AddUser("alice", null, AuthorizedKeys.Parse($"{keyOptions} {key.ToOpenSshLine()}".Trim()).Keys);
        return SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions
        {
            HostKeys = [TransportPair.HostKey],
            Authenticator = authenticator,
            Commands = new ProcessCommandHandler(),
            AllowAgentForwarding = allow,
        });
    }

    private static Task<(int ExitCode, string Output, string Error)> SshAsync(SshAgentProcess agent, SshServer server, string forward, string command) =>
        ChildProcess.RunAsync("ssh", [.. Quietly, forward, "-p", $"{server.EndPoint.Port}", "alice@127.0.0.1", command], environment: agent.Environment);

    private static async Task AddCopyAsync(AgentServer agent, PrivateKey key)
    {
        await using AgentClient client = new(agent.Connect());
        await client.AddAsync(key);
    }

    private Task AuthoriseAsync(PrivateKey key) => File.AppendAllTextAsync(Sshd["authorized_keys"], key.PublicKey.ToOpenSshLine() + "\n");

    private Task<SshClient> ConnectAsync(AgentForwarding? forwarding) => SshClient.ConnectAsync(Sshd.Target, Sshd.Options with
    {
        Credentials = [PrivateKeyCredential.FromFile(Sshd.UserKey)],
        Algorithms = AlgorithmsForEd25519,
        AgentForwarding = forwarding,
    });

    private static LucidSsh.Transport.AlgorithmPreferences AlgorithmsForEd25519 => LucidSsh.Transport.AlgorithmPreferences.Default with { HostKeys = ["ssh-ed25519"] };
}
