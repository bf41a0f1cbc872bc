using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>SHA-256 and SHA-224 (RFC 6234, FIPS 180-4).</summary>
internal sealed unsafe class Sha256 : Hash
{
    private const int Rounds = 64;

    /// <param name="digestSize">32, or 28 for SHA-224.</param>
    public Sha256(int digestSize)
        : base(digestSize, blockSize: 64, bigEndianLength: true)
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
        // The first 32 fraction bits of the square roots of the first eight primes; for SHA-224 the second 32 of the next eight.
        ReadOnlySpan<uint> initial256 =
            [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
        ReadOnlySpan<uint> initial224 =
            [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];
        (Size == 28 ? initial224 : initial256).CopyTo(MemoryMarshal.Cast<byte, uint>(chain));
    }

    private protected override void Compress(Span<byte> chain, ReadOnlySpan<byte> blocks)
    {
        fixed (byte* state = chain, first = blocks)
        {
            Compress((uint*)state, first, (nuint)blocks.Length / 64, VectorPaths.Best);
        }
    }

    private protected override void WriteDigest(ReadOnlySpan<byte> chain, Span<byte> digest)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(chain);
        for (int i = 0; i < Size / 4; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * i)..], words[i]);
        }
    }

    /// <summary>The compression function over <paramref name="count"/> blocks.</summary>
    internal static void Compress(uint* state, byte* blocks, nuint count, VectorPath path)
    {
        if (path >= VectorPath.Vector128 && Ssse3.IsSupported)
        {
            CompressVector128(state, blocks, count);
        }
        else
        {
            CompressScalar(state, blocks, count);
        }
    }

    // The next sixteen words of the message schedule, each with its round's constant added. It is a struct because a local of known
    // place needs no register to point to it, and the eight words of state leave few.
    private struct Ring
    {
        public fixed uint Words[16];
    }

    // Rounds in integers, and four words of the message schedule at a time in vectors, for the round sixteen later.
    // The last sixteen rounds make words that nobody needs: cheaper than code of their own, which has to be compiled and cached too.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CompressVector128(uint* state, byte* blocks, nuint count)
    {
        Ring ring;
        uint* w = ring.Words;
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        fixed (uint* constants = Constants)
        {
            for (; count > 0; count--, blocks += 64)
            {
                uint* k = constants;
                Vector128<uint> w0 = LoadBigEndian(blocks), w1 = LoadBigEndian(blocks + 16);
                Vector128<uint> w2 = LoadBigEndian(blocks + 32), w3 = LoadBigEndian(blocks + 48);
                (w0 + Vector128.Load(k)).Store(w);
                (w1 + Vector128.Load(k + 4)).Store(w + 4);
                (w2 + Vector128.Load(k + 8)).Store(w + 8);
                (w3 + Vector128.Load(k + 12)).Store(w + 12);
                uint bc = b ^ c;
                for (int i = 16; i <= Rounds; i += 16)
                {
                    k = constants + (i % Rounds);
                    w0 = Schedule(w0, w1, w2, w3);
                    FourRounds(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref bc, w);
                    (w0 + Vector128.Load(k)).Store(w);
                    w1 = Schedule(w1, w2, w3, w0);
                    FourRounds(ref e, ref f, ref g, ref h, ref a, ref b, ref c, ref d, ref bc, w + 4);
                    (w1 + Vector128.Load(k + 4)).Store(w + 4);
                    w2 = Schedule(w2, w3, w0, w1);
                    FourRounds(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref bc, w + 8);
                    (w2 + Vector128.Load(k + 8)).Store(w + 8);
                    w3 = Schedule(w3, w0, w1, w2);
                    FourRounds(ref e, ref f, ref g, ref h, ref a, ref b, ref c, ref d, ref bc, w + 12);
                    (w3 + Vector128.Load(k + 12)).Store(w + 12);
                }
                state[0] = a += state[0];
                state[1] = b += state[1];
                state[2] = c += state[2];
                state[3] = d += state[3];
                state[4] = e += state[4];
                state[5] = f += state[5];
                state[6] = g += state[6];
                state[7] = h += state[7];
            }
        }
        ConstantTime.Zero(new Span<byte>(w, 16 * sizeof(uint)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> LoadBigEndian(byte* at) =>
        Ssse3.Shuffle(Vector128.Load(at), Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)).AsUInt32();

    // The words 16 rounds after those of w0. The last two of the four need the first two: hence two steps, each with zeros where
    // the other's words are, which stay zeros.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Schedule(Vector128<uint> w0, Vector128<uint> w1, Vector128<uint> w2, Vector128<uint> w3)
    {
        Vector128<uint> sum = w0 + ShiftIn(w2, w3) + SmallSigma0(ShiftIn(w0, w1));
        sum += SmallSigma1(Sse2.ShiftRightLogical128BitLane(w3, 8));
        return sum + SmallSigma1(Sse2.ShiftLeftLogical128BitLane(sum, 8));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> SmallSigma0(Vector128<uint> x) => RotateRight(x, 7) ^ RotateRight(x, 18) ^ (x >>> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> SmallSigma1(Vector128<uint> x) => RotateRight(x, 17) ^ RotateRight(x, 19) ^ (x >>> 10);

    // The upper three words of low and the lowest of high.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ShiftIn(Vector128<uint> low, Vector128<uint> high) =>
        Ssse3.AlignRight(high.AsByte(), low.AsByte(), 4).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateRight(Vector128<uint> words, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(words, bits) : (words >>> bits) | (words << (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRounds(
        ref uint a, ref uint b, ref uint c, ref uint d, ref uint e, ref uint f, ref uint g, ref uint h, ref uint bc, uint* w)
    {
        Round(a, b, ref d, e, f, g, ref h, ref bc, w[0]);
        Round(h, a, ref c, d, e, f, ref g, ref bc, w[1]);
        Round(g, h, ref b, c, d, e, ref f, ref bc, w[2]);
        Round(f, g, ref a, b, c, d, ref e, ref bc, w[3]);
    }

    // Majority(a, b, c) = ((a ^ b) & (b ^ c)) ^ b, where b ^ c is the a ^ b of the round before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(uint a, uint b, ref uint d, uint e, uint f, uint g, ref uint h, ref uint bc, uint addend)
    {
        h += addend;
        h += ((f ^ g) & e) ^ g;
        h += BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
        d += h;
        uint ab = a ^ b;
        h += (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22)) + ((ab & bc) ^ b);
        bc = ab;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CompressScalar(uint* state, byte* blocks, nuint count)
    {
        uint* w = stackalloc uint[Rounds];
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        fixed (uint* constants = Constants)
        {
            for (; count > 0; count--, blocks += 64)
            {
                uint bc = b ^ c;
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
                for (int i = 0; i < Rounds; i++)
                {
                    w[i] += constants[i];
                }
                for (int i = 0; i < Rounds; i += 8)
                {
                    FourRounds(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref bc, w + i);
                    FourRounds(ref e, ref f, ref g, ref h, ref a, ref b, ref c, ref d, ref bc, w + i + 4);
                }
                state[0] = a += state[0];
                state[1] = b += state[1];
                state[2] = c += state[2];
                state[3] = d += state[3];
                state[4] = e += state[4];
                state[5] = f += state[5];
                state[6] = g += state[6];
                state[7] = h += state[7];
            }
        }
        ConstantTime.Zero(new Span<byte>(w, Rounds * sizeof(uint)));
    }
}
