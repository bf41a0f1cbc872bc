using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>Poly1305's polynomial in vectors: every lane evaluates its own share of the coefficients at a power of r, and the
/// lanes meet at the end. Numbers are five limbs of 26 bits in 64-bit lanes.</summary>
/// <remarks>Bounds: message limbs are below 2^26, carried limbs below 2^26 + 2^9, multipliers below 2^26.1, five times a
/// multiplier below 2^28.5. A limb of h r^16 + g r^8 + d is at most ten products: below 2^58. The message is taken as if enough
/// zero blocks stood before it to fill the first group: they leave a polynomial that starts at zero at zero.</remarks>
internal static unsafe class Poly1305Kernels
{
    private const int Limbs = 5;
    private const ulong LimbMask = (1 << 26) - 1;
    private const ulong TopBit = 1 << 24; // 2^128 in the fifth limb

    /// <summary>Blocks from which the set-up of <see cref="AbsorbVector512"/> pays.</summary>
    public const int LeastVector512 = 96;

    /// <summary>Blocks from which the set-up of <see cref="AbsorbVector256"/> pays.</summary>
    public const int LeastVector256 = 16;

    /// <summary>Evaluates <paramref name="blocks"/> full blocks, two groups of eight at a time, into an h that was zero.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AbsorbVector512(ref Poly1305.State state, byte* message, nuint blocks)
    {
        const int PowersSize = 3 * 9; // three multipliers: r^16, r^8, and the lanes' own
        byte* memory = stackalloc byte[(PowersSize * 64) + 256 + 64];
        Vector512<ulong>* far = (Vector512<ulong>*)(((nuint)memory + 63) & ~(nuint)63), near = far + 9, own = far + 18;
        byte* padded = (byte*)(far + PowersSize);
        PowersVector512(in state, far, near, own);

        nuint missing = (0 - blocks) & 15;
        Vector512<ulong> lanes = Vector512.Create(0ul, 4, 1, 5, 2, 6, 3, 7); // the order Unpack leaves blocks in
        Vector512<ulong> topBit = Vector512.Create(TopBit), mask = Vector512.Create(LimbMask);
        Vector512<ulong> topG = topBit & Vector512.GreaterThanOrEqual(lanes, Vector512.Create((ulong)missing));
        Vector512<ulong> topD = topBit
            & Vector512.GreaterThanOrEqual(lanes + Vector512.Create(8ul), Vector512.Create((ulong)missing));
        Unsafe.InitBlockUnaligned(padded, 0, (uint)missing * 16);
        Unsafe.CopyBlockUnaligned(padded + missing * 16, message, 256 - (uint)missing * 16);
        message += 256 - missing * 16;
        byte* group = padded;

        Vector512<ulong> h0 = default, h1 = default, h2 = default, h3 = default, h4 = default;
        for (nuint left = (blocks + missing) / 16; ; group = message, message += 256)
        {
            Vector512<ulong> x = Vector512.Load(group).AsUInt64(), y = Vector512.Load(group + 64).AsUInt64();
            Vector512<ulong> low = Avx512F.UnpackLow(x, y), high = Avx512F.UnpackHigh(x, y);
            Vector512<ulong> g0 = low & mask, g1 = (low >>> 26) & mask, g2 = ((low >>> 52) | (high << 12)) & mask;
            Vector512<ulong> g3 = (high >>> 14) & mask, g4 = (high >>> 40) | topG;
            x = Vector512.Load(group + 128).AsUInt64();
            y = Vector512.Load(group + 192).AsUInt64();
            low = Avx512F.UnpackLow(x, y);
            high = Avx512F.UnpackHigh(x, y);
            Vector512<ulong> d0 = low & mask, d1 = (low >>> 26) & mask, d2 = ((low >>> 52) | (high << 12)) & mask;
            Vector512<ulong> d3 = (high >>> 14) & mask, d4 = (high >>> 40) | topD;
            AddProducts(ref d0, ref d1, ref d2, ref d3, ref d4, g0, g1, g2, g3, g4, near);
            AddProducts(ref d0, ref d1, ref d2, ref d3, ref d4, h0, h1, h2, h3, h4, far);
            Carry(ref d0, ref d1, ref d2, ref d3, ref d4, mask);
            (h0, h1, h2, h3, h4) = (d0, d1, d2, d3, d4);
            if (--left == 0)
            {
                break;
            }
            topG = topD = topBit;
        }

        Vector512<ulong> e0 = default, e1 = default, e2 = default, e3 = default, e4 = default;
        AddProducts(ref e0, ref e1, ref e2, ref e3, ref e4, h0, h1, h2, h3, h4, own);
        Join(ref state, Vector512.Sum(e0), Vector512.Sum(e1), Vector512.Sum(e2), Vector512.Sum(e3), Vector512.Sum(e4));
        ConstantTime.Zero(new Span<byte>(memory, (PowersSize * 64) + 256 + 64));
    }

    /// <summary>Evaluates <paramref name="blocks"/> full blocks, four at a time, into an h that was zero.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AbsorbVector256(ref Poly1305.State state, byte* message, nuint blocks)
    {
        const int PowersSize = 2 * 9; // two multipliers: r^4, and the lanes' own
        byte* memory = stackalloc byte[(PowersSize * 32) + 64 + 32];
        Vector256<ulong>* far = (Vector256<ulong>*)(((nuint)memory + 31) & ~(nuint)31), own = far + 9;
        byte* padded = (byte*)(far + PowersSize);
        PowersVector256(in state, far, own);

        nuint missing = (0 - blocks) & 3;
        Vector256<ulong> mask = Vector256.Create(LimbMask);
        Vector256<ulong> top = Vector256.Create(TopBit)
            & Vector256.GreaterThanOrEqual(Vector256.Create(0ul, 2, 1, 3), Vector256.Create((ulong)missing));
        Unsafe.InitBlockUnaligned(padded, 0, (uint)missing * 16);
        Unsafe.CopyBlockUnaligned(padded + missing * 16, message, 64 - (uint)missing * 16);
        message += 64 - missing * 16;
        byte* group = padded;

        Vector256<ulong> h0 = default, h1 = default, h2 = default, h3 = default, h4 = default;
        for (nuint left = (blocks + missing) / 4; ; group = message, message += 64)
        {
            Vector256<ulong> x = Vector256.Load(group).AsUInt64(), y = Vector256.Load(group + 32).AsUInt64();
            Vector256<ulong> low = Avx2.UnpackLow(x, y), high = Avx2.UnpackHigh(x, y);
            Vector256<ulong> d0 = low & mask, d1 = (low >>> 26) & mask, d2 = ((low >>> 52) | (high << 12)) & mask;
            Vector256<ulong> d3 = (high >>> 14) & mask, d4 = (high >>> 40) | top;
            AddProducts(ref d0, ref d1, ref d2, ref d3, ref d4, h0, h1, h2, h3, h4, far);
            Carry(ref d0, ref d1, ref d2, ref d3, ref d4, mask);
            (h0, h1, h2, h3, h4) = (d0, d1, d2, d3, d4);
            if (--left == 0)
            {
                break;
            }
            top = Vector256.Create(TopBit);
        }

        Vector256<ulong> e0 = default, e1 = default, e2 = default, e3 = default, e4 = default;
        AddProducts(ref e0, ref e1, ref e2, ref e3, ref e4, h0, h1, h2, h3, h4, own);
        Join(ref state, Vector256.Sum(e0), Vector256.Sum(e1), Vector256.Sum(e2), Vector256.Sum(e3), Vector256.Sum(e4));
        ConstantTime.Zero(new Span<byte>(memory, (PowersSize * 32) + 64 + 32));
    }

    // r^16 and r^8 in every lane, and r^8 to r^1 in the order of the lanes' blocks, by doubling: (r, r^2), then times r^2 to
    // (r .. r^4), then times r^4 to (r .. r^8).
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void PowersVector512(in Poly1305.State state, Vector512<ulong>* far, Vector512<ulong>* near, Vector512<ulong>* own)
    {
        ulong* r = stackalloc ulong[Limbs];
        Split(in state, r);
        for (int i = 0; i < Limbs; i++)
        {
            own[i] = Vector512.Create(r[i]);
        }
        Multiply(own, own, near);
        for (int i = 0; i < Limbs; i++)
        {
            own[i] = Vector512.ConditionalSelect(Vector512.Create(~0ul, 0, ~0ul, 0, ~0ul, 0, ~0ul, 0), own[i], near[i]);
        }
        Multiply(own, near, far);
        for (int i = 0; i < Limbs; i++)
        {
            own[i] = Vector512.ConditionalSelect(Vector512.Create(~0ul, ~0ul, 0, 0, ~0ul, ~0ul, 0, 0), own[i], far[i]);
            near[i] = Vector512.Create(own[i].GetElement(3));
        }
        Multiply(own, near, far);
        for (int i = 0; i < Limbs; i++)
        {
            own[i] = Vector512.ConditionalSelect(Vector512.Create(~0ul, ~0ul, ~0ul, ~0ul, 0, 0, 0, 0), own[i], far[i]);
            near[i] = Vector512.Create(own[i].GetElement(7));
            own[i] = Avx512F.PermuteVar8x64(own[i], Vector512.Create(7ul, 3, 6, 2, 5, 1, 4, 0));
        }
        Multiply(near, near, far);
        TimesFive(far);
        TimesFive(near);
        TimesFive(own);
        ConstantTime.Zero(new Span<ulong>(r, Limbs));
    }

    // r^4 in every lane, and r^4 to r^1 in the order of the lanes' blocks.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void PowersVector256(in Poly1305.State state, Vector256<ulong>* far, Vector256<ulong>* own)
    {
        ulong* r = stackalloc ulong[Limbs];
        Split(in state, r);
        Vector256<ulong>* square = stackalloc Vector256<ulong>[Limbs];
        for (int i = 0; i < Limbs; i++)
        {
            own[i] = Vector256.Create(r[i]);
        }
        Multiply(own, own, square);
        for (int i = 0; i < Limbs; i++)
        {
            own[i] = Vector256.ConditionalSelect(Vector256.Create(~0ul, 0, ~0ul, 0), own[i], square[i]);
        }
        Multiply(own, square, far);
        for (int i = 0; i < Limbs; i++)
        {
            own[i] = Vector256.ConditionalSelect(Vector256.Create(~0ul, ~0ul, 0, 0), own[i], far[i]);
            far[i] = Vector256.Create(own[i].GetElement(3));
            own[i] = Avx2.Permute4x64(own[i], 0b00_10_01_11);
        }
        TimesFive(far);
        TimesFive(own);
        ConstantTime.Zero(new Span<ulong>(r, Limbs));
        ConstantTime.Zero(new Span<byte>(square, Limbs * 32));
    }

    // z = x y, carried; x may be y.
    private static void Multiply(Vector512<ulong>* x, Vector512<ulong>* y, Vector512<ulong>* z)
    {
        TimesFive(y);
        Vector512<ulong> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default;
        AddProducts(ref d0, ref d1, ref d2, ref d3, ref d4, x[0], x[1], x[2], x[3], x[4], y);
        Carry(ref d0, ref d1, ref d2, ref d3, ref d4, Vector512.Create(LimbMask));
        (z[0], z[1], z[2], z[3], z[4]) = (d0, d1, d2, d3, d4);
    }

    private static void Multiply(Vector256<ulong>* x, Vector256<ulong>* y, Vector256<ulong>* z)
    {
        Vector256<ulong>* multiplier = stackalloc Vector256<ulong>[9];
        for (int i = 0; i < Limbs; i++)
        {
            multiplier[i] = y[i];
        }
        TimesFive(multiplier);
        Vector256<ulong> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default;
        AddProducts(ref d0, ref d1, ref d2, ref d3, ref d4, x[0], x[1], x[2], x[3], x[4], multiplier);
        Carry(ref d0, ref d1, ref d2, ref d3, ref d4, Vector256.Create(LimbMask));
        (z[0], z[1], z[2], z[3], z[4]) = (d0, d1, d2, d3, d4);
        ConstantTime.Zero(new Span<byte>(multiplier, 9 * 32));
    }

    // A multiplier is five limbs and, for what comes back from above 2^130, five times the upper four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TimesFive(Vector512<ulong>* r)
    {
        for (int i = 1; i < Limbs; i++)
        {
            r[i + 4] = r[i] + (r[i] << 2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TimesFive(Vector256<ulong>* r)
    {
        for (int i = 1; i < Limbs; i++)
        {
            r[i + 4] = r[i] + (r[i] << 2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Product(Vector512<ulong> x, Vector512<ulong> y) => Avx512F.Multiply(x.AsUInt32(), y.AsUInt32());

    // d += h r. The multiplier stays in memory: with it in registers there would be none left for the sums.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(
        ref Vector512<ulong> d0,
        ref Vector512<ulong> d1,
        ref Vector512<ulong> d2,
        ref Vector512<ulong> d3,
        ref Vector512<ulong> d4,
        Vector512<ulong> h0,
        Vector512<ulong> h1,
        Vector512<ulong> h2,
        Vector512<ulong> h3,
        Vector512<ulong> h4,
        Vector512<ulong>* r)
    {
        d0 += Product(h0, r[0]) + Product(h2, r[7]) + (Product(h3, r[6]) + Product(h1, r[8])) + Product(h4, r[5]);
        d1 += Product(h0, r[1]) + Product(h2, r[8]) + (Product(h3, r[7]) + Product(h1, r[0])) + Product(h4, r[6]);
        d2 += Product(h0, r[2]) + Product(h2, r[0]) + (Product(h3, r[8]) + Product(h1, r[1])) + Product(h4, r[7]);
        d3 += Product(h0, r[3]) + Product(h2, r[1]) + (Product(h3, r[0]) + Product(h1, r[2])) + Product(h4, r[8]);
        d4 += Product(h0, r[4]) + Product(h2, r[2]) + (Product(h3, r[1]) + Product(h1, r[3])) + Product(h4, r[0]);
    }

    // Two carry chains at once, 3 -> 4 -> 0 -> 1 and 0 -> 1 -> 2 -> 3 -> 4: half the wait of a single one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(
        ref Vector512<ulong> d0,
        ref Vector512<ulong> d1,
        ref Vector512<ulong> d2,
        ref Vector512<ulong> d3,
        ref Vector512<ulong> d4,
        Vector512<ulong> mask)
    {
        d4 += d3 >>> 26;
        d3 &= mask;
        d1 += d0 >>> 26;
        d0 &= mask;
        Vector512<ulong> above = d4 >>> 26;
        d4 &= mask;
        d0 += above + (above << 2);
        d2 += d1 >>> 26;
        d1 &= mask;
        d3 += d2 >>> 26;
        d2 &= mask;
        d1 += d0 >>> 26;
        d0 &= mask;
        d4 += d3 >>> 26;
        d3 &= mask;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(Vector256<ulong> x, Vector256<ulong> y) => Avx2.Multiply(x.AsUInt32(), y.AsUInt32());

    // d += h r. The multiplier stays in memory: with it in registers there would be none left for the sums.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(
        ref Vector256<ulong> d0,
        ref Vector256<ulong> d1,
        ref Vector256<ulong> d2,
        ref Vector256<ulong> d3,
        ref Vector256<ulong> d4,
        Vector256<ulong> h0,
        Vector256<ulong> h1,
        Vector256<ulong> h2,
        Vector256<ulong> h3,
        Vector256<ulong> h4,
        Vector256<ulong>* r)
    {
        d0 += Product(h0, r[0]) + Product(h2, r[7]) + (Product(h3, r[6]) + Product(h1, r[8])) + Product(h4, r[5]);
        d1 += Product(h0, r[1]) + Product(h2, r[8]) + (Product(h3, r[7]) + Product(h1, r[0])) + Product(h4, r[6]);
        d2 += Product(h0, r[2]) + Product(h2, r[0]) + (Product(h3, r[8]) + Product(h1, r[1])) + Product(h4, r[7]);
        d3 += Product(h0, r[3]) + Product(h2, r[1]) + (Product(h3, r[0]) + Product(h1, r[2])) + Product(h4, r[8]);
        d4 += Product(h0, r[4]) + Product(h2, r[2]) + (Product(h3, r[1]) + Product(h1, r[3])) + Product(h4, r[0]);
    }

    // Two carry chains at once, 3 -> 4 -> 0 -> 1 and 0 -> 1 -> 2 -> 3 -> 4: half the wait of a single one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(
        ref Vector256<ulong> d0,
        ref Vector256<ulong> d1,
        ref Vector256<ulong> d2,
        ref Vector256<ulong> d3,
        ref Vector256<ulong> d4,
        Vector256<ulong> mask)
    {
        d4 += d3 >>> 26;
        d3 &= mask;
        d1 += d0 >>> 26;
        d0 &= mask;
        Vector256<ulong> above = d4 >>> 26;
        d4 &= mask;
        d0 += above + (above << 2);
        d2 += d1 >>> 26;
        d1 &= mask;
        d3 += d2 >>> 26;
        d2 &= mask;
        d1 += d0 >>> 26;
        d0 &= mask;
        d4 += d3 >>> 26;
        d3 &= mask;
    }

    // r in limbs.
    private static void Split(in Poly1305.State state, ulong* r)
    {
        r[0] = state.R0 & LimbMask;
        r[1] = (state.R0 >> 26) & LimbMask;
        r[2] = ((state.R0 >> 52) | (state.R1 << 12)) & LimbMask;
        r[3] = (state.R1 >> 14) & LimbMask;
        r[4] = state.R1 >> 40;
    }

    // The sum of the lanes, limbs below 2^62, as three words.
    private static void Join(ref Poly1305.State state, ulong e0, ulong e1, ulong e2, ulong e3, ulong e4)
    {
        e1 += e0 >> 26;
        e2 += e1 >> 26;
        e3 += e2 >> 26;
        e4 += e3 >> 26;
        e0 = (e0 & LimbMask) + (e4 >> 26) * 5;
        e1 = (e1 & LimbMask) + (e0 >> 26);
        e0 &= LimbMask;
        e2 = (e2 & LimbMask) + (e1 >> 26);
        e1 &= LimbMask;
        e3 = (e3 & LimbMask) + (e2 >> 26);
        e2 &= LimbMask;
        e4 = (e4 & LimbMask) + (e3 >> 26);
        e3 &= LimbMask;
        state.H0 = e0 | (e1 << 26) | (e2 << 52);
        state.H1 = (e2 >> 12) | (e3 << 14) | (e4 << 40);
        state.H2 = e4 >> 24;
    }
}
