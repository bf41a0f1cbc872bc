using System.Numerics;
using System.Security.Cryptography;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class DiffieHellmanGroupTests
{
    public static TheoryData<int> Lengths => [1024, 2048, 3072, 4096, 6144, 8192];

    // RFC 2409 section 6.2 and RFC 3526: p = 2^n - 2^(n-64) - 1 + 2^64 (floor(2^(n-130) pi) + c)
    [Theory]
    [InlineData(1024, 129093)]
    [InlineData(2048, 124476)]
    [InlineData(3072, 1690314)]
    [InlineData(4096, 240904)]
    [InlineData(6144, 929484)]
    [InlineData(8192, 4743158)]
    public void Prime_ComputedFromPiAsTheRfcDefinesIt_IsTheTypedOne(int bits, int constant)
    {
        BigInteger expected = (BigInteger.One << bits) - (BigInteger.One << (bits - 64)) - 1
            + (((PiTimesTwoTo(bits - 130)) + constant) << 64);
        string typed = bits switch
        {
            1024 => DiffieHellmanPrimes.Group2,
            2048 => DiffieHellmanPrimes.Group14,
            3072 => DiffieHellmanPrimes.Group15,
            4096 => DiffieHellmanPrimes.Group16,
            6144 => DiffieHellmanPrimes.Group17,
            _ => DiffieHellmanPrimes.Group18,
        };
        Assert.Equal(expected, MontgomeryModulusTests.Number(Convert.FromHexString(typed)));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void PublicAndShared_ForRandomExponents_AreBigIntegersPowers(int bits)
    {
        DiffieHellmanGroup group = Group(bits);
        BigInteger p = MontgomeryModulusTests.Number(PrimeOf(bits));
        SeededRandom random = new(bits);
        using Secret exponent = group.GenerateExponent(random), other = group.GenerateExponent(random);
        Assert.Equal(64, exponent.Length);
        byte[] ours = new byte[group.ByteLength], theirs = new byte[group.ByteLength], shared = new byte[group.ByteLength];
        group.ComputePublic(exponent, ours);
        group.ComputePublic(other, theirs);
        BigInteger e = MontgomeryModulusTests.Number(exponent.Span);
        Assert.Equal(BigInteger.ModPow(2, e, p), MontgomeryModulusTests.Number(ours));
        Assert.True(group.TryAgree(exponent, theirs, shared));
        Assert.Equal(BigInteger.ModPow(MontgomeryModulusTests.Number(theirs), e, p), MontgomeryModulusTests.Number(shared));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2048)]
    public void TwoSides_256TimesOver_AgreeOnTheSecret(int bits)
    {
        DiffieHellmanGroup group = Group(bits);
        SeededRandom random = new(7);
        for (int i = 0; i < 256; i++)
        {
            Assert.Equal(AgreedSecret(group, random, out byte[] mirrored), mirrored);
        }
    }

    [Fact]
    public void SharedSecret_WithLeadingZero_KeepsItsWidth()
    {
        DiffieHellmanGroup group = DiffieHellmanGroup.Group14;
        SeededRandom random = new(8);
        for (int i = 0; ; i++)
        {
            byte[] secret = AgreedSecret(group, random, out byte[] mirrored);
            Assert.Equal(256, secret.Length);
            Assert.Equal(secret, mirrored);
            if (secret[0] == 0)
            {
                return; // one in 256
            }
            Assert.True(i < 5000);
        }
    }

    [Fact]
    public void PeerValue_OutsideTwoToPMinusTwo_IsRefusedAndLeavesZeros()
    {
        DiffieHellmanGroup group = DiffieHellmanGroup.Group14;
        BigInteger p = MontgomeryModulusTests.Number(PrimeOf(2048));
        using Secret exponent = group.GenerateExponent(new SeededRandom(9));
        byte[] secret = new byte[256];
        foreach (BigInteger bad in new[] { BigInteger.Zero, BigInteger.One, p - 1, p, p + 1, p + 2, BigInteger.One << 2048, (BigInteger.One << 4096) - 1 })
        {
            secret.AsSpan().Fill(0x55);
            Assert.False(group.TryAgree(exponent, MontgomeryModulusTests.Bytes(bad), secret));
            Assert.Equal(new byte[256], secret);
        }
        Assert.False(group.TryAgree(exponent, [], secret));
        Assert.True(group.TryAgree(exponent, MontgomeryModulusTests.Bytes(p - 2), secret));
        Assert.True(group.TryAgree(exponent, [2], secret));
        Assert.True(group.TryAgree(exponent, [0, 0, 0, 2], secret));
        byte[] padded = new byte[300];
        padded[^1] = 2;
        Assert.True(group.TryAgree(exponent, padded, secret));
    }

    [Fact]
    public void PeerValue_OfTinyOrder_WhoseSecretIsOne_IsRefused()
    {
        // An artificial group: p = 2 * 3 * k + 1 with an element of order 3, raised to a multiple of 3, gives 1.
        BigInteger k = BigInteger.One << 2100;
        BigInteger p, w;
        for (p = (6 * k) + 1; !BigInteger.ModPow(2, p - 1, p).IsOne; p += 6)
        {
        }
        for (BigInteger g = 2; ; g++)
        {
            w = BigInteger.ModPow(g, (p - 1) / 3, p);
            if (!w.IsOne)
            {
                break;
            }
        }
        DiffieHellmanGroup group = new(MontgomeryModulusTests.Bytes(p), [2]);
        using Secret three = new([0x81]); // 129 = 3 * 43
        byte[] secret = new byte[group.ByteLength];
        Assert.False(group.TryAgree(three, MontgomeryModulusTests.Bytes(w), secret));
    }

    [Fact]
    public void ExchangedGroup_OfUnsuitableSizeParityOrGenerator_IsRefused()
    {
        byte[] p = PrimeOf(2048);
        byte[] even = [.. p[..^1], 0xfe];
        BigInteger number = MontgomeryModulusTests.Number(p);
        Refused("2047 bits", MontgomeryModulusTests.Bytes(number >> 1), [2]);
        Refused("8193 bits", [1, .. new byte[1023], 1], [2]);
        Refused("0 bits", [], [2]);
        Refused("even", even, [2]);
        Refused("generator", p, []);
        Refused("generator", p, [0]);
        Refused("generator", p, [1]);
        Refused("generator", p, MontgomeryModulusTests.Bytes(number - 1));
        Refused("generator", p, MontgomeryModulusTests.Bytes(number + 2));
        DiffieHellmanGroup group = new([0, .. p], [5]);
        Assert.Equal(AgreedSecret(group, new SeededRandom(3), out byte[] mirrored), mirrored);
        Assert.Equal(2048, group.BitLength);
    }

    private static void Refused(string reason, byte[] p, byte[] g) =>
        Assert.Contains(reason, Assert.Throws<CryptographicException>(() => new DiffieHellmanGroup(p, g)).Message, StringComparison.Ordinal);

    private static byte[] AgreedSecret(DiffieHellmanGroup group, SeededRandom random, out byte[] mirrored)
    {
        using Secret a = group.GenerateExponent(random), b = group.GenerateExponent(random);
        byte[] publicA = new byte[group.ByteLength], publicB = new byte[group.ByteLength], secret = new byte[group.ByteLength];
        mirrored = new byte[group.ByteLength];
        group.ComputePublic(a, publicA);
        group.ComputePublic(b, publicB);
        Assert.True(group.TryAgree(a, publicB, secret));
        Assert.True(group.TryAgree(b, publicA, mirrored));
        return secret;
    }

    private static DiffieHellmanGroup Group(int bits) => bits switch
    {
        1024 => DiffieHellmanGroup.Group1,
        2048 => DiffieHellmanGroup.Group14,
        3072 => DiffieHellmanGroup.Group15,
        4096 => DiffieHellmanGroup.Group16,
        6144 => DiffieHellmanGroup.Group17,
        _ => DiffieHellmanGroup.Group18,
    };

    private static byte[] PrimeOf(int bits) => Convert.FromHexString(bits switch
    {
        1024 => DiffieHellmanPrimes.Group2,
        2048 => DiffieHellmanPrimes.Group14,
        3072 => DiffieHellmanPrimes.Group15,
        4096 => DiffieHellmanPrimes.Group16,
        6144 => DiffieHellmanPrimes.Group17,
        _ => DiffieHellmanPrimes.Group18,
    });

    /// <summary>floor(2^bits pi) by Machin: pi = 16 arctan(1/5) - 4 arctan(1/239), with 64 guard bits.</summary>
    private static BigInteger PiTimesTwoTo(int bits)
    {
        BigInteger one = BigInteger.One << (bits + 64);
        return ((16 * ArcTangentOfInverse(5, one)) - (4 * ArcTangentOfInverse(239, one))) >> 64;
    }

    private static BigInteger ArcTangentOfInverse(int x, BigInteger one)
    {
        BigInteger power = one / x, sum = power;
        for (int n = 3; !power.IsZero; n += 2)
        {
            power /= x * x;
            sum += n % 4 == 3 ? -(power / n) : power / n;
        }
        return sum;
    }
}
