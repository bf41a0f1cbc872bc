using System.Buffers.Binary;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>The outer form of a packet (RFC 4253 section 6): <c>uint32 packet_length, byte padding_length, payload, padding</c>.</summary>
internal static class PacketFraming
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = sizeof(uint) + sizeof(byte);

    /// <summary>The least padding.</summary>
    public const int MinimumPadding = 4;

    // padding_length, an empty payload's nothing, and the least padding.
    private const uint MinimumLength = sizeof(byte) + MinimumPadding;

    /// <summary>Leaves room for the header.</summary>
    /// <returns>Where the packet starts.</returns>
    public static int Begin(WireBuffer buffer)
    {
        int start = buffer.Length;
        buffer.Extend(HeaderLength);
        return start;
    }

    /// <summary>Adds padding behind the payload and fills the header in.</summary>
    public static void End(WireBuffer buffer, int start, IPacketSealer sealer, IRandomSource random)
    {
        int payload = buffer.Length - start - HeaderLength;
        int counted = (sealer.LengthIsAligned ? HeaderLength : sizeof(byte)) + payload;
        int padding = sealer.BlockSize - counted % sealer.BlockSize;
        if (padding < MinimumPadding)
            padding += sealer.BlockSize;
        random.Fill(buffer.Extend(padding));
        Span<byte> header = buffer.Written.Slice(start, HeaderLength);
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)(sizeof(byte) + payload + padding));
        header[sizeof(uint)] = (byte)padding;
    }

    /// <summary>Refuses a packet_length that no sender may send, before anything waits for that many bytes.</summary>
    /// <exception cref="PeerMisbehavedException">Too short, too long, or no multiple of the cipher's block.</exception>
    public static void CheckLength(uint length, int blockSize, bool lengthIsAligned)
    {
        if (length is < MinimumLength or > WireLimits.PacketLength)
        {
            throw new PeerMisbehavedException(
                SshErrorCode.BadPacket,
                $"The peer announced a packet of {length} bytes; from {MinimumLength} to {WireLimits.PacketLength} are allowed.",
                "Either the peer's keys differ from ours or the stream is damaged.");
        }

        if ((length + (lengthIsAligned ? sizeof(uint) : 0u)) % (uint)blockSize != 0)
            throw new PeerMisbehavedException(SshErrorCode.BadPacket, $"The peer announced a packet of {length} bytes, which does not fill whole cipher blocks of {blockSize}.");
    }
}
