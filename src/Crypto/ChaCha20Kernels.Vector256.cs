using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <content>AVX2: eight blocks, or four.</content>
internal static unsafe partial class ChaCha20Kernels
{
    /// <summary>Exclusive-ors whole runs of 512 bytes, eight blocks at a time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void TransformVector256(uint* state, byte* source, byte* destination, nuint length)
    {
        ulong counter = state[12] | (ulong)state[13] << 32;
        for (; length > 0; length -= 512, source += 512, destination += 512, counter += 8)
        {
            Vector256<uint> low = Vector256.Create((uint)counter) + Vector256<uint>.Indices;
            Vector256<uint> carried = Vector256.LessThan(low, Vector256.Create((uint)counter)); // all ones: minus one
            Vector256<uint> high = Vector256.Create((uint)(counter >> 32)) - carried;

            Vector256<uint> x0 = Vector256.Create(state[0]), x1 = Vector256.Create(state[1]);
            Vector256<uint> x2 = Vector256.Create(state[2]), x3 = Vector256.Create(state[3]);
            Vector256<uint> x4 = Vector256.Create(state[4]), x5 = Vector256.Create(state[5]);
            Vector256<uint> x6 = Vector256.Create(state[6]), x7 = Vector256.Create(state[7]);
            Vector256<uint> x8 = Vector256.Create(state[8]), x9 = Vector256.Create(state[9]);
            Vector256<uint> x10 = Vector256.Create(state[10]), x11 = Vector256.Create(state[11]);
            Vector256<uint> x12 = low, x13 = high;
            Vector256<uint> x14 = Vector256.Create(state[14]), x15 = Vector256.Create(state[15]);
            for (int i = 0; i < 10; i++)
            {
                FourQuarterRounds(
                    ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, ref x6, ref x7,
                    ref x8, ref x9, ref x10, ref x11, ref x12, ref x13, ref x14, ref x15);
                FourQuarterRounds(
                    ref x0, ref x1, ref x2, ref x3, ref x5, ref x6, ref x7, ref x4,
                    ref x10, ref x11, ref x8, ref x9, ref x15, ref x12, ref x13, ref x14);
            }
            x0 += Vector256.Create(state[0]);
            x1 += Vector256.Create(state[1]);
            x2 += Vector256.Create(state[2]);
            x3 += Vector256.Create(state[3]);
            x4 += Vector256.Create(state[4]);
            x5 += Vector256.Create(state[5]);
            x6 += Vector256.Create(state[6]);
            x7 += Vector256.Create(state[7]);
            x8 += Vector256.Create(state[8]);
            x9 += Vector256.Create(state[9]);
            x10 += Vector256.Create(state[10]);
            x11 += Vector256.Create(state[11]);
            x12 += low;
            x13 += high;
            x14 += Vector256.Create(state[14]);
            x15 += Vector256.Create(state[15]);

            Transpose(ref x0, ref x1, ref x2, ref x3);
            Transpose(ref x4, ref x5, ref x6, ref x7);
            Transpose(ref x8, ref x9, ref x10, ref x11);
            Transpose(ref x12, ref x13, ref x14, ref x15);
            StoreBlockAndFifth(x0, x4, x8, x12, source, destination);
            StoreBlockAndFifth(x1, x5, x9, x13, source + 64, destination + 64);
            StoreBlockAndFifth(x2, x6, x10, x14, source + 128, destination + 128);
            StoreBlockAndFifth(x3, x7, x11, x15, source + 192, destination + 192);
        }
        state[12] = (uint)counter;
        state[13] = (uint)(counter >> 32);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FourBlocksVector256(uint* rows, byte* stream)
    {
        Vector256<uint> a0 = Vector256.Load(rows), b0 = Vector256.Load(rows + 16);
        Vector256<uint> c0 = Vector256.Load(rows + 32), d0 = Vector256.Load(rows + 48);
        Vector256<uint> a1 = Vector256.Load(rows + 8), b1 = Vector256.Load(rows + 24);
        Vector256<uint> c1 = Vector256.Load(rows + 40), d1 = Vector256.Load(rows + 56);
        for (int i = 0; i < 10; i++)
        {
            QuarterRound(ref a0, ref b0, ref c0, ref d0);
            QuarterRound(ref a1, ref b1, ref c1, ref d1);
            ToDiagonals(ref b0, ref c0, ref d0);
            ToDiagonals(ref b1, ref c1, ref d1);
            QuarterRound(ref a0, ref b0, ref c0, ref d0);
            QuarterRound(ref a1, ref b1, ref c1, ref d1);
            ToDiagonals(ref d0, ref c0, ref b0);
            ToDiagonals(ref d1, ref c1, ref b1);
        }
        a0 += Vector256.Load(rows);
        b0 += Vector256.Load(rows + 16);
        c0 += Vector256.Load(rows + 32);
        d0 += Vector256.Load(rows + 48);
        a1 += Vector256.Load(rows + 8);
        b1 += Vector256.Load(rows + 24);
        c1 += Vector256.Load(rows + 40);
        d1 += Vector256.Load(rows + 56);
        StorePair(a0, b0, c0, d0, stream);
        StorePair(a1, b1, c1, d1, stream + 128);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        a += b;
        d = RotateLeft16(d ^ a);
        c += d;
        b = RotateLeft(b ^ c, 12);
        a += b;
        d = RotateLeft8(d ^ a);
        c += d;
        b = RotateLeft(b ^ c, 7);
    }

    // Four independent quarter rounds step by step: sixteen vectors fill all of AVX2's registers, and so taken, few must wait in
    // memory.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourQuarterRounds(
        ref Vector256<uint> a0, ref Vector256<uint> a1, ref Vector256<uint> a2, ref Vector256<uint> a3,
        ref Vector256<uint> b0, ref Vector256<uint> b1, ref Vector256<uint> b2, ref Vector256<uint> b3,
        ref Vector256<uint> c0, ref Vector256<uint> c1, ref Vector256<uint> c2, ref Vector256<uint> c3,
        ref Vector256<uint> d0, ref Vector256<uint> d1, ref Vector256<uint> d2, ref Vector256<uint> d3)
    {
        Mix(ref a0, ref a1, ref a2, ref a3, b0, b1, b2, b3, ref d0, ref d1, ref d2, ref d3);
        d0 = RotateLeft16(d0);
        d1 = RotateLeft16(d1);
        d2 = RotateLeft16(d2);
        d3 = RotateLeft16(d3);
        Mix(ref c0, ref c1, ref c2, ref c3, d0, d1, d2, d3, ref b0, ref b1, ref b2, ref b3);
        b0 = RotateLeft(b0, 12);
        b1 = RotateLeft(b1, 12);
        b2 = RotateLeft(b2, 12);
        b3 = RotateLeft(b3, 12);
        Mix(ref a0, ref a1, ref a2, ref a3, b0, b1, b2, b3, ref d0, ref d1, ref d2, ref d3);
        d0 = RotateLeft8(d0);
        d1 = RotateLeft8(d1);
        d2 = RotateLeft8(d2);
        d3 = RotateLeft8(d3);
        Mix(ref c0, ref c1, ref c2, ref c3, d0, d1, d2, d3, ref b0, ref b1, ref b2, ref b3);
        b0 = RotateLeft(b0, 7);
        b1 = RotateLeft(b1, 7);
        b2 = RotateLeft(b2, 7);
        b3 = RotateLeft(b3, 7);
    }

    // x += y; z ^= x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector256<uint> x0, ref Vector256<uint> x1, ref Vector256<uint> x2, ref Vector256<uint> x3,
        Vector256<uint> y0, Vector256<uint> y1, Vector256<uint> y2, Vector256<uint> y3,
        ref Vector256<uint> z0, ref Vector256<uint> z1, ref Vector256<uint> z2, ref Vector256<uint> z3)
    {
        x0 += y0;
        x1 += y1;
        x2 += y2;
        x3 += y3;
        z0 ^= x0;
        z1 ^= x1;
        z2 ^= x2;
        z3 ^= x3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ToDiagonals(ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        b = Avx2.Shuffle(b, 0b00_11_10_01);
        c = Avx2.Shuffle(c, 0b01_00_11_10);
        d = Avx2.Shuffle(d, 0b10_01_00_11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateLeft(Vector256<uint> words, [ConstantExpected] int bits) =>
        (words << bits) | (words >>> (32 - bits));

    // Whole bytes: one shuffle instead of two shifts and an or.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateLeft16(Vector256<uint> words) =>
        Avx2.Shuffle(
            words.AsByte(),
            Vector256.Create(Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13))).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateLeft8(Vector256<uint> words) =>
        Avx2.Shuffle(
            words.AsByte(),
            Vector256.Create(Vector128.Create((byte)3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14))).AsUInt32();

    // The four vectors are the rows of blocks n and n + 4.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreBlockAndFifth(
        Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d, byte* source, byte* destination)
    {
        (Avx2.Permute2x128(a, b, 0x20).AsByte() ^ Vector256.Load(source)).Store(destination);
        (Avx2.Permute2x128(c, d, 0x20).AsByte() ^ Vector256.Load(source + 32)).Store(destination + 32);
        (Avx2.Permute2x128(a, b, 0x31).AsByte() ^ Vector256.Load(source + 256)).Store(destination + 256);
        (Avx2.Permute2x128(c, d, 0x31).AsByte() ^ Vector256.Load(source + 288)).Store(destination + 288);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, Vector256<uint> d, byte* stream)
    {
        Avx2.Permute2x128(a, b, 0x20).AsByte().Store(stream);
        Avx2.Permute2x128(c, d, 0x20).AsByte().Store(stream + 32);
        Avx2.Permute2x128(a, b, 0x31).AsByte().Store(stream + 64);
        Avx2.Permute2x128(c, d, 0x31).AsByte().Store(stream + 96);
    }
}
