using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>Polynomials of sntrup761 as bytes. Coefficients with values below any m are packed as one number in mixed radix, built
/// up in pairs of neighbours; whenever a pair's range reaches 2^14, its low byte is written out. Encoding is constant time;
/// decoding is for public data, and divides.</summary>
internal static class Sntrup761Encoding
{
    /// <summary>The length of a public key: 761 coefficients modulo q.</summary>
    public const int QLength = 1158;

    /// <summary>The length of a rounded polynomial: 761 multiples of 3 among the residues modulo q.</summary>
    public const int RoundedLength = 1007;

    /// <summary>The length of a polynomial of coefficients -1, 0, 1: four to a byte.</summary>
    public const int SmallLength = 191;

    private const int Coefficients = Sntrup761Ring.Coefficients;
    private const int Q = 4591;
    private const int HalfQ = Q / 2;
    private const int RoundedRange = (Q + 2) / 3;
    private const uint Limit = 1 << 14;

    /// <summary>Writes centered residues modulo q.</summary>
    [SkipLocalsInit]
    public static void EncodeQ(Span<byte> encoded, ReadOnlySpan<short> polynomial)
    {
        Span<ushort> digits = stackalloc ushort[Coefficients];
        for (int i = 0; i < Coefficients; i++)
            digits[i] = (ushort)(polynomial[i] + HalfQ);
        Encode(encoded, digits, Q);
        ConstantTime.Zero(MemoryMarshal.AsBytes(digits));
    }

    /// <summary>Reads centered residues modulo q; every input gives some.</summary>
    [SkipLocalsInit]
    public static void DecodeQ(Span<short> polynomial, ReadOnlySpan<byte> encoded)
    {
        Span<ushort> digits = stackalloc ushort[Coefficients];
        Decode(digits, encoded, Q);
        polynomial.Clear();
        for (int i = 0; i < Coefficients; i++)
            polynomial[i] = (short)(digits[i] - HalfQ);
    }

    /// <summary>Writes residues modulo q that are multiples of 3.</summary>
    [SkipLocalsInit]
    public static void EncodeRounded(Span<byte> encoded, ReadOnlySpan<short> polynomial)
    {
        Span<ushort> digits = stackalloc ushort[Coefficients];
        for (int i = 0; i < Coefficients; i++)
            digits[i] = (ushort)(((polynomial[i] + HalfQ) * 10923) >> 15); // a third, exactly: q/2 is a multiple of 3 as well
        Encode(encoded, digits, RoundedRange);
        ConstantTime.Zero(MemoryMarshal.AsBytes(digits));
    }

    /// <summary>Reads residues modulo q that are multiples of 3; every input gives some.</summary>
    [SkipLocalsInit]
    public static void DecodeRounded(Span<short> polynomial, ReadOnlySpan<byte> encoded)
    {
        Span<ushort> digits = stackalloc ushort[Coefficients];
        Decode(digits, encoded, RoundedRange);
        polynomial.Clear();
        for (int i = 0; i < Coefficients; i++)
            polynomial[i] = (short)(3 * digits[i] - HalfQ);
    }

    /// <summary>Writes coefficients -1, 0, 1 as two bits each, one more than their value.</summary>
    public static void EncodeSmall(Span<byte> encoded, ReadOnlySpan<short> polynomial)
    {
        for (int i = 0; i < SmallLength; i++)
        {
            int value = 0;
            for (int j = 0; j < 4 && 4 * i + j < Coefficients; j++)
                value |= (polynomial[4 * i + j] + 1) << (2 * j);
            encoded[i] = (byte)value;
        }
    }

    /// <summary>Reads coefficients of two bits each.</summary>
    public static void DecodeSmall(Span<short> polynomial, ReadOnlySpan<byte> encoded)
    {
        polynomial.Clear();
        for (int i = 0; i < Coefficients; i++)
            polynomial[i] = (short)(((encoded[i / 4] >> (2 * (i & 3))) & 3) - 1);
    }

    /// <summary>Packs digits below <paramref name="radix"/>, which it overwrites. Ranges are public.</summary>
    private static void Encode(Span<byte> encoded, Span<ushort> digits, int radix)
    {
        Span<ushort> ranges = stackalloc ushort[digits.Length];
        ranges.Fill((ushort)radix);
        int at = 0;
        int count = digits.Length;
        for (; count > 1; count = (count + 1) / 2)
        {
            for (int i = 0; i < count - 1; i += 2)
            {
                uint digit = digits[i] + (uint)digits[i + 1] * ranges[i];
                uint range = (uint)ranges[i + 1] * ranges[i];
                for (; range >= Limit; range = (range + 255) >> 8, digit >>= 8)
                    encoded[at++] = (byte)digit;
                digits[i / 2] = (ushort)digit;
                ranges[i / 2] = (ushort)range;
            }

            if ((count & 1) != 0)
                (digits[count / 2], ranges[count / 2]) = (digits[count - 1], ranges[count - 1]);
        }

        uint last = digits[0];
        for (uint range = ranges[0]; range > 1; range = (range + 255) >> 8, last >>= 8)
            encoded[at++] = (byte)last;
    }

    private static void Decode(Span<ushort> digits, ReadOnlySpan<byte> encoded, int radix)
    {
        Span<ushort> ranges = stackalloc ushort[digits.Length];
        ranges.Fill((ushort)radix);
        Decode(digits, encoded, ranges);
    }

    /// <summary>Takes the pairs' low bytes, unpacks the rest as half as many digits, and splits each of those.</summary>
    private static void Decode(Span<ushort> digits, ReadOnlySpan<byte> encoded, ReadOnlySpan<ushort> ranges)
    {
        if (digits.Length == 1)
        {
            uint last = 0;
            int shift = 0;
            for (uint range = ranges[0]; range > 1; range = (range + 255) >> 8, shift += 8)
                last |= (uint)encoded[shift / 8] << shift;
            digits[0] = (ushort)(last % ranges[0]);
            return;
        }

        int pairs = digits.Length / 2;
        int half = (digits.Length + 1) / 2;
        Span<ushort> halfDigits = stackalloc ushort[half];
        Span<ushort> halfRanges = stackalloc ushort[half];
        Span<uint> low = stackalloc uint[pairs];
        Span<int> lowBits = stackalloc int[pairs];
        int at = 0;
        for (int i = 0; i < pairs; i++)
        {
            low[i] = 0;
            lowBits[i] = 0;
            uint range = (uint)ranges[2 * i] * ranges[2 * i + 1];
            for (; range >= Limit; range = (range + 255) >> 8, lowBits[i] += 8)
                low[i] |= (uint)encoded[at++] << lowBits[i];
            halfRanges[i] = (ushort)range;
        }

        if (half > pairs)
            halfRanges[pairs] = ranges[^1];
        Decode(halfDigits, encoded[at..], halfRanges);
        for (int i = 0; i < pairs; i++)
        {
            uint value = low[i] | ((uint)halfDigits[i] << lowBits[i]);
            digits[2 * i] = (ushort)(value % ranges[2 * i]);
            digits[2 * i + 1] = (ushort)(value / ranges[2 * i] % ranges[2 * i + 1]);
        }

        if (half > pairs)
            digits[^1] = halfDigits[pairs];
    }
}
