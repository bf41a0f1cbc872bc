using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Threading.Channels;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>A receiver for a layer that is a conversation, such as login: payloads are copied and wait, in order, until they are
/// asked for. A peer that sends more than <see cref="Capacity"/> without waiting for an answer is cut off.</summary>
internal sealed class MessageQueue : IMessageReceiver
{
    /// <summary>Messages that may wait.</summary>
    public const int Capacity = 64;

    private readonly Channel<byte[]> _messages =
        Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });

    /// <summary>The next payload; the caller owns the array, and zeroes it where it may hold a secret.</summary>
    /// <exception cref="SshException">The connection has ended; its reason.</exception>
    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _messages.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException closed) when (closed.InnerException is SshException reason)
        {
            throw reason;
        }
    }

    /// <summary>The next payload if one has come already: what a conversation looks at before it asks, because an answer that is
    /// there before its question answers nothing.</summary>
    public bool TryRead([NotNullWhen(true)] out byte[]? payload) => _messages.Reader.TryRead(out payload);

    /// <summary>Zeroes what nobody will read any more: in a server's login it may hold a password.</summary>
    public void ZeroUnread()
    {
        while (_messages.Reader.TryRead(out byte[]? payload))
            CryptographicOperations.ZeroMemory(payload);
    }

    /// <inheritdoc />
    public void Receive(MessageNumber number, ReadOnlySpan<byte> payload)
    {
        if (!_messages.Writer.TryWrite(payload.ToArray()))
        {
            throw new PeerMisbehavedException(
                SshErrorCode.LimitExceeded, $"The peer sent more than {Capacity} messages of one service without waiting for an answer.");
        }
    }

    /// <inheritdoc />
    public void TransportClosed(SshException reason) => _messages.Writer.TryComplete(reason);
}
