using System.Numerics;
using System.Security.Cryptography;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class NistCurveTests
{
    private static readonly string[] Orders =
    [
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
    ];

    public static TheoryData<int> Sizes => [256, 384, 521];

    // RFC 5903 sections 8.1, 8.2, 8.3
    [Theory]
    [InlineData(
        256,
        "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
        "C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53",
        "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C37725811805271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3",
        "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE")]
    [InlineData(
        384,
        "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655E35B538041E649EE3FAEF896783AB194",
        "41CB0779B4BDB85D47846725FBEC3C9430FAB46CC8DC5060855CC9BDA0AA2942E0308312916B8ED2960E4BD55A7448FC",
        null,
        "11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4D603135569B9E9D09CF5D4A270F59746")]
    [InlineData(
        521,
        "0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A095AA85A30FE1C2952C6771D937BA9777F5957B2639BAB072462F68C27A57382D4A52",
        "0145BA99A847AF43793FDD0E872E7CDFA16BE30FDC780F97BCCC3F078380201E9C677D600B343757A3BDBF2A3163E4C2F869CCA7458AA4A4EFFC311F5CB151685EB9",
        null,
        "01144C7D79AE6956BC8EDB8E7C787C4521CB086FA64407F97894E5E6B2D79B04D1427E73CA4BAA240A34786859810C06B3C715A3A8CC3151F2BEE417996D19F3DDEA")]
    public void Agreement_OfThePublishedKeys_IsThePublishedSecret(int bits, string i, string r, string? publicI, string shared)
    {
        NistCurve curve = Curve(bits);
        byte[] initiator = Convert.FromHexString(i), responder = Convert.FromHexString(r);
        byte[] initiatorPoint = Derive(curve, initiator), responderPoint = Derive(curve, responder);
        if (publicI is not null)
        {
            Assert.Equal("04" + publicI, Convert.ToHexString(initiatorPoint));
        }
        Assert.Equal(shared, Convert.ToHexString(Agree(curve, initiator, responderPoint)));
        Assert.Equal(shared, Convert.ToHexString(Agree(curve, responder, initiatorPoint)));
    }

    // NIST CAVS 14.1 ECC CDH primitive, P-256 COUNT = 0
    [Fact]
    public void Agreement_OfTheCavsKeys_IsTheCavsSecret()
    {
        byte[] key = Convert.FromHexString("7D7DC5F71EB29DDAF80D6214632EEAE03D9058AF1FB6D22ED80BADB62BC1A534");
        byte[] peer = Convert.FromHexString(
            "04700C48F77F56584C5CC632CA65640DB91B6BACCE3A4DF6B42CE7CC838833D287DB71E509E3FD9B060DDB20BA5C51DCC5948D46FBF640DFE0441782CAB85FA4AC");
        Assert.Equal(
            "04EAD218590119E8876B29146FF89CA61770C4EDBBF97D38CE385ED281D8A6B23028AF61281FD35E2FA7002523ACC85A429CB06EE6648325389F59EDFCE1405141",
            Convert.ToHexString(Derive(NistCurve.P256, key)));
        Assert.Equal(
            "46FC62106420FF012E54A434FBDD2D25CCC5852060561E68040DD7778997BD7B",
            Convert.ToHexString(Agree(NistCurve.P256, key, peer)));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TwoSides_256TimesOver_AgreeAndWithTheBaseLibrary(int bits)
    {
        NistCurve curve = Curve(bits);
        SeededRandom random = new(bits);
        for (int i = 0; i < 256; i++)
        {
            using Secret a = curve.GeneratePrivateKey(random), b = curve.GeneratePrivateKey(random);
            byte[] pointA = Derive(curve, a.Span), pointB = Derive(curve, b.Span);
            byte[] secret = Agree(curve, a.Span, pointB);
            Assert.Equal(secret, Agree(curve, b.Span, pointA));
            if (i % 8 == 0)
            {
                using ECDiffieHellman oracle = Oracle(bits, a.Span, pointA), peer = Oracle(bits, b.Span, pointB);
                Assert.Equal(oracle.DeriveRawSecretAgreement(peer.PublicKey), secret);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Scalars_AtTheEdges_GiveThePointsTheBaseLibraryGives(int bits)
    {
        // Small ones, those around powers of two, and n - 1 … n - 64, among which lie the last step's equal points.
        NistCurve curve = Curve(bits);
        BigInteger n = Order(bits);
        List<BigInteger> scalars = [];
        for (int i = 1; i <= 64; i++)
        {
            scalars.Add(i);
            scalars.Add(n - i);
        }
        for (int i = 6; i < bits - 1; i += 5)
        {
            scalars.Add(BigInteger.One << i);
            scalars.Add((BigInteger.One << i) - 1);
            scalars.Add(n >> (bits - i));
        }
        foreach (BigInteger scalar in scalars)
        {
            byte[] key = Padded(scalar, curve.ScalarLength);
            byte[] point = Derive(curve, key);
            Assert.True(curve.IsValidPoint(point));
            Assert.Equal(OraclePoint(bits, key), Convert.ToHexString(point));
            // The same through the general multiplication, of the base point as a peer's.
            byte[] basePoint = Derive(curve, Padded(1, curve.ScalarLength));
            Assert.Equal(Convert.ToHexString(point.AsSpan(1, curve.FieldLength)), Convert.ToHexString(Agree(curve, key, basePoint)));
        }
    }

    [Fact]
    public void P256_WithAndWithoutVectors_ComputesTheSame()
    {
        NistCurve plain = NistCurve.CreateP256(VectorPath.Scalar), best = NistCurve.P256;
        BigInteger n = Order(256);
        SeededRandom random = new(8);
        byte[] basePoint = Derive(plain, Padded(1, 32));
        List<BigInteger> scalars = [.. Enumerable.Range(1, 70).SelectMany(i => new[] { i, n - i })];
        for (int bit = 1; bit < 256; bit++)
        {
            scalars.Add(BigInteger.One << bit);
            scalars.Add(n - (BigInteger.One << bit));
            scalars.Add(MontgomeryModulusTests.Number(random, 256) % n);
        }
        foreach (BigInteger scalar in scalars.Where(scalar => scalar > 0))
        {
            byte[] key = Padded(scalar, 32), point = Derive(plain, key);
            Assert.Equal(point, Derive(best, key));
            byte[] other = Padded((MontgomeryModulusTests.Number(random, 256) % (n - 1)) + 1, 32);
            Assert.Equal(Agree(plain, other, point), Agree(best, other, point));
            Assert.Equal(Agree(plain, key, point), Agree(best, key, point));
            Assert.Equal(point[1..33], Agree(best, key, basePoint));

            byte[] r = new byte[32], s = new byte[32];
            Ecdsa.Sign(best, key, HashName.Sha256, key, null, r, s);
            Assert.True(Ecdsa.Verify(plain, point, HashName.Sha256, key, r, s));
            Assert.True(Ecdsa.Verify(best, point, HashName.Sha256, key, r, s));
            s[31] ^= 1;
            Assert.False(Ecdsa.Verify(plain, point, HashName.Sha256, key, r, s));
            Assert.False(Ecdsa.Verify(best, point, HashName.Sha256, key, r, s));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SharedSecret_WithLeadingZero_KeepsItsWidth(int bits)
    {
        NistCurve curve = Curve(bits);
        SeededRandom random = new(5);
        byte[] point = Derive(curve, Padded(1, curve.ScalarLength));
        for (int i = 0; ; i++)
        {
            using Secret key = curve.GeneratePrivateKey(random);
            byte[] secret = Agree(curve, key.Span, point);
            Assert.Equal(curve.FieldLength, secret.Length);
            if (secret[0] == 0)
            {
                Assert.Equal(Derive(curve, key.Span)[1..(1 + curve.FieldLength)], secret);
                return;
            }
            Assert.True(i < 5000);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Point_OffTheCurveOrMalformed_IsRefused(int bits)
    {
        NistCurve curve = Curve(bits);
        using Secret key = curve.GeneratePrivateKey(new SeededRandom(6));
        byte[] good = Derive(curve, key.Span);
        Assert.True(curve.IsValidPoint(good));
        BigInteger p = Prime(bits);
        int length = curve.FieldLength;
        BigInteger y = MontgomeryModulusTests.Number(good.AsSpan(1 + length));
        List<byte[]> bad =
        [
            [], [0], [4], good[..^1], [.. good, 0], [2, .. good[1..(1 + length)]], [.. good[1..]],
            [2, .. good[1..]], [6, .. good[1..]], [0, .. good[1..]], [4, .. new byte[2 * length]],
            [4, .. good[(1 + length)..], .. good[1..(1 + length)]],
            [.. good[..(1 + length)], .. Padded((y + 1) % p, length)],
        ];
        bad.Add([4, .. Padded(p, length), .. good[(1 + length)..]]);
        // The same point with a coordinate the prime too large, where that fits the width.
        foreach (BigInteger x in new BigInteger[] { 0, 1, 2, 3, 5, 6 })
        {
            if (TrySquareRoot(bits, x, out BigInteger root))
            {
                Assert.True(curve.IsValidPoint([4, .. Padded(x, length), .. Padded(root, length)]));
                bad.Add([4, .. Padded(x + p, length), .. Padded(root, length)]);
            }
        }
        byte[] secret = new byte[length];
        foreach (byte[] point in bad)
        {
            secret.AsSpan().Fill(0x55);
            Assert.False(curve.IsValidPoint(point));
            Assert.False(curve.TryAgree(key.Span, point, secret));
            Assert.Equal(new byte[length], secret);
        }
        Assert.True(curve.IsValidPoint([.. good[..(1 + length)], .. Padded(p - y, length)]));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void PrivateKey_ZeroOrNotBelowTheOrder_IsRefused(int bits)
    {
        NistCurve curve = Curve(bits);
        byte[] point = Derive(curve, Padded(2, curve.ScalarLength));
        foreach (BigInteger bad in new[] { BigInteger.Zero, Order(bits), Order(bits) + 1, (BigInteger.One << (8 * curve.ScalarLength)) - 1 })
        {
            byte[] key = Padded(bad, curve.ScalarLength);
            Assert.False(curve.IsValidPrivateKey(key));
            Assert.Throws<CryptographicException>(() => Derive(curve, key));
            Assert.Throws<CryptographicException>(() => Agree(curve, key, point));
        }
        Assert.False(curve.IsValidPrivateKey([]));
        Assert.False(curve.IsValidPrivateKey([1, .. new byte[curve.ScalarLength]]));
        Assert.True(curve.IsValidPrivateKey([0, .. Padded(Order(bits) - 1, curve.ScalarLength)]));
    }

    [Fact]
    public void GeneratedKey_WhenTheSourceFirstGivesOnesThenZeros_IsTheThirdCandidate()
    {
        foreach (int bits in new[] { 256, 384, 521 })
        {
            NistCurve curve = Curve(bits);
            using Secret key = curve.GeneratePrivateKey(new Script(0xff, 0x00, 0x77));
            Assert.All(key.Span[1..].ToArray(), part => Assert.Equal(0x77, part));
        }
    }

    internal static NistCurve Curve(int bits) => bits switch { 256 => NistCurve.P256, 384 => NistCurve.P384, _ => NistCurve.P521 };

    internal static ECCurve OracleCurve(int bits) => bits switch
    {
        256 => ECCurve.NamedCurves.nistP256,
        384 => ECCurve.NamedCurves.nistP384,
        _ => ECCurve.NamedCurves.nistP521,
    };

    internal static BigInteger Order(int bits) =>
        MontgomeryModulusTests.Number(Convert.FromHexString(Orders[bits switch { 256 => 0, 384 => 1, _ => 2 }]));

    internal static byte[] Padded(BigInteger value, int length)
    {
        byte[] bytes = MontgomeryModulusTests.Bytes(value);
        return bytes.Length >= length ? bytes : [.. new byte[length - bytes.Length], .. bytes];
    }

    internal static byte[] Derive(NistCurve curve, ReadOnlySpan<byte> key)
    {
        byte[] point = new byte[curve.PointLength];
        curve.DerivePublicKey(key, point);
        return point;
    }

    private static BigInteger Prime(int bits) => bits switch
    {
        256 => (BigInteger.One << 256) - (BigInteger.One << 224) + (BigInteger.One << 192) + (BigInteger.One << 96) - 1,
        384 => (BigInteger.One << 384) - (BigInteger.One << 128) - (BigInteger.One << 96) + (BigInteger.One << 32) - 1,
        _ => (BigInteger.One << 521) - 1,
    };

    /// <summary>y with y^2 = x^3 - 3 x + b: all three primes are 3 modulo 4. b comes from the base point.</summary>
    private static bool TrySquareRoot(int bits, BigInteger x, out BigInteger root)
    {
        NistCurve curve = Curve(bits);
        BigInteger p = Prime(bits);
        byte[] basePoint = Derive(curve, Padded(1, curve.ScalarLength));
        BigInteger gx = MontgomeryModulusTests.Number(basePoint.AsSpan(1, curve.FieldLength));
        BigInteger gy = MontgomeryModulusTests.Number(basePoint.AsSpan(1 + curve.FieldLength));
        BigInteger b = ((gy * gy) - (gx * gx * gx) + (3 * gx)) % p;
        BigInteger square = ((((x * x * x) - (3 * x) + b) % p) + p) % p;
        root = BigInteger.ModPow(square, (p + 1) / 4, p);
        return root * root % p == square;
    }

    private static byte[] Agree(NistCurve curve, ReadOnlySpan<byte> key, ReadOnlySpan<byte> point)
    {
        byte[] secret = new byte[curve.FieldLength];
        Assert.True(curve.TryAgree(key, point, secret));
        return secret;
    }

    private static string OraclePoint(int bits, byte[] key)
    {
        using ECDiffieHellman oracle = ECDiffieHellman.Create(new ECParameters { Curve = OracleCurve(bits), D = key });
        ECPoint q = oracle.ExportParameters(false).Q;
        return "04" + Convert.ToHexString(q.X!) + Convert.ToHexString(q.Y!);
    }

    private static ECDiffieHellman Oracle(int bits, ReadOnlySpan<byte> key, byte[] point) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = OracleCurve(bits),
        D = key.ToArray(),
        Q = new ECPoint { X = point[1..(1 + (point.Length / 2))], Y = point[(1 + (point.Length / 2))..] },
    });

    private sealed class Script(params byte[] values) : IRandomSource
    {
        private int _next;

        public void Fill(Span<byte> destination) => destination.Fill(values[_next++]);
    }
}
