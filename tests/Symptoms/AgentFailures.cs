using LucidSsh.Agent;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Interop;

namespace LucidSsh.Tests.Symptoms;

/// <summary>Agents that do not help: the rows F of docs/login-failures.md.</summary>
[Trait("Peer", "OpenSsh")]
public class AgentFailures(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    [Fact]
    public async Task Agents_ThatAreNotThereOrHoldNothing()
    {
        using TemporaryDirectory directory = new();
        LoginFailureTable.Says("F1", "there is no agent", "OpenSSH, and a socket that does not exist", await RefusedAsync(directory["agent"]));
        await using AgentServer agent = new();
        await using AgentListener listener = agent.Listen(directory["empty"]);
        LoginFailureTable.Says("F2", "the agent is empty", "OpenSSH, and an agent without keys", await RefusedAsync(listener.Path));
    }

    [Fact]
    public async Task Agents_ThatDoNotSign()
    {
        using TemporaryDirectory directory = new();
        await using AgentServer agent = new(new AgentServerOptions { Confirm = (_, _) => ValueTask.FromResult(false) });
        await using AgentListener listener = agent.Listen(directory["agent"]);
        using PrivateKey key = KeyFile.ReadPrivate(fixture.Server.UserKey);
        key.Comment = "alice at work";
        agent.Add(key, new AgentConstraints { Confirm = true });
        LoginFailureTable.Says("F3", "the agent's owner does not confirm", "OpenSSH, and an agent with a key that wants confirmation", await RefusedAsync(listener.Path));

        await using AgentClient client = new(agent.Connect());
        await client.LockAsync("secret");
        LoginFailureTable.Says("F4", "the agent is locked", "OpenSSH, and a locked agent", await RefusedAsync(listener.Path));
    }

    private async Task<LoginException> RefusedAsync(string agent)
    {
        using AgentCredential credential = AgentCredential.FromSocket(agent);
        return await LoginFailures.RefusedAsync(fixture.Server, TestAccount.Name, credential);
    }
}
