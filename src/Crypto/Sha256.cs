using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>SHA-256 (RFC 6234, FIPS 180-4).</summary>
internal sealed unsafe class Sha256 : Hash
{
    private const int Rounds = 64;

    public Sha256()
        : base(size: 32, blockSize: 64, bigEndianLength: true)
    {
    }

    // The first 32 fraction bits of the cube roots of the first sixty-four primes.
    private static ReadOnlySpan<uint> Constants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private protected override void Initialise(Span<byte> chain)
    {
        // The first 32 fraction bits of the square roots of the first eight primes.
        ReadOnlySpan<uint> initial =
            [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
        initial.CopyTo(MemoryMarshal.Cast<byte, uint>(chain));
    }

    private protected override void Compress(Span<byte> chain, ReadOnlySpan<byte> blocks)
    {
        fixed (byte* state = chain, first = blocks)
        {
            CompressPortable((uint*)state, first, (nuint)blocks.Length / 64);
        }
    }

    private protected override void WriteDigest(ReadOnlySpan<byte> chain, Span<byte> digest)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(chain);
        for (int i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * i)..], words[i]);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CompressPortable(uint* state, byte* blocks, nuint count)
    {
        uint* w = stackalloc uint[Rounds];
        fixed (uint* k = Constants)
        {
            for (; count > 0; count--, blocks += 64)
            {
                for (int i = 0; i < 16; i++)
                {
                    w[i] = Words.BigEndian32(blocks + 4 * i);
                }
                for (int i = 16; i < Rounds; i++)
                {
                    uint early = w[i - 15], late = w[i - 2];
                    w[i] = w[i - 16] + w[i - 7]
                        + (BitOperations.RotateRight(early, 7) ^ BitOperations.RotateRight(early, 18) ^ (early >> 3))
                        + (BitOperations.RotateRight(late, 17) ^ BitOperations.RotateRight(late, 19) ^ (late >> 10));
                }
                uint a = state[0], b = state[1], c = state[2], d = state[3];
                uint e = state[4], f = state[5], g = state[6], h = state[7];
                for (int i = 0; i < Rounds; i += 8)
                {
                    Round(a, b, c, ref d, e, f, g, ref h, w[i] + k[i]);
                    Round(h, a, b, ref c, d, e, f, ref g, w[i + 1] + k[i + 1]);
                    Round(g, h, a, ref b, c, d, e, ref f, w[i + 2] + k[i + 2]);
                    Round(f, g, h, ref a, b, c, d, ref e, w[i + 3] + k[i + 3]);
                    Round(e, f, g, ref h, a, b, c, ref d, w[i + 4] + k[i + 4]);
                    Round(d, e, f, ref g, h, a, b, ref c, w[i + 5] + k[i + 5]);
                    Round(c, d, e, ref f, g, h, a, ref b, w[i + 6] + k[i + 6]);
                    Round(b, c, d, ref e, f, g, h, ref a, w[i + 7] + k[i + 7]);
                }
                state[0] += a;
                state[1] += b;
                state[2] += c;
                state[3] += d;
                state[4] += e;
                state[5] += f;
                state[6] += g;
                state[7] += h;
            }
        }
        ConstantTime.Zero(new Span<byte>(w, Rounds * sizeof(uint)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, uint b, uint c, ref uint d, uint e, uint f, uint g, ref uint h, uint addend)
    {
        h += addend;
        h += g ^ (e & (f ^ g));
        h += BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
        d += h;
        h += (a & b) | (c & (a | b));
        h += BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
    }
}
