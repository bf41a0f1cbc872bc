using System.Buffers.Binary;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>A counter-mode cipher beside a MAC over the plaintext (RFC 4253 section 6.4): the length is encrypted with everything
/// else, so the first block has to be decrypted before the packet is known to be authentic.</summary>
internal sealed class EncryptAndMac(Secret key, Secret iv, Mac mac, Secret macKey) : IPacketSealer, IPacketOpener
{
    private const int Block = 16;

    private readonly AesCtr _cipher = new(key.Span, iv.Span);
    private readonly PacketMac _mac = new(mac, macKey);
    private readonly byte[] _head = new byte[Block];

    public int BlockSize => Block;

    public bool LengthIsAligned => true;

    public int TagLength => _mac.Length;

    public int HeadLength => Block;

    public void Seal(uint sequence, Span<byte> packet, Span<byte> tag)
    {
        _mac.Compute(sequence, packet, tag);
        _cipher.Transform(packet, packet);
    }

    public uint ReadLength(uint sequence, ReadOnlySpan<byte> head)
    {
        _cipher.Transform(head[..Block], _head);
        return BinaryPrimitives.ReadUInt32BigEndian(_head);
    }

    public bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body)
    {
        _head.AsSpan(sizeof(uint)).CopyTo(body);
        _cipher.Transform(packet[Block..], body[(Block - sizeof(uint))..]);
        bool verified = _mac.Verify(sequence, _head.AsSpan(0, sizeof(uint)), body, tag);
        _head.AsSpan().Clear();
        return verified;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _mac.Dispose();
    }
}
