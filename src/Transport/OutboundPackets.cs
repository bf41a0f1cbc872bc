using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>The outgoing half of the binary packet protocol: encodes messages straight into the buffer that goes to the network
/// and seals them there. Any thread may send; the lock makes the order. Between our KEXINIT and our NEWKEYS only the key exchange
/// may speak (RFC 4253 section 7.1), so everything else waits here, encoded, in order and within a bound.</summary>
internal sealed class OutboundPackets(IRandomSource random, Tracer tracer, RekeyLimits limits) : IDisposable
{
    /// <summary>Bytes waiting for the network above which bulk senders wait.</summary>
    public const int RoomLimit = 1024 * 1024;

    /// <summary>Bytes waiting for the network above which nothing more is read. It lies well above what bulk senders reach: where
    /// both sides' bulk data alone could stop both read loops, each would wait for the other for ever.</summary>
    public const int DrainLimit = 8 * RoomLimit;

    /// <summary>Bytes of messages that may wait for a key exchange to end. Bulk data never waits here, so only a peer that provokes
    /// answers without end, or a caller that sends without asking for room, gets so far.</summary>
    public const int HeldBackLimit = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _heldBack = new();
    private int _heldBackBytes;
    private WireBuffer _ready = new(64 * 1024);
    private IPacketSealer _sealer = new PlainProtection();
    private uint _sequence;
    private long _bytesUnderKeys;
    private long _packetsUnderKeys;
    private bool _rekeyAllowed;
    private byte[]? _kexInit;
    private TaskCompletionSource? _room;
    private SshException? _ended;

    /// <summary>True when a login has been asked for: a SUCCESS before that answers nothing.</summary>
    public bool LoginRequested { get; private set; }

    /// <summary>Sees everything as it leaves; null for none.</summary>
    public IWireTap? Tap { get; init; }

    /// <summary>Makes the payload of a KEXINIT; set once by the key exchange before anything is sent.</summary>
    public required Func<byte[]> MakeKexInit { get; init; }

    /// <summary>Called, under the lock, with true when a key exchange begins to hold messages back, with false when it has ended; it must
    /// not wait.</summary>
    public Action<bool>? Holding { get; init; }

    /// <summary>Keeps the packets of the handshake; null where nobody does.</summary>
    public HandshakeRecorder? Recorder { get; init; }

    /// <summary>Called, under the lock, whenever there is something new for the network.</summary>
    public required Action Wake { get; init; }

    /// <summary>Queues the identification line, which is no packet.</summary>
    public void SendRaw(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            bytes.CopyTo(_ready.Extend(bytes.Length));
            Tap?.Wire(sent: true, bytes);
            Wake();
        }
    }

    /// <summary>Seals a message, or holds it back while keys are exchanged.</summary>
    /// <exception cref="SshException">The connection has ended; its reason.</exception>
    public void Send<TMessage>(scoped in TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        lock (_gate)
        {
            ThrowIfEnded();
            LoginRequested |= TMessage.Number == MessageNumber.UserAuthRequest;
            if (_kexInit is not null && !MayLeaveDuringKeyExchange(TMessage.Number))
            {
                byte[] payload = Message.ToArray(message);
                tracer.Sending<TMessage>(payload);
                HoldBack(payload);
                return;
            }

            int start = PacketFraming.Begin(_ready);
            try
            {
                Message.Encode(_ready, message);
            }
            catch
            {
                _ready.Truncate(start);
                throw;
            }

            tracer.Sending<TMessage>(_ready.Written[(start + PacketFraming.HeaderLength)..]);
            Finish(start, TMessage.Number);
            StartKeyExchangeWhenDue();
            Wake();
        }
    }

    /// <summary>Sends our KEXINIT unless this key exchange's is on its way already, and returns its payload.</summary>
    public byte[] StartKeyExchange(string because)
    {
        lock (_gate)
        {
            ThrowIfEnded();
            if (_kexInit is null)
            {
                tracer.Emit(new KeyExchangeStarted(because));
                byte[] payload = MakeKexInit();
                tracer.Sending<KexInit>(payload);
                SealPayload(payload);
                _kexInit = payload;
                Holding?.Invoke(true);
                Wake();
            }

            return _kexInit;
        }
    }

    /// <summary>Sends NEWKEYS under the old keys, takes the new ones into use and lets go what was held back.</summary>
    public void SendNewKeys(IPacketSealer sealer, bool resetSequence)
    {
        lock (_gate)
        {
            ThrowIfEnded();
            tracer.Sending<NewKeys>([(byte)MessageNumber.NewKeys]);
            SealPayload([(byte)MessageNumber.NewKeys]);
            _sealer.Dispose();
            _sealer = sealer;
            _bytesUnderKeys = 0;
            _packetsUnderKeys = 0;
            if (resetSequence)
                _sequence = 0;
            _kexInit = null;
            Holding?.Invoke(false);
            tracer.Emit(new KeysInUse("out", resetSequence));
            while (_heldBack.TryDequeue(out byte[]? payload))
            {
                SealPayload(payload);
                ConstantTime.Zero(payload.AsSpan()); // it may be a login request with a password
            }

            _heldBackBytes = 0;
            SignalRoom();
            Wake();
        }
    }

    /// <summary>From now on the limits may start a key exchange: peers need not cope with one before login is complete.</summary>
    public void AllowRekeying()
    {
        lock (_gate)
            _rekeyAllowed = true;
    }

    /// <summary>Exchanges the filled buffer for an empty one.</summary>
    /// <param name="buffer">In: an empty buffer; out: what is to be sent, or the same buffer where there is nothing.</param>
    /// <returns>False when there is nothing to send.</returns>
    public bool TryTake(ref WireBuffer buffer)
    {
        lock (_gate)
        {
            if (_ready.Length == 0)
                return false;
            (buffer, _ready) = (_ready, buffer);
            SignalRoom();
            return true;
        }
    }

    /// <summary>Completes when bulk data may be sent: the queue is short and no key exchange is under way.</summary>
    /// <exception cref="SshException">The connection has ended; its reason.</exception>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => WaitAsync(RoomLimit, evenDuringKeyExchange: false, cancellationToken);

    /// <summary>Completes when the queue is below <see cref="DrainLimit"/>, key exchange or not: the read loop waits for that, and
    /// must not wait for the key exchange that only it can bring to an end.</summary>
    /// <exception cref="SshException">The connection has ended; its reason.</exception>
    public ValueTask WaitUntilDrainedAsync(CancellationToken cancellationToken) => WaitAsync(DrainLimit, evenDuringKeyExchange: true, cancellationToken);

    /// <summary>The connection has ended: nobody sends any more, and those who wait learn why.</summary>
    public void End(SshException reason)
    {
        lock (_gate)
        {
            _ended ??= reason;
            while (_heldBack.TryDequeue(out byte[]? payload))
                ConstantTime.Zero(payload.AsSpan());
            _heldBackBytes = 0;
            _room?.TrySetResult();
            _room = null;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate)
        {
            _sealer.Dispose();
            _ready.Zero();
        }
    }

    private async ValueTask WaitAsync(int limit, bool evenDuringKeyExchange, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                ThrowIfEnded();
                if (_ready.Length < limit && (evenDuringKeyExchange || _kexInit is null))
                    return;
                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool MayLeaveDuringKeyExchange(MessageNumber number) =>
        (byte)number is >= 1 and <= 4 or >= 20 and <= 49;

    private void HoldBack(byte[] payload)
    {
        _heldBackBytes += payload.Length;
        if (_heldBackBytes > HeldBackLimit)
        {
            throw new PeerMisbehavedException(
                SshErrorCode.LimitExceeded,
                $"More than {HeldBackLimit / 1024} KiB of messages piled up while the peer did not finish its key exchange.");
        }

        _heldBack.Enqueue(payload);
    }

    private void SealPayload(ReadOnlySpan<byte> payload)
    {
        int start = PacketFraming.Begin(_ready);
        payload.CopyTo(_ready.Extend(payload.Length));
        Finish(start, (MessageNumber)payload[0]);
    }

    private void Finish(int start, MessageNumber number)
    {
        int payloadLength = _ready.Length - start - PacketFraming.HeaderLength;
        try
        {
            PacketFraming.End(_ready, start, _sealer, random);
        }
        catch
        {
            _ready.Truncate(start); // what is not sealed must never reach the network
            throw;
        }

        int packetLength = _ready.Length - start;
        Span<byte> tag = _ready.Extend(_sealer.TagLength);
        _sealer.Seal(_sequence, _ready.Written.Slice(start, packetLength), tag);
        Tap?.Wire(sent: true, _ready.Written[start..]);
        uint sequence = _sequence++;
        _packetsUnderKeys++;
        _bytesUnderKeys += packetLength;
        Recorder?.Packet(sent: true, number, packetLength + tag.Length);
        tracer.Emit(new PacketSent(sequence, number, payloadLength));
    }

    private void StartKeyExchangeWhenDue()
    {
        if (_rekeyAllowed && _kexInit is null && limits.Reached(_bytesUnderKeys, _packetsUnderKeys))
            StartKeyExchange(limits.Describe(_bytesUnderKeys, _packetsUnderKeys, "sent"));
    }

    private void SignalRoom()
    {
        _room?.TrySetResult();
        _room = null;
    }

    private void ThrowIfEnded()
    {
        if (_ended is not null)
            throw _ended;
    }
}
