using LucidSsh.Agent;
using LucidSsh.Connection;
using LucidSsh.Wire;

namespace LucidSsh.Server;

/// <summary>The agent of a client who forwards it: reachable as long as the session that asked for it is open. Its keys stay where they are;
/// the client may ask its user before each use.</summary>
public sealed class ClientAgent
{
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(30);

    private readonly ConnectionLayer _connection;
    private readonly string _channelType;
    private readonly TimeProvider _time;
    private readonly int _maximum;
    private int _open;

    internal ClientAgent(ConnectionLayer connection, string channelType, SshServerOptions options) =>
        (_connection, _channelType, _time, _maximum) = (connection, channelType, options.Time, options.MaximumAgentConnections);

    /// <summary>Connects to the client's agent.</summary>
    /// <exception cref="SshException">The client refused, did not answer within 30 seconds, or is gone; or too many connections are open.</exception>
    public async Task<AgentClient> ConnectAsync(CancellationToken cancellationToken = default) =>
        new(new ChannelPipe(await OpenAsync(cancellationToken).ConfigureAwait(false)), new AgentClientOptions { Time = _time });

    /// <summary>Makes a Unix socket (mode 0600, in a directory of mode 0700 of its own) that leads to the client's agent: what SSH_AUTH_SOCK
    /// is set to. Disposing the listener removes it.</summary>
    /// <exception cref="LocalMisuseException">The socket cannot be made.</exception>
    public AgentListener Listen() => AgentListener.OnPrivateSocket(ServeAsync);

    private async Task ServeAsync(Stream stream, CancellationToken cancellationToken)
    {
        AgentPipe local = new(stream);
        await using (local.ConfigureAwait(false))
        {
            try
            {
                ChannelPipe remote = new(await OpenAsync(cancellationToken).ConfigureAwait(false));
                await using (remote.ConfigureAwait(false))
                    await AgentRelay.RunAsync(local, remote, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SshException or OperationCanceledException)
            {
                // The program sees its connection to the agent close, as where an agent has ended.
            }
        }
    }

    private async Task<Channel> OpenAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _open) > _maximum)
        {
            Interlocked.Decrement(ref _open);
            throw new LocalMisuseException(SshErrorCode.LimitExceeded, $"{_maximum} connections to the client's agent are open already.");
        }

        using CancellationTokenSource deadline = new(OpenTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            Channel channel = await _connection.OpenAsync(_channelType, default, new QuietHandler(), either.Token).ConfigureAwait(false);
            _ = channel.Closed.ContinueWith(_ => Interlocked.Decrement(ref _open), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return channel;
        }
        catch (Exception exception)
        {
            Interlocked.Decrement(ref _open);
            throw exception is OperationCanceledException && !cancellationToken.IsCancellationRequested
                ? new TransportLostException(SshErrorCode.AgentUnavailable, $"The client did not open a channel to its agent within {OpenTimeout.TotalSeconds:0} seconds.", null, exception)
                : exception;
        }
    }

    private sealed class QuietHandler : IChannelHandler
    {
        public bool OnRequest(Channel channel, string requestType, ReadOnlySpan<byte> data) => false;

        public void OnClosed(Channel channel, SshException? reason)
        {
        }
    }
}
