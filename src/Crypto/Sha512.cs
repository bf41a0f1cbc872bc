using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>SHA-512 and SHA-384 (RFC 6234, FIPS 180-4).</summary>
internal sealed unsafe class Sha512 : Hash
{
    private const int Rounds = 80;

    private readonly int _digestSize;

    /// <param name="digestSize">64, or 48 for SHA-384.</param>
    public Sha512(int digestSize)
        : base(digestSize, blockSize: 128, bigEndianLength: true) => _digestSize = digestSize;

    /// <summary>The fraction bits of the cube roots of the first eighty primes.</summary>
    internal static ReadOnlySpan<ulong> Constants =>
    [
        0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
        0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
        0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
        0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
        0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
        0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
        0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
        0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
        0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
        0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
        0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
        0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
        0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
        0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
        0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
        0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
        0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
        0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
        0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
        0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
    ];

    /// <summary>The fraction bits of the square roots of the first eight primes.</summary>
    internal static ReadOnlySpan<ulong> Initial512 =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    // The same of the ninth to the sixteenth prime.
    private static ReadOnlySpan<ulong> Initial384 =>
    [
        0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
        0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
    ];

    private protected override void Initialise(Span<byte> chain) =>
        (_digestSize == 64 ? Initial512 : Initial384).CopyTo(MemoryMarshal.Cast<byte, ulong>(chain));

    private protected override void Compress(Span<byte> chain, ReadOnlySpan<byte> blocks)
    {
        fixed (byte* state = chain, first = blocks)
        {
            Compress((ulong*)state, first, (nuint)blocks.Length / 128, VectorPaths.Best);
        }
    }

    private protected override void WriteDigest(ReadOnlySpan<byte> chain, Span<byte> digest)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(chain);
        for (int i = 0; i < _digestSize / 8; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(digest[(8 * i)..], words[i]);
        }
    }

    /// <summary>The compression function over <paramref name="count"/> blocks.</summary>
    internal static void Compress(ulong* state, byte* blocks, nuint count, VectorPath path)
    {
        if (path >= VectorPath.Vector256)
        {
            CompressVector256(state, blocks, count);
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
        public fixed ulong Words[16];
    }

    // Rounds in integers, and four words of the message schedule at a time in vectors, for the round sixteen later.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CompressVector256(ulong* state, byte* blocks, nuint count)
    {
        Ring ring;
        ulong* w = ring.Words;
        ulong a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        fixed (ulong* constants = Constants)
        {
            for (; count > 0; count--, blocks += 128)
            {
                ulong* k = constants;
                Vector256<ulong> w0 = LoadBigEndian(blocks), w1 = LoadBigEndian(blocks + 32);
                Vector256<ulong> w2 = LoadBigEndian(blocks + 64), w3 = LoadBigEndian(blocks + 96);
                (w0 + Vector256.Load(k)).Store(w);
                (w1 + Vector256.Load(k + 4)).Store(w + 4);
                (w2 + Vector256.Load(k + 8)).Store(w + 8);
                (w3 + Vector256.Load(k + 12)).Store(w + 12);
                ulong bc = b ^ c;
                for (int i = 16; i < Rounds; i += 16)
                {
                    k += 16;
                    w0 = Schedule(w0, w1, w2, w3);
                    FourRounds(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref bc, w);
                    (w0 + Vector256.Load(k)).Store(w);
                    w1 = Schedule(w1, w2, w3, w0);
                    FourRounds(ref e, ref f, ref g, ref h, ref a, ref b, ref c, ref d, ref bc, w + 4);
                    (w1 + Vector256.Load(k + 4)).Store(w + 4);
                    w2 = Schedule(w2, w3, w0, w1);
                    FourRounds(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref bc, w + 8);
                    (w2 + Vector256.Load(k + 8)).Store(w + 8);
                    w3 = Schedule(w3, w0, w1, w2);
                    FourRounds(ref e, ref f, ref g, ref h, ref a, ref b, ref c, ref d, ref bc, w + 12);
                    (w3 + Vector256.Load(k + 12)).Store(w + 12);
                }
                FourRounds(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref bc, w);
                FourRounds(ref e, ref f, ref g, ref h, ref a, ref b, ref c, ref d, ref bc, w + 4);
                FourRounds(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h, ref bc, w + 8);
                FourRounds(ref e, ref f, ref g, ref h, ref a, ref b, ref c, ref d, ref bc, w + 12);
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
        ConstantTime.Zero(new Span<ulong>(w, 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> LoadBigEndian(byte* at) =>
        Avx2.Shuffle(
            Vector256.Load(at),
            Vector256.Create(Vector128.Create((byte)7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8))).AsUInt64();

    // The words 16 rounds after those of w0. The last two of the four need the first two: hence two steps, each with zeros where
    // the other's words are, which stay zeros.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Schedule(Vector256<ulong> w0, Vector256<ulong> w1, Vector256<ulong> w2, Vector256<ulong> w3)
    {
        Vector256<ulong> sum = w0 + ShiftIn(w2, w3) + SmallSigma0(ShiftIn(w0, w1));
        sum += SmallSigma1(Avx2.Permute2x128(w3, w3, 0b1000_0001));
        return sum + SmallSigma1(Avx2.Permute2x128(sum, sum, 0b0000_1000));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> SmallSigma0(Vector256<ulong> x) => RotateRight(x, 1) ^ RotateRight(x, 8) ^ (x >>> 7);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> SmallSigma1(Vector256<ulong> x) => RotateRight(x, 19) ^ RotateRight(x, 61) ^ (x >>> 6);

    // The upper three words of low and the lowest of high.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> ShiftIn(Vector256<ulong> low, Vector256<ulong> high) =>
        Avx512F.VL.IsSupported
            ? Avx512F.VL.AlignRight64(high, low, 1)
            : Avx2.Permute4x64(Avx2.Blend(low.AsUInt32(), high.AsUInt32(), 0b0000_0011).AsUInt64(), 0b00_11_10_01);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateRight(Vector256<ulong> words, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(words, bits) : (words >>> bits) | (words << (64 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRounds(
        ref ulong a, ref ulong b, ref ulong c, ref ulong d, ref ulong e, ref ulong f, ref ulong g, ref ulong h, ref ulong bc, ulong* w)
    {
        Round(a, b, ref d, e, f, g, ref h, ref bc, w[0]);
        Round(h, a, ref c, d, e, f, ref g, ref bc, w[1]);
        Round(g, h, ref b, c, d, e, ref f, ref bc, w[2]);
        Round(f, g, ref a, b, c, d, ref e, ref bc, w[3]);
    }

    // Majority(a, b, c) = ((a ^ b) & (b ^ c)) ^ b, where b ^ c is the a ^ b of the round before. Rounds wait for one another in e,
    // which is d plus what h becomes: summed by itself rather than from h, it is ready a step earlier.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ulong a, ulong b, ref ulong d, ulong e, ulong f, ulong g, ref ulong h, ref ulong bc, ulong addend)
    {
        h += addend;
        d += h;
        ulong choice = ((f ^ g) & e) ^ g;
        ulong sum = BitOperations.RotateRight(e, 14) ^ BitOperations.RotateRight(e, 18) ^ BitOperations.RotateRight(e, 41);
        d += choice;
        h += choice;
        d += sum;
        h += sum;
        ulong ab = a ^ b;
        h += (BitOperations.RotateRight(a, 28) ^ BitOperations.RotateRight(a, 34) ^ BitOperations.RotateRight(a, 39)) + ((ab & bc) ^ b);
        bc = ab;
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CompressScalar(ulong* state, byte* blocks, nuint count)
    {
        ulong* w = stackalloc ulong[Rounds];
        ulong a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        fixed (ulong* constants = Constants)
        {
            for (; count > 0; count--, blocks += 128)
            {
                ulong bc = b ^ c;
                for (int i = 0; i < 16; i++)
                {
                    w[i] = Words.BigEndian64(blocks + 8 * i);
                }
                for (int i = 16; i < Rounds; i++)
                {
                    ulong early = w[i - 15], late = w[i - 2];
                    w[i] = w[i - 16] + w[i - 7]
                        + (BitOperations.RotateRight(early, 1) ^ BitOperations.RotateRight(early, 8) ^ (early >> 7))
                        + (BitOperations.RotateRight(late, 19) ^ BitOperations.RotateRight(late, 61) ^ (late >> 6));
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
        ConstantTime.Zero(new Span<ulong>(w, Rounds));
    }
}
