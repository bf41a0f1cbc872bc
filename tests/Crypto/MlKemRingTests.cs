using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

/// <summary>The ring of ML-KEM and its encodings against their definitions in FIPS 203.</summary>
public sealed class MlKemRingTests
{
    private const int N = MlKemRing.Coefficients;
    private const int Q = MlKemRing.Modulus;

    private static readonly MlKemRing[] s_rings = [MlKemRing.Portable, MlKemRing.Best];

    [Fact] // FIPS 203 section 4.3: products of transformed polynomials are those modulo X^256 + 1
    public void SumOfProducts_TransformedPolynomials_IsTheNegacyclicProduct()
    {
        Random random = new(1);
        foreach (MlKemRing ring in s_rings)
        {
            for (int rank = 1; rank <= 4; rank++)
            {
                short[] left = Canonical(random, rank);
                short[] right = Canonical(random, rank);
                int[] expected = Multiply(left, right);
                for (int i = 0; i < rank; i++)
                {
                    ring.Transform(left.AsSpan(i * N, N));
                    ring.Transform(right.AsSpan(i * N, N));
                }

                short[] product = new short[N];
                ring.SumOfProducts(product, left, right);
                ring.InverseTransform(product);
                ring.Canonicalize(product);
                Assert.Equal(expected, product.Select(c => (int)c));
            }
        }
    }

    [Fact]
    public void EveryOperation_ExtremeCoefficients_IsTheSameOnBothPaths()
    {
        Random random = new(2);
        for (int round = 0; round < 300; round++)
        {
            short[] left = Reduced(random, 4);
            short[] right = Reduced(random, 4);
            AssertSame((ring, a) => ring.SumOfProducts(a, left, right), new short[N]);
            AssertSame((ring, a) => ring.Add(a, right.AsSpan(0, N)), left[..N]);
            AssertSame((ring, a) => ring.Subtract(a, right.AsSpan(0, N)), left[..N]);

            short[] small = Coefficients(random, N, -Q, Q);
            AssertSame((ring, a) => ring.Transform(a), small);
            AssertSame((ring, a) => ring.InverseTransform(a), small);
            AssertSame((ring, a) => ring.Canonicalize(a), Coefficients(random, N, short.MinValue, short.MaxValue));
        }
    }

    [Fact]
    public void Bounds_AfterEveryOperation_AreWhatTheyPromise()
    {
        Random random = new(3);
        foreach (MlKemRing ring in s_rings)
        {
            for (int round = 0; round < 200; round++)
            {
                short[] a = Coefficients(random, N, -Q, Q);
                ring.Transform(a);
                Assert.All(a, c => Assert.InRange(c, 0, Q));
                a = Coefficients(random, N, -Q, Q);
                ring.InverseTransform(a);
                Assert.All(a, c => Assert.InRange(c, -Q + 1, Q - 1));
                ring.SumOfProducts(a, Reduced(random, 4), Reduced(random, 4));
                Assert.All(a, c => Assert.InRange(c, -Q + 1, Q - 1));
            }
        }
    }

    [Fact]
    public void Canonicalize_EveryWord_IsTheRemainder()
    {
        foreach (MlKemRing ring in s_rings)
        {
            for (int start = short.MinValue; start <= short.MaxValue; start += N)
            {
                short[] words = [.. Enumerable.Range(start, N).Select(c => (short)c)];
                int[] expected = [.. words.Select(c => (c % Q + Q) % Q)];
                ring.Canonicalize(words);
                Assert.Equal(expected, words.Select(c => (int)c));
            }
        }
    }

    [Theory] // FIPS 203 section 4.2.1
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(11)]
    public void CompressAndDecompress_EveryCoefficient_RoundsToTheNearest(int bits)
    {
        foreach (MlKemRing ring in s_rings)
        {
            for (int start = 0; start < Q; start += N)
            {
                short[] words = [.. Enumerable.Range(start, N).Select(x => (short)Math.Min(x, Q - 1))];
                int[] expected = [.. words.Select(x => (int)Math.Floor((double)(x << bits) / Q + 0.5) & ((1 << bits) - 1))];
                ring.Compress(words, bits);
                Assert.Equal(expected, words.Select(y => (int)y));
            }
        }

        short[] compressed = [.. Enumerable.Range(0, 1 << bits).Select(y => (short)y)];
        short[] decompressed = [.. compressed];
        MlKemEncoding.Decompress(decompressed, bits);
        for (int y = 0; y < 1 << bits; y++)
            Assert.Equal((int)Math.Floor((double)(y * Q) / (1 << bits) + 0.5), decompressed[y]);
        for (int start = 0; start < compressed.Length; start += N)
        {
            short[] words = new short[N];
            int count = Math.Min(N, compressed.Length - start);
            decompressed.AsSpan(start, count).CopyTo(words);
            MlKemRing.Portable.Compress(words, bits);
            Assert.Equal(compressed.AsSpan(start, count), words.AsSpan(0, count));
        }
    }

    [Theory] // FIPS 203 algorithms 3 to 6: the bits of the coefficients in order, lowest first
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    public void EncodeAndDecode_RandomCoefficients_AreTheirBitsInOrder(int bits)
    {
        short[] polynomial = Coefficients(new Random(bits), N, 0, (1 << bits) - 1);
        byte[] expected = new byte[N * bits / 8];
        for (int i = 0; i < N * bits; i++)
            expected[i / 8] |= (byte)(((polynomial[i / bits] >> (i % bits)) & 1) << (i % 8));

        byte[] encoded = new byte[MlKemEncoding.Length(bits)];
        MlKemEncoding.Encode(polynomial, bits, encoded);
        Assert.Equal(expected, encoded);
        short[] decoded = new short[N];
        MlKemEncoding.Decode(encoded, bits, decoded);
        Assert.Equal(polynomial, decoded);
    }

    private delegate void Operation(MlKemRing ring, short[] polynomial);

    private static void AssertSame(Operation operation, short[] input)
    {
        short[] portable = [.. input];
        short[] best = [.. input];
        operation(MlKemRing.Portable, portable);
        operation(MlKemRing.Best, best);
        Assert.Equal(portable, best);
    }

    private static int[] Multiply(short[] left, short[] right)
    {
        long[] product = new long[N];
        for (int at = 0; at < left.Length; at += N)
        {
            for (int i = 0; i < N; i++)
            {
                for (int j = 0; j < N; j++)
                    product[(i + j) % N] += (i + j < N ? 1 : -1) * left[at + i] * right[at + j];
            }
        }

        return [.. product.Select(c => (int)((c % Q + Q) % Q))];
    }

    private static short[] Canonical(Random random, int polynomials) => Coefficients(random, polynomials * N, 0, Q - 1);

    private static short[] Reduced(Random random, int polynomials) => Coefficients(random, polynomials * N, 0, Q);

    /// <summary>Words of a range, half of them its ends.</summary>
    private static short[] Coefficients(Random random, int count, int least, int most)
    {
        short[] words = new short[count];
        for (int i = 0; i < count; i++)
        {
            words[i] = random.Next(4) switch
            {
                0 => (short)least,
                1 => (short)most,
                _ => (short)random.Next(least, most + 1),
            };
        }

        return words;
    }
}
