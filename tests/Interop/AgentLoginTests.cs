using LucidSsh.Agent;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Agent;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>Logins with what an agent holds: OpenSSH's agent and ours, with our client and with OpenSSH's, at OpenSSH's server.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class AgentLoginTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private SshdServer Sshd => fixture.Server;

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256")]
    [InlineData("ecdsa-sha2-nistp384")]
    [InlineData("ecdsa-sha2-nistp521")]
    [InlineData("ssh-rsa")]
    public async Task OurClient_LogsInWithEachType_OfBothAgents(string type)
    {
        using PrivateKey key = AgentTestKit.NewKey(type, "in the agent");
        await AuthoriseAsync(key);
        await using SshAgentProcess theirs = await SshAgentProcess.StartAsync();
        await using AgentServer ours = new();
        await using AgentListener listener = ours.Listen();
        foreach (string path in (string[])[theirs.Path, listener.Path])
        {
            await using AgentClient agent = await AgentClient.ConnectAsync(path);
            await agent.AddAsync(key);
            LoginReport report = await LogInAsync(AgentCredential.FromSocket(path));
            LoginAttempt accepted = Assert.Single(report.Attempts);
            Assert.Equal((LoginOutcome.Accepted, type, key.PublicKey.Fingerprint), (accepted.Outcome, accepted.KeyType, accepted.KeyFingerprint));
            Assert.Contains("in the agent", accepted.Credential, StringComparison.Ordinal);

            AgentKey picked = Assert.Single(await agent.ListAsync());
            await LogInAsync(PrivateKeyCredential.FromSigner(picked));
        }

        await LogInAsync(AgentCredential.FromServer(ours));
    }

    [Fact]
    public async Task Ssh_LogsInWithEachType_OfOurAgent()
    {
        foreach (string type in (string[])["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"])
        {
            PrivateKey key = AgentTestKit.NewKey(type);
            await AuthoriseAsync(key);
            await using AgentServer agent = new();
            agent.Add(key);
            await using AgentListener listener = agent.Listen();
            (int code, string output, string error) = await SshAsync(listener.Path);
            Assert.True(code == 0, error);
            Assert.Equal("in\n", output);
        }
    }

    [Fact]
    public async Task Ssh_LogsInWithAConfirmedKey_OfOurAgent_WhichKnowsForWhom()
    {
        PrivateKey key = AgentTestKit.NewKey();
        await AuthoriseAsync(key);
        List<AgentConfirmation> asked = [];
        await using AgentServer agent = new(new AgentServerOptions
        {
            Confirm = (question, _) =>
            {
                asked.Add(question);
                return ValueTask.FromResult(asked.Count == 1);
            },
        });
        agent.Add(key, new AgentConstraints { Confirm = true });
        await using AgentListener listener = agent.Listen();
        Assert.Equal(0, (await SshAsync(listener.Path)).ExitCode);
        AgentConfirmation question = Assert.Single(asked);
        Assert.Equal((TestAccount.Name, KeyFile.ReadPublic(Sshd["host_ed25519.pub"]), false), (question.User, question.HostKey, question.IsForwarded));
        Assert.Equal(255, (await SshAsync(listener.Path)).ExitCode);
    }

    [Fact]
    public async Task KeyRestrictedToTheHost_LogsIn_AndToAnotherDoesNot()
    {
        using PrivateKey key = AgentTestKit.NewKey(), other = AgentTestKit.NewKey();
        await AuthoriseAsync(key);
        await using SshAgentProcess theirs = await SshAgentProcess.StartAsync();
        await using AgentServer ours = new();
        await using AgentListener listener = ours.Listen();
        foreach (string path in (string[])[theirs.Path, listener.Path])
        {
            await using AgentClient agent = await AgentClient.ConnectAsync(path);
            await agent.AddAsync(key, AgentTestKit.To((null, KeyFile.ReadPublic(Sshd["host_ed25519.pub"]), TestAccount.Name)));
            await LogInAsync(AgentCredential.FromSocket(path));
            Assert.Equal(0, (await SshAsync(path)).ExitCode);

            await agent.AddAsync(key, AgentTestKit.To((null, other.PublicKey, "")));
            LoginException failure = await Assert.ThrowsAsync<LoginException>(() => LogInAsync(AgentCredential.FromSocket(path)));
            Assert.Contains("it holds no keys", failure.Sentence, StringComparison.Ordinal); // it shows none to this connection
            Assert.Equal(255, (await SshAsync(path)).ExitCode);
        }
    }

    [Fact]
    public async Task Certificate_InTheAgent_LogsIn()
    {
        using TemporaryDirectory directory = new();
        using PrivateKey key = AgentTestKit.NewKey();
        await File.WriteAllTextAsync(Sshd["agent_ca.pub"], AgentTestKit.Authority.PublicKey.ToOpenSshLine() + "\n");
        await using SshdServer server = await SshdServer.StartAsync($"TrustedUserCAKeys {Sshd["agent_ca.pub"]}");
        Certificate certificate = AgentTestKit.Certify(key, TestAccount.Name);
        await using SshAgentProcess theirs = await SshAgentProcess.StartAsync();
        await using AgentServer ours = new();
        await using AgentListener listener = ours.Listen();
        foreach (string path in (string[])[theirs.Path, listener.Path])
        {
            await using AgentClient agent = await AgentClient.ConnectAsync(path);
            await agent.AddAsync(key, certificate: certificate);
            await using SshClient client = await SshClient.ConnectAsync(server.Target, server.Options with { Credentials = [AgentCredential.FromSocket(path)] });
            Assert.Equal("ssh-ed25519-cert-v01@openssh.com", Assert.Single(client.Login.Attempts).KeyType);
        }
    }

    [Fact]
    public async Task SecurityKey_InTheAgent_LogsIn()
    {
        TouchedToken token = new();
        await File.AppendAllTextAsync(Sshd["authorized_keys"], token.PublicKey.ToOpenSshLine() + "\n");
        await using AgentListener listener = AgentListener.OnPrivateSocket(async (stream, _) =>
        {
            await using AgentPipe pipe = new(stream);
            await token.ServeAsync(pipe);
        });
        LoginReport report = await LogInAsync(AgentCredential.FromSocket(listener.Path));
        Assert.Equal((LoginOutcome.Accepted, "sk-ssh-ed25519@openssh.com"), (report.Attempts[^1].Outcome, report.Attempts[^1].KeyType));
    }

    [Fact]
    public async Task Agent_ThatCannotHelp_SaysWhy_AndOtherCredentialsGoOn()
    {
        using TemporaryDirectory directory = new();
        await using SshAgentProcess agent = await SshAgentProcess.StartAsync();
        await AssertSaysAsync(directory["none"], $"the agent at {directory["none"]} could not be used, because there is no agent's socket {directory["none"]}");
        await AssertSaysAsync(agent.Path, "because it holds no keys");
        await using (AgentClient client = await agent.ConnectAsync())
        {
            using PrivateKey key = AgentTestKit.NewKey();
            await client.AddAsync(key);
            LoginException filtered = await Assert.ThrowsAsync<LoginException>(() => LogInAsync(AgentCredential.FromSocket(agent.Path, filter: _ => false)));
            Assert.Contains("of its 1 keys none is one that is to be used", filtered.Sentence, StringComparison.Ordinal);
            await client.LockAsync("secret");
        }

        await AssertSaysAsync(agent.Path, "because it shows no keys and refuses everything else, as one that is locked does");
        LoginReport report = await LogInAsync(AgentCredential.FromSocket(directory["none"]), PrivateKeyCredential.FromFile(Sshd.UserKey));
        Assert.Equal([LoginOutcome.Failed, LoginOutcome.Accepted], report.Attempts.Select(attempt => attempt.Outcome));
    }

    [Fact]
    public async Task Agent_ThatRefusesToSign_SaysWhy()
    {
        using PrivateKey key = AgentTestKit.NewKey();
        await AuthoriseAsync(key);
        await using AgentServer agent = new(new AgentServerOptions { Confirm = (_, _) => ValueTask.FromResult(false) });
        await using AgentClient client = new(agent.Connect());
        await client.AddAsync(key, new AgentConstraints { Confirm = true });
        LoginException failure = await Assert.ThrowsAsync<LoginException>(() => LogInAsync(AgentCredential.FromServer(agent)));
        Assert.Equal(SshErrorCode.CredentialFailed, failure.Code);
        Assert.Contains("a person did not confirm it", failure.Sentence, StringComparison.Ordinal);
    }

    private async Task AssertSaysAsync(string path, string expected)
    {
        LoginException failure = await Assert.ThrowsAsync<LoginException>(() => LogInAsync(AgentCredential.FromSocket(path)));
        Assert.Equal(SshErrorCode.CredentialFailed, failure.Code);
        Assert.Contains(expected, failure.Sentence, StringComparison.Ordinal);
        Assert.NotNull(failure.Remedy);
    }

    private Task AuthoriseAsync(PrivateKey key) => File.AppendAllTextAsync(Sshd["authorized_keys"], key.PublicKey.ToOpenSshLine() + "\n");

    private async Task<LoginReport> LogInAsync(params Credential[] credentials)
    {
        await using SshClient client = await SshClient.ConnectAsync(Sshd.Target, Sshd.Options with
        {
            Credentials = credentials,
            Algorithms = AlgorithmPreferences.Default with { HostKeys = ["ssh-ed25519"] },
        });
        Assert.Equal("in\n", (await client.ExecuteAsync("echo in")).Output);
        return client.Login;
    }

    private Task<(int ExitCode, string Output, string Error)> SshAsync(string agent) => ChildProcess.RunAsync(
        "ssh",
        ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "IdentityFile=none",
            "-o", "HostKeyAlgorithms=ssh-ed25519", "-p", $"{Sshd.Port}", $"{TestAccount.Name}@127.0.0.1", "echo in"],
        environment: SshAgentProcess.EnvironmentOf(agent));
}
