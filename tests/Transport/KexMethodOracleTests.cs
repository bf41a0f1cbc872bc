using System.Numerics;
using System.Security.Cryptography;
using LucidSsh.Crypto;
using LucidSsh.Tests.Crypto;
using LucidSsh.Transport;
using BouncyX25519 = Org.BouncyCastle.Math.EC.Rfc7748.X25519;

namespace LucidSsh.Tests.Transport;

/// <summary>Key exchange methods against other implementations: BouncyCastle's X25519, the base library's ECDH, BigInteger.</summary>
public sealed class KexMethodOracleTests
{
    // One secret in 256 begins with a zero byte.
    private const int Times = 260;

    public static TheoryData<string> Methods() => [.. KexTable.All.OfType<ValueKex>().Select(method => method.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void StartRespondFinish_BothSidesAgree(string name)
    {
        ValueKex method = KexMethods.Find(name);
        SeededRandom random = new(name.Length);
        HashSet<string> secrets = [];
        for (int i = 0; i < Times; i++)
        {
            using IKexClient client = method.Start(random);
            using KexResponse response = method.Respond(client.ClientValue, random);
            using Secret secret = client.Finish(response.ServerValue);
            Assert.Equal(response.SharedSecret.Span, secret.Span);
            Assert.True(secrets.Add(Convert.ToHexString(secret.Span)));
        }
    }

    [Fact]
    public void Curve25519_SecretsWithLeadingZerosAndHighBits_AreCanonicalMpInts()
    {
        ValueKex method = KexMethods.Find("curve25519-sha256");
        HashSet<int> lengths = [];
        for (int seed = 0; lengths.Count < 3 || seed < 600; seed++)
        {
            byte[] clientKey = new SeededRandom(seed).Bytes(32), serverKey = new SeededRandom(-seed - 1).Bytes(32), shared = new byte[32];
            using IKexClient client = method.Start(new SeededRandom(seed));
            using KexResponse response = method.Respond(client.ClientValue, new SeededRandom(-seed - 1));
            BouncyX25519.ScalarMult(clientKey, 0, response.ServerValue, 0, shared, 0);
            Assert.Equal(MpInt(new BigInteger(shared, isUnsigned: true, isBigEndian: true)), response.SharedSecret.Span.ToArray());
            lengths.Add(response.SharedSecret.Length); // 4 + 31: a leading zero; 4 + 33: a high bit
            Assert.True(seed < 20_000);
        }
    }

    [Theory]
    [InlineData("ecdh-sha2-nistp256", "nistP256", 32)]
    [InlineData("ecdh-sha2-nistp384", "nistP384", 48)]
    [InlineData("ecdh-sha2-nistp521", "nistP521", 66)]
    public void NistEcdh_AgainstThePlatform_Agrees(string name, string curveName, int fieldLength)
    {
        ValueKex method = KexMethods.Find(name);
        ECCurve curve = ECCurve.CreateFromFriendlyName(curveName);
        HashSet<int> lengths = [];
        int rounds = fieldLength == 32 ? 700 : 40;
        for (int seed = 0; seed < rounds; seed++)
        {
            using IKexClient client = method.Start(new SeededRandom(seed));
            using ECDiffieHellman server = ECDiffieHellman.Create(curve);
            ECPoint q = server.ExportParameters(false).Q;
            using Secret secret = client.Finish([4, .. q.X!, .. q.Y!]);
            ReadOnlySpan<byte> value = client.ClientValue;
            using ECDiffieHellman peer = ECDiffieHellman.Create(new ECParameters
            {
                Curve = curve,
                Q = new ECPoint { X = value.Slice(1, fieldLength).ToArray(), Y = value[(1 + fieldLength)..].ToArray() },
            });
            byte[] raw = server.DeriveRawSecretAgreement(peer.PublicKey);
            Assert.Equal(MpInt(new BigInteger(raw, isUnsigned: true, isBigEndian: true)), secret.Span.ToArray());
            lengths.Add(secret.Length);
        }

        Assert.True(lengths.Count > 1);
    }

    [Theory]
    [InlineData("diffie-hellman-group1-sha1")]
    [InlineData("diffie-hellman-group14-sha256")]
    [InlineData("diffie-hellman-group16-sha512")]
    [InlineData("diffie-hellman-group18-sha512")]
    public void DiffieHellman_AgainstBigInteger_AgreesAlsoOnSecretsWithLeadingZeros(string name)
    {
        ValueKex method = KexMethods.Find(name);
        BigInteger p = Prime(name);
        int byteLength = p.GetByteCount(isUnsigned: true);
        using IKexClient client = method.Start(new SeededRandom(5));
        BigInteger e = new(client.ClientValue, isUnsigned: true, isBigEndian: true);
        bool short_ = false, high = false;
        BigInteger k = e;
        for (int y = 2; y < 4000 && !(short_ && high); y++)
        {
            k = k * e % p; // e^y
            int length = k.GetByteCount(isUnsigned: true);
            bool isShort = length < byteLength, isHigh = length == byteLength && k.GetByteCount() > byteLength;
            if ((short_ || !isShort) && (high || !isHigh))
                continue;
            short_ |= isShort;
            high |= isHigh;
            using Secret secret = client.Finish(BigInteger.ModPow(2, y, p).ToByteArray(isBigEndian: true));
            Assert.Equal(MpInt(k), secret.Span.ToArray());
        }

        Assert.True(short_ && high);
    }

    // .NET writes the shortest two's complement, which is what an mpint holds.
    private static byte[] MpInt(BigInteger value)
    {
        byte[] bytes = value.IsZero ? [] : value.ToByteArray(isBigEndian: true);
        return [0, 0, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    private static BigInteger Prime(string method)
    {
        string hex = method switch
        {
            "diffie-hellman-group1-sha1" => DiffieHellmanPrimes.Group2,
            "diffie-hellman-group16-sha512" => DiffieHellmanPrimes.Group16,
            "diffie-hellman-group18-sha512" => DiffieHellmanPrimes.Group18,
            _ => DiffieHellmanPrimes.Group14,
        };
        return new BigInteger(Convert.FromHexString(hex), isUnsigned: true, isBigEndian: true);
    }
}
