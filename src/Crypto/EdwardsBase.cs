using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>Multiples of the base point of Ed25519 from tables, computed once per process (some 350 additions).</summary>
internal static class EdwardsBase
{
    private const int Columns = 32;
    private const int Multiples = 8;

    // s_comb[8 i + j - 1] = j 256^i B, for j = 1..8. Pinned, so that a scan always finds it aligned alike.
    private static readonly AffinePoint[] s_comb = BuildComb();

    /// <summary>The odd multiples B, 3B, 5B .. 127B, for public scalars.</summary>
    public static AffinePoint[] OddMultiples { get; } = BuildOddMultiples();

    /// <summary>scalar B, constant time; the scalar is below 2^255. Sixty-four signed digits of radix 16: the odd ones first,
    /// times 16, then the even ones, each looked up by reading the whole row.</summary>
    [SkipLocalsInit]
    public static void Multiply(out EdwardsPoint result, ReadOnlySpan<byte> scalar)
    {
        Span<sbyte> digits = stackalloc sbyte[2 * Columns];
        Recode(digits, scalar);
        EdwardsPoint sum = EdwardsPoint.Identity;
        for (int i = 1; i < 2 * Columns; i += 2)
        {
            Select(out AffinePoint term, i / 2, digits[i]);
            EdwardsPoint.Add(out sum, sum, term);
        }

        EdwardsPoint.Double(out sum, sum, withT: false);
        EdwardsPoint.Double(out sum, sum, withT: false);
        EdwardsPoint.Double(out sum, sum, withT: false);
        EdwardsPoint.Double(out sum, sum, withT: true);
        for (int i = 0; i < 2 * Columns; i += 2)
        {
            Select(out AffinePoint term, i / 2, digits[i]);
            EdwardsPoint.Add(out sum, sum, term);
        }

        result = sum;
        ConstantTime.Zero(ref sum);
        ConstantTime.Zero(MemoryMarshal.AsBytes(digits));
    }

    /// <summary>Digits from -8 to 7, the last from 0 to 8.</summary>
    private static void Recode(Span<sbyte> digits, ReadOnlySpan<byte> scalar)
    {
        int carry = 0;
        for (int i = 0; i < 2 * Columns - 1; i++)
        {
            int digit = ((scalar[i / 2] >> (4 * (i & 1))) & 15) + carry;
            carry = (digit + 8) >> 4;
            digits[i] = (sbyte)(digit - (carry << 4));
        }

        digits[2 * Columns - 1] = (sbyte)((scalar[Columns - 1] >> 4) + carry);
    }

    /// <summary>digit 256^column B. The words of all eight entries are read and masked, whatever the digit. (Only "and" and
    /// "or" of vectors: where the machine has none, their software form does not branch either.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    private static void Select(out AffinePoint term, int column, int digit)
    {
        int sign = digit >> 31;
        ulong magnitude = (ulong)((digit ^ sign) - sign);
        ref Vector256<ulong> row = ref Unsafe.As<AffinePoint, Vector256<ulong>>(ref s_comb[Multiples * column]);

        // The neutral element, y + x = y - x = 1 and 2dxy = 0, where the digit is 0.
        ulong one = ConstantTime.IsZero(magnitude);
        Vector256<ulong> v0 = Vector256.Create(one, 0, 0, 0);
        Vector256<ulong> v1 = Vector256.Create(0, one, 0, 0);
        Vector256<ulong> v2 = Vector256<ulong>.Zero;
        Vector256<ulong> v3 = Vector256<ulong>.Zero;
        for (int j = 0; j < Multiples; j++)
        {
            Vector256<ulong> mask = Vector256.Create(ConstantTime.Mask(ConstantTime.Equal(magnitude, (ulong)j + 1)));
            v0 |= mask & Unsafe.Add(ref row, 4 * j);
            v1 |= mask & Unsafe.Add(ref row, 4 * j + 1);
            v2 |= mask & Unsafe.Add(ref row, 4 * j + 2);
            v3 |= mask & Unsafe.Add(ref row, 4 * j + 3);
        }

        Unsafe.SkipInit(out term);
        ref Vector256<ulong> destination = ref Unsafe.As<AffinePoint, Vector256<ulong>>(ref term);
        destination = v0;
        Unsafe.Add(ref destination, 1) = v1;
        Unsafe.Add(ref destination, 2) = v2;
        Unsafe.Add(ref destination, 3) = v3;
        term.NegateWhere((ulong)(long)sign);
    }

    private static AffinePoint[] BuildComb()
    {
        EdwardsPoint[] points = new EdwardsPoint[Columns * Multiples];
        EdwardsPoint first = EdwardsPoint.Base;
        for (int column = 0; column < Columns; column++)
        {
            CachedPoint step = first.ToCached();
            points[Multiples * column] = first;
            for (int j = 1; j < Multiples; j++)
                EdwardsPoint.Add(out points[Multiples * column + j], points[Multiples * column + j - 1], step);
            for (int i = 0; i < 8; i++)
                EdwardsPoint.Double(out first, first, withT: true);
        }

        return ToAffine(points);
    }

    private static AffinePoint[] BuildOddMultiples()
    {
        EdwardsPoint[] points = new EdwardsPoint[64];
        points[0] = EdwardsPoint.Base;
        EdwardsPoint.Double(out EdwardsPoint two, points[0], withT: true);
        CachedPoint step = two.ToCached();
        for (int i = 1; i < points.Length; i++)
            EdwardsPoint.Add(out points[i], points[i - 1], step);
        return ToAffine(points);
    }

    /// <summary>Divides by Z with one inversion for all: the inverse of the product, multiplied back one factor at a time.</summary>
    private static AffinePoint[] ToAffine(ReadOnlySpan<EdwardsPoint> points)
    {
        FieldElement25519[] products = new FieldElement25519[points.Length];
        products[0] = points[0].Z;
        for (int i = 1; i < points.Length; i++)
            FieldElement25519.Multiply(out products[i], products[i - 1], points[i].Z);

        AffinePoint[] table = GC.AllocateUninitializedArray<AffinePoint>(points.Length, pinned: true);
        FieldElement25519.Invert(out FieldElement25519 inverse, products[^1]);
        for (int i = points.Length - 1; i > 0; i--)
        {
            FieldElement25519.Multiply(out FieldElement25519 inverseOfZ, inverse, products[i - 1]);
            table[i] = points[i].ToAffine(inverseOfZ);
            FieldElement25519.Multiply(out inverse, inverse, points[i].Z);
        }

        table[0] = points[0].ToAffine(inverse);
        return table;
    }
}
