using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class RsaTests
{
    private static readonly SeededRandom Blinding = new(1);

    // RFC 7515 appendix A.2: RSASSA-PKCS1-v1_5 with SHA-256
    private const string N =
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOW"
        + "vG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9k"
        + "G4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

    private const string D =
        "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKV"
        + "RUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoF"
        + "aFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ";

    private const string P =
        "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ"
        + "5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc";

    private const string Q =
        "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLt"
        + "XlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc";

    private const string Dp =
        "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_"
        + "YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0";

    private const string SigningInput =
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    private const string Signature =
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
        + "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
        + "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    [Fact]
    public void Signature_OfThePublishedKey_IsThePublishedOne()
    {
        using RsaPrivateKey key = PublishedKey();
        byte[] message = Encoding.ASCII.GetBytes(SigningInput), signature = new byte[256];
        key.Sign(HashName.Sha256, message, Blinding, signature);
        Assert.Equal(Decode(Signature), signature);
        Assert.True(key.PublicKey.Verify(HashName.Sha256, message, signature));
        Assert.Equal(Decode(Dp), key.ExponentP.ToArray());
        Assert.Equal(Decode(D), key.PrivateExponent.ToArray());
        Assert.Equal(BigInteger.One, MontgomeryModulusTests.Number(key.Coefficient) * MontgomeryModulusTests.Number(key.Q) % MontgomeryModulusTests.Number(key.P));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2048)]
    [InlineData(2056)]
    [InlineData(3072)]
    [InlineData(4096)]
    public void Signatures_OursAndTheBaseLibrarys_AreTheSameBytes(int bits)
    {
        using RSA oracle = RSA.Create(bits);
        using RsaPrivateKey key = From(oracle.ExportParameters(true));
        Assert.Equal(bits, key.PublicKey.ModulusBits);
        SeededRandom random = new(bits);
        foreach ((HashName hash, HashAlgorithmName name) in Hashes)
        {
            for (int i = 0; i < 10; i++)
            {
                byte[] message = random.Bytes(i * 17), signature = new byte[key.PublicKey.SignatureLength];
                key.Sign(hash, message, random, signature);
                Assert.Equal(oracle.SignData(message, name, RSASignaturePadding.Pkcs1), signature);
                Assert.True(key.PublicKey.Verify(hash, message, signature));
                signature[random.Next(signature.Length)] ^= (byte)(1 << random.Next(8));
                Assert.False(key.PublicKey.Verify(hash, message, signature));
            }
        }
    }

    // Keys of these lengths take minutes to make; Mersenne's primes are known, and their digits are all ones.
    [Theory]
    [InlineData(4253, 4423)]
    [InlineData(4423, 9689)]
    public void Key_OfManyBits_SignsAndVerifies(int bitsOfP, int bitsOfQ)
    {
        SeededRandom random = new(5);
        BigInteger p = (BigInteger.One << bitsOfP) - 1, q = (BigInteger.One << bitsOfQ) - 1, n = p * q;
        using RsaPrivateKey key = Key(n, 65537, ModularInverse(65537, (p - 1) * (q - 1)), p, q);
        Assert.Equal(bitsOfP + bitsOfQ, key.PublicKey.ModulusBits);
        byte[] signature = new byte[key.PublicKey.SignatureLength], encoded = new byte[signature.Length];
        Assert.True(RsaEncoding.TryEncode(HashName.Sha512, [7], encoded));
        key.Sign(HashName.Sha512, [7], random, signature);
        Assert.Equal(MontgomeryModulusTests.Number(encoded), BigInteger.ModPow(MontgomeryModulusTests.Number(signature), 65537, n));
        Assert.True(key.PublicKey.Verify(HashName.Sha512, [7], signature));
        signature[^1] ^= 1;
        Assert.False(key.PublicKey.Verify(HashName.Sha512, [7], signature));
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(2057)]
    [InlineData(4096)]
    [InlineData(16384)]
    public void Verify_OfTheSmallestAndLargestValues_IsFalseAndNeverThrows(int bits)
    {
        // The number of all ones, which verification reads in full and refuses, and its neighbours at both ends.
        BigInteger n = (BigInteger.One << bits) - 1;
        foreach (byte[] e in new byte[][] { [3], [1, 0, 1], [.. Enumerable.Repeat((byte)0xff, 32)] })
        {
            RsaPublicKey key = new(MontgomeryModulusTests.Bytes(n), e);
            foreach (BigInteger value in new[] { 0, 1, n - 1, n, n + 1, (BigInteger.One << (8 * key.SignatureLength)) - 1 })
            {
                Assert.False(key.Verify(HashName.Sha256, [], NistCurveTests.Padded(value, Math.Max(key.SignatureLength, value.GetByteCount(isUnsigned: true)))));
            }
        }
    }

    [Fact]
    public void Key_WithExponentThreeAndPrimesOfUnequalLength_SignsAndVerifies()
    {
        SeededRandom random = new(4);
        BigInteger p = Prime(random, 1100, 3), q = Prime(random, 950, 3);
        BigInteger lambda = (p - 1) * (q - 1) / BigInteger.GreatestCommonDivisor(p - 1, q - 1);
        BigInteger d = ModularInverse(3, lambda);
        foreach ((BigInteger first, BigInteger second) in new[] { (p, q), (q, p) })
        {
            using RsaPrivateKey key = Key(first * second, 3, d, first, second);
            byte[] signature = new byte[key.PublicKey.SignatureLength], encoded = new byte[signature.Length];
            Assert.True(RsaEncoding.TryEncode(HashName.Sha512, [1], encoded));
            for (int i = 0; i < 70; i++) // past a redraw of the blinding
            {
                key.Sign(HashName.Sha512, [1], random, signature);
                Assert.Equal(BigInteger.ModPow(MontgomeryModulusTests.Number(encoded), d, p * q), MontgomeryModulusTests.Number(signature));
            }
            Assert.True(key.PublicKey.Verify(HashName.Sha512, [1], signature));
        }
    }

    [Fact]
    public void Verify_OfSignaturesOfOtherLengths_PadsShortOnesOnly()
    {
        using RsaPrivateKey key = PublishedKey();
        byte[] signature = new byte[256];
        byte[] message = new byte[2];
        do
        {
            message[0]++;
            message[1] += message[0] == 0 ? (byte)1 : (byte)0;
            key.Sign(HashName.Sha256, message, Blinding, signature);
        }
        while (signature[0] != 0);
        Assert.True(key.PublicKey.Verify(HashName.Sha256, message, signature));
        Assert.True(key.PublicKey.Verify(HashName.Sha256, message, signature.AsSpan(1)));
        Assert.False(key.PublicKey.Verify(HashName.Sha256, message, [0, .. signature]));
        Assert.False(key.PublicKey.Verify(HashName.Sha256, message, signature.AsSpan(2)));
        Assert.False(key.PublicKey.Verify(HashName.Sha256, message, []));
        BigInteger above = MontgomeryModulusTests.Number(signature) + MontgomeryModulusTests.Number(key.PublicKey.Modulus);
        Assert.False(key.PublicKey.Verify(HashName.Sha256, message, MontgomeryModulusTests.Bytes(above)));
        Assert.False(key.PublicKey.Verify(HashName.Sha512, message, signature));
        Assert.False(key.PublicKey.Verify(HashName.Sha256, [0xff], signature));
    }

    [Fact]
    public void Verify_OfPaddingThatOnlyLooksRight_IsFalse()
    {
        // Whoever owns the key can sign any bytes; what is not the one encoding must not pass (Bleichenbacher 2006).
        using RSA oracle = RSA.Create(2048);
        RSAParameters parameters = oracle.ExportParameters(true);
        RsaPublicKey key = new(parameters.Modulus, parameters.Exponent);
        BigInteger n = MontgomeryModulusTests.Number(parameters.Modulus), d = MontgomeryModulusTests.Number(parameters.D);
        byte[] good = new byte[256];
        Assert.True(RsaEncoding.TryEncode(HashName.Sha256, [3], good));
        Assert.True(Raw(good));
        int zero = Array.IndexOf(good, (byte)0, 2);
        byte[] tail = good[zero..];
        Assert.False(Raw([0, 2, .. good[2..]]));
        Assert.False(Raw([.. good[..10], .. tail, .. new byte[zero - 10]])); // digest moved up, rubbish behind
        byte[] shortPadding = [.. good];
        shortPadding[zero - 1] = 0;
        Assert.False(Raw(shortPadding));
        byte[] withoutNull = [.. good];
        withoutNull[zero + 16] ^= 4; // the NULL's tag
        Assert.False(Raw(withoutNull));

        bool Raw(byte[] encoded) => key.Verify(
            HashName.Sha256, [3], NistCurveTests.Padded(BigInteger.ModPow(MontgomeryModulusTests.Number(encoded), d, n), 256));
    }

    [Fact]
    public void PublicKey_OfUnusableShape_IsRefused()
    {
        byte[] n = Decode(N);
        Assert.Contains("even", Message(() => new RsaPublicKey([.. n[..^1], 0xfe], [1, 0, 1])), StringComparison.Ordinal);
        Assert.Contains("511 bits", Message(() => new RsaPublicKey([0x7f, .. n[..62], 1], [3])), StringComparison.Ordinal);
        Assert.Contains("16385 bits", Message(() => new RsaPublicKey([1, .. new byte[2047], 1], [3])), StringComparison.Ordinal);
        Assert.Contains("0 bits", Message(() => new RsaPublicKey([], [3])), StringComparison.Ordinal);
        foreach (byte[] e in new byte[][] { [], [0], [1], [2], [1, 0, 0], [1, .. new byte[31], 1] })
        {
            Assert.Contains("exponent", Message(() => new RsaPublicKey(n, e)), StringComparison.Ordinal);
        }
        RsaPublicKey small = new([0xff, .. n[..62], 1], [0, 3]);
        Assert.Equal(512, small.ModulusBits);
        Assert.False(small.IsOfAcceptedSize);
        Assert.Equal([3], small.Exponent);
        Assert.True(new RsaPublicKey([0, .. n], [1, 0, 1]).IsOfAcceptedSize);
        Assert.False(small.Verify(HashName.Sha512, [], new byte[64])); // the encoding does not fit: no signature is valid
    }

    [Fact]
    public void PrivateKey_WhosePartsDoNotBelongTogether_IsRefused()
    {
        BigInteger n = MontgomeryModulusTests.Number(Decode(N)), d = MontgomeryModulusTests.Number(Decode(D));
        BigInteger p = MontgomeryModulusTests.Number(Decode(P)), q = MontgomeryModulusTests.Number(Decode(Q));
        Key(n, 65537, d, p, q).Dispose();
        Key(n, 65537, d, q, p).Dispose();
        Key(n, 65537, d + (p - 1) * (q - 1) / 2, p, q).Dispose(); // congruent exponents are as good
        foreach ((BigInteger p2, BigInteger q2) in new[] { (p, p), (p + 2, q), (p, q - 2), (n, BigInteger.One), (BigInteger.One, n), (3, 5), (p, 0), (p - 1, q) })
        {
            Assert.Contains("damaged", Message(() => Key(n, 65537, d, p2, q2)), StringComparison.Ordinal);
        }
        Assert.Contains("private exponent", Message(() => Key(n, 65537, d + 2, p, q)), StringComparison.Ordinal);
        Assert.Contains("private exponent", Message(() => Key(n, 65537, 0, p, q)), StringComparison.Ordinal);
        Assert.Contains("private exponent", Message(() => Key(n, 65537, d + (n << 8), p, q)), StringComparison.Ordinal);
        Assert.Contains("private exponent", Message(() => Key(n, 3, d, p, q)), StringComparison.Ordinal);
    }

    [Fact]
    public void CompositeInPlaceOfAPrime_NeverYieldsASignature()
    {
        // n = p (a b): the exponents fit "primes" p and a b, so that only the result can tell.
        SeededRandom random = new(6);
        BigInteger a, b, composite, p;
        do
        {
            (a, b, p) = (Prime(random, 512, 65537), Prime(random, 512, 65537), Prime(random, 1024, 65537));
            composite = a * b;
        }
        while (BigInteger.GreatestCommonDivisor(composite - 1, 65537) != 1);
        BigInteger n = p * composite;
        BigInteger d = ModularInverse(65537, (p - 1) * (composite - 1));
        Assert.Contains("damaged", Message(() => Key(n, 65537, d, composite, p)), StringComparison.Ordinal);
        using RsaPrivateKey key = Key(n, 65537, d, p, composite);
        byte[] signature = new byte[key.PublicKey.SignatureLength];
        for (int i = 0; i < 8; i++)
        {
            Assert.Contains("withheld", Message(() => key.Sign(HashName.Sha256, [1], random, signature)), StringComparison.Ordinal);
            Assert.Equal(new byte[signature.Length], signature);
        }
    }

    [Fact]
    public void Key_TooShortForTheHashOrDisposed_DoesNotSign()
    {
        using RSA oracle = RSA.Create(512);
        using RsaPrivateKey small = From(oracle.ExportParameters(true));
        byte[] signature = new byte[256];
        Assert.Contains("too short", Message(() => small.Sign(HashName.Sha512, [], Blinding, signature)), StringComparison.Ordinal);
        small.Sign(HashName.Sha256, [], Blinding, signature);
        Assert.True(small.PublicKey.Verify(HashName.Sha256, [], signature.AsSpan(0, 64)));
        RsaPrivateKey key = PublishedKey();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Sign(HashName.Sha256, [], Blinding, signature));
        Assert.True(key.PrivateExponent.IsEmpty);
    }

    [Fact]
    public void OneKey_UsedByManyThreads_SignsRightEachTime()
    {
        using RsaPrivateKey key = PublishedKey();
        byte[] message = Encoding.ASCII.GetBytes(SigningInput), expected = Decode(Signature);
        Parallel.For(0, 64, i =>
        {
            byte[] signature = new byte[256];
            key.Sign(HashName.Sha256, message, new SeededRandom(i), signature);
            Assert.Equal(expected, signature);
        });
    }

    private static (HashName, HashAlgorithmName)[] Hashes =>
    [
        (HashName.Sha1, HashAlgorithmName.SHA1), (HashName.Sha256, HashAlgorithmName.SHA256),
        (HashName.Sha384, HashAlgorithmName.SHA384), (HashName.Sha512, HashAlgorithmName.SHA512),
    ];

    internal static RsaPrivateKey From(RSAParameters key) => new(key.Modulus, key.Exponent, key.D, key.P, key.Q);

    internal static BigInteger ModularInverse(BigInteger value, BigInteger modulus)
    {
        (BigInteger r, BigInteger next, BigInteger t, BigInteger nextT) = (modulus, value, 0, 1);
        while (!next.IsZero)
        {
            BigInteger quotient = r / next;
            (r, next) = (next, r - (quotient * next));
            (t, nextT) = (nextT, t - (quotient * nextT));
        }
        Assert.True(r.IsOne);
        return t < 0 ? t + modulus : t;
    }

    private static RsaPrivateKey PublishedKey() => new(Decode(N), [1, 0, 1], Decode(D), Decode(P), Decode(Q));

    private static RsaPrivateKey Key(BigInteger n, BigInteger e, BigInteger d, BigInteger p, BigInteger q) => new(
        MontgomeryModulusTests.Bytes(n), MontgomeryModulusTests.Bytes(e), MontgomeryModulusTests.Bytes(d), MontgomeryModulusTests.Bytes(p), MontgomeryModulusTests.Bytes(q));

    private static string Message(Action action) => Assert.Throws<CryptographicException>(action).Message;

    private static string Message(Func<object> function) => Assert.Throws<CryptographicException>(function).Message;

    private static byte[] Decode(string base64Url)
    {
        string text = base64Url.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(text + new string('=', (4 - (text.Length % 4)) % 4));
    }

    /// <summary>A prime, to Fermat's satisfaction, whose predecessor shares no factor with e.</summary>
    private static BigInteger Prime(SeededRandom random, int bits, int e)
    {
        while (true)
        {
            BigInteger candidate = MontgomeryModulusTests.Number(random, bits) | (BigInteger.One << (bits - 1)) | 1;
            if (BigInteger.GreatestCommonDivisor(candidate - 1, e).IsOne && BigInteger.ModPow(2, candidate - 1, candidate).IsOne
                && BigInteger.ModPow(3, candidate - 1, candidate).IsOne)
            {
                return candidate;
            }
        }
    }
}
