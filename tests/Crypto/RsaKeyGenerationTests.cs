using System.Numerics;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class RsaKeyGenerationTests
{
    [Theory]
    [InlineData(2048)]
    [InlineData(2056)]
    [InlineData(3072)]
    public void Generate_AnySize_IsAKeyTheBaseLibraryTakes(int bits)
    {
        using RsaPrivateKey key = RsaKeyGeneration.Generate(bits, SystemRandom.Shared);

        BigInteger p = Number(key.P), q = Number(key.Q), d = Number(key.PrivateExponent), n = Number(key.PublicKey.Modulus);
        Assert.Equal((bits, true), (key.PublicKey.ModulusBits, p > q));
        Assert.Equal(n, p * q);
        Assert.Equal(BigInteger.One, d * 65537 % ((p - 1) * (q - 1)));
        Assert.True(d < n && d.GetBitLength() > bits / 2);
        byte[] signature = new byte[key.PublicKey.SignatureLength];
        key.Sign(HashName.Sha256, "data"u8, SystemRandom.Shared, signature);
        using RSA oracle = RSA.Create(new RSAParameters { Modulus = key.PublicKey.Modulus, Exponent = key.PublicKey.Exponent });
        Assert.True(oracle.VerifyData("data"u8, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public void Generate_SameRandomBytes_IsTheSameKey()
    {
        using RsaPrivateKey first = RsaKeyGeneration.Generate(2048, new SeededRandom(7));
        using RsaPrivateKey second = RsaKeyGeneration.Generate(2048, new SeededRandom(7));
        using RsaPrivateKey other = RsaKeyGeneration.Generate(2048, new SeededRandom(8));

        Assert.Equal(first.PublicKey.Modulus, second.PublicKey.Modulus);
        Assert.NotEqual(first.PublicKey.Modulus, other.PublicKey.Modulus);
    }

    // p and q of known primes that are 3 modulo 4, and composites that deceive weaker tests: 3215031751 passes Miller-Rabin
    // for the bases 2, 3, 5 and 7; 8911 and 1024651 are Carmichael numbers.
    [Theory]
    [InlineData("170141183460469231731687303715884105727", true)] // 2^127 - 1
    [InlineData("57896044618658097711785492504343953926634992332820282019728792003956564819967", false)] // 2^255 - 1
    [InlineData("115792089210356248762697446949407573530086143415290314195533631308867097853951", true)] // P-256's prime
    [InlineData("3215031751", false)]
    [InlineData("8911", false)]
    [InlineData("1024651", false)]
    public void IsProbablePrime_KnownNumbers_TellsThemApart(string number, bool isPrime)
    {
        byte[] candidate = BigInteger.Parse(number).ToByteArray(isUnsigned: true, isBigEndian: true);

        Assert.Equal(isPrime, RsaKeyGeneration.IsProbablePrime(candidate, SystemRandom.Shared));
    }

    [Fact]
    public unsafe void SmallModulus_AnyNumber_IsTheBaseLibrarysRemainder() =>
        Prop.ForAll(ArbMap.Default.ArbFor<ulong[]>(), ArbMap.Default.ArbFor<ushort>(), (limbs, small) =>
        {
            uint modulus = (uint)(small | 3) + (small % 2 == 0 ? 65536u : 0);
            BigInteger value = new(System.Runtime.InteropServices.MemoryMarshal.AsBytes<ulong>(limbs), isUnsigned: true);
            fixed (ulong* pointer = limbs)
                return SmallModulus.Of(modulus).Reduce(pointer, limbs.Length) == value % modulus;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void SmallModulus_OddPrimes_AreTheFirst1228() => Assert.Equal(1228, SmallModulus.OddPrimes.Length);

    [Fact]
    public void Generate_SourceThatRepeatsItself_EndsInsteadOfSearchingForEver()
    {
        Assert.Throws<CryptographicException>(() => RsaKeyGeneration.Generate(2048, new ConstantSource(0)));
        Assert.Throws<CryptographicException>(() => RsaKeyGeneration.Generate(2048, new ConstantSource(0xff)));
    }

    private static BigInteger Number(ReadOnlySpan<byte> bigEndian) => new(bigEndian, isUnsigned: true, isBigEndian: true);

    private sealed class ConstantSource(byte value) : IRandomSource
    {
        public void Fill(Span<byte> destination) => destination.Fill(value);
    }
}
