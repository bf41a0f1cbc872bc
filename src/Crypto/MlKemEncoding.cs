using System.Buffers.Binary;

namespace LucidSsh.Crypto;

/// <summary>Polynomials of ML-KEM as bytes: FIPS 203 section 4.2.1. Constant time.</summary>
internal static class MlKemEncoding
{
    private const int Coefficients = MlKemRing.Coefficients;
    private const int Modulus = MlKemRing.Modulus;

    /// <summary>The bytes of a polynomial with coefficients of <paramref name="bits"/> bits.</summary>
    public static int Length(int bits) => Coefficients * bits / 8;

    /// <summary>ByteEncode of FIPS 203 algorithm 5, coefficients of up to 12 bits.</summary>
    public static void Encode(ReadOnlySpan<short> polynomial, int bits, Span<byte> encoded)
    {
        ulong buffer = 0;
        int filled = 0;
        int next = 0;
        for (int i = 0; i < Coefficients; i += 2)
        {
            buffer |= ((ushort)polynomial[i] | ((ulong)(ushort)polynomial[i + 1] << bits)) << filled;
            filled += 2 * bits;
            if (filled >= 32)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(encoded[next..], (uint)buffer);
                next += 4;
                buffer >>= 32;
                filled -= 32;
            }
        }
    }

    /// <summary>ByteDecode of FIPS 203 algorithm 6, without its reduction: coefficients below 2^bits.</summary>
    public static void Decode(ReadOnlySpan<byte> encoded, int bits, Span<short> polynomial)
    {
        ulong buffer = 0;
        int filled = 0;
        int next = 0;
        uint mask = (1u << bits) - 1;
        for (int i = 0; i < Coefficients; i += 2)
        {
            if (filled < 2 * bits)
            {
                buffer |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(encoded[next..]) << filled;
                next += 4;
                filled += 32;
            }

            polynomial[i] = (short)((uint)buffer & mask);
            polynomial[i + 1] = (short)((uint)(buffer >> bits) & mask);
            buffer >>= 2 * bits;
            filled -= 2 * bits;
        }
    }

    /// <summary>Decompress of FIPS 203 section 4.2.1, in place: y becomes round(q y / 2^bits); y below 2^bits in, canonical
    /// out.</summary>
    public static void Decompress(Span<short> polynomial, int bits)
    {
        int half = 1 << (bits - 1);
        foreach (ref short coefficient in polynomial)
            coefficient = (short)((coefficient * Modulus + half) >> bits);
    }

    /// <summary>False when a decoded coefficient of 12 bits is not below q: the modulus check of FIPS 203 section 7.2, on public
    /// data.</summary>
    public static bool AreCanonical(ReadOnlySpan<short> polynomials)
    {
        int within = -1;
        foreach (short coefficient in polynomials)
            within &= coefficient - Modulus;
        return within < 0;
    }
}
