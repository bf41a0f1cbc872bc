using System.Security.Cryptography;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class Sntrup761Tests
{
    private const int P = Sntrup761Ring.Coefficients;

    private static readonly Sntrup761Ring[] s_rings = [Sntrup761Ring.Portable, Sntrup761Ring.Best];

    /// <summary>The hash over twenty key pairs, ciphertexts, secrets and secrets of random ciphertexts, all drawn from SHAKE128 of
    /// nothing. The value is our own; BouncyCastle.Cryptography 2.7.0 gave the same secret for each of its keys and ciphertexts.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AllAlgorithms_AccumulatedWalk_IsWhatAnotherImplementationConfirmed(bool vectors)
    {
        Sntrup761Kem kem = new(vectors ? Sntrup761Ring.Best : Sntrup761Ring.Portable);
        Stream source = new();
        Keccak sink = Keccak.Shake128();
        Keys keys = new();
        byte[] random = new byte[Sntrup761.CiphertextLength];
        for (int i = 0; i < 20; i++)
        {
            kem.GenerateKeyPair(source, keys.Public, keys.Private);
            Assert.True(kem.TryEncapsulate(keys.Public, source, keys.Ciphertext, keys.Secret));
            Assert.Equal(keys.Secret, Decapsulate(kem, keys.Private, keys.Ciphertext));
            source.Fill(random);
            sink.Absorb(keys.Public);
            sink.Absorb(keys.Private);
            sink.Absorb(keys.Ciphertext);
            sink.Absorb(keys.Secret);
            sink.Absorb(Decapsulate(kem, keys.Private, random));
        }

        byte[] digest = new byte[32];
        sink.Squeeze(digest);
        Assert.Equal("96e2629d7b4097414f3a231c4ad5b3513398312d5013dbf04870c432a2779538", Convert.ToHexStringLower(digest));
    }

    [Fact]
    public void StaticMembers_RoundTrips_Agree()
    {
        Stream random = new();
        Keys keys = new();
        for (int i = 0; i < 100; i++)
        {
            if (i % 10 == 0)
                Sntrup761.GenerateKeyPair(random, keys.Public, keys.Private);
            Assert.True(Sntrup761.TryEncapsulate(keys.Public, random, keys.Ciphertext, keys.Secret));
            byte[] secret = new byte[32];
            Sntrup761.Decapsulate(keys.Private, keys.Ciphertext, secret);
            Assert.Equal(keys.Secret, secret);
        }
    }

    [Fact]
    public void Decapsulate_AnyByteOfCiphertextChanged_GivesTheHashOfRhoAndCiphertext()
    {
        Sntrup761Kem kem = new(Sntrup761Ring.Best);
        Keys keys = Keys.Random(kem);
        byte[] rho = keys.Private[1540..1731];
        for (int i = 0; i < keys.Ciphertext.Length; i++)
        {
            keys.Ciphertext[i] ^= (byte)(1 << (i % 8));
            byte[] inner = SHA512.HashData([3, .. rho])[..32];
            byte[] expected = SHA512.HashData([0, .. inner, .. keys.Ciphertext])[..32];
            Assert.Equal(expected, Decapsulate(kem, keys.Private, keys.Ciphertext));
            keys.Ciphertext[i] ^= (byte)(1 << (i % 8));
        }

        Assert.Equal(keys.Secret, Decapsulate(kem, keys.Private, keys.Ciphertext));
    }

    [Fact]
    public void TryEncapsulate_AnyBytesOfTheRightLength_IsAKey()
    {
        Random random = new(1);
        Keys keys = new();
        Stream source = new();
        for (int i = 0; i < 50; i++)
        {
            if (i == 0)
                keys.Public.AsSpan().Fill(0xff);
            else
                random.NextBytes(keys.Public);
            Assert.True(Sntrup761.TryEncapsulate(keys.Public, source, keys.Ciphertext, keys.Secret));
        }
    }

    [Fact]
    public void Members_OtherLengths_AreRefused()
    {
        Keys keys = Keys.Random(new Sntrup761Kem(Sntrup761Ring.Best));
        Stream random = new();
        byte[] secret = new byte[32];
        Assert.False(Sntrup761.TryEncapsulate([], random, keys.Ciphertext, secret));
        Assert.False(Sntrup761.TryEncapsulate(keys.Public.AsSpan(1), random, keys.Ciphertext, secret));
        Assert.False(Sntrup761.TryEncapsulate([.. keys.Public, 0], random, keys.Ciphertext, secret));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sntrup761.TryEncapsulate(keys.Public, random, new byte[1], secret));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Sntrup761.TryEncapsulate(keys.Public, random, keys.Ciphertext, new byte[31]));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Sntrup761.Decapsulate(keys.Private, keys.Ciphertext.AsSpan(1), secret));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Sntrup761.Decapsulate(keys.Private.AsSpan(1), keys.Ciphertext, secret));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sntrup761.GenerateKeyPair(random, keys.Public, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sntrup761.GenerateKeyPair(random, new byte[1], keys.Private));
    }

    [Fact]
    public void Multiply_ExtremeCoefficients_IsTheProductOnBothPaths()
    {
        Random random = new(2);
        for (int round = 0; round < 6; round++)
        {
            short[] a = Polynomial(random, 2295);
            short[] b = Polynomial(random, 1);
            short[] small = Polynomial(random, 1);
            foreach (Sntrup761Ring ring in s_rings)
            {
                short[] product = new short[Sntrup761Ring.PaddedLength];
                ring.Multiply(product, a, b, Sntrup761Modulus.Q);
                Assert.Equal(Product(a, b, 4591), product);
                ring.Multiply(product, small, b, Sntrup761Modulus.Three);
                Assert.Equal(Product(small, b, 3), product);
            }
        }
    }

    [Fact]
    public void Invert_SmallPolynomials_TimesThemGivesTheFactor()
    {
        Random random = new(3);
        foreach (Sntrup761Ring ring in s_rings)
        {
            foreach (Sntrup761Modulus modulus in (Sntrup761Modulus[])[Sntrup761Modulus.Three, Sntrup761Modulus.Q])
            {
                short factor = (short)(modulus.Value / 2);
                short[] inverse = new short[Sntrup761Ring.PaddedLength];
                for (int round = 0; round < 5; round++)
                {
                    short[] a = Polynomial(random, 1);
                    Assert.Equal(1ul, ring.Invert(inverse, a, factor, modulus)); // fails for one in 3^19
                    short[] product = Product(inverse, a, modulus.Value);
                    Assert.Equal(factor, product[0]);
                    Assert.All(product[1..], coefficient => Assert.Equal(0, coefficient));
                }

                Assert.Equal(0ul, ring.Invert(inverse, new short[Sntrup761Ring.PaddedLength], 1, modulus));
            }
        }
    }

    [Fact]
    public void Invert_FactorOfTheModulus_SaysThereIsNoInverseModulo3()
    {
        // X^761 - X - 1 is irreducible modulo q; modulo 3 this factor of degree 19 divides it.
        short[] factor = new short[Sntrup761Ring.PaddedLength];
        short[] coefficients = [1, 1, 0, 1, 1, 1, -1, 1, -1, 1, 0, 1, -1, -1, -1, -1, 1, 0, -1, -1];
        coefficients.CopyTo(factor, 0);
        short[] inverse = new short[Sntrup761Ring.PaddedLength];
        foreach (Sntrup761Ring ring in s_rings)
        {
            Assert.Equal(0ul, ring.Invert(inverse, factor, 1, Sntrup761Modulus.Three));
            Assert.Equal(1ul, ring.Invert(inverse, factor, 1, Sntrup761Modulus.Q));
        }
    }

    [Fact]
    public void Modulus_NumbersUpToTheBound_AreFrozenToTheNearest()
    {
        foreach (Sntrup761Modulus modulus in (Sntrup761Modulus[])[Sntrup761Modulus.Three, Sntrup761Modulus.Q])
        {
            int m = modulus.Value;
            Assert.Equal(1, (short)(m * modulus.MontgomeryInverse));
            for (int value = -(1 << 24); value <= 1 << 24; value += 101)
            {
                int frozen = modulus.Freeze(value);
                Assert.Equal(0, (value - frozen) % m);
                Assert.InRange(frozen, -(m / 2), m / 2);
            }

            for (short a = 1; a <= m / 2; a++)
                Assert.Equal(1, modulus.Freeze(a * modulus.Invert(a)));
            Assert.Equal(0, modulus.Invert(0));
        }
    }

    [Fact]
    public void Encodings_RandomAndExtremePolynomials_AreReadBack()
    {
        Random random = new(4);
        short[] decoded = new short[Sntrup761Ring.PaddedLength];
        for (int round = 0; round < 100; round++)
        {
            short[] polynomial = Polynomial(random, 2295);
            byte[] encoded = new byte[Sntrup761Encoding.QLength];
            Sntrup761Encoding.EncodeQ(encoded, polynomial);
            Sntrup761Encoding.DecodeQ(decoded, encoded);
            Assert.Equal(polynomial, decoded);

            polynomial = [.. Polynomial(random, 765).Select(c => (short)(3 * c))];
            encoded = new byte[Sntrup761Encoding.RoundedLength];
            Sntrup761Encoding.EncodeRounded(encoded, polynomial);
            Sntrup761Encoding.DecodeRounded(decoded, encoded);
            Assert.Equal(polynomial, decoded);

            polynomial = Polynomial(random, 1);
            encoded = new byte[Sntrup761Encoding.SmallLength];
            Sntrup761Encoding.EncodeSmall(encoded, polynomial);
            Sntrup761Encoding.DecodeSmall(decoded, encoded);
            Assert.Equal(polynomial, decoded);
        }
    }

    [Fact]
    public void Sampling_RandomPolynomials_HaveTheirWeightAndValues()
    {
        Stream random = new();
        short[] polynomial = new short[Sntrup761Ring.PaddedLength];
        int[] shortCounts = new int[3];
        int[] smallCounts = new int[3];
        for (int round = 0; round < 100; round++)
        {
            Sntrup761Sampling.SampleShort(polynomial, random);
            Assert.Equal(Sntrup761Sampling.Weight, polynomial.Count(c => c is 1 or -1));
            for (int i = 0; i < P; i++)
                shortCounts[polynomial[i] + 1]++;
            Sntrup761Sampling.SampleSmall(polynomial, random);
            for (int i = 0; i < P; i++)
                smallCounts[polynomial[i] + 1]++;
        }

        Assert.All(smallCounts, count => Assert.InRange(count, 24_700, 26_000)); // 76 100 / 3, 5 standard deviations
        Assert.InRange(shortCounts[0], 13_850, 14_750); // 28 600 / 2
        Assert.InRange(shortCounts[2], 13_850, 14_750);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(761)]
    public void Sort_RandomWords_AreInOrder(int count)
    {
        Random random = new(count);
        for (int round = 0; round < 20; round++)
        {
            uint[] words = new uint[count];
            for (int i = 0; i < count; i++)
                words[i] = random.Next(4) == 0 ? uint.MaxValue : (uint)random.NextInt64(1L << 32);
            uint[] expected = [.. words.Order()];
            Sntrup761Sampling.Sort(words);
            Assert.Equal(expected, words);
        }
    }

    private static byte[] Decapsulate(Sntrup761Kem kem, byte[] privateKey, byte[] ciphertext)
    {
        byte[] secret = new byte[32];
        kem.Decapsulate(privateKey, ciphertext, secret);
        return secret;
    }

    /// <summary>Coefficients up to a bound on either side of zero, a third of them at it.</summary>
    private static short[] Polynomial(Random random, int bound)
    {
        short[] polynomial = new short[Sntrup761Ring.PaddedLength];
        for (int i = 0; i < P; i++)
            polynomial[i] = (short)(random.Next(3) == 0 ? bound : random.Next(-bound, bound + 1));
        return polynomial;
    }

    private static short[] Product(short[] a, short[] b, int modulus)
    {
        long[] columns = new long[2 * P];
        for (int i = 0; i < P; i++)
        {
            for (int j = 0; j < P; j++)
                columns[i + j] += a[i] * b[j];
        }

        for (int i = 2 * P - 1; i >= P; i--)
        {
            columns[i - P] += columns[i];
            columns[i - P + 1] += columns[i];
        }

        short[] product = new short[Sntrup761Ring.PaddedLength];
        for (int i = 0; i < P; i++)
        {
            long residue = (columns[i] % modulus + modulus) % modulus;
            product[i] = (short)(residue > modulus / 2 ? residue - modulus : residue);
        }

        return product;
    }

    private sealed class Keys
    {
        public byte[] Public { get; } = new byte[Sntrup761.PublicKeyLength];

        public byte[] Private { get; } = new byte[Sntrup761.PrivateKeyLength];

        public byte[] Ciphertext { get; } = new byte[Sntrup761.CiphertextLength];

        public byte[] Secret { get; } = new byte[Sntrup761.SharedSecretLength];

        public static Keys Random(Sntrup761Kem kem)
        {
            Keys keys = new();
            Stream random = new();
            kem.GenerateKeyPair(random, keys.Public, keys.Private);
            Assert.True(kem.TryEncapsulate(keys.Public, random, keys.Ciphertext, keys.Secret));
            return keys;
        }
    }

    private sealed class Stream : IRandomSource
    {
        private Keccak _sponge = Keccak.Shake128();

        public void Fill(Span<byte> destination) => _sponge.Squeeze(destination);
    }
}
