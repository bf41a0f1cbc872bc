using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class MlKemTests
{
    public static TheoryData<int, bool> Sets => new() { { 768, true }, { 768, false }, { 1024, true }, { 1024, false } };

    /// <summary>The hash over many key pairs, ciphertexts, secrets and secrets of random ciphertexts that implementations publish
    /// instead of the vectors themselves (C2SP CCTV, "accumulated vectors", in the final standard's form: that of ML-KEM-768 is in
    /// Go's crypto/mlkem; that of ML-KEM-1024 is what PQClean, Go and CIRCL agree on).</summary>
    [Theory]
    [InlineData(768, true, 100, "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415")]
    [InlineData(768, false, 100, "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415")]
    [InlineData(768, true, 10_000, "8a518cc63da366322a8e7a818c7a0d63483cb3528d34a4cf42f35d5ad73f22fc")]
    [InlineData(1024, true, 100, "800018fec3e2723f73f1d657fe239b4d5d8782efaade297e8cd448e54cc2ac00")]
    [InlineData(1024, false, 100, "800018fec3e2723f73f1d657fe239b4d5d8782efaade297e8cd448e54cc2ac00")]
    [InlineData(1024, true, 10_000, "f1a3925c9cf8538bb104c56efb2f5ecb74cc3df25087460b73f6c873e96bcb6a")]
    public void AllAlgorithms_AccumulatedVectors_MatchOtherImplementations(int set, bool vectors, int count, string expected)
    {
        MlKem kem = Create(set, vectors);
        using Keccak source = Keccak.Shake128();
        using Keccak sink = Keccak.Shake128();
        Keys keys = new(kem);
        byte[] seeds = new byte[64];
        byte[] m = new byte[32];
        byte[] randomCiphertext = new byte[kem.CiphertextLength];
        for (int i = 0; i < count; i++)
        {
            source.Squeeze(seeds);
            kem.GenerateKeyPair(seeds.AsSpan(0, 32), seeds.AsSpan(32), keys.Public, keys.Private);
            sink.Absorb(keys.Public);

            source.Squeeze(m);
            Assert.True(kem.TryEncapsulate(keys.Public, m, keys.Ciphertext, keys.Secret));
            sink.Absorb(keys.Ciphertext);
            sink.Absorb(keys.Secret);
            Assert.Equal(keys.Secret, keys.Decapsulate());

            source.Squeeze(randomCiphertext);
            kem.Decapsulate(keys.Private, randomCiphertext, keys.Secret);
            sink.Absorb(keys.Secret);
        }

        byte[] digest = new byte[32];
        sink.Squeeze(digest);
        Assert.Equal(expected, Convert.ToHexStringLower(digest));
    }

    [Fact]
    public void Constants_OfBothSets_AreThoseOfFips203Table3()
    {
        Assert.Equal((1184, 2400, 1088, 32), Lengths(Create(768, true)));
        Assert.Equal((1568, 3168, 1568, 32), Lengths(Create(1024, true)));
        Assert.Equal(
            (1184, 2400, 1088, 32),
            (MlKem768.PublicKeyLength, MlKem768.PrivateKeyLength, MlKem768.CiphertextLength, MlKem768.SharedSecretLength));
        Assert.Equal(
            (1568, 3168, 1568, 32),
            (MlKem1024.PublicKeyLength, MlKem1024.PrivateKeyLength, MlKem1024.CiphertextLength, MlKem1024.SharedSecretLength));

        static (int, int, int, int) Lengths(MlKem kem) =>
            (kem.PublicKeyLength, kem.PrivateKeyLength, kem.CiphertextLength, MlKem.SharedSecretLength);
    }

    [Fact]
    public void StaticSets_WithARandomSource_AgreeAndAreTheirCore()
    {
        Counter random = new();
        Keys keys = new(Create(768, false));
        MlKem768.GenerateKeyPair(random, keys.Public, keys.Private);
        Assert.True(MlKem768.TryEncapsulate(keys.Public, random, keys.Ciphertext, keys.Secret));
        Assert.Equal(keys.Secret, keys.Decapsulate());
        byte[] secret = new byte[32];
        MlKem768.Decapsulate(keys.Private, keys.Ciphertext, secret);
        Assert.Equal(keys.Secret, secret);

        keys = new Keys(Create(1024, false));
        MlKem1024.GenerateKeyPair(random, keys.Public, keys.Private);
        Assert.True(MlKem1024.TryEncapsulate(keys.Public, random, keys.Ciphertext, keys.Secret));
        Assert.Equal(keys.Secret, keys.Decapsulate());
        MlKem1024.Decapsulate(keys.Private, keys.Ciphertext, secret);
        Assert.Equal(keys.Secret, secret);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Decapsulate_AnyByteOfCiphertextChanged_GivesTheHashOfZAndCiphertext(int set, bool vectors)
    {
        Keys keys = Keys.Random(Create(set, vectors), seed: 1);
        for (int i = 0; i < keys.Ciphertext.Length; i += vectors ? 1 : 7)
        {
            keys.Ciphertext[i] ^= (byte)(1 << (i % 8));
            using Keccak sponge = Keccak.Shake256(); // J: FIPS 203 section 4.1
            sponge.Absorb(keys.Private.AsSpan(keys.Private.Length - 32));
            sponge.Absorb(keys.Ciphertext);
            byte[] expected = new byte[32];
            sponge.Squeeze(expected);
            Assert.Equal(expected, keys.Decapsulate());
            keys.Ciphertext[i] ^= (byte)(1 << (i % 8));
        }

        Assert.Equal(keys.Secret, keys.Decapsulate());
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void TryEncapsulate_CoefficientNotBelowQ_IsRefused(int set, bool vectors)
    {
        Keys keys = Keys.Random(Create(set, vectors), seed: 2);
        byte[] ciphertext = new byte[keys.Ciphertext.Length];
        byte[] secret = new byte[32];
        int coefficients = (keys.Public.Length - 32) * 2 / 3;
        for (int i = 0; i < coefficients; i++)
        {
            byte[] key = [.. keys.Public];
            int at = i / 2 * 3;
            int value = i % 2 == 0 ? 3329 + i % 700 : 4095;
            if (i % 2 == 0)
                (key[at], key[at + 1]) = ((byte)value, (byte)((key[at + 1] & 0xf0) | (value >> 8)));
            else
                (key[at + 1], key[at + 2]) = ((byte)((key[at + 1] & 0x0f) | ((value & 15) << 4)), (byte)(value >> 4));
            Assert.False(keys.Kem.TryEncapsulate(key, new byte[32], ciphertext, secret), $"coefficient {i}");
            Assert.Equal(new byte[32], secret);
            Assert.Equal(new byte[ciphertext.Length], ciphertext);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void TryEncapsulate_LargestCoefficients_IsAccepted(int set, bool vectors)
    {
        MlKem kem = Create(set, vectors);
        byte[] key = new byte[kem.PublicKeyLength];
        for (int i = 0; i < key.Length - 32; i += 3)
            (key[i], key[i + 1], key[i + 2]) = (0x00, 0x0d, 0xd0); // 3328 twice
        byte[] ciphertext = new byte[kem.CiphertextLength];
        byte[] portable = new byte[kem.CiphertextLength];
        byte[] secret = new byte[32];
        Assert.True(kem.TryEncapsulate(key, new byte[32], ciphertext, secret));
        Assert.True(Create(set, vectors: false).TryEncapsulate(key, new byte[32], portable, secret));
        Assert.Equal(portable, ciphertext);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Members_OtherLengths_AreRefused(int set, bool vectors)
    {
        Keys keys = Keys.Random(Create(set, vectors), seed: 3);
        MlKem kem = keys.Kem;
        byte[] secret = new byte[32];
        Assert.False(kem.TryEncapsulate([], secret, keys.Ciphertext, secret));
        Assert.False(kem.TryEncapsulate(keys.Public.AsSpan(1), secret, keys.Ciphertext, secret));
        Assert.False(kem.TryEncapsulate([.. keys.Public, 0], secret, keys.Ciphertext, secret));
        Assert.Throws<ArgumentOutOfRangeException>(() => kem.TryEncapsulate(keys.Public, new byte[31], keys.Ciphertext, secret));
        Assert.Throws<ArgumentOutOfRangeException>(() => kem.TryEncapsulate(keys.Public, secret, new byte[1], secret));
        Assert.Throws<ArgumentOutOfRangeException>(() => kem.Decapsulate(keys.Private, keys.Ciphertext.AsSpan(1), secret));
        Assert.Throws<ArgumentOutOfRangeException>(() => kem.Decapsulate(keys.Private.AsSpan(1), keys.Ciphertext, secret));
        Assert.Throws<ArgumentOutOfRangeException>(() => kem.Decapsulate(keys.Private, keys.Ciphertext, new byte[33]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kem.GenerateKeyPair(secret, secret, new byte[1], keys.Private));
        Assert.Throws<ArgumentOutOfRangeException>(() => kem.GenerateKeyPair(secret, secret, keys.Public, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kem.GenerateKeyPair(new byte[1], secret, keys.Public, keys.Private));
    }

    private static MlKem Create(int set, bool vectors)
    {
        MlKemRing ring = vectors ? MlKemRing.Best : MlKemRing.Portable;
        return set == 768 ? new MlKem(3, 10, 4, ring) : new MlKem(4, 11, 5, ring);
    }

    private sealed class Counter : IRandomSource
    {
        private byte _next;

        public void Fill(Span<byte> destination)
        {
            foreach (ref byte value in destination)
                value = _next++;
        }
    }

    private sealed class Keys(MlKem kem)
    {
        public MlKem Kem { get; } = kem;

        public byte[] Public { get; } = new byte[kem.PublicKeyLength];

        public byte[] Private { get; } = new byte[kem.PrivateKeyLength];

        public byte[] Ciphertext { get; } = new byte[kem.CiphertextLength];

        public byte[] Secret { get; } = new byte[32];

        public static Keys Random(MlKem kem, int seed)
        {
            Keys keys = new(kem);
            byte[] seeds = new byte[96];
            new Random(seed).NextBytes(seeds);
            kem.GenerateKeyPair(seeds.AsSpan(0, 32), seeds.AsSpan(32, 32), keys.Public, keys.Private);
            Assert.True(kem.TryEncapsulate(keys.Public, seeds.AsSpan(64), keys.Ciphertext, keys.Secret));
            return keys;
        }

        public byte[] Decapsulate()
        {
            byte[] secret = new byte[32];
            Kem.Decapsulate(Private, Ciphertext, secret);
            return secret;
        }
    }
}
