using System.IO.Pipelines;
using LucidSsh.Connection;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A TCP connection that the server has opened for this client, as a pipe (RFC 4254 section 7.2, <c>direct-tcpip</c>). What
/// is read and written is encrypted as far as the server, and goes on from there as it is. Completing <see cref="Output"/> sends end of
/// file; disposing closes the connection.</summary>
public sealed class TcpChannel : IDuplexPipe, IAsyncDisposable, IDisposable
{
    private readonly Channel _channel;

    internal TcpChannel(Channel channel, string host, int port) => (_channel, Host, Port) = (channel, host, port);

    /// <summary>The host the server was asked to connect to.</summary>
    public string Host { get; }

    /// <summary>The TCP port there.</summary>
    public int Port { get; }

    /// <summary>What the host sends, until it closes its side. Reading fails with the <see cref="SshException"/> that ended the SSH
    /// connection, where that came first.</summary>
    public PipeReader Input => _channel.Input;

    /// <summary>What the host is sent.</summary>
    public PipeWriter Output => _channel.Output;

    /// <summary>Closes the TCP connection; does not wait for the server.</summary>
    public void Dispose()
    {
        _channel.SendClose();
        _channel.Input.Complete();
        _channel.ExtendedInput.Complete();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}

/// <summary>Answers on a channel that has no requests of its own.</summary>
internal sealed class SilentChannelHandler : IChannelHandler
{
    public bool OnRequest(Channel channel, string requestType, ReadOnlySpan<byte> data) => false;

    public void OnClosed(Channel channel, SshException? reason)
    {
    }
}
