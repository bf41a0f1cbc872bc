using System.Net;
using LucidSsh.Agent;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Connection;
using LucidSsh.Crypto;
using LucidSsh.Server;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Client;

/// <summary>When a server may have a channel to a client's agent, and how many.</summary>
public sealed class ForwardedAgentTests
{
    [Theory]
    [InlineData("auth-agent@openssh.com")]
    [InlineData("agent-connect")]
    public void Channel_ThatNobodyAskedFor_IsRefused(string type)
    {
        ChannelDecision without = new ClientConnectionHandler().OnOpen(type, []);
        Assert.Equal((null, ChannelOpenFailureReason.AdministrativelyProhibited), (without.Handler, without.Reason));
        ChannelDecision unasked = new ClientConnectionHandler(new ForwardedAgent(AgentForwarding.Default)).OnOpen(type, []);
        Assert.Equal((null, ChannelOpenFailureReason.AdministrativelyProhibited), (unasked.Handler, unasked.Reason));
    }

    [Fact]
    public async Task Channels_AreBounded_AndEndWithTheSession()
    {
        await using AgentServer agent = new();
        ProbingHandler handler = new();
        await using SshServer server = StartServer(handler);
        await using SshClient client = await ConnectAsync(server, AgentForwarding.To(agent, maximumConnections: 2));
        Assert.Equal("2 of 3", (await client.ExecuteAsync("probe")).Output);
        SshException refused = await Assert.ThrowsAnyAsync<SshException>(() => handler.Agent!.ConnectAsync());
        Assert.Equal(SshErrorCode.ChannelOpenRefused, refused.Code); // the session that asked is over
    }

    [Fact]
    public async Task Handler_UsesTheClientsAgent()
    {
        await using AgentServer agent = new();
        PrivateKey key = PrivateKey.Generate("ssh-ed25519");
        agent.Add(key);
        await using SshServer server = StartServer(new ListingHandler());
        await using SshClient client = await ConnectAsync(server, AgentForwarding.To(agent, maximumConnections: 2));
        Assert.Equal(key.PublicKey.Fingerprint, (await client.ExecuteAsync("list")).Output);
        Assert.Equal("none", (await client.ExecuteAsync("list", new CommandOptions { ForwardAgent = false })).Output);
    }

    private static SshServer StartServer(ICommandHandler handler)
    {
        SimpleAuthenticator authenticator = new();
        authenticator.AddUser("alice", "password");
        return SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions
        {
            HostKeys = [TransportPair.HostKey],
            Authenticator = authenticator,
            Commands = handler,
            AllowAgentForwarding = true,
        });
    }

    private static Task<SshClient> ConnectAsync(SshServer server, AgentForwarding forwarding) => SshClient.ConnectAsync(
        $"alice@127.0.0.1:{server.EndPoint.Port}",
        new SshClientOptions { HostKeys = HostKeyPolicy.InsecureAcceptAny(), Credentials = [new PasswordCredential("password")], AgentForwarding = forwarding });

    // Opens three connections where the client allows two.
    private sealed class ProbingHandler : ICommandHandler
    {
        public ClientAgent? Agent { get; private set; }

        public async Task<CommandExit> RunAsync(CommandContext command, CancellationToken cancellationToken)
        {
            Agent = command.Agent;
            List<AgentClient> open = [];
            for (int i = 0; i < 3; i++)
            {
                try
                {
                    AgentClient client = await command.Agent!.ConnectAsync(cancellationToken);
                    await client.ListAsync(cancellationToken);
                    open.Add(client);
                }
                catch (SshException refused) when (refused.Code == SshErrorCode.ChannelOpenRefused)
                {
                }
            }

            await command.StandardOutput.WriteAsync(System.Text.Encoding.UTF8.GetBytes($"{open.Count} of 3"), cancellationToken);
            foreach (AgentClient client in open)
                await client.DisposeAsync();
            return new CommandExit(0);
        }
    }

    private sealed class ListingHandler : ICommandHandler
    {
        public async Task<CommandExit> RunAsync(CommandContext command, CancellationToken cancellationToken)
        {
            string text = "none";
            if (command.Agent is not null)
            {
                await using AgentClient client = await command.Agent.ConnectAsync(cancellationToken);
                text = string.Join(' ', (await client.ListAsync(cancellationToken)).Select(key => key.PublicKey.Fingerprint));
            }

            await command.StandardOutput.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);
            return new CommandExit(0);
        }
    }
}
