using System.Buffers.Binary;

namespace LucidSsh.Transport;

/// <summary>No protection: before the first keys (RFC 4253 section 6: the block size is 8 then).</summary>
internal sealed class PlainProtection : IPacketSealer, IPacketOpener
{
    public int BlockSize => 8;

    public bool LengthIsAligned => true;

    public int TagLength => 0;

    public int HeadLength => sizeof(uint);

    public void Seal(uint sequence, Span<byte> packet, Span<byte> tag)
    {
    }

    public uint ReadLength(uint sequence, ReadOnlySpan<byte> head) => BinaryPrimitives.ReadUInt32BigEndian(head);

    public bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body)
    {
        packet[sizeof(uint)..].CopyTo(body);
        return true;
    }

    public void Dispose()
    {
    }
}
