using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <content>AVX-512: sixteen blocks, or four.</content>
internal static unsafe partial class ChaCha20Kernels
{
    /// <summary>Exclusive-ors whole runs of 1024 bytes, sixteen blocks at a time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void TransformVector512(uint* state, byte* source, byte* destination, nuint length)
    {
        ulong counter = state[12] | (ulong)state[13] << 32;
        for (; length > 0; length -= 1024, source += 1024, destination += 1024, counter += 16)
        {
            Vector512<uint> low = Vector512.Create((uint)counter) + Vector512<uint>.Indices;
            Vector512<uint> carried = Vector512.LessThan(low, Vector512.Create((uint)counter)); // all ones: minus one
            Vector512<uint> high = Vector512.Create((uint)(counter >> 32)) - carried;

            Vector512<uint> x0 = Vector512.Create(state[0]), x1 = Vector512.Create(state[1]);
            Vector512<uint> x2 = Vector512.Create(state[2]), x3 = Vector512.Create(state[3]);
            Vector512<uint> x4 = Vector512.Create(state[4]), x5 = Vector512.Create(state[5]);
            Vector512<uint> x6 = Vector512.Create(state[6]), x7 = Vector512.Create(state[7]);
            Vector512<uint> x8 = Vector512.Create(state[8]), x9 = Vector512.Create(state[9]);
            Vector512<uint> x10 = Vector512.Create(state[10]), x11 = Vector512.Create(state[11]);
            Vector512<uint> x12 = low, x13 = high;
            Vector512<uint> x14 = Vector512.Create(state[14]), x15 = Vector512.Create(state[15]);
            for (int i = 0; i < 10; i++)
            {
                QuarterRound(ref x0, ref x4, ref x8, ref x12);
                QuarterRound(ref x1, ref x5, ref x9, ref x13);
                QuarterRound(ref x2, ref x6, ref x10, ref x14);
                QuarterRound(ref x3, ref x7, ref x11, ref x15);
                QuarterRound(ref x0, ref x5, ref x10, ref x15);
                QuarterRound(ref x1, ref x6, ref x11, ref x12);
                QuarterRound(ref x2, ref x7, ref x8, ref x13);
                QuarterRound(ref x3, ref x4, ref x9, ref x14);
            }
            x0 += Vector512.Create(state[0]);
            x1 += Vector512.Create(state[1]);
            x2 += Vector512.Create(state[2]);
            x3 += Vector512.Create(state[3]);
            x4 += Vector512.Create(state[4]);
            x5 += Vector512.Create(state[5]);
            x6 += Vector512.Create(state[6]);
            x7 += Vector512.Create(state[7]);
            x8 += Vector512.Create(state[8]);
            x9 += Vector512.Create(state[9]);
            x10 += Vector512.Create(state[10]);
            x11 += Vector512.Create(state[11]);
            x12 += low;
            x13 += high;
            x14 += Vector512.Create(state[14]);
            x15 += Vector512.Create(state[15]);

            // Now word w of block b is element b of xw. Four by four words within each quarter, then the quarters.
            Transpose(ref x0, ref x1, ref x2, ref x3);
            Transpose(ref x4, ref x5, ref x6, ref x7);
            Transpose(ref x8, ref x9, ref x10, ref x11);
            Transpose(ref x12, ref x13, ref x14, ref x15);
            StoreEveryFourth(x0, x4, x8, x12, source, destination);
            StoreEveryFourth(x1, x5, x9, x13, source + 64, destination + 64);
            StoreEveryFourth(x2, x6, x10, x14, source + 128, destination + 128);
            StoreEveryFourth(x3, x7, x11, x15, source + 192, destination + 192);
        }
        state[12] = (uint)counter;
        state[13] = (uint)(counter >> 32);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FourBlocksVector512(uint* rows, byte* stream)
    {
        Vector512<uint> a = Vector512.Load(rows), b = Vector512.Load(rows + 16);
        Vector512<uint> c = Vector512.Load(rows + 32), d = Vector512.Load(rows + 48);
        for (int i = 0; i < 10; i++)
        {
            QuarterRound(ref a, ref b, ref c, ref d);
            ToDiagonals(ref b, ref c, ref d);
            QuarterRound(ref a, ref b, ref c, ref d);
            ToDiagonals(ref d, ref c, ref b); // and back: the same turns the other way round
        }
        a += Vector512.Load(rows);
        b += Vector512.Load(rows + 16);
        c += Vector512.Load(rows + 32);
        d += Vector512.Load(rows + 48);
        TransposeLanes(ref a, ref b, ref c, ref d);
        a.AsByte().Store(stream);
        b.AsByte().Store(stream + 64);
        c.AsByte().Store(stream + 128);
        d.AsByte().Store(stream + 192);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(ref Vector512<uint> a, ref Vector512<uint> b, ref Vector512<uint> c, ref Vector512<uint> d)
    {
        a += b;
        d = Avx512F.RotateLeft(d ^ a, 16);
        c += d;
        b = Avx512F.RotateLeft(b ^ c, 12);
        a += b;
        d = Avx512F.RotateLeft(d ^ a, 8);
        c += d;
        b = Avx512F.RotateLeft(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ToDiagonals(ref Vector512<uint> b, ref Vector512<uint> c, ref Vector512<uint> d)
    {
        b = Avx512F.Shuffle(b, 0b00_11_10_01);
        c = Avx512F.Shuffle(c, 0b01_00_11_10);
        d = Avx512F.Shuffle(d, 0b10_01_00_11);
    }

    // Within each 128-bit lane, element j of vector i becomes element i of vector j.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector512<uint> x0, ref Vector512<uint> x1, ref Vector512<uint> x2, ref Vector512<uint> x3)
    {
        Vector512<ulong> low01 = Avx512F.UnpackLow(x0, x1).AsUInt64(), high01 = Avx512F.UnpackHigh(x0, x1).AsUInt64();
        Vector512<ulong> low23 = Avx512F.UnpackLow(x2, x3).AsUInt64(), high23 = Avx512F.UnpackHigh(x2, x3).AsUInt64();
        x0 = Avx512F.UnpackLow(low01, low23).AsUInt32();
        x1 = Avx512F.UnpackHigh(low01, low23).AsUInt32();
        x2 = Avx512F.UnpackLow(high01, high23).AsUInt32();
        x3 = Avx512F.UnpackHigh(high01, high23).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector256<uint> x0, ref Vector256<uint> x1, ref Vector256<uint> x2, ref Vector256<uint> x3)
    {
        Vector256<ulong> low01 = Avx2.UnpackLow(x0, x1).AsUInt64(), high01 = Avx2.UnpackHigh(x0, x1).AsUInt64();
        Vector256<ulong> low23 = Avx2.UnpackLow(x2, x3).AsUInt64(), high23 = Avx2.UnpackHigh(x2, x3).AsUInt64();
        x0 = Avx2.UnpackLow(low01, low23).AsUInt32();
        x1 = Avx2.UnpackHigh(low01, low23).AsUInt32();
        x2 = Avx2.UnpackLow(high01, high23).AsUInt32();
        x3 = Avx2.UnpackHigh(high01, high23).AsUInt32();
    }

    // 128-bit lane j of vector i becomes lane i of vector j.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeLanes(ref Vector512<uint> a, ref Vector512<uint> b, ref Vector512<uint> c, ref Vector512<uint> d)
    {
        Vector512<uint> ab = Avx512F.Shuffle4x128(a, b, 0b01_00_01_00), cd = Avx512F.Shuffle4x128(c, d, 0b01_00_01_00);
        Vector512<uint> abHigh = Avx512F.Shuffle4x128(a, b, 0b11_10_11_10), cdHigh = Avx512F.Shuffle4x128(c, d, 0b11_10_11_10);
        a = Avx512F.Shuffle4x128(ab, cd, 0b10_00_10_00);
        b = Avx512F.Shuffle4x128(ab, cd, 0b11_01_11_01);
        c = Avx512F.Shuffle4x128(abHigh, cdHigh, 0b10_00_10_00);
        d = Avx512F.Shuffle4x128(abHigh, cdHigh, 0b11_01_11_01);
    }

    // The four vectors are the rows of blocks n, n + 4, n + 8 and n + 12.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEveryFourth(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d, byte* source, byte* destination)
    {
        TransposeLanes(ref a, ref b, ref c, ref d);
        (a.AsByte() ^ Vector512.Load(source)).Store(destination);
        (b.AsByte() ^ Vector512.Load(source + 256)).Store(destination + 256);
        (c.AsByte() ^ Vector512.Load(source + 512)).Store(destination + 512);
        (d.AsByte() ^ Vector512.Load(source + 768)).Store(destination + 768);
    }
}
