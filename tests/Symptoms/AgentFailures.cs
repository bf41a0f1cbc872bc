using LucidSsh.Agent;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Interop;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>Agents that do not help: the rows F of docs/login-failures.md.</summary>
[Trait("Peer", "OpenSsh")]
public class AgentFailures(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    [Fact]
    public async Task Agents_ThatAreNotThere()
    {
        using TemporaryDirectory directory = new();
        LoginFailureTable.Says(
            "F1", "there is no agent", "a socket that does not exist",
            await Assert.ThrowsAnyAsync<SshException>(() => AgentClient.ConnectAsync(directory["agent"])));
    }

    [Fact]
    public async Task Agents_ThatDoNotSign()
    {
        await using AgentServer agent = new(new AgentServerOptions { Confirm = (_, _) => ValueTask.FromResult(false) });
        using PrivateKey key = KeyFile.ReadPrivate(fixture.Server.UserKey);
        key.Comment = "alice at work";
        agent.Add(key, new AgentConstraints { Confirm = true });
        await using AgentClient client = new(agent.Connect());
        AgentKey held = Assert.Single(await client.ListAsync());
        LoginFailureTable.Says(
            "F2", "the agent's owner does not confirm", "OpenSSH, and our agent with a key that wants confirmation",
            await LoginFailures.RefusedAsync(fixture.Server, TestAccount.Name, PrivateKeyCredential.FromSigner(held)));

        await client.LockAsync("secret");
        Assert.Empty(await client.ListAsync());
        LoginFailureTable.Says(
            "F3", "the agent is locked", "OpenSSH, and our agent, locked after its keys were listed",
            await LoginFailures.RefusedAsync(fixture.Server, TestAccount.Name, PrivateKeyCredential.FromSigner(held)));
    }

    [Fact]
    public async Task Agents_ThatHoldNothing()
    {
        await using AgentServer agent = new();
        await using AgentClient client = new(agent.Connect());
        Credential[] credentials = [.. (await client.ListAsync()).Select(key => PrivateKeyCredential.FromSigner(key))];
        LoginFailureTable.Says("F4", "the agent is empty", "OpenSSH, and our agent without keys", await LoginFailures.RefusedAsync(fixture.Server, TestAccount.Name, credentials));
    }
}
