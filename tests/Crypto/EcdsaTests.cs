using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class EcdsaTests
{
    private const string Key256 = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
    private const string Key384 = "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5";
    private const string Key521 =
        "00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75CAA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538";

    // RFC 6979 appendix A.2.5
    [Theory]
    [InlineData(HashName.Sha256, "sample", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716", "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8")]
    [InlineData(HashName.Sha512, "sample", "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00", "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE")]
    [InlineData(HashName.Sha256, "test", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367", "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083")]
    internal void Signature_OnP256_IsThePublishedOne(HashName hash, string message, string r, string s) =>
        CheckPublished(NistCurve.P256, Key256, hash, message, r, s);

    // RFC 6979 appendix A.2.6
    [Theory]
    [InlineData(HashName.Sha256, "sample", "21B13D1E013C7FA1392D03C5F99AF8B30C570C6F98D4EA8E354B63A21D3DAA33BDE1E888E63355D92FA2B3C36D8FB2CD", "F3AA443FB107745BF4BD77CB3891674632068A10CA67E3D45DB2266FA7D1FEEBEFDC63ECCD1AC42EC0CB8668A4FA0AB0")]
    [InlineData(HashName.Sha384, "sample", "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46", "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8")]
    [InlineData(HashName.Sha512, "sample", "ED0959D5880AB2D869AE7F6C2915C6D60F96507F9CB3E047C0046861DA4A799CFE30F35CC900056D7C99CD7882433709", "512C8CCEEE3890A84058CE1E22DBC2198F42323CE8ACA9135329F03C068E5112DC7CC3EF3446DEFCEB01A45C2667FDD5")]
    [InlineData(HashName.Sha1, "test", "4BC35D3A50EF4E30576F58CD96CE6BF638025EE624004A1F7789A8B8E43D0678ACD9D29876DAF46638645F7F404B11C7", "D5A6326C494ED3FF614703878961C0FDE7B2C278F9A65FD8C4B7186201A2991695BA1C84541327E966FA7B50F7382282")]
    [InlineData(HashName.Sha384, "test", "8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB0542A7F0812998DA8F1DD3CA3CF023DB", "DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E06A739F040649A667BF3B828246BAA5A5")]
    internal void Signature_OnP384_IsThePublishedOne(HashName hash, string message, string r, string s) =>
        CheckPublished(NistCurve.P384, Key384, hash, message, r, s);

    // RFC 6979 appendix A.2.7
    [Theory]
    [InlineData(HashName.Sha384, "sample", "01EA842A0E17D2DE4F92C15315C63DDF72685C18195C2BB95E572B9C5136CA4B4B576AD712A52BE9730627D16054BA40CC0B8D3FF035B12AE75168397F5D50C67451", "01F21A3CEE066E1961025FB048BD5FE2B7924D0CD797BABE0A83B66F1E35EEAF5FDE143FA85DC394A7DEE766523393784484BDF3E00114A1C857CDE1AA203DB65D61")]
    [InlineData(HashName.Sha512, "sample", "00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F174E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA", "00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A")]
    [InlineData(HashName.Sha512, "test", "013E99020ABF5CEE7525D16B69B229652AB6BDF2AFFCAEF38773B4B7D08725F10CDB93482FDCC54EDCEE91ECA4166B2A7C6265EF0CE2BD7051B7CEF945BABD47EE6D", "01FBD0013C674AA79CB39849527916CE301C66EA7CE8B80682786AD60F98F7E78A19CA69EFF5C57400E3B3A0AD66CE0978214D13BAF4E9AC60752F7B155E2DE4DCE3")]
    internal void Signature_OnP521_IsThePublishedOne(HashName hash, string message, string r, string s) =>
        CheckPublished(NistCurve.P521, Key521, hash, message, r, s);

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    [InlineData(521)]
    public void Signatures_OursAndTheBaseLibrarys_VerifyOnEitherSide(int bits)
    {
        NistCurve curve = NistCurveTests.Curve(bits);
        SeededRandom random = new(bits);
        for (int i = 0; i < 64; i++)
        {
            using Secret key = curve.GeneratePrivateKey(random);
            byte[] point = NistCurveTests.Derive(curve, key.Span), message = random.Bytes(i);
            using ECDsa oracle = ECDsa.Create(new ECParameters
            {
                Curve = NistCurveTests.OracleCurve(bits),
                D = key.Span.ToArray(),
                Q = new ECPoint { X = point[1..(1 + curve.FieldLength)], Y = point[(1 + curve.FieldLength)..] },
            });
            (HashName hash, HashAlgorithmName name) = (i % 4) switch
            {
                0 => (HashName.Sha1, HashAlgorithmName.SHA1),
                1 => (HashName.Sha256, HashAlgorithmName.SHA256),
                2 => (HashName.Sha384, HashAlgorithmName.SHA384),
                _ => (HashName.Sha512, HashAlgorithmName.SHA512),
            };
            byte[] r = new byte[curve.ScalarLength], s = new byte[curve.ScalarLength];
            Ecdsa.Sign(curve, key.Span, hash, message, i % 2 == 0 ? random : null, r, s);
            Assert.True(oracle.VerifyData(message, (byte[])[.. r, .. s], name));
            Assert.True(Ecdsa.Verify(curve, point, hash, message, r, s));
            byte[] theirs = oracle.SignData(message, name);
            Assert.True(Ecdsa.Verify(curve, point, hash, message, theirs.AsSpan(0, curve.ScalarLength), theirs.AsSpan(curve.ScalarLength)));
            theirs[random.Next(theirs.Length)] ^= (byte)(1 << random.Next(8));
            Assert.False(Ecdsa.Verify(curve, point, hash, message, theirs.AsSpan(0, curve.ScalarLength), theirs.AsSpan(curve.ScalarLength)));
        }
    }

    [Fact]
    public void Hedge_ChangesTheSignatureAndNotItsValidity()
    {
        byte[] key = Convert.FromHexString(Key256), message = [1, 2, 3];
        byte[] point = NistCurveTests.Derive(NistCurve.P256, key);
        SeededRandom random = new(1);
        HashSet<string> seen = [];
        for (int i = 0; i < 4; i++)
        {
            byte[] r = new byte[32], s = new byte[32];
            Ecdsa.Sign(NistCurve.P256, key, HashName.Sha256, message, random, r, s);
            Assert.True(Ecdsa.Verify(NistCurve.P256, point, HashName.Sha256, message, r, s));
            Assert.True(seen.Add(Convert.ToHexString(r)));
        }
    }

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    [InlineData(521)]
    public void Verify_OfMalformedInput_IsFalse(int bits)
    {
        NistCurve curve = NistCurveTests.Curve(bits);
        using Secret key = curve.GeneratePrivateKey(new SeededRandom(2));
        byte[] point = NistCurveTests.Derive(curve, key.Span), message = [9, 9];
        byte[] r = new byte[curve.ScalarLength], s = new byte[curve.ScalarLength];
        Ecdsa.Sign(curve, key.Span, HashName.Sha256, message, null, r, s);
        BigInteger n = NistCurveTests.Order(bits);
        bool Verify(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
            Ecdsa.Verify(curve, point, HashName.Sha256, message, first, second);
        Assert.True(Verify(r, s));
        Assert.True(Verify([0, 0, .. r], [0, .. s]));
        Assert.True(Verify(r, MontgomeryModulusTests.Bytes(n - MontgomeryModulusTests.Number(s)))); // ECDSA's own malleability
        BigInteger rNumber = MontgomeryModulusTests.Number(r), sNumber = MontgomeryModulusTests.Number(s);
        foreach (BigInteger bad in new[] { BigInteger.Zero, n, n + 1, BigInteger.One << 600 })
        {
            Assert.False(Verify(MontgomeryModulusTests.Bytes(bad), s));
            Assert.False(Verify(r, MontgomeryModulusTests.Bytes(bad)));
        }
        Assert.False(Verify(MontgomeryModulusTests.Bytes(rNumber + n), s));
        Assert.False(Verify(r, MontgomeryModulusTests.Bytes(sNumber + n)));
        Assert.False(Verify([], s));
        Assert.False(Verify(r, []));
        Assert.False(Verify(s, r));
        Assert.False(Verify([.. r, 0], s));
        Assert.False(Ecdsa.Verify(curve, point, HashName.Sha384, message, r, s));
        Assert.False(Ecdsa.Verify(curve, point, HashName.Sha256, [9, 8], r, s));
        byte[] off = (byte[])point.Clone();
        off[^1] ^= 1;
        Assert.False(Ecdsa.Verify(curve, off, HashName.Sha256, message, r, s));
        Assert.False(Ecdsa.Verify(curve, [0], HashName.Sha256, message, r, s));
        byte[] other = NistCurveTests.Derive(curve, NistCurveTests.Padded(5, curve.ScalarLength));
        Assert.False(Ecdsa.Verify(curve, other, HashName.Sha256, message, r, s));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    [InlineData(521)]
    public void Verify_UnderKeysThatMakeTheSumEqualOrOpposite_StaysRight(int bits)
    {
        // Public keys G, -G, 2 G…: u1 G and u2 Q pass through equal and opposite points on their way.
        NistCurve curve = NistCurveTests.Curve(bits);
        BigInteger n = NistCurveTests.Order(bits);
        foreach (BigInteger scalar in new[] { BigInteger.One, n - 1, 2, n - 2, 3, (n + 1) / 2, 15, n - 15 })
        {
            byte[] key = NistCurveTests.Padded(scalar, curve.ScalarLength), point = NistCurveTests.Derive(curve, key);
            for (byte i = 0; i < 8; i++)
            {
                byte[] r = new byte[curve.ScalarLength], s = new byte[curve.ScalarLength];
                Ecdsa.Sign(curve, key, curve.Hash, [i], null, r, s);
                Assert.True(Ecdsa.Verify(curve, point, curve.Hash, [i], r, s));
                Assert.False(Ecdsa.Verify(curve, point, curve.Hash, [(byte)(i + 1)], r, s));
            }
            // r = any, s = r, digest e: u1 = e / r, u2 = 1: the sum is infinity when e / r = -scalar.
            byte[] digest = Hash.Digest(curve.Hash, [7]);
            BigInteger e = MontgomeryModulusTests.Number(digest) % n;
            BigInteger bad = (n - (e * BigInteger.ModPow(scalar, n - 2, n) % n)) % n;
            Assert.False(Ecdsa.Verify(curve, point, curve.Hash, [7], MontgomeryModulusTests.Bytes(bad), MontgomeryModulusTests.Bytes(bad)));
        }
    }

    [Fact]
    public void PrivateKey_OutOfRange_IsRefused()
    {
        byte[] r = new byte[32], s = new byte[32];
        Assert.Throws<CryptographicException>(() => Ecdsa.Sign(NistCurve.P256, new byte[32], HashName.Sha256, [], null, r, s));
    }

    private static void CheckPublished(NistCurve curve, string key, HashName hash, string message, string r, string s)
    {
        byte[] privateKey = Convert.FromHexString(key), text = Encoding.ASCII.GetBytes(message);
        byte[] actualR = new byte[curve.ScalarLength], actualS = new byte[curve.ScalarLength];
        Ecdsa.Sign(curve, privateKey, hash, text, null, actualR, actualS);
        Assert.Equal(r, Convert.ToHexString(actualR));
        Assert.Equal(s, Convert.ToHexString(actualS));
        Assert.True(Ecdsa.Verify(curve, NistCurveTests.Derive(curve, privateKey), hash, text, actualR, actualS));
    }
}
