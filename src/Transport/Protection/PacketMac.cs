using System.Buffers.Binary;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>MAC(key, sequence number ‖ packet) (RFC 4253 section 6.4).</summary>
internal sealed class PacketMac(Mac mac, Secret key) : IDisposable
{
    private const int LongestTag = 64;

    private readonly Hmac _hmac = new(mac.Hash, key.Span);

    /// <summary>Bytes of tag.</summary>
    public int Length => mac.Length;

    public void Compute(uint sequence, ReadOnlySpan<byte> packet, Span<byte> tag) => Compute(sequence, packet, default, tag);

    /// <summary>Compares in constant time.</summary>
    public bool Verify(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag) => Verify(sequence, packet, default, tag);

    /// <summary>As <see cref="Verify(uint, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>, for a packet in two pieces.</summary>
    public bool Verify(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest, ReadOnlySpan<byte> tag)
    {
        Span<byte> expected = stackalloc byte[LongestTag];
        expected = expected[..Length];
        Compute(sequence, first, rest, expected);
        return ConstantTime.Equal(expected, tag);
    }

    public void Dispose() => _hmac.Dispose();

    private void Compute(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest, Span<byte> tag)
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(number, sequence);
        _hmac.Append(number);
        _hmac.Append(first);
        _hmac.Append(rest);
        _hmac.Finish(tag);
    }
}
