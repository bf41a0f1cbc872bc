using System.Buffers;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>The incoming half of the binary packet protocol (RFC 4253 section 6): finds packets in the stream, opens them, counts
/// them. Opening is the one copy a payload makes; it lies in one buffer that the next packet overwrites.</summary>
/// <param name="tap">Sees every packet as it came; null for none.</param>
internal sealed class InboundPackets(IWireTap? tap = null) : IDisposable
{
    private const int NoLengthYet = -1;

    private IPacketOpener _opener = new PlainProtection();
    private byte[] _body = new byte[4096];
    private byte[] _scattered = [];
    private int _length = NoLengthYet;

    /// <summary>The sequence number of the next packet (RFC 4253 section 6.4).</summary>
    public uint Sequence { get; private set; }

    /// <summary>Bytes of the last packet as they travelled.</summary>
    public int LastLength { get; private set; }

    /// <summary>Bytes opened under the present keys.</summary>
    public long BytesUnderKeys { get; private set; }

    /// <summary>Packets opened under the present keys.</summary>
    public long PacketsUnderKeys { get; private set; }

    /// <summary>Takes the next packet off <paramref name="input"/>.</summary>
    /// <returns>False when it is not complete yet.</returns>
    /// <exception cref="PeerMisbehavedException">Length, padding or authentication is wrong.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> input, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (_length == NoLengthYet && !TryReadLength(input))
            return false;

        int sealedLength = sizeof(uint) + _length;
        int total = sealedLength + _opener.TagLength;
        if (input.Length < total)
            return false;

        ReadOnlySpan<byte> packet = Contiguous(input, total);
        tap?.Wire(sent: false, packet);
        if (_body.Length < _length)
        {
            ConstantTime.Zero(_body.AsSpan()); // the last payload may have held a password
            _body = new byte[Math.Min(Math.Max(2 * _body.Length, _length), WireLimits.PacketLength)];
        }

        Span<byte> body = _body.AsSpan(0, _length);
        if (!_opener.Open(Sequence, packet[..sealedLength], packet[sealedLength..], body))
        {
            throw new PeerMisbehavedException(
                SshErrorCode.IntegrityFailure,
                $"Packet {Sequence} from the peer failed its integrity check: it was damaged or changed on the way.",
                "If it happens again, a device between the two sides alters the data.",
                DisconnectReason.MacError);
        }

        int padding = body[0];
        if (padding < PacketFraming.MinimumPadding || padding > _length - 2)
            throw new PeerMisbehavedException(SshErrorCode.BadPacket, $"Packet {Sequence} from the peer has {padding} bytes of padding in a packet of {_length}.");

        payload = body[1..(_length - padding)];
        input = input.Slice(total);
        LastLength = total;
        BytesUnderKeys += total;
        PacketsUnderKeys++;
        Sequence++;
        _length = NoLengthYet;
        return true;
    }

    /// <summary>The peer's NEWKEYS has come: from the next packet on <paramref name="opener"/> opens.</summary>
    public void UseKeys(IPacketOpener opener, bool resetSequence)
    {
        _opener.Dispose();
        _opener = opener;
        BytesUnderKeys = 0;
        PacketsUnderKeys = 0;
        if (resetSequence)
            Sequence = 0;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _opener.Dispose();
        ConstantTime.Zero(_body.AsSpan());
    }

    private bool TryReadLength(in ReadOnlySequence<byte> input)
    {
        int headLength = _opener.HeadLength;
        if (input.Length < headLength)
            return false;

        Span<byte> head = stackalloc byte[headLength]; // 4, or a cipher block of at most 16
        input.Slice(0, headLength).CopyTo(head);
        uint length = _opener.ReadLength(Sequence, head);
        PacketFraming.CheckLength(length, _opener.BlockSize, _opener.LengthIsAligned);
        _length = (int)length;
        return true;
    }

    // A packet that spans two reads is joined first; with large reads that is one in many.
    private ReadOnlySpan<byte> Contiguous(in ReadOnlySequence<byte> input, int total)
    {
        if (input.FirstSpan.Length >= total)
            return input.FirstSpan[..total];

        if (_scattered.Length < total)
            _scattered = new byte[total];
        input.Slice(0, total).CopyTo(_scattered);
        return _scattered.AsSpan(0, total);
    }
}
