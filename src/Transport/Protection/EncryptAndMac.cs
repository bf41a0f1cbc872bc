using System.Buffers.Binary;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>A cipher beside a MAC over the plaintext (RFC 4253 section 6.4): the length is encrypted with everything
/// else, so the first block has to be decrypted before the packet is known to be authentic.</summary>
internal sealed class EncryptAndMac(ICipher cipher, PacketMac mac) : IPacketSealer, IPacketOpener
{
    private readonly byte[] _head = new byte[cipher.BlockSize];

    public int BlockSize => cipher.BlockSize;

    public bool LengthIsAligned => true;

    public int TagLength => mac.Length;

    public int HeadLength => cipher.BlockSize;

    public void Seal(uint sequence, Span<byte> packet, Span<byte> tag)
    {
        mac.Compute(sequence, packet, tag);
        cipher.Encrypt(packet, packet);
    }

    public uint ReadLength(uint sequence, ReadOnlySpan<byte> head)
    {
        cipher.Decrypt(head[.._head.Length], _head);
        return BinaryPrimitives.ReadUInt32BigEndian(_head);
    }

    public bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body)
    {
        _head.AsSpan(sizeof(uint)).CopyTo(body);
        cipher.Decrypt(packet[_head.Length..], body[(_head.Length - sizeof(uint))..]);
        bool verified = mac.Verify(sequence, _head.AsSpan(0, sizeof(uint)), body, tag);
        _head.AsSpan().Clear();
        if (!verified)
            body.Clear(); // nobody shall read what is not authentic
        return verified;
    }

    public void Dispose()
    {
        cipher.Dispose();
        mac.Dispose();
    }
}
