using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>Four elements of the field of P-256 side by side, one per 64-bit lane of an AVX2 vector: ten limbs of 28 bits, least
/// first, in Montgomery form (times 2^280), so that a product of limbs is one 32-bit multiplication and a step of the reduction
/// takes shifts alone. A pointer to an element points at its ten vectors. Constant time.
/// <para>Bounds. What <see cref="Multiply"/> gives is <i>tight</i>: limbs 0 to 8 below 2^28, the value below p (1 + 2^-8). It takes
/// factors whose limbs' bounds have a product of at most 21 2^56 and whose values' have one below 2^16 p^2: then
/// a b / 2^280 &lt; p 2^-8.</para></summary>
internal static unsafe class P256FieldX4
{
    /// <summary>The limbs of an element.</summary>
    public const int Limbs = 10;

    /// <summary>The bits of a limb.</summary>
    public const int Radix = 28;

    /// <summary>The low bits of a limb.</summary>
    public const ulong LimbMask = (1ul << Radix) - 1;

    /// <summary>64 p with limbs of at least 2^29 - 2 and below 3 2^28, the last 1021: what is added before a subtraction of limbs up to
    /// that.</summary>
    public static ReadOnlySpan<ulong> Pad =>
    [
        0x2fffffc0, 0x2ffffffd, 0x2ffffffd, 0x2003fffd, 0x1ffffffe,
        0x1ffffffe, 0x1ffffffe, 0x20000002, 0x2fffffbe, 0x3fd,
    ];

    /// <summary>16 p with limbs of at least 2^32 - 16, the last 239, likewise for what is carried afterwards.</summary>
    public static ReadOnlySpan<ulong> WidePad =>
    [
        0x10ffffff0, 0x10fffffef, 0x10fffffef, 0x10000ffef, 0xfffffff0,
        0xfffffff0, 0xfffffff0, 0xfffffff1, 0x10fffffe0, 0xef,
    ];

    /// <summary>p itself.</summary>
    public static ReadOnlySpan<ulong> Prime =>
    [
        0xfffffff, 0xfffffff, 0xfffffff, 0xfff, 0x0,
        0x0, 0x1000000, 0x0, 0xfffffff, 0xf,
    ];

    /// <summary>product = a b / 2^280, tight. A column is at most 10 21 2^56 of products, 2^60 + 2^52 + 2^40 of the reduction and 2^36
    /// of carries: below 2^64. The result may be the same memory as a factor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    public static void Multiply(Vector256<ulong>* product, Vector256<ulong>* a, Vector256<ulong>* b)
    {
        Vector256<ulong> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default;
        Vector256<ulong> c5 = default, c6 = default, c7 = default, c8 = default, c9 = default;
        Row(a[0], b, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9);
        Row(a[1], b, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c0);
        Row(a[2], b, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c0, ref c1);
        Row(a[3], b, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c0, ref c1, ref c2);
        Row(a[4], b, ref c4, ref c5, ref c6, ref c7, ref c8, ref c9, ref c0, ref c1, ref c2, ref c3);
        Row(a[5], b, ref c5, ref c6, ref c7, ref c8, ref c9, ref c0, ref c1, ref c2, ref c3, ref c4);
        Row(a[6], b, ref c6, ref c7, ref c8, ref c9, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5);
        Row(a[7], b, ref c7, ref c8, ref c9, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6);
        Row(a[8], b, ref c8, ref c9, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
        Row(a[9], b, ref c9, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8);

        Vector256<ulong> mask = Vector256.Create(LimbMask);
        c1 += c0 >>> Radix;
        c2 += c1 >>> Radix;
        c3 += c2 >>> Radix;
        c4 += c3 >>> Radix;
        c5 += c4 >>> Radix;
        c6 += c5 >>> Radix;
        c7 += c6 >>> Radix;
        c8 += c7 >>> Radix;
        c9 += c8 >>> Radix;
        product[0] = c0 & mask;
        product[1] = c1 & mask;
        product[2] = c2 & mask;
        product[3] = c3 & mask;
        product[4] = c4 & mask;
        product[5] = c5 & mask;
        product[6] = c6 & mask;
        product[7] = c7 & mask;
        product[8] = c8 & mask;
        product[9] = c9;
    }

    /// <summary>Carries once, every limb at a time: from limbs below 2^33 to limbs of at most 2^28 + 2^5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Carry(Vector256<ulong> limb, Vector256<ulong> below) =>
        (limb & Vector256.Create(LimbMask)) + (below >>> Radix);

    /// <summary>Adds a b_0 .. a b_9 to ten columns and makes the lowest vanish by adding q p, q its low 28 bits, handing its rest up:
    /// q (p + 1) is q 2^12 three columns up, q 2^24 six up and q (2^32 - 1) eight up. Its place then serves the column ten up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(
        Vector256<ulong> a, Vector256<ulong>* b,
        ref Vector256<ulong> c0, ref Vector256<ulong> c1, ref Vector256<ulong> c2, ref Vector256<ulong> c3, ref Vector256<ulong> c4,
        ref Vector256<ulong> c5, ref Vector256<ulong> c6, ref Vector256<ulong> c7, ref Vector256<ulong> c8, ref Vector256<ulong> c9)
    {
        c0 += Product(a, b[0]);
        c1 += Product(a, b[1]);
        c2 += Product(a, b[2]);
        c3 += Product(a, b[3]);
        c4 += Product(a, b[4]);
        c5 += Product(a, b[5]);
        c6 += Product(a, b[6]);
        c7 += Product(a, b[7]);
        c8 += Product(a, b[8]);
        c9 += Product(a, b[9]);
        Vector256<ulong> q = c0 & Vector256.Create(LimbMask);
        c1 += c0 >>> Radix;
        c3 += q << 12;
        c6 += q << 24;
        c8 += (q << 32) - q;
        c0 = Vector256<ulong>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(Vector256<ulong> a, Vector256<ulong> b) => Avx2.Multiply(a.AsUInt32(), b.AsUInt32());
}
