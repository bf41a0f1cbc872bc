using System.Buffers.Binary;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>The MAC of a packet under its sequence number. A packet may come in two pieces, the first of at most one cipher
/// block.</summary>
internal abstract class PacketMac(int length) : IDisposable
{
    private const int LongestTag = 64;

    /// <summary>Bytes of tag.</summary>
    public int Length { get; } = length;

    /// <summary>The MAC of a row of the table under <paramref name="key"/>, which stays the caller's.</summary>
    public static PacketMac Create(Mac mac, Secret key) => mac.Hash is { } hash
        ? new HmacPacketMac(hash, key, mac.TagLength)
        : new UmacPacketMac(key, mac.TagLength);

    /// <summary>Writes the tag.</summary>
    public void Compute(uint sequence, ReadOnlySpan<byte> packet, Span<byte> tag) => Compute(sequence, default, packet, tag);

    /// <summary>Compares in constant time.</summary>
    public bool Verify(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag) => Verify(sequence, default, packet, tag);

    /// <summary>As <see cref="Verify(uint, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>, for a packet in two pieces.</summary>
    public bool Verify(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest, ReadOnlySpan<byte> tag)
    {
        Span<byte> expected = stackalloc byte[LongestTag];
        expected = expected[..Length];
        Compute(sequence, first, rest, expected);
        return ConstantTime.Equal(expected, tag);
    }

    public abstract void Dispose();

    protected abstract void Compute(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest, Span<byte> tag);

    // MAC(key, sequence number ‖ packet) (RFC 4253 section 6.4).
    private sealed class HmacPacketMac(HashName hash, Secret key, int length) : PacketMac(length)
    {
        private readonly Hmac _hmac = new(hash, key.Span);

        public override void Dispose() => _hmac.Dispose();

        protected override void Compute(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest, Span<byte> tag)
        {
            Span<byte> number = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(number, sequence);
            _hmac.Append(number);
            _hmac.Append(first);
            _hmac.Append(rest);
            _hmac.Finish(tag);
        }
    }

    // The sequence number is UMAC's nonce, a uint64 (draft-miller-secsh-umac section 2).
    private sealed class UmacPacketMac(Secret key, int length) : PacketMac(length)
    {
        private readonly Umac _umac = new(key.Span, length);

        public override void Dispose() => _umac.Dispose();

        protected override void Compute(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest, Span<byte> tag) =>
            _umac.Compute(sequence, first, rest, tag);
    }
}
