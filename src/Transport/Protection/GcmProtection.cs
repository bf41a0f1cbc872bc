using System.Buffers.Binary;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>aes128-gcm@openssh.com and aes256-gcm@openssh.com (RFC 5647 section 7, with OpenSSH's names): the length stays in the
/// clear as associated data. The nonce is four fixed bytes and a 64-bit counter, both from the derived IV; it goes on from packet
/// to packet whatever becomes of the sequence number.</summary>
internal sealed class GcmProtection : IPacketSealer, IPacketOpener
{
    private const int FixedLength = 4;
    private const int NonceLength = 12;

    private readonly AesGcm _cipher;
    private readonly byte[] _nonce = new byte[NonceLength];

    public GcmProtection(Secret key, Secret iv)
    {
        _cipher = new AesGcm(key.Span);
        iv.Span.CopyTo(_nonce);
    }

    public int BlockSize => 16;

    public bool LengthIsAligned => false;

    public int TagLength => 16;

    public int HeadLength => sizeof(uint);

    public void Seal(uint sequence, Span<byte> packet, Span<byte> tag)
    {
        Span<byte> body = packet[sizeof(uint)..];
        _cipher.Seal(_nonce, body, body, tag, packet[..sizeof(uint)]);
        Advance();
    }

    public uint ReadLength(uint sequence, ReadOnlySpan<byte> head) => BinaryPrimitives.ReadUInt32BigEndian(head);

    public bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body)
    {
        bool opened = _cipher.Open(_nonce, packet[sizeof(uint)..], body, tag, packet[..sizeof(uint)]);
        Advance();
        return opened;
    }

    public void Dispose() => _cipher.Dispose();

    private void Advance()
    {
        Span<byte> counter = _nonce.AsSpan(FixedLength);
        BinaryPrimitives.WriteUInt64BigEndian(counter, unchecked(BinaryPrimitives.ReadUInt64BigEndian(counter) + 1));
    }
}
