using System.Buffers.Binary;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>A cipher under a MAC over the ciphertext (OpenSSH's PROTOCOL file section 1.5): the length stays in the
/// clear, and nothing is decrypted before the tag is verified.</summary>
internal sealed class EncryptThenMac(ICipher cipher, PacketMac mac) : IPacketSealer, IPacketOpener
{

    public int BlockSize => cipher.BlockSize;

    public bool LengthIsAligned => false;

    public int TagLength => mac.Length;

    public int HeadLength => sizeof(uint);

    public void Seal(uint sequence, Span<byte> packet, Span<byte> tag)
    {
        Span<byte> body = packet[sizeof(uint)..];
        cipher.Encrypt(body, body);
        mac.Compute(sequence, packet, tag);
    }

    public uint ReadLength(uint sequence, ReadOnlySpan<byte> head) => BinaryPrimitives.ReadUInt32BigEndian(head);

    public bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body)
    {
        if (!mac.Verify(sequence, packet, tag))
            return false;
        cipher.Decrypt(packet[sizeof(uint)..], body);
        return true;
    }

    public void Dispose()
    {
        cipher.Dispose();
        mac.Dispose();
    }
}
