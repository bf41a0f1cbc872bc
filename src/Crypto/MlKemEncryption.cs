using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>K-PKE, the encryption under ML-KEM: FIPS 203 section 5. Vectors of polynomials lie one polynomial after another.</summary>
internal sealed class MlKemEncryption(int rank, int bitsOfU, int bitsOfV, MlKemRing ring)
{
    private const int Coefficients = MlKemRing.Coefficients;
    private const int SeedLength = MlKemSampling.SeedLength;
    private const int CoefficientBits = 12;
    private const int PolynomialLength = Coefficients * CoefficientBits / 8;

    /// <summary>The length of ek_PKE in bytes: t in transformed form, and the seed of A.</summary>
    public int PublicKeyLength => rank * PolynomialLength + SeedLength;

    /// <summary>The length of dk_PKE in bytes: s in transformed form.</summary>
    public int PrivateKeyLength => rank * PolynomialLength;

    /// <summary>The length of a ciphertext in bytes.</summary>
    public int CiphertextLength => rank * MlKemEncoding.Length(bitsOfU) + MlKemEncoding.Length(bitsOfV);

    /// <summary>K-PKE.KeyGen, FIPS 203 algorithm 13.</summary>
    [SkipLocalsInit]
    public void GenerateKeyPair(ReadOnlySpan<byte> d, Span<byte> publicKey, Span<byte> privateKey)
    {
        Span<byte> seeds = stackalloc byte[2 * SeedLength]; // rho, sigma
        using (Keccak g = Keccak.Sha3With512Bits())
        {
            g.Absorb(d);
            g.Absorb([(byte)rank]);
            g.Squeeze(seeds);
        }

        Span<short> matrix = stackalloc short[rank * rank * Coefficients];
        Span<short> noise = stackalloc short[2 * rank * Coefficients];
        Span<short> s = noise[..(rank * Coefficients)];
        Span<short> e = noise[(rank * Coefficients)..];
        MlKemSampling.SampleMatrix(matrix, rank, seeds[..SeedLength], transposed: false, ring.Vectors);
        MlKemSampling.SampleNoise(noise, seeds[SeedLength..], 0, ring.Vectors);
        for (int i = 0; i < 2 * rank; i++)
            ring.Transform(Polynomial(noise, i));

        Span<short> t = stackalloc short[Coefficients];
        for (int i = 0; i < rank; i++)
        {
            ring.SumOfProducts(t, Row(matrix, i), s);
            ring.Add(t, Polynomial(e, i));
            EncodeCanonical(t, publicKey.Slice(i * PolynomialLength, PolynomialLength));
        }

        seeds[..SeedLength].CopyTo(publicKey[(rank * PolynomialLength)..]);
        for (int i = 0; i < rank; i++)
            EncodeCanonical(Polynomial(s, i), privateKey.Slice(i * PolynomialLength, PolynomialLength));
        ConstantTime.Zero(seeds);
        ConstantTime.Zero(MemoryMarshal.AsBytes(noise));
        ConstantTime.Zero(MemoryMarshal.AsBytes(t));
    }

    /// <summary>The modulus check of FIPS 203 section 7.2: whether every coefficient of a public key is below q.</summary>
    [SkipLocalsInit]
    public bool IsCanonical(ReadOnlySpan<byte> publicKey)
    {
        Span<short> t = stackalloc short[rank * Coefficients];
        DecodeVector(publicKey, t);
        return MlKemEncoding.AreCanonical(t);
    }

    /// <summary>K-PKE.Encrypt, FIPS 203 algorithm 14.</summary>
    [SkipLocalsInit]
    public void Encrypt(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> coins, Span<byte> ciphertext)
    {
        Span<short> matrix = stackalloc short[rank * rank * Coefficients];
        Span<short> t = stackalloc short[rank * Coefficients];
        Span<short> noise = stackalloc short[(2 * rank + 1) * Coefficients]; // y, e1, e2
        Span<short> y = noise[..(rank * Coefficients)];
        MlKemSampling.SampleMatrix(matrix, rank, publicKey[(rank * PolynomialLength)..], transposed: true, ring.Vectors);
        MlKemSampling.SampleNoise(noise, coins, 0, ring.Vectors);
        DecodeVector(publicKey, t);
        for (int i = 0; i < rank; i++)
            ring.Transform(Polynomial(y, i));

        Span<short> sum = stackalloc short[Coefficients];
        int lengthOfU = MlKemEncoding.Length(bitsOfU);
        for (int i = 0; i < rank; i++)
        {
            ring.SumOfProducts(sum, Row(matrix, i), y);
            ring.InverseTransform(sum);
            ring.Add(sum, Polynomial(noise, rank + i));
            EncodeCompressed(sum, bitsOfU, ciphertext.Slice(i * lengthOfU, lengthOfU));
        }

        Span<short> mu = stackalloc short[Coefficients];
        MlKemEncoding.Decode(message, 1, mu);
        MlKemEncoding.Decompress(mu, 1);
        ring.SumOfProducts(sum, t, y);
        ring.InverseTransform(sum);
        ring.Add(sum, Polynomial(noise, 2 * rank));
        ring.Add(sum, mu);
        EncodeCompressed(sum, bitsOfV, ciphertext[(rank * lengthOfU)..]);
        ConstantTime.Zero(MemoryMarshal.AsBytes(noise));
        ConstantTime.Zero(MemoryMarshal.AsBytes(sum));
        ConstantTime.Zero(MemoryMarshal.AsBytes(mu));
    }

    /// <summary>K-PKE.Decrypt, FIPS 203 algorithm 15.</summary>
    [SkipLocalsInit]
    public void Decrypt(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> message)
    {
        Span<short> u = stackalloc short[rank * Coefficients];
        Span<short> s = stackalloc short[rank * Coefficients];
        Span<short> v = stackalloc short[Coefficients];
        Span<short> product = stackalloc short[Coefficients];
        int lengthOfU = MlKemEncoding.Length(bitsOfU);
        for (int i = 0; i < rank; i++)
        {
            Span<short> polynomial = Polynomial(u, i);
            MlKemEncoding.Decode(ciphertext.Slice(i * lengthOfU, lengthOfU), bitsOfU, polynomial);
            MlKemEncoding.Decompress(polynomial, bitsOfU);
            ring.Transform(polynomial);
        }

        MlKemEncoding.Decode(ciphertext[(rank * lengthOfU)..], bitsOfV, v);
        MlKemEncoding.Decompress(v, bitsOfV);
        DecodeVector(privateKey, s);
        ring.SumOfProducts(product, s, u);
        ring.InverseTransform(product);
        ring.Subtract(v, product);
        EncodeCompressed(v, 1, message);
        ConstantTime.Zero(MemoryMarshal.AsBytes(s));
        ConstantTime.Zero(MemoryMarshal.AsBytes(product));
        ConstantTime.Zero(MemoryMarshal.AsBytes(v));
    }

    private static Span<short> Polynomial(Span<short> vector, int index) => vector.Slice(index * Coefficients, Coefficients);

    private ReadOnlySpan<short> Row(Span<short> matrix, int row) =>
        matrix.Slice(row * rank * Coefficients, rank * Coefficients);

    private static void DecodeVector(ReadOnlySpan<byte> encoded, Span<short> vector)
    {
        for (int i = 0; i < vector.Length / Coefficients; i++)
            MlKemEncoding.Decode(encoded.Slice(i * PolynomialLength, PolynomialLength), CoefficientBits, Polynomial(vector, i));
    }

    private void EncodeCanonical(Span<short> polynomial, Span<byte> encoded)
    {
        ring.Canonicalize(polynomial);
        MlKemEncoding.Encode(polynomial, CoefficientBits, encoded);
    }

    private void EncodeCompressed(Span<short> polynomial, int bits, Span<byte> encoded)
    {
        ring.Canonicalize(polynomial);
        ring.Compress(polynomial, bits);
        MlKemEncoding.Encode(polynomial, bits, encoded);
    }
}
