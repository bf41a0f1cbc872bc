using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>a A + b B for the base point B, in one run of doublings over both scalars' signed sliding windows (Straus).
/// Variable time: for verification, where everything is public.</summary>
internal static class EdwardsDoubleScalar
{
    private const int Digits = 256;

    // Odd digits up to 15 for A, whose table is made anew each time, and up to 127 for B.
    private const int WindowOfPoint = 5;
    private const int WindowOfBase = 8;

    /// <summary>result = a A + b B; both scalars below 2^253, little-endian, 32 bytes. T of the result is not computed.</summary>
    [SkipLocalsInit]
    public static void Multiply(out EdwardsPoint result, ReadOnlySpan<byte> a, in EdwardsPoint point, ReadOnlySpan<byte> b)
    {
        Span<sbyte> digitsOfA = stackalloc sbyte[Digits];
        Span<sbyte> digitsOfB = stackalloc sbyte[Digits];
        Recode(digitsOfA, a, WindowOfPoint);
        Recode(digitsOfB, b, WindowOfBase);
        Span<CachedPoint> oddMultiples = stackalloc CachedPoint[1 << (WindowOfPoint - 2)];
        FillOddMultiples(oddMultiples, point);
        ReadOnlySpan<AffinePoint> baseMultiples = EdwardsBase.OddMultiples;

        int i = Digits - 1;
        while (i >= 0 && (digitsOfA[i] | digitsOfB[i]) == 0)
            i--;

        EdwardsPoint sum = EdwardsPoint.Identity;
        for (; i >= 0; i--)
        {
            int digitOfA = digitsOfA[i];
            int digitOfB = digitsOfB[i];
            EdwardsPoint.Double(out sum, sum, withT: (digitOfA | digitOfB) != 0);
            if (digitOfA > 0)
                EdwardsPoint.Add(out sum, sum, oddMultiples[digitOfA / 2]);
            else if (digitOfA < 0)
                EdwardsPoint.Subtract(out sum, sum, oddMultiples[-digitOfA / 2]);
            if (digitOfB > 0)
                EdwardsPoint.Add(out sum, sum, baseMultiples[digitOfB / 2]);
            else if (digitOfB < 0)
                EdwardsPoint.Subtract(out sum, sum, baseMultiples[-digitOfB / 2]);
        }

        result = sum;
    }

    private static void FillOddMultiples(Span<CachedPoint> multiples, in EdwardsPoint point)
    {
        multiples[0] = point.ToCached();
        EdwardsPoint.Double(out EdwardsPoint two, point, withT: true);
        for (int i = 1; i < multiples.Length; i++)
        {
            EdwardsPoint.Add(out EdwardsPoint next, two, multiples[i - 1]);
            multiples[i] = next.ToCached();
        }
    }

    /// <summary>Odd signed digits of up to <paramref name="window"/> bits, each followed by at least window - 1 zeros.</summary>
    private static void Recode(Span<sbyte> digits, ReadOnlySpan<byte> scalar, int window)
    {
        digits.Clear();
        int carry = 0;
        for (int i = 0; i < Digits;)
        {
            if (Bits(scalar, i, 1) == carry)
            {
                i++;
                continue;
            }

            // The low bit with the carry is odd; a digit above half the window is taken from the next one.
            int digit = Bits(scalar, i, window) + carry;
            carry = digit >> (window - 1);
            digits[i] = (sbyte)(digit - (carry << window));
            i += window;
        }
    }

    /// <summary>Bits from <paramref name="start"/> on; zeros above the scalar's end.</summary>
    private static int Bits(ReadOnlySpan<byte> scalar, int start, int count)
    {
        int index = start >> 3;
        int word = scalar[index] | (index + 1 < scalar.Length ? scalar[index + 1] << 8 : 0);
        return (word >> (start & 7)) & ((1 << count) - 1);
    }
}
