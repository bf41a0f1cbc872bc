using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>The unencrypted beginning of a connection, spoken message by message: for questions whose answers come before the first
/// key. It can name any algorithm, because it never gets to use one.</summary>
internal sealed class PlainConversation : IDisposable
{
    private const int MaximumMessages = 64;

    private readonly IDuplexPipe _pipe;
    private readonly PlainProtection _protection = new();
    private readonly InboundPackets _inbound = new();
    private readonly IdentificationReader _identification = new(TransportRole.Client);
    private readonly WireBuffer _buffer = new();
    private int _messages;

    private PlainConversation(IDuplexPipe pipe) => _pipe = pipe;

    /// <summary>The server's identification line.</summary>
    public string Line => _identification.Line ?? "";

    /// <summary>The first bytes of the stream.</summary>
    public ReadOnlySpan<byte> FirstBytes => _identification.FirstBytes;

    /// <summary>The lines before the identification line.</summary>
    public int LinesBefore => _identification.LineCount;

    /// <summary>The server's KEXINIT; empty until it was read.</summary>
    public KexInit ServerInit { get; private set; } = new();

    /// <summary>Opens the way, and says nothing.</summary>
    public static async Task<PlainConversation> ConnectAsync(SshTarget target, SshClientOptions options, CancellationToken cancellationToken) =>
        new(await Proxy.OpenAsync(target, options, options.CreateTracer(target), cancellationToken).ConfigureAwait(false));

    /// <summary>Waits for the server to speak.</summary>
    /// <returns>False where it said nothing in that time; true where something came, or it closed.</returns>
    public async Task<bool> ListenAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        using CancellationTokenSource wait = new(time, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(wait.Token, cancellationToken);
        try
        {
            ReadResult read = await _pipe.Input.ReadAsync(either.Token).ConfigureAwait(false);
            bool something = read.Buffer.Length > 0;
            _pipe.Input.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
            return something || read.IsCompleted;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Sends our identification line.</summary>
    public Task IntroduceAsync(CancellationToken cancellationToken) => WriteAsync(Encoding.ASCII.GetBytes(IdentificationLine.Own + "\r\n"), cancellationToken);

    /// <summary>Sends bytes as they are.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await _pipe.Output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);

    /// <summary>Reads up to the server's identification line.</summary>
    /// <returns>False where the stream ended before it.</returns>
    /// <exception cref="SshException">What comes is no SSH-2.</exception>
    public async Task<bool> ReadIdentificationAsync(CancellationToken cancellationToken)
    {
        while (_identification.Line is null)
        {
            ReadResult read = await _pipe.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> input = read.Buffer;
            bool found = false;
            try
            {
                found = _identification.TryRead(ref input);
            }
            finally
            {
                _pipe.Input.AdvanceTo(input.Start, found ? input.Start : read.Buffer.End);
            }

            if (!found && read.IsCompleted)
                return false;
        }

        return true;
    }

    /// <summary>Sends a message.</summary>
    public Task SendAsync<TMessage>(TMessage message, CancellationToken cancellationToken)
        where TMessage : IMessage<TMessage> => SendPayloadAsync(Message.ToArray(message), cancellationToken);

    /// <summary>Sends a payload.</summary>
    public Task SendPayloadAsync(byte[] payload, CancellationToken cancellationToken)
    {
        _buffer.Truncate(0);
        int start = PacketFraming.Begin(_buffer);
        payload.CopyTo(_buffer.Extend(payload.Length));
        PacketFraming.End(_buffer, start, _protection, SystemRandom.Shared);
        return WriteAsync(_buffer.WrittenMemory, cancellationToken);
    }

    /// <summary>Reads the server's KEXINIT.</summary>
    public async Task ReadKexInitAsync(CancellationToken cancellationToken) =>
        ServerInit = Message.Decode<KexInit>(await ReadAsync(MessageNumber.KexInit, cancellationToken).ConfigureAwait(false));

    /// <summary>The next message that is not there to be ignored.</summary>
    /// <exception cref="SshException">It is another, the server disconnected, or the stream ended.</exception>
    public async Task<byte[]> ReadAsync(MessageNumber expected, CancellationToken cancellationToken)
    {
        while (++_messages <= MaximumMessages)
        {
            byte[] payload = await ReadAnyAsync(cancellationToken).ConfigureAwait(false);
            MessageNumber number = payload.Length == 0 ? MessageNumber.None : (MessageNumber)payload[0];
            if (number == expected)
                return payload;
            if (number == MessageNumber.Disconnect)
            {
                Disconnect said = Message.Decode<Disconnect>(payload);
                throw new TransportLostException(
                    SshErrorCode.PeerDisconnected, $"The server ended the connection saying \"{TerminalText.OneLine(said.Description)}\" ({said.Reason}).");
            }

            if (number is not (MessageNumber.Ignore or MessageNumber.Debug))
                throw PeerMisbehavedException.Unexpected(number, $"{MessageNumbers.Describe(expected)} was expected");
        }

        throw new PeerMisbehavedException(SshErrorCode.LimitExceeded, $"The server sent more than {MaximumMessages} messages instead of {MessageNumbers.Describe(expected)}.");
    }

    /// <summary>Says goodbye, so that the server's log has no mystery in it.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(new Disconnect(DisconnectReason.ByApplication, "that was all we wanted to know", ""), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
        {
            // It is gone already.
        }
    }

    /// <summary>Up to so many bytes that have come or come until the stream pauses.</summary>
    public async Task<byte[]> ReadSomeAsync(int limit, CancellationToken cancellationToken)
    {
        ReadResult read = await _pipe.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
        byte[] bytes = read.Buffer.Slice(0, Math.Min(limit, read.Buffer.Length)).ToArray();
        _pipe.Input.AdvanceTo(read.Buffer.End);
        return bytes;
    }

    public void Dispose()
    {
        _inbound.Dispose();
        _protection.Dispose();
        (_pipe as IDisposable)?.Dispose();
    }

    private async Task<byte[]> ReadAnyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await _pipe.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> input = read.Buffer;
            bool complete = _inbound.TryRead(ref input, out ReadOnlySpan<byte> payload);
            byte[] message = payload.ToArray();
            _pipe.Input.AdvanceTo(input.Start, complete ? input.Start : read.Buffer.End);
            if (complete)
                return message;
            if (read.IsCompleted)
                throw new TransportLostException(SshErrorCode.ConnectionLost, "The server closed the connection without saying why.");
        }
    }
}
