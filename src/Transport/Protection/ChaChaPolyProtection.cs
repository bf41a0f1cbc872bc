using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305): the length is encrypted with a key of its own, and
/// the tag covers both.</summary>
internal sealed class ChaChaPolyProtection(Secret key) : IPacketSealer, IPacketOpener
{
    private readonly ChaCha20Poly1305OpenSsh _cipher = new(key.Span);

    public int BlockSize => 8;

    public bool LengthIsAligned => false;

    public int TagLength => 16;

    public int HeadLength => sizeof(uint);

    public void Seal(uint sequence, Span<byte> packet, Span<byte> tag) => _cipher.Seal(sequence, packet, tag);

    public uint ReadLength(uint sequence, ReadOnlySpan<byte> head) => _cipher.PeekLength(sequence, head);

    public bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body) =>
        _cipher.Open(sequence, packet, tag, body);

    public void Dispose() => _cipher.Dispose();
}
