using LucidSsh.Crypto;
using BouncyX25519 = Org.BouncyCastle.Math.EC.Rfc7748.X25519;

namespace LucidSsh.Tests.Crypto;

public sealed class X25519Tests
{
    private static readonly byte[] s_basePoint = [9, .. new byte[31]];

    [Theory] // RFC 7748 section 5.2
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void TryAgree_VectorsOfRfc7748_Match(string scalar, string u, string expected) =>
        Assert.Equal(expected, Hex(Agree(Bytes(scalar), Bytes(u))));

    [Theory] // RFC 7748 section 5.2: k and u become result and k, again and again
    [InlineData(1, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")]
    [InlineData(1000, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")]
    public void TryAgree_Iterated_MatchesRfc7748(int iterations, string expected)
    {
        foreach (Multiplier multiply in s_multipliers)
        {
            byte[] k = [.. s_basePoint];
            byte[] u = [.. s_basePoint];
            for (int i = 0; i < iterations; i++)
            {
                byte[] result = new byte[32];
                multiply(k, u, result);
                (k, u) = (result, k);
            }

            Assert.Equal(expected, Hex(k));
        }
    }

    [Fact] // RFC 7748 section 6.1
    public void Agreement_AliceAndBobOfRfc7748_ShareTheSecret()
    {
        byte[] alice = Bytes("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] bob = Bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        byte[] alicePublic = new byte[32];
        byte[] bobPublic = new byte[32];
        X25519.DerivePublicKey(alice, alicePublic);
        X25519.DerivePublicKey(bob, bobPublic);

        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Hex(alicePublic));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Hex(bobPublic));
        const string Shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
        Assert.Equal(Shared, Hex(Agree(alice, bobPublic)));
        Assert.Equal(Shared, Hex(Agree(bob, alicePublic)));
    }

    [Theory] // The points of order 1, 2, 4 and 8 of the curve and its twist, and their encodings from p on.
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void TryAgree_PointOfSmallOrder_IsRefusedWithAZeroSecret(string point)
    {
        byte[] peer = Bytes(point);
        Random random = new(1);
        foreach (byte top in (byte[])[0, 0x80]) // bit 255 changes nothing
        {
            peer[31] |= top;
            for (int i = 0; i < 8; i++)
            {
                byte[] secret = [.. s_basePoint];
                Assert.False(X25519.TryAgree(RandomBytes(random), peer, secret));
                Assert.Equal(new byte[32], secret);
            }
        }
    }

    [Fact]
    public void TryAgree_UNotBelowP_IsTakenModuloP()
    {
        byte[] privateKey = RandomBytes(new Random(2));
        for (byte u = 2; u < 19; u++)
        {
            byte[] small = [u, .. new byte[31]];
            byte[] large = [.. Enumerable.Repeat((byte)0xff, 31), 0x7f];
            large[0] = (byte)(u + 0xed);
            Assert.Equal(Hex(Agree(privateKey, small)), Hex(Agree(privateKey, large)));
            large[31] |= 0x80;
            Assert.Equal(Hex(Agree(privateKey, small)), Hex(Agree(privateKey, large)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void TryAgree_PeerKeyOfAnotherLength_IsRefused(int length)
    {
        byte[] secret = [.. s_basePoint];
        Assert.False(X25519.TryAgree(RandomBytes(new Random(3)), new byte[length], secret));
        Assert.Equal(new byte[32], secret);
    }

    [Fact]
    public void Members_OurBuffersOfAnotherLength_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => X25519.TryAgree(new byte[31], s_basePoint, new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => X25519.TryAgree(new byte[32], s_basePoint, new byte[33]));
        Assert.Throws<ArgumentOutOfRangeException>(() => X25519.DerivePublicKey(new byte[33], new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => X25519.DerivePublicKey(new byte[32], new byte[31]));
    }

    [Fact]
    public void Agreement_ThousandRandomPairs_AgreesBothWaysOnEveryPath()
    {
        Random random = new(4);
        for (int i = 0; i < 1000; i++)
        {
            byte[] ours = RandomBytes(random);
            byte[] theirs = RandomBytes(random);
            byte[] ourPublic = new byte[32];
            byte[] theirPublic = new byte[32];
            X25519.DerivePublicKey(ours, ourPublic);
            X25519.DerivePublicKey(theirs, theirPublic);
            byte[] secret = Agree(ours, theirPublic);
            Assert.Equal(secret, Agree(theirs, ourPublic));
        }
    }

    [Fact]
    public void DerivePublicKey_RandomKeys_IsTheMultipleOfTheBasePoint()
    {
        Random random = new(5);
        for (int i = 0; i < 200; i++)
        {
            byte[] privateKey = RandomBytes(random);
            byte[] derived = new byte[32];
            X25519.DerivePublicKey(privateKey, derived);
            Assert.Equal(Agree(privateKey, s_basePoint), derived);
        }
    }

    [Fact]
    public void TryAgree_RandomAndExtremeInputs_MatchesBouncyCastle()
    {
        Random random = new(6);
        for (int i = 0; i < 500; i++)
        {
            byte[] privateKey = i % 5 == 0 ? ExtremeBytes(random) : RandomBytes(random);
            byte[] peer = i % 3 == 0 ? ExtremeBytes(random) : RandomBytes(random);
            byte[] expected = new byte[32];
            BouncyX25519.ScalarMult(privateKey, 0, peer, 0, expected, 0);
            byte[] secret = new byte[32];
            Assert.Equal(!expected.All(b => b == 0), X25519.TryAgree(privateKey, peer, secret));
            Assert.Equal(expected, secret);
            foreach (Multiplier multiply in s_multipliers)
            {
                multiply(privateKey, peer, secret);
                Assert.Equal(expected, secret);
            }
        }
    }

    private delegate void Multiplier(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey, Span<byte> result);

    // Every implementation this machine can run.
    private static readonly Multiplier[] s_multipliers =
        X25519Avx2.IsSupported ? [X25519.MultiplyPortable, X25519Avx2.Multiply] : [X25519.MultiplyPortable];

    private static byte[] Agree(byte[] privateKey, byte[] peer)
    {
        byte[] secret = new byte[32];
        Assert.True(X25519.TryAgree(privateKey, peer, secret));
        foreach (Multiplier multiply in s_multipliers)
        {
            byte[] other = new byte[32];
            multiply(privateKey, peer, other);
            Assert.Equal(secret, other);
        }

        return secret;
    }

    private static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        return bytes;
    }

    // Long runs of ones and zeros, where carries travel far.
    private static byte[] ExtremeBytes(Random random)
    {
        byte[] bytes = new byte[32];
        for (int i = 0; i < 32; i++)
            bytes[i] = random.Next(8) switch { 0 => 0, 1 => (byte)random.Next(256), _ => 0xff };
        return bytes;
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
