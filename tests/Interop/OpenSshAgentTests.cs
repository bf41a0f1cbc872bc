using LucidSsh.Agent;
using LucidSsh.Crypto;
using LucidSsh.Tests.Agent;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>Our client with OpenSSH's agent, and OpenSSH's ssh-add with ours.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class OpenSshAgentTests
{
    public static TheoryData<string, string> KeysAndAlgorithms => new()
    {
        { "ssh-ed25519", "ssh-ed25519" },
        { "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" },
        { "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" },
        { "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" },
        { "ssh-rsa", "rsa-sha2-256" },
        { "ssh-rsa", "rsa-sha2-512" },
        { "ssh-rsa", "ssh-rsa" },
    };

    [Theory]
    [MemberData(nameof(KeysAndAlgorithms))]
    public async Task SshAgent_HoldsEachTypeAndSigns(string type, string algorithm)
    {
        await using SshAgentProcess agent = await SshAgentProcess.StartAsync();
        await using AgentClient client = await agent.ConnectAsync();
        using PrivateKey key = AgentTestKit.NewKey(type, "from lucid");
        await client.AddAsync(key);

        (int code, string output, _) = await agent.AddAsync("-l");
        Assert.Equal(0, code);
        Assert.Contains($"{key.PublicKey.Bits} {key.PublicKey.Fingerprint} from lucid", output, StringComparison.Ordinal);
        AgentKey listed = Assert.Single(await client.ListAsync());
        byte[] signature = await client.SignAsync(listed, algorithm, AgentTestKit.Data);
        Assert.True(key.PublicKey.Verify(algorithm, AgentTestKit.Data, signature));
    }

    [Fact]
    public async Task SshAgent_RemovesLocksAndUnlocks()
    {
        await using SshAgentProcess agent = await SshAgentProcess.StartAsync();
        await using AgentClient client = await agent.ConnectAsync();
        using PrivateKey first = AgentTestKit.NewKey(), second = AgentTestKit.NewKey();
        await client.AddAsync(first);
        await client.AddAsync(second);
        await client.RemoveAsync(first.PublicKey);
        AgentKey left = Assert.Single(await client.ListAsync());
        Assert.Equal(second.PublicKey, left.PublicKey);

        await client.LockAsync("secret");
        Assert.Empty(await client.ListAsync());
        Assert.Contains("it is locked, or empty", (await Assert.ThrowsAsync<PeerRefusedException>(() => client.SignAsync(left, "ssh-ed25519", AgentTestKit.Data))).Sentence, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.LockAsync("secret"));
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.UnlockAsync("another"));
        await client.UnlockAsync("secret");
        Assert.Single(await client.ListAsync());
        Assert.Null(await client.QueryExtensionsAsync());

        await client.RemoveAllAsync();
        Assert.Empty(await client.ListAsync());
        Assert.Contains("does not hold that key", (await Assert.ThrowsAsync<PeerRefusedException>(() => client.RemoveAsync(first.PublicKey))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SshAgent_KeepsOurConstraints()
    {
        await using SshAgentProcess agent = await SshAgentProcess.StartAsync();
        await using AgentClient client = await agent.ConnectAsync();
        using PrivateKey brief = AgentTestKit.NewKey(), careful = AgentTestKit.NewKey(), bound = AgentTestKit.NewKey(), host = AgentTestKit.NewKey();
        await client.AddAsync(brief, new AgentConstraints { Lifetime = TimeSpan.FromSeconds(1) });
        Assert.Single(await client.ListAsync());
        for (int i = 0; i < 100 && !(await client.ListAsync()).IsEmpty; i++)
            await Task.Delay(100);
        Assert.Empty(await client.ListAsync());

        await client.AddAsync(careful, new AgentConstraints { Confirm = true });
        PeerRefusedException denied = await Assert.ThrowsAsync<PeerRefusedException>(
            async () => await client.SignAsync(Assert.Single(await client.ListAsync()), "ssh-ed25519", AgentTestKit.Data)); // its askpass says no
        Assert.Contains("a person did not confirm it", denied.Sentence, StringComparison.Ordinal);

        await client.RemoveAllAsync();
        await client.AddAsync(bound, AgentTestKit.To((null, host.PublicKey, "")));
        AgentKey key = Assert.Single(await client.ListAsync());
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.SignAsync(key, "ssh-ed25519", AgentTestKit.Data));
        byte[] session = [1, 2, 3, 4];
        Assert.True((await client.ExtensionAsync(SessionBind.ExtensionType, AgentTestKit.Bind(host, session))).Accepted);
        Assert.NotEmpty(await client.SignAsync(key, "ssh-ed25519", AgentTestKit.LoginData(bound.PublicKey, session, "alice")));
        Assert.False((await client.ExtensionAsync(SessionBind.ExtensionType, "forged"u8.ToArray())).Accepted);
        await Assert.ThrowsAsync<PeerRefusedException>(() => client.AddAsync(brief, new AgentConstraints { Extensions = [new AgentConstraintExtension("own@example.org", default)] }));
    }

    [Theory]
    [InlineData("ed25519", "256")]
    [InlineData("ecdsa", "256")]
    [InlineData("ecdsa", "384")]
    [InlineData("ecdsa", "521")]
    [InlineData("rsa", "2048")]
    public async Task SshAdd_GivesOurAgentEachTypeAndTakesItBack(string type, string bits)
    {
        using TemporaryDirectory directory = new();
        await KeygenAsync(directory["key"], type, bits);
        await using AgentServer agent = new();
        await using AgentListener listener = agent.Listen();

        await RunAsync(listener, "-q", directory["key"]);
        PublicKey key = Assert.Single(agent.Keys);
        Assert.Equal(KeyFile.ReadPublic(directory["key.pub"]), key);
        Assert.Contains(key.Fingerprint, await RunAsync(listener, "-l"), StringComparison.Ordinal);
        Assert.Contains(key.ToOpenSshLine(), await RunAsync(listener, "-L"), StringComparison.Ordinal);
        await SignAsync(listener, directory["key.pub"]);
        if (type != "rsa")
            await RunAsync(listener, "-T", directory["key.pub"]); // signs and verifies; RSA it asks for with SHA-1, which our agent refuses
        await RunAsync(listener, "-q", "-d", directory["key"]);
        Assert.Empty(agent.Keys);
        (int code, string output, _) = await SshAgentProcess.AddAsync(listener.Path, "-l");
        Assert.Equal((1, "The agent has no identities."), (code, output.Trim()));
    }

    [Theory]
    [InlineData("ed25519", "256", "ssh-ed25519")]
    [InlineData("ecdsa", "384", "ecdsa-sha2-nistp384")]
    [InlineData("rsa", "2048", "rsa-sha2-512")]
    public async Task Certificates_GoBothWays(string type, string bits, string algorithm)
    {
        using TemporaryDirectory directory = new();
        await KeygenAsync(directory["key"], type, bits);
        await KeygenAsync(directory["ca"]);
        (int code, _, string error) = await ChildProcess.RunAsync("ssh-keygen", ["-q", "-s", directory["ca"], "-I", "id", "-n", "alice", directory["key.pub"]]);
        Assert.True(code == 0, error);
        Certificate certificate = Certificate.ReadFile(directory["key-cert.pub"]);

        await using AgentServer ours = new();
        await using AgentListener listener = ours.Listen();
        await RunAsync(listener, "-q", directory["key"]); // the key and its certificate
        Assert.Equal(2, ours.Keys.Length);
        Assert.Contains("-CERT)", await RunAsync(listener, "-l"), StringComparison.Ordinal);
        Assert.Contains(certificate.ToOpenSshLine(), await RunAsync(listener, "-L"), StringComparison.Ordinal);

        await using SshAgentProcess theirs = await SshAgentProcess.StartAsync();
        await using AgentClient client = await theirs.ConnectAsync();
        using PrivateKey key = KeyFile.ReadPrivate(directory["key"]);
        await client.AddAsync(key, certificate: certificate);
        AgentKey held = Assert.Single(await client.ListAsync());
        Assert.Equal(certificate, held.Certificate);
        byte[] signature = await client.SignAsync(held, algorithm, AgentTestKit.Data);
        Assert.True(key.PublicKey.Verify(algorithm, AgentTestKit.Data, signature));
    }

    [Fact]
    public async Task SshAdd_SetsConstraintsInOurAgent()
    {
        using TemporaryDirectory directory = new();
        await KeygenAsync(directory["key"]);
        bool asked = false;
        await using AgentServer agent = new(new AgentServerOptions { Confirm = (_, _) => ValueTask.FromResult(asked = true) });
        await using AgentListener listener = agent.Listen();
        await RunAsync(listener, "-q", "-c", directory["key"]);
        await RunAsync(listener, "-T", directory["key.pub"]);
        Assert.True(asked);

        await RunAsync(listener, "-q", "-t", "1", directory["key"]);
        for (int i = 0; i < 100 && !agent.Keys.IsEmpty; i++)
            await Task.Delay(100);
        Assert.Empty(agent.Keys);

        await KeygenAsync(directory["host"]);
        File.WriteAllText(directory["known_hosts"], $"server.example {File.ReadAllText(directory["host.pub"])}");
        await RunAsync(listener, "-q", "-H", directory["known_hosts"], "-h", "alice@server.example", "-h", "server.example>server.example", directory["key"]);
        Assert.NotNull(Assert.Single(agent.Snapshot()).Destinations);
        (int code, _, _) = await SshAgentProcess.AddAsync(listener.Path, "-T", directory["key.pub"]);
        Assert.NotEqual(0, code); // what it signs is no login
    }

    [Fact]
    public async Task SshAdd_ConfirmWithNobodyToAsk_IsRefused()
    {
        using TemporaryDirectory directory = new();
        await KeygenAsync(directory["key"]);
        await using AgentServer agent = new();
        await using AgentListener listener = agent.Listen();
        (int code, _, string error) = await SshAgentProcess.AddAsync(listener.Path, "-c", directory["key"]);
        Assert.NotEqual(0, code);
        Assert.Contains("agent refused", error, StringComparison.Ordinal);
        Assert.Empty(agent.Keys);
    }

    [Fact]
    public async Task SshAdd_RemovesAllFromOurAgent()
    {
        await using AgentServer agent = new();
        agent.Add(AgentTestKit.NewKey());
        agent.Add(AgentTestKit.NewKey("ssh-rsa"));
        await using AgentListener listener = agent.Listen();
        await RunAsync(listener, "-D");
        Assert.Empty(agent.Keys);
    }

    private static async Task KeygenAsync(string file, string type = "ed25519", string bits = "256")
    {
        (int code, string output, string error) = await ChildProcess.RunAsync("ssh-keygen", ["-q", "-t", type, "-b", bits, "-N", "", "-f", file]);
        Assert.True(code == 0, output + error);
    }

    // ssh-keygen asks the agent, with the flag for rsa-sha2-512 where the key is RSA.
    private static async Task SignAsync(AgentListener listener, string publicKey)
    {
        (int code, string output, string error) = await ChildProcess.RunAsync(
            "ssh-keygen", ["-Y", "sign", "-f", publicKey, "-n", "test"], "the message", environment: SshAgentProcess.EnvironmentOf(listener.Path));
        Assert.True(code == 0, output + error);
        Assert.Contains("BEGIN SSH SIGNATURE", output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(AgentListener listener, params string[] arguments)
    {
        (int code, string output, string error) = await SshAgentProcess.AddAsync(listener.Path, arguments);
        Assert.True(code == 0, $"ssh-add {string.Join(' ', arguments)} ended with {code}: {output}{error}");
        return output;
    }
}
