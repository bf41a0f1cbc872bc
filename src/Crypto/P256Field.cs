using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>The field of P-256, p = 2^256 - 2^224 + 2^192 + 2^96 - 1 (FIPS 186-4 appendix D.1.2.3): five limbs of 52 bits, least
/// first, in Montgomery form (times 2^260). As p = -1 modulo 2^52, a step of the reduction needs no multiplication to find its
/// quotient, and all but one of those by p's limbs are shifts.
/// <para>Products are summed by columns without carries. With one factor shifted up by ten, the machine's high half is
/// floor(a b / 2^54); the sum of the low halves, wrapped at 2^64, less the sum of the high ones times 2^54, is then exactly the
/// sum of the remainders modulo 2^54, at most six of them.</para>
/// <para>Bounds. <i>Tight</i>: limbs 0 to 3 below 2^52, the value below 2p - 2^223. <i>Loose</i>: limbs below 2^54, the value below 4p.
/// A product of loose elements is below (4p 4p + 2^260 p) / 2^260 = p (1 + p / 2^256) &lt; 2p - 2^224 + 2^193: tight.</para></summary>
internal readonly unsafe struct P256Field : IPrimeField
{
    private const int Radix = 52;
    private const ulong LimbMask = (1ul << Radix) - 1;
    private const int Split = 54;
    private const int Up = 64 - Split;
    private const ulong P4 = (1ul << 48) - (1ul << 16); // p's limbs: 2^52 - 1, 2^44 - 1, 0, 2^36, this

    // 2p, limb by limb above the limbs of a tight element: the uppermost of those is at most 2^49 - 2^17 - 2^15.
    private const ulong TwoP0 = (1ul << 53) - 2;
    private const ulong TwoP1 = (1ul << 52) + (1ul << 45) - 2;
    private const ulong TwoP2 = (1ul << 52) - 1;
    private const ulong TwoP3 = (1ul << 52) + (1ul << 37) - 1;
    private const ulong TwoP4 = (1ul << 49) - (1ul << 17) - 1;

    public int LimbCount => 5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Multiply(ulong* product, ulong* a, ulong* b) => Product(product, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Square(ulong* square, ulong* a) => SquareOf(square, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong* sum, ulong* a, ulong* b)
    {
        sum[0] = a[0] + b[0];
        sum[1] = a[1] + b[1];
        sum[2] = a[2] + b[2];
        sum[3] = a[3] + b[3];
        sum[4] = a[4] + b[4];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Subtract(ulong* difference, ulong* a, ulong* b)
    {
        difference[0] = a[0] + TwoP0 - b[0];
        difference[1] = a[1] + TwoP1 - b[1];
        difference[2] = a[2] + TwoP2 - b[2];
        difference[3] = a[3] + TwoP3 - b[3];
        difference[4] = a[4] + TwoP4 - b[4];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SubtractTwice(ulong* difference, ulong* a, ulong* b) => Reduce(
        difference,
        a[0] + (2 * TwoP0) - (2 * b[0]),
        a[1] + (2 * TwoP1) - (2 * b[1]),
        a[2] + (2 * TwoP2) - (2 * b[2]),
        a[3] + (2 * TwoP3) - (2 * b[3]),
        a[4] + (2 * TwoP4) - (2 * b[4]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Triple(ulong* triple, ulong* a) => Reduce(triple, 3 * a[0], 3 * a[1], 3 * a[2], 3 * a[3], 3 * a[4]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Tighten(ulong* result, ulong* a) => Reduce(result, a[0], a[1], a[2], a[3], a[4]);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public ulong IsZero(ulong* a)
    {
        // A tight value that is a multiple of p is 0 or p, and its limbs are those of that integer.
        ulong zero = a[0] | a[1] | a[2] | a[3] | a[4];
        ulong p = (a[0] ^ LimbMask) | (a[1] ^ ((1ul << 44) - 1)) | a[2] | (a[3] ^ (1ul << 36)) | (a[4] ^ P4);
        return ConstantTime.IsZero(zero) | ConstantTime.IsZero(p);
    }

    public void Enter(ulong* element, ulong* value)
    {
        // 2^520 modulo p takes a value into Montgomery form.
        ulong* square = stackalloc ulong[] { 0x300, 0xffffffff00000, 0xffffefffffffb, 0xfdfffffffffff, 0x4ffffff };
        element[4] = value[3] >> 16;
        element[3] = (value[2] >> 28) | ((value[3] << 36) & LimbMask);
        element[2] = (value[1] >> 40) | ((value[2] << 24) & LimbMask);
        element[1] = (value[0] >> 52) | ((value[1] << 12) & LimbMask);
        element[0] = value[0] & LimbMask;
        Product(element, element, square);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Leave(ulong* value, ulong* element)
    {
        ulong* one = stackalloc ulong[] { 1, 0, 0, 0, 0 };
        ulong* t = stackalloc ulong[5];
        Product(t, element, one); // below (4p + 2^260 p) / 2^260, hence at most p
        ulong t0 = t[0], t1 = t[1], t2 = t[2], t3 = t[3], t4 = t[4];

        // Less p: the carries are negative, hence the signed shifts.
        long s0 = (long)(t0 - LimbMask), s1 = (long)(t1 - ((1ul << 44) - 1)), s3 = (long)(t3 - (1ul << 36)), s4 = (long)(t4 - P4);
        s1 += s0 >> Radix;
        long s2 = (long)t2 + (s1 >> Radix);
        s3 += s2 >> Radix;
        s4 += s3 >> Radix;
        ulong keep = (ulong)(s4 >> 63) & LimbMask, take = ~(ulong)(s4 >> 63) & LimbMask;
        t0 = (t0 & keep) | ((ulong)s0 & take);
        t1 = (t1 & keep) | ((ulong)s1 & take);
        t2 = (t2 & keep) | ((ulong)s2 & take);
        t3 = (t3 & keep) | ((ulong)s3 & take);
        t4 = (t4 & keep) | ((ulong)s4 & take);
        value[0] = t0 | (t1 << 52);
        value[1] = (t1 >> 12) | (t2 << 40);
        value[2] = (t2 >> 24) | (t3 << 28);
        value[3] = (t3 >> 36) | (t4 << 16);
        Limbs.Zero(t, 5);
    }

    /// <summary>product = a b / 2^260, a row of five products and a step of the reduction at a time: column k is the sum of the
    /// low halves in l_k and of the high ones in h_k.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Product(ulong* product, ulong* a, ulong* b)
    {
        ulong a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4];
        ulong l0 = 0, l1 = 0, l2 = 0, l3 = 0, l4 = 0, l5 = 0, l6 = 0, l7 = 0, l8 = 0, l9 = 0;
        ulong h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, h5 = 0, h6 = 0, h7 = 0, h8 = 0;

        Row(a0, a1, a2, a3, a4, b[0], ref l0, ref l1, ref l2, ref l3, ref l4, ref h0, ref h1, ref h2, ref h3, ref h4);
        Step(l0, h0, ref l1, ref l2, ref l3, ref l4, ref h4);
        Row(a0, a1, a2, a3, a4, b[1], ref l1, ref l2, ref l3, ref l4, ref l5, ref h1, ref h2, ref h3, ref h4, ref h5);
        Step(l1, h1, ref l2, ref l3, ref l4, ref l5, ref h5);
        Row(a0, a1, a2, a3, a4, b[2], ref l2, ref l3, ref l4, ref l5, ref l6, ref h2, ref h3, ref h4, ref h5, ref h6);
        Step(l2, h2, ref l3, ref l4, ref l5, ref l6, ref h6);
        Row(a0, a1, a2, a3, a4, b[3], ref l3, ref l4, ref l5, ref l6, ref l7, ref h3, ref h4, ref h5, ref h6, ref h7);
        Step(l3, h3, ref l4, ref l5, ref l6, ref l7, ref h7);
        Row(a0, a1, a2, a3, a4, b[4], ref l4, ref l5, ref l6, ref l7, ref l8, ref h4, ref h5, ref h6, ref h7, ref h8);
        Step(l4, h4, ref l5, ref l6, ref l7, ref l8, ref h8);

        product[0] = Close(l5, h5, ref l6);
        product[1] = Close(l6, h6, ref l7);
        product[2] = Close(l7, h7, ref l8);
        product[3] = Close(l8, h8, ref l9);
        product[4] = l9;
    }

    /// <summary>As <see cref="Product"/>, products of unlike limbs taken once with one of them doubled.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void SquareOf(ulong* square, ulong* a)
    {
        ulong a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4];
        ulong d1 = 2 * a1, d2 = 2 * a2, d3 = 2 * a3, d4 = 2 * a4; // below 2^55
        ulong l0 = 0, l1 = 0, l2 = 0, l3 = 0, l4 = 0, l5 = 0, l6 = 0, l7 = 0, l8 = 0, l9 = 0;
        ulong h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, h5 = 0, h6 = 0, h7 = 0, h8 = 0;

        Row(a0, d1, d2, d3, d4, a0, ref l0, ref l1, ref l2, ref l3, ref l4, ref h0, ref h1, ref h2, ref h3, ref h4);
        Step(l0, h0, ref l1, ref l2, ref l3, ref l4, ref h4);
        ulong up = a1 << Up;
        Term(a1, a1, up, ref l2, ref h2);
        Term(d2, a1, up, ref l3, ref h3);
        Term(d3, a1, up, ref l4, ref h4);
        Term(d4, a1, up, ref l5, ref h5);
        Step(l1, h1, ref l2, ref l3, ref l4, ref l5, ref h5);
        up = a2 << Up;
        Term(a2, a2, up, ref l4, ref h4);
        Term(d3, a2, up, ref l5, ref h5);
        Term(d4, a2, up, ref l6, ref h6);
        Step(l2, h2, ref l3, ref l4, ref l5, ref l6, ref h6);
        up = a3 << Up;
        Term(a3, a3, up, ref l6, ref h6);
        Term(d4, a3, up, ref l7, ref h7);
        Step(l3, h3, ref l4, ref l5, ref l6, ref l7, ref h7);
        Term(a4, a4, a4 << Up, ref l8, ref h8);
        Step(l4, h4, ref l5, ref l6, ref l7, ref l8, ref h8);

        square[0] = Close(l5, h5, ref l6);
        square[1] = Close(l6, h6, ref l7);
        square[2] = Close(l7, h7, ref l8);
        square[3] = Close(l8, h8, ref l9);
        square[4] = l9;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(
        ulong a0, ulong a1, ulong a2, ulong a3, ulong a4, ulong b,
        ref ulong l0, ref ulong l1, ref ulong l2, ref ulong l3, ref ulong l4,
        ref ulong h0, ref ulong h1, ref ulong h2, ref ulong h3, ref ulong h4)
    {
        ulong up = b << Up;
        Term(a0, b, up, ref l0, ref h0);
        Term(a1, b, up, ref l1, ref h1);
        Term(a2, b, up, ref l2, ref h2);
        Term(a3, b, up, ref l3, ref h3);
        Term(a4, b, up, ref l4, ref h4);
    }

    /// <summary>One product, <paramref name="up"/> being b 2^10: its high half is below 2^55 (squares: 2^(55 + 54 - 54)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Term(ulong a, ulong b, ulong up, ref ulong l, ref ulong h)
    {
        l += a * b;
        h += Limbs.MultiplyHigh(up, a);
    }

    /// <summary>Makes the lowest column vanish by adding q p, q its low 52 bits, and hands its rest up. q (p + 1) is q 2^44 one
    /// column up, q 2^36 three up and q P4 four up, each split at 52 bits; the "+ 1" cancels q itself. The column is the sum of
    /// its remainders, at most six below 2^54, of at most five carried high halves 4 h &lt; 2^57, and of less than 2^54 of q: it is
    /// below 2^60 and never negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(ulong l0, ulong h0, ref ulong l1, ref ulong l2, ref ulong l3, ref ulong l4, ref ulong h4)
    {
        ulong q = Close(l0, h0, ref l1);
        l1 += (ulong)(byte)q << 44;
        l2 += q >> 8;
        l3 += (ulong)(ushort)q << 36;
        l4 += (q * P4) + (q >> 16);
        h4 += Limbs.MultiplyHigh(q, P4 << Up);
    }

    /// <summary>The low 52 bits of a column; the rest goes into the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Close(ulong l0, ulong h0, ref ulong l1)
    {
        ulong column = l0 - (h0 << Split);
        l1 += (column >> Radix) + (h0 << (Split - Radix));
        return column & LimbMask;
    }

    /// <summary>Tight, from limbs below 2^57 that make a value below 16p: less t p, where t is what the uppermost limb has above
    /// 2^256, at most 16. As t p = t 2^256 - t (2^224 - 2^192 - 2^96 + 1), what remains is not negative, and below
    /// 2^256 + 2^213 (the lower limbs' overflow) + 2^228 &lt; 2p - 2^223. Carries may be negative, hence the signed shifts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reduce(ulong* result, ulong a0, ulong a1, ulong a2, ulong a3, ulong a4)
    {
        ulong t = a4 >> 48;
        long s0 = (long)(a0 + t);
        long s1 = (long)(a1 - (t << 44)) + (s0 >> Radix);
        long s2 = (long)a2 + (s1 >> Radix);
        long s3 = (long)(a3 - (t << 36)) + (s2 >> Radix);
        long s4 = (long)((a4 & ((1ul << 48) - 1)) + (t << 16)) + (s3 >> Radix);
        result[0] = (ulong)s0 & LimbMask;
        result[1] = (ulong)s1 & LimbMask;
        result[2] = (ulong)s2 & LimbMask;
        result[3] = (ulong)s3 & LimbMask;
        result[4] = (ulong)s4;
    }
}
