using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>Four elements of the field of 2^255 - 19 side by side, one per 64-bit lane of an AVX2 vector: ten limbs of 26 and 25
/// bits by turns, least first, so that a product of limbs is one 32-bit multiplication. A pointer to an element points at its ten
/// vectors, aligned to 32 bytes. Constant time.
/// <para>Bounds, for limbs of 26 bits (those of 25 bits have half). <i>Tight</i>: at most 2^26 + 2^16. <i>Loose</i>: below
/// 1.5 * 2^27 + 2^17, the sum or difference of two tight limbs, of which 19 times still fits in 32 bits.</para></summary>
internal static unsafe class FieldElement25519x4
{
    /// <summary>The limbs of an element.</summary>
    public const int Limbs = 10;

    /// <summary>The vectors of a multiplier's table: 19 b0 .. 19 b9 (the first is not used), then b0 .. b9.</summary>
    public const int TableLength = 2 * Limbs;

    private const ulong EvenMask = (1ul << 26) - 1;
    private const ulong OddMask = (1ul << 25) - 1;

    /// <summary>The limbs of 2p: added before a subtraction so that no limb goes below zero.</summary>
    public static ReadOnlySpan<uint> TwoP =>
    [
        (1 << 27) - 38, (1 << 26) - 2, (1 << 27) - 2, (1 << 26) - 2, (1 << 27) - 2,
        (1 << 26) - 2, (1 << 27) - 2, (1 << 26) - 2, (1 << 27) - 2, (1 << 26) - 2,
    ];

    /// <summary>Sets limb <paramref name="i"/> of a multiplier's table, of which <paramref name="b"/> points at b0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetTable(Vector256<ulong>* b, int i, Vector256<ulong> limb)
    {
        b[i] = limb;
        b[i - Limbs] = Product(limb, Vector256.Create(19ul));
    }

    /// <summary>product = a b, tight; a loose, b a table. Row i adds a[i] b[k - i] to column k, where b[-j] is 19 b[10 - j]; two
    /// limbs of 25 bits together stand one bit too low, and count twice. Columns stay below 2^63.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    public static void Multiply(Vector256<ulong>* product, Vector256<ulong>* a, Vector256<ulong>* b)
    {
        Vector256<ulong> r0 = default, r1 = default, r2 = default, r3 = default, r4 = default;
        Vector256<ulong> r5 = default, r6 = default, r7 = default, r8 = default, r9 = default;
        for (int i = 0; i < Limbs; i += 2, b -= 2)
        {
            Vector256<ulong> even = a[i];
            Vector256<ulong> odd = a[i + 1];
            Vector256<ulong> twice = odd + odd;
            r0 += Product(even, b[0]) + Product(twice, b[-1]);
            r1 += Product(even, b[1]) + Product(odd, b[0]);
            r2 += Product(even, b[2]) + Product(twice, b[1]);
            r3 += Product(even, b[3]) + Product(odd, b[2]);
            r4 += Product(even, b[4]) + Product(twice, b[3]);
            r5 += Product(even, b[5]) + Product(odd, b[4]);
            r6 += Product(even, b[6]) + Product(twice, b[5]);
            r7 += Product(even, b[7]) + Product(odd, b[6]);
            r8 += Product(even, b[8]) + Product(twice, b[7]);
            r9 += Product(even, b[9]) + Product(odd, b[8]);
        }

        Carry(product, r0, r1, r2, r3, r4, r5, r6, r7, r8, r9);
    }

    /// <summary>square = a a, tight; a loose. The 55 products of <see cref="Multiply"/> that differ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    public static void Square(Vector256<ulong>* square, Vector256<ulong>* a)
    {
        Vector256<ulong> a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7], a8 = a[8], a9 = a[9];
        Vector256<ulong> d0 = a0 + a0, d1 = a1 + a1, d2 = a2 + a2, d3 = a3 + a3, d4 = a4 + a4, d5 = a5 + a5, d6 = a6 + a6, d7 = a7 + a7;
        Vector256<ulong> nineteen = Vector256.Create(19ul);
        Vector256<ulong> w5 = Product(d5, nineteen), w6 = Product(a6, nineteen), w7 = Product(d7, nineteen);
        Vector256<ulong> w8 = Product(a8, nineteen), w9 = Product(a9 + a9, nineteen);

        Vector256<ulong> r0 = Product(a0, a0) + Product(d1, w9) + Product(d2, w8) + Product(d3, w7) + Product(d4, w6) + Product(a5, w5);
        Vector256<ulong> r1 = Product(d0, a1) + Product(a2, w9) + Product(d3, w8) + Product(a4, w7) + Product(d5, w6);
        Vector256<ulong> r2 = Product(d0, a2) + Product(d1, a1) + Product(d3, w9) + Product(d4, w8) + Product(d5, w7) + Product(a6, w6);
        Vector256<ulong> r3 = Product(d0, a3) + Product(d1, a2) + Product(a4, w9) + Product(d5, w8) + Product(a6, w7);
        Vector256<ulong> r4 = Product(d0, a4) + Product(d1, d3) + Product(a2, a2) + Product(d5, w9) + Product(d6, w8) + Product(a7, w7);
        Vector256<ulong> r5 = Product(d0, a5) + Product(d1, a4) + Product(d2, a3) + Product(a6, w9) + Product(d7, w8);
        Vector256<ulong> r6 = Product(d0, a6) + Product(d1, d5) + Product(d2, a4) + Product(d3, a3) + Product(d7, w9) + Product(a8, w8);
        Vector256<ulong> r7 = Product(d0, a7) + Product(d1, a6) + Product(d2, a5) + Product(d3, a4) + Product(a8, w9);
        Vector256<ulong> r8 = Product(d0, a8) + Product(d1, d7) + Product(d2, a6) + Product(d3, d5) + Product(a4, a4) + Product(a9, w9);
        Vector256<ulong> r9 = Product(d0, a9) + Product(d1, a8) + Product(d2, a7) + Product(d3, a6) + Product(d4, a5);

        Carry(square, r0, r1, r2, r3, r4, r5, r6, r7, r8, r9);
    }

    /// <summary>sum = a * factors + sum, tight; a loose, sum below 2^32, factors below 2^17, one per lane. The result is a
    /// multiplier's table, of which <paramref name="sum"/> points at b0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    public static void MultiplySmallAndAdd(Vector256<ulong>* sum, Vector256<ulong>* a, Vector256<ulong> factors)
    {
        Carry(
            sum,
            sum[0] + Product(a[0], factors),
            sum[1] + Product(a[1], factors),
            sum[2] + Product(a[2], factors),
            sum[3] + Product(a[3], factors),
            sum[4] + Product(a[4], factors),
            sum[5] + Product(a[5], factors),
            sum[6] + Product(a[6], factors),
            sum[7] + Product(a[7], factors),
            sum[8] + Product(a[8], factors),
            sum[9] + Product(a[9], factors));
        for (int i = 1; i < Limbs; i++)
            SetTable(sum, i, sum[i]);
    }

    /// <summary>Puts an element with limbs of at most 51 bits into one lane.</summary>
    public static void SetLane(Vector256<ulong>* element, int lane, in FieldElement25519 value)
    {
        ulong* limbs = (ulong*)element + lane;
        ReadOnlySpan<ulong> wide = [value.Limb0, value.Limb1, value.Limb2, value.Limb3, value.Limb4];
        for (int i = 0; i < wide.Length; i++)
        {
            limbs[8 * i] = wide[i] & EvenMask;
            limbs[8 * i + 4] = wide[i] >> 26;
        }
    }

    /// <summary>The element in one lane, loose; the vectors tight.</summary>
    public static FieldElement25519 GetLane(Vector256<ulong>* element, int lane)
    {
        ulong* limbs = (ulong*)element + lane;
        return new FieldElement25519(
            limbs[0] + (limbs[4] << 26),
            limbs[8] + (limbs[12] << 26),
            limbs[16] + (limbs[20] << 26),
            limbs[24] + (limbs[28] << 26),
            limbs[32] + (limbs[36] << 26));
    }

    /// <summary>The products of the lanes' lower halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(Vector256<ulong> a, Vector256<ulong> b) => Avx2.Multiply(a.AsUInt32(), b.AsUInt32());

    /// <summary>One round of carries, as two chains at once to halve the wait: from limb 0 and from limb 5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(
        Vector256<ulong>* result,
        Vector256<ulong> r0, Vector256<ulong> r1, Vector256<ulong> r2, Vector256<ulong> r3, Vector256<ulong> r4,
        Vector256<ulong> r5, Vector256<ulong> r6, Vector256<ulong> r7, Vector256<ulong> r8, Vector256<ulong> r9)
    {
        Vector256<ulong> even = Vector256.Create(EvenMask);
        Vector256<ulong> odd = Vector256.Create(OddMask);
        r1 += r0 >>> 26;
        r6 += r5 >>> 25;
        r0 &= even;
        r5 &= odd;
        r2 += r1 >>> 25;
        r7 += r6 >>> 26;
        r1 &= odd;
        r6 &= even;
        r3 += r2 >>> 26;
        r8 += r7 >>> 25;
        r2 &= even;
        r7 &= odd;
        r4 += r3 >>> 25;
        r9 += r8 >>> 26;
        r3 &= odd;
        r8 &= even;
        r5 += r4 >>> 26;
        Vector256<ulong> top = r9 >>> 25;
        r4 &= even;
        r9 &= odd;
        r0 += top + (top << 1) + (top << 4); // 2^255 = 19
        r6 += r5 >>> 25;
        r5 &= odd;
        r1 += r0 >>> 26;
        r0 &= even;
        result[0] = r0;
        result[1] = r1;
        result[2] = r2;
        result[3] = r3;
        result[4] = r4;
        result[5] = r5;
        result[6] = r6;
        result[7] = r7;
        result[8] = r8;
        result[9] = r9;
    }
}
