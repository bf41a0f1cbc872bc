using System.Net;
using LucidSsh.Agent;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Server;
using LucidSsh.Tests.Architecture;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Agent;

/// <summary>Tests that change the process's environment, which every child process of other tests would inherit.</summary>
[CollectionDefinition(nameof(ChangedEnvironment), DisableParallelization = true)]
public sealed class ChangedEnvironment;

/// <summary>The code of docs/agent.md, run.</summary>
[Collection(nameof(ChangedEnvironment))]
public sealed class AgentGuideTests
{
    [Fact]
    public void Guide_ShowsTheCodeOfThisFile()
    {
        string[] here = [.. File.ReadLines(Path.Combine(SourceTree.Root, "tests", "Agent", $"{nameof(AgentGuideTests)}.cs")).Select(Plain)];
        bool inside = false;
        List<string> missing = [];
        foreach (string line in File.ReadLines(Path.Combine(SourceTree.Root, "docs", "agent.md")))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                inside = line == "```csharp";
            else if (inside && !here.Contains(Plain(line)))
                missing.Add(line);
        }

        Assert.Empty(missing);

        // Without indentation, and without the remark at the end.
        static string Plain(string line) => line.Split(" //")[0].Trim();
    }

    [Fact]
    public async Task Guide_Login_Works()
    {
        await using AgentServer held = Holding("alice@work");
        await using AgentListener listener = held.Listen();
        await using SshServer there = Start(held.Keys[0]);
        string target = $"alice@127.0.0.1:{there.EndPoint.Port}";
        await WithDefaultAgentAsync(listener.Path, async () =>
        {
            {
                SshClientOptions options = new() { Credentials = [AgentCredential.FromSocket()] };
                options = options with { HostKeys = HostKeyPolicy.InsecureAcceptAny() };
                await using SshClient client = await SshClient.ConnectAsync(target, options);
                Assert.True(client.Login.Succeeded);
            }

            {
                AgentCredential work = AgentCredential.FromSocket(filter: key => key.Comment.EndsWith("@work", StringComparison.Ordinal));
                await using SshClient client = await SshClient.ConnectAsync(target, new SshClientOptions { Credentials = [work], HostKeys = HostKeyPolicy.InsecureAcceptAny() });
            }

            {
                await using AgentClient agent = await AgentClient.ConnectAsync();
                AgentKey key = (await agent.ListAsync()).First(key => key.Type == "ssh-ed25519");
                Credential credential = PrivateKeyCredential.FromSigner(key, key.Certificate, certificateOnly: true);
                await using SshClient client = await SshClient.ConnectAsync(target, new SshClientOptions { Credentials = [credential], HostKeys = HostKeyPolicy.InsecureAcceptAny() });
            }

            await using AgentClient? some = await AgentClient.TryConnectDefaultAsync();
            Assert.NotNull(some);
        });
    }

    [Fact]
    public async Task Guide_Server_KeepsAndForgetsKeys()
    {
        using TemporaryDirectory directory = new();
        using PrivateKey made = PrivateKey.Generate("ssh-ed25519");
        string passphrase = "pass phrase";
        KeyFile.WritePrivate(directory["id_ed25519"], made, KeyFileFormat.OpenSsh, passphrase);
        File.WriteAllText(directory["id_ed25519-cert.pub"], AgentTestKit.Certify(made).ToOpenSshLine());

        await using AgentServer server = new(new AgentServerOptions
        {
            Confirm = async (question, cancellationToken) => await AskAsync($"{question.Comment} for {question.User}?", cancellationToken),
        });
        server.Add(PrivateKey.Generate("ssh-ed25519"));
        await using AgentListener listener = server.Listen();
        string variable = $"SSH_AUTH_SOCK={listener.Path}";
        Assert.NotEmpty(variable);

        await using AgentClient agent = await AgentClient.ConnectAsync(listener.Path);
        string file = directory["id_ed25519"];
        using PrivateKey key = KeyFile.ReadPrivate(file, passphrase);
        await agent.AddAsync(key, new AgentConstraints { Lifetime = TimeSpan.FromHours(8), Confirm = true });
        await agent.AddAsync(key, certificate: Certificate.ReadFile($"{file}-cert.pub"));
        Assert.Equal(3, server.Keys.Length);
        await agent.RemoveAsync(key.PublicKey);
        await agent.LockAsync("a passphrase");
        await agent.UnlockAsync("a passphrase");
        await agent.RemoveAllAsync();
        Assert.Empty(server.Keys);

        static ValueTask<bool> AskAsync(string question, CancellationToken cancellationToken) =>
            ValueTask.FromResult(question.Length > 0 && !cancellationToken.IsCancellationRequested);
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task Guide_Forwarding_Works()
    {
        await using AgentServer held = Holding("forwarded");
        await using AgentListener listener = held.Listen();
        PublicKey user = held.Keys[0];
        PrivateKey hostKey = TransportPair.HostKey;
        SimpleAuthenticator users = new();
        users.AddUser("alice", null, AuthorizedKeys.Parse(user.ToOpenSshLine()).Keys);
        await WithDefaultAgentAsync(listener.Path, async () =>
        {
            SshServerOptions served;
            {
                SshServerOptions options = new() { HostKeys = [hostKey], Authenticator = users, Commands = new ProcessCommandHandler(), AllowAgentForwarding = true };
                served = options;
            }

            await using SshServer there = SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), served);
            {
                SshClientOptions options = new() { AgentForwarding = AgentForwarding.Default };
                options = options with { Credentials = [AgentCredential.FromSocket()], HostKeys = HostKeyPolicy.InsecureAcceptAny() };
                await using SshClient client = await SshClient.ConnectAsync($"alice@127.0.0.1:{there.EndPoint.Port}", options);
                CommandResult result = await client.ExecuteAsync("ssh-add -l");
                CommandResult without = await client.ExecuteAsync("id", new CommandOptions { ForwardAgent = false });
                Assert.Contains(user.Fingerprint, result.Output, StringComparison.Ordinal);
                Assert.True(without.Exit.IsSuccess);
            }
        });
    }

    [Fact]
    public async Task DefaultAgent_ThatNothingNames_SaysSo()
    {
        await WithDefaultAgentAsync(null, async () =>
        {
            if (OperatingSystem.IsWindows())
                return;
            Assert.Null(AgentClient.DefaultPath);
            Assert.Null(await AgentClient.TryConnectDefaultAsync());
            LocalMisuseException failure = await Assert.ThrowsAsync<LocalMisuseException>(() => AgentClient.ConnectAsync());
            Assert.Equal((SshErrorCode.AgentUnavailable, "There is no agent: the environment variable SSH_AUTH_SOCK is not set."), (failure.Code, failure.Sentence));
        });
        using TemporaryDirectory directory = new();
        await WithDefaultAgentAsync(directory["gone"], async () => Assert.Null(await AgentClient.TryConnectDefaultAsync()));
    }

    private static AgentServer Holding(string comment)
    {
        AgentServer agent = new();
        agent.Add(AgentTestKit.NewKey(comment: comment));
        return agent;
    }

    private static SshServer Start(PublicKey user)
    {
        SimpleAuthenticator users = new();
        users.AddUser("alice", null, AuthorizedKeys.Parse(user.ToOpenSshLine()).Keys);
        return SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions { HostKeys = [TransportPair.HostKey], Authenticator = users });
    }

    private static async Task WithDefaultAgentAsync(string? path, Func<Task> action)
    {
        string? before = Environment.GetEnvironmentVariable("SSH_AUTH_SOCK");
        Environment.SetEnvironmentVariable("SSH_AUTH_SOCK", path);
        try
        {
            await action();
        }
        finally
        {
            Environment.SetEnvironmentVariable("SSH_AUTH_SOCK", before);
        }
    }
}
