using System.Buffers.Binary;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>A counter-mode cipher under a MAC over the ciphertext (OpenSSH's PROTOCOL file section 1.5): the length stays in the
/// clear, and nothing is decrypted before the tag is verified.</summary>
internal sealed class EncryptThenMac(Secret key, Secret iv, Mac mac, Secret macKey) : IPacketSealer, IPacketOpener
{
    private readonly AesCtr _cipher = new(key.Span, iv.Span);
    private readonly PacketMac _mac = new(mac, macKey);

    public int BlockSize => 16;

    public bool LengthIsAligned => false;

    public int TagLength => _mac.Length;

    public int HeadLength => sizeof(uint);

    public void Seal(uint sequence, Span<byte> packet, Span<byte> tag)
    {
        Span<byte> body = packet[sizeof(uint)..];
        _cipher.Transform(body, body);
        _mac.Compute(sequence, packet, tag);
    }

    public uint ReadLength(uint sequence, ReadOnlySpan<byte> head) => BinaryPrimitives.ReadUInt32BigEndian(head);

    public bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body)
    {
        if (!_mac.Verify(sequence, packet, tag))
            return false;
        _cipher.Transform(packet[sizeof(uint)..], body);
        return true;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        _mac.Dispose();
    }
}
