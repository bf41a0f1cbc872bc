using System.Buffers.Binary;
using System.Numerics;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>The mathematics of every key exchange method: both halves agree, and values that cannot be are refused by both.</summary>
public class KexMethodTests
{
    public static TheoryData<string> Methods() => [.. KexTable.All.OfType<ValueKex>().Select(method => method.Name)];

    public static TheoryData<string> EllipticMethods() => [.. KexTable.All.Where(method => method is EcdhKex or HybridKex).Select(method => method.Name)];

    public static TheoryData<string, string> Groups() => new()
    {
        { "diffie-hellman-group1-sha1", "Group1" },
        { "diffie-hellman-group14-sha1", "Group14" },
        { "diffie-hellman-group14-sha256", "Group14" },
        { "diffie-hellman-group15-sha512", "Group15" },
        { "diffie-hellman-group16-sha512", "Group16" },
        { "diffie-hellman-group17-sha512", "Group17" },
        { "diffie-hellman-group18-sha512", "Group18" },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void BothHalves_Agree_AndEncodeCanonically(string name)
    {
        ValueKex method = KexMethods.Find(name);
        ReplayedRandom random = new(1);
        int rounds = name.Contains("group1", StringComparison.Ordinal) && !name.EndsWith("group1-sha1", StringComparison.Ordinal) ? 6 : 120;
        HashSet<string> secrets = [];
        for (int i = 0; i < rounds; i++)
        {
            using IKexClient client = method.Start(random);
            using KexResponse response = method.Respond(client.ClientValue, random);
            using Secret secret = client.Finish(response.ServerValue);
            Assert.Equal(response.SharedSecret.Span.ToArray(), secret.Span.ToArray());
            if (method is not HybridKex) // whose K is a string
                AssertCanonical(secret.Span);
            Assert.True(secrets.Add(Convert.ToHexString(secret.Span)));
        }
    }

    [Fact]
    public void Secret_WithLeadingZeroBytesOrHighBit_IsEncodedAsTheRfcSays()
    {
        // One secret in 256 begins with a zero byte: a shorter mpint, which a fixed-length encoding gets wrong.
        ReplayedRandom random = new(2);
        ValueKex method = KexMethods.Find("curve25519-sha256");
        HashSet<int> lengths = [];
        for (int i = 0; i < 2000; i++)
        {
            byte[] ours = random.Bytes(32);
            byte[] theirs = random.Bytes(32);
            byte[] value = new byte[32];
            X25519.DerivePublicKey(theirs, value);
            byte[] expected = new byte[32];
            Assert.True(X25519.TryAgree(ours, value, expected));
            using IKexClient client = method.Start(new FixedRandom(ours));
            using Secret secret = client.Finish(value);
            AssertCanonical(secret.Span);
            Assert.Equal(new BigInteger(expected, isUnsigned: true, isBigEndian: true), new BigInteger(secret.Span[4..], isBigEndian: true));
            lengths.Add(secret.Length - 4);
        }

        Assert.Superset(new HashSet<int> { 31, 32, 33 }, lengths);
    }

    [Theory]
    [MemberData(nameof(EllipticMethods))]
    public void EllipticValue_OfAnotherLengthOrZero_IsRefused(string name)
    {
        ValueKex method = KexMethods.Find(name);
        byte[] good = Value(method);
        Refused(method, []);
        Refused(method, [0]);
        Refused(method, good[1..]);
        Refused(method, good[..^1]);
        Refused(method, [.. good, 0]);
        Refused(method, [.. good, .. good]);
        Refused(method, new byte[good.Length]);
        Refused(method, new byte[64 * 1024]);
        if (method is EcdhKex && good[0] == 4)
        {
            int field = good.Length / 2;
            Refused(method, [2 + 1, .. good[1..(1 + field)]]); // compressed
            Refused(method, [6, .. good[1..]]); // hybrid
            Refused(method, [4, .. new byte[good.Length - 1]]); // off the curve
            Refused(method, [4, .. Enumerable.Repeat((byte)0xff, good.Length - 1)]);
            Refused(method, [.. good[..^1], (byte)(good[^1] ^ 1)]);
        }
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void Curve25519_PointOfSmallOrder_IsRefused(string point) => Refused(KexMethods.Find("curve25519-sha256"), Convert.FromHexString(point));

    [Theory]
    [MemberData(nameof(Groups))]
    public void DiffieHellmanValue_OutOfRangeOrNotCanonical_IsRefused(string name, string group)
    {
        ValueKex method = KexMethods.Find(name);
        BigInteger p = Prime(group);
        foreach (BigInteger value in (BigInteger[])[0, 1, p - 1, p, p + 1, (p << 8) + 5, -1, -p, 2 - p])
            Refused(method, value.IsZero ? [] : value.ToByteArray(isBigEndian: true));

        Refused(method, [0]);
        Refused(method, [1]);
        Refused(method, [0x80]);
        Refused(method, [0, 2]); // 2, not in its shortest form
        Refused(method, [0, 0, 0xff]);
        Refused(method, [.. new byte[300], 2]);
        Refused(method, [1, .. new byte[64 * 1024 - 1]]);

        // The ends of what is allowed.
        foreach (BigInteger value in (BigInteger[])[2, p - 2])
            method.Respond(value.ToByteArray(isBigEndian: true), SystemRandom.Shared).Dispose();
    }

    private static BigInteger Prime(string group)
    {
        DiffieHellmanGroup found = group switch
        {
            "Group1" => DiffieHellmanGroup.Group1,
            "Group14" => DiffieHellmanGroup.Group14,
            "Group15" => DiffieHellmanGroup.Group15,
            "Group16" => DiffieHellmanGroup.Group16,
            "Group17" => DiffieHellmanGroup.Group17,
            _ => DiffieHellmanGroup.Group18,
        };

        // RFC 2409 and RFC 3526: p = 2^n - 2^(n-64) - 1 + 2^64 (floor(2^(n-130) pi) + k).
        int bits = found.ByteLength * 8;
        BigInteger k = bits switch { 1024 => 129093, 2048 => 124476, 3072 => 1690314, 4096 => 240904, 6144 => 929484, _ => 4743158 };
        return BigInteger.Pow(2, bits) - BigInteger.Pow(2, bits - 64) - 1 + (((Pi(bits - 130)) + k) << 64);
    }

    /// <summary>floor(2^bits pi), by Machin's formula.</summary>
    private static BigInteger Pi(int bits)
    {
        const int Guard = 64;
        BigInteger one = BigInteger.One << (bits + Guard);
        return ((4 * ((4 * ArcTangent(5)) - ArcTangent(239))) >> Guard);

        BigInteger ArcTangent(int inverse)
        {
            BigInteger power = one / inverse;
            BigInteger sum = power;
            for (int n = 3, sign = -1; !power.IsZero; n += 2, sign = -sign)
            {
                power /= inverse * inverse;
                sum += sign * (power / n);
            }

            return sum;
        }
    }

    private static byte[] Value(ValueKex method)
    {
        using IKexClient client = method.Start(SystemRandom.Shared);
        return client.ClientValue.ToArray();
    }

    private static void Refused(ValueKex method, byte[] value)
    {
        PeerMisbehavedException server = Assert.Throws<PeerMisbehavedException>(() => method.Respond(value, SystemRandom.Shared));
        Assert.Equal((SshErrorCode.KeyExchangeFailed, DisconnectReason.KeyExchangeFailed), (server.Code, server.TellPeer));
        using IKexClient client = method.Start(SystemRandom.Shared);
        PeerMisbehavedException exception = Assert.Throws<PeerMisbehavedException>(() => client.Finish(value));
        Assert.Equal(SshErrorCode.KeyExchangeFailed, exception.Code);
        Assert.Contains(method.Name, exception.Sentence, StringComparison.Ordinal);
    }

    private static void AssertCanonical(ReadOnlySpan<byte> mpint)
    {
        Assert.Equal(mpint.Length - 4, BinaryPrimitives.ReadInt32BigEndian(mpint));
        ReadOnlySpan<byte> digits = mpint[4..];
        Assert.True(digits[0] < 0x80);
        Assert.True(digits[0] != 0 || digits[1] >= 0x80);
    }

    private sealed class FixedRandom(byte[] bytes) : IRandomSource
    {
        public void Fill(Span<byte> destination) => bytes.CopyTo(destination);
    }
}
