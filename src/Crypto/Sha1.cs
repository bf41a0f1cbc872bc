using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>SHA-1 (RFC 3174): eighty steps on five words, the message schedule spread out first. Collisions are
/// practical; HMAC-SHA-1 and hashed host names do not rest on their absence.</summary>
internal sealed unsafe class Sha1 : Hash
{
    public Sha1()
        : base(size: 20, blockSize: 64, bigEndianLength: true)
    {
    }

    private protected override void Initialise(Span<byte> chain)
    {
        ReadOnlySpan<uint> initial = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
        initial.CopyTo(MemoryMarshal.Cast<byte, uint>(chain));
    }

    private protected override void Compress(Span<byte> chain, ReadOnlySpan<byte> blocks)
    {
        fixed (byte* state = chain, first = blocks)
        {
            for (byte* block = first; block < first + blocks.Length; block += 64)
            {
                CompressOne((uint*)state, block);
            }
        }
    }

    private protected override void WriteDigest(ReadOnlySpan<byte> chain, Span<byte> digest)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(chain);
        for (int i = 0; i < 5; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * i)..], words[i]);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CompressOne(uint* state, byte* block)
    {
        uint* w = stackalloc uint[80];
        for (int i = 0; i < 16; i++)
        {
            w[i] = Words.BigEndian32(block + 4 * i);
        }
        for (int i = 16; i < 80; i++)
        {
            w[i] = BitOperations.RotateLeft(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        }
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
        for (int i = 0; i < 20; i += 5)
        {
            Step(a, ref b, ref e, Choose(b, c, d) + w[i] + 0x5a827999);
            Step(e, ref a, ref d, Choose(a, b, c) + w[i + 1] + 0x5a827999);
            Step(d, ref e, ref c, Choose(e, a, b) + w[i + 2] + 0x5a827999);
            Step(c, ref d, ref b, Choose(d, e, a) + w[i + 3] + 0x5a827999);
            Step(b, ref c, ref a, Choose(c, d, e) + w[i + 4] + 0x5a827999);
        }
        for (int i = 20; i < 40; i += 5)
        {
            Step(a, ref b, ref e, Parity(b, c, d) + w[i] + 0x6ed9eba1);
            Step(e, ref a, ref d, Parity(a, b, c) + w[i + 1] + 0x6ed9eba1);
            Step(d, ref e, ref c, Parity(e, a, b) + w[i + 2] + 0x6ed9eba1);
            Step(c, ref d, ref b, Parity(d, e, a) + w[i + 3] + 0x6ed9eba1);
            Step(b, ref c, ref a, Parity(c, d, e) + w[i + 4] + 0x6ed9eba1);
        }
        for (int i = 40; i < 60; i += 5)
        {
            Step(a, ref b, ref e, Majority(b, c, d) + w[i] + 0x8f1bbcdc);
            Step(e, ref a, ref d, Majority(a, b, c) + w[i + 1] + 0x8f1bbcdc);
            Step(d, ref e, ref c, Majority(e, a, b) + w[i + 2] + 0x8f1bbcdc);
            Step(c, ref d, ref b, Majority(d, e, a) + w[i + 3] + 0x8f1bbcdc);
            Step(b, ref c, ref a, Majority(c, d, e) + w[i + 4] + 0x8f1bbcdc);
        }
        for (int i = 60; i < 80; i += 5)
        {
            Step(a, ref b, ref e, Parity(b, c, d) + w[i] + 0xca62c1d6);
            Step(e, ref a, ref d, Parity(a, b, c) + w[i + 1] + 0xca62c1d6);
            Step(d, ref e, ref c, Parity(e, a, b) + w[i + 2] + 0xca62c1d6);
            Step(c, ref d, ref b, Parity(d, e, a) + w[i + 3] + 0xca62c1d6);
            Step(b, ref c, ref a, Parity(c, d, e) + w[i + 4] + 0xca62c1d6);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        ConstantTime.Zero(new Span<byte>(w, 80 * sizeof(uint)));
    }

    // The five words change their roles instead of their places: five steps bring them round.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(uint a, ref uint b, ref uint e, uint addend)
    {
        e += BitOperations.RotateLeft(a, 5) + addend;
        b = BitOperations.RotateLeft(b, 30);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Choose(uint b, uint c, uint d) => d ^ (b & (c ^ d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Parity(uint b, uint c, uint d) => b ^ c ^ d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Majority(uint b, uint c, uint d) => (b & c) | (d & (b | c));
}
