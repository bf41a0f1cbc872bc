using System.Security.Cryptography;
using LucidSsh.Crypto;
using BouncyEd25519 = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace LucidSsh.Tests.Crypto;

public sealed class Ed25519Tests
{
    // L, little-endian: RFC 8032 section 5.1.
    private const string Order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

    [Theory] // RFC 8032 section 7.1: TEST 1, 2, 3, SHA(abc)
    [InlineData(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    [InlineData(
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        + "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704")]
    public void SignAndVerify_VectorsOfRfc8032_Match(string seed, string publicKey, string message, string signature)
    {
        byte[] derived = new byte[32];
        Ed25519.DerivePublicKey(Bytes(seed), derived);
        Assert.Equal(publicKey, Hex(derived));

        byte[] signed = new byte[64];
        Ed25519.Sign(Bytes(seed), derived, Bytes(message), signed);
        Assert.Equal(signature, Hex(signed));
        Assert.True(Ed25519.Verify(derived, Bytes(message), signed));
    }

    [Fact]
    public void SignAndVerify_ThousandRandomMessages_MatchBouncyCastle()
    {
        Random random = new(1);
        for (int i = 0; i < 1000; i++)
        {
            Signed signed = Signed.Random(random, messageLength: i % 300);
            byte[] publicKey = new byte[32];
            byte[] signature = new byte[64];
            BouncyEd25519.GeneratePublicKey(signed.Seed, 0, publicKey, 0);
            BouncyEd25519.Sign(signed.Seed, 0, signed.Message, 0, signed.Message.Length, signature, 0);
            Assert.Equal(publicKey, signed.PublicKey);
            Assert.Equal(signature, signed.Signature);
            Assert.True(Ed25519.Verify(publicKey, signed.Message, signature));
        }
    }

    [Fact]
    public void Verify_AnyBitOfSignatureFlipped_IsFalse()
    {
        Signed signed = Signed.Random(new Random(2), messageLength: 40);
        for (int bit = 0; bit < 512; bit++)
        {
            byte[] flipped = [.. signed.Signature];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Ed25519.Verify(signed.PublicKey, signed.Message, flipped), $"bit {bit}");
        }
    }

    [Fact]
    public void Verify_AnyBitOfKeyOrMessageFlipped_IsFalse()
    {
        Signed signed = Signed.Random(new Random(3), messageLength: 32);
        for (int bit = 0; bit < 256; bit++)
        {
            byte[] key = [.. signed.PublicKey];
            byte[] message = [.. signed.Message];
            key[bit / 8] ^= (byte)(1 << (bit % 8));
            message[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Ed25519.Verify(key, signed.Message, signed.Signature), $"key bit {bit}");
            Assert.False(Ed25519.Verify(signed.PublicKey, message, signed.Signature), $"message bit {bit}");
        }
    }

    [Fact]
    public void Verify_KeyOfSomebodyElse_IsFalse()
    {
        Random random = new(4);
        Signed ours = Signed.Random(random, messageLength: 10);
        Signed theirs = Signed.Random(random, messageLength: 10);
        Assert.False(Ed25519.Verify(theirs.PublicKey, ours.Message, ours.Signature));
    }

    [Fact] // RFC 8032 section 5.1.7: the same equation holds, but s is to be below L
    public void Verify_SPlusL_IsFalse()
    {
        Random random = new(5);
        for (int i = 0; i < 20; i++)
        {
            Signed signed = Signed.Random(random, messageLength: 10);
            byte[] forged = [.. signed.Signature];
            AddOrder(forged.AsSpan(32));
            Assert.False(Ed25519.Verify(signed.PublicKey, signed.Message, forged));
        }
    }

    [Fact]
    public void IsCanonical_AroundL_IsTrueBelowItAlone()
    {
        byte[] order = Bytes(Order);
        Assert.False(Scalar25519.IsCanonical(order));
        order[0]--;
        Assert.True(Scalar25519.IsCanonical(order));
        order[0] += 2;
        Assert.False(Scalar25519.IsCanonical(order));
        Assert.True(Scalar25519.IsCanonical(new byte[32]));
        Assert.False(Scalar25519.IsCanonical([.. new byte[31], 0x20]));
    }

    [Fact]
    public void Verify_RNotCanonical_IsFalseWhereTheCanonicalOneIsTrue()
    {
        // R = the neutral element: [S]B = [k]A holds for S = k a.
        byte[] seed = RandomBytes(new Random(6), 32);
        byte[] publicKey = new byte[32];
        Ed25519.DerivePublicKey(seed, publicKey);
        byte[] canonical = [1, .. new byte[31]];
        byte[] fromPOn = [0xee, .. Enumerable.Repeat((byte)0xff, 30), 0x7f];
        byte[] withSign = [1, .. new byte[30], 0x80];
        byte[] message = "message"u8.ToArray();

        Assert.True(Ed25519.Verify(publicKey, message, SignWithoutNonce(seed, publicKey, message, canonical)));
        Assert.False(Ed25519.Verify(publicKey, message, SignWithoutNonce(seed, publicKey, message, fromPOn)));
        Assert.False(Ed25519.Verify(publicKey, message, SignWithoutNonce(seed, publicKey, message, withSign)));
    }

    [Fact] // RFC 8032 section 5.1.3 step 1
    public void TryDecode_YNotBelowP_IsFalseWhereYModuloPIsAPoint()
    {
        int points = 0;
        for (byte y = 0; y < 19; y++)
        {
            foreach (byte sign in (byte[])[0, 0x80])
            {
                byte[] below = [y, .. new byte[30], sign];
                byte[] above = [(byte)(y + 0xed), .. Enumerable.Repeat((byte)0xff, 30), (byte)(sign | 0x7f)];
                points += EdwardsPoint.TryDecode(below, out _) ? 1 : 0;
                Assert.False(EdwardsPoint.TryDecode(above, out _));
            }
        }

        Assert.InRange(points, 10, 37);
    }

    [Fact] // RFC 8032 section 5.1.3 step 4
    public void TryDecode_XZeroWithSign_IsFalse()
    {
        Assert.True(EdwardsPoint.TryDecode([1, .. new byte[31]], out _));
        Assert.False(EdwardsPoint.TryDecode([1, .. new byte[30], 0x80], out _));
        byte[] minusOne = [0xec, .. Enumerable.Repeat((byte)0xff, 30), 0x7f];
        Assert.True(EdwardsPoint.TryDecode(minusOne, out _));
        minusOne[31] = 0xff;
        Assert.False(EdwardsPoint.TryDecode(minusOne, out _));
    }

    [Fact]
    public void TryDecode_EveryRandomPoint_IsWrittenBackUnchanged()
    {
        Random random = new(7);
        int decoded = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] encoded = RandomBytes(random, 32);
            if (!EdwardsPoint.TryDecode(encoded, out EdwardsPoint point))
                continue;
            byte[] written = new byte[32];
            point.Encode(written);
            Assert.Equal(encoded, written);
            decoded++;
        }

        Assert.InRange(decoded, 100, 300); // half of all y belong to points
    }

    [Theory] // The points of order 1, 2, 4 and 8
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
    public void Verify_KeyOfSmallOrder_IsFalseForEveryMessage(string key)
    {
        // [S]B = R + [k]A holds for R = S B wherever k is a multiple of A's order: of each 8 messages, one would pass.
        byte[] publicKey = Bytes(key);
        Assert.True(EdwardsPoint.TryDecode(publicKey, out EdwardsPoint point));
        Assert.True(point.IsOfSmallOrder());
        byte[] s = [5, .. new byte[31]];
        EdwardsBase.Multiply(out EdwardsPoint r, s);
        byte[] signature = new byte[64];
        r.Encode(signature);
        s.CopyTo(signature, 32);
        for (int i = 0; i < 64; i++)
            Assert.False(Ed25519.Verify(publicKey, [(byte)i], signature));
    }

    [Fact]
    public void Verify_RandomGarbage_IsFalseAndNeverThrows()
    {
        Random random = new(8);
        for (int i = 0; i < 500; i++)
        {
            byte[] signature = RandomBytes(random, 64);
            signature[63] &= 0x0f;
            Assert.False(Ed25519.Verify(RandomBytes(random, 32), RandomBytes(random, i % 70), signature));
        }
    }

    [Fact]
    public void Members_OtherLengths_AreFalseForPublicDataAndThrowForOurs()
    {
        Signed signed = Signed.Random(new Random(9), messageLength: 5);
        Assert.False(Ed25519.Verify(signed.PublicKey.AsSpan(1), signed.Message, signed.Signature));
        Assert.False(Ed25519.Verify([.. signed.PublicKey, 0], signed.Message, signed.Signature));
        Assert.False(Ed25519.Verify(signed.PublicKey, signed.Message, signed.Signature.AsSpan(0, 63)));
        Assert.False(Ed25519.Verify(signed.PublicKey, signed.Message, [.. signed.Signature, 0]));
        Assert.False(Ed25519.Verify([], [], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ed25519.DerivePublicKey(new byte[31], new byte[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ed25519.DerivePublicKey(new byte[32], new byte[33]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ed25519.Sign(new byte[32], new byte[31], [], new byte[64]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ed25519.Sign(new byte[32], new byte[32], [], new byte[63]));
    }

    private static byte[] SignWithoutNonce(byte[] seed, byte[] publicKey, byte[] message, byte[] r)
    {
        byte[] expanded = SHA512.HashData(seed);
        X25519.Clamp(expanded.AsSpan(0, 32), expanded.AsSpan(0, 32));
        byte[] challenge = new byte[32];
        Scalar25519.Reduce(SHA512.HashData([.. r, .. publicKey, .. message]), challenge);
        byte[] signature = [.. r, .. new byte[32]];
        Scalar25519.MultiplyAdd(challenge, expanded.AsSpan(0, 32), new byte[32], signature.AsSpan(32));
        return signature;
    }

    private static void AddOrder(Span<byte> scalar)
    {
        byte[] order = Bytes(Order);
        int carry = 0;
        for (int i = 0; i < 32; i++)
        {
            carry += scalar[i] + order[i];
            scalar[i] = (byte)carry;
            carry >>= 8;
        }
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private sealed record Signed(byte[] Seed, byte[] PublicKey, byte[] Message, byte[] Signature)
    {
        public static Signed Random(Random random, int messageLength)
        {
            Signed signed = new(RandomBytes(random, 32), new byte[32], RandomBytes(random, messageLength), new byte[64]);
            Ed25519.DerivePublicKey(signed.Seed, signed.PublicKey);
            Ed25519.Sign(signed.Seed, signed.PublicKey, signed.Message, signed.Signature);
            return signed;
        }
    }
}
