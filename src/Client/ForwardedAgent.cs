using LucidSsh.Agent;
using LucidSsh.Connection;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>The agent this client forwards: sessions ask the server for it, and as long as one that did is open the server may open channels
/// to it. Each is a connection of its own to the agent, which is told first over which SSH connection it is forwarded.</summary>
internal sealed class ForwardedAgent(AgentForwarding forwarding)
{
    private ITransport? _transport;
    private int _sessions;
    private volatile bool _granted;
    private int _open;

    /// <summary>Names the connection, once it is there.</summary>
    public void Attach(ITransport transport) => _transport = transport;

    /// <summary>Asks for forwarding in a session that is about to start something. A server that refuses has no agent for it, which is no
    /// reason not to run a command (as ssh); the trace has the answer.</summary>
    public async Task RequestAsync(Channel session, CancellationToken cancellationToken)
    {
        bool granted = _transport!.PeerExtensions.ContainsKey(AgentForwardingNames.Extension)
            ? await session.RequestAsync(default(AgentRequest), cancellationToken).ConfigureAwait(false)
            : await session.RequestAsync(default(OpenSshAgentRequest), cancellationToken).ConfigureAwait(false);
        // OpenSSH's server grants the first request of a connection, refuses the others, and means it for all of them.
        _granted |= granted;
        if (!_granted)
            return;
        Interlocked.Increment(ref _sessions);
        _ = session.Closed.ContinueWith(_ => Interlocked.Decrement(ref _sessions), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>The server wants a channel to the agent.</summary>
    public ChannelDecision OnOpen()
    {
        if (Volatile.Read(ref _sessions) == 0)
            return ChannelDecision.Refuse(ChannelOpenFailureReason.AdministrativelyProhibited, "no open session of this client has asked for its agent");
        if (Interlocked.Increment(ref _open) > forwarding.MaximumConnections)
        {
            Interlocked.Decrement(ref _open);
            return ChannelDecision.Refuse(ChannelOpenFailureReason.ResourceShortage, $"{forwarding.MaximumConnections} connections to the agent are open already");
        }

        return ChannelDecision.Accept(new AgentChannel(this));
    }

    private async Task ServeAsync(Channel channel)
    {
        ChannelPipe pipe = new(channel);
        await using (pipe.ConfigureAwait(false))
        {
            try
            {
                AgentClient agent = await ConnectAsync().ConfigureAwait(false);
                await using (agent.ConfigureAwait(false))
                    await AgentRelay.RunAsync(pipe, agent.Release(), CancellationToken.None).ConfigureAwait(false); // ends with the channel
            }
            catch (SshException failure)
            {
                channel.Tracer.Failed(failure); // the server sees the channel close, as where an agent has ended
            }
        }
    }

    private async Task<AgentClient> ConnectAsync()
    {
        ITransport transport = _transport!;
        AgentClientOptions options = new() { Time = transport.Time, Tracer = transport.Tracer };
        AgentClient agent = await forwarding.ConnectAsync(options, CancellationToken.None).ConfigureAwait(false);
        try
        {
            // OpenSSH's PROTOCOL.agent section 1. An agent that knows nothing of it restricts no key by it either.
            await agent.BindSessionAsync(transport.HostKey, transport.SessionId, transport.HostKeySignature, isForwarding: true).ConfigureAwait(false);
            return agent;
        }
        catch
        {
            await agent.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>One connection of the server's to the agent.</summary>
    private sealed class AgentChannel(ForwardedAgent owner) : IChannelHandler
    {
        public bool OnRequest(Channel channel, string requestType, ReadOnlySpan<byte> data) => false;

        public void OnOpened(Channel channel) => _ = Task.Run(() => owner.ServeAsync(channel));

        public void OnClosed(Channel channel, SshException? reason) => Interlocked.Decrement(ref owner._open);
    }
}
