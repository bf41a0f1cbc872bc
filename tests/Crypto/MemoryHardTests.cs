using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Generators;

namespace LucidSsh.Tests.Crypto;

public sealed class MemoryHardTests
{
    // RFC 7914 section 12, but for the last, which takes a gibibyte.
    [Theory]
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    [InlineData("pleaseletmein", "SodiumChloride", 16384, 8, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")]
    public void Scrypt_ExamplesOfRfc7914_Match(string password, string salt, int n, int r, int p, string expected)
    {
        byte[] key = new byte[64];
        Scrypt.Derive(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), n, r, p, key);
        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    [Fact]
    public void Scrypt_AnyInput_AgreesWithBouncyCastle() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                Random random = new(seed);
                byte[] password = HashTests.RandomBytes(seed, random.Next(100)), salt = HashTests.RandomBytes(~seed, random.Next(100));
                int n = 1 << random.Next(1, 8), r = random.Next(2, 6), p = random.Next(1, 4);
                byte[] key = new byte[random.Next(1, 100)];
                Scrypt.Derive(password, salt, n, r, p, key);
                return SCrypt.Generate(password, salt, n, r, p, key.Length).AsSpan().SequenceEqual(key);
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1, 8, 1)]
    [InlineData(3, 8, 1)]
    [InlineData(16, 0, 1)]
    [InlineData(16, 8, 0)]
    [InlineData(1 << 30, 1, 1)]
    [InlineData(1 << 18, 8, 1)] // 256 MiB and a block
    [InlineData(2, int.MaxValue, 1)]
    [InlineData(2, 1, int.MaxValue)]
    public void Scrypt_ParametersOutOfBounds_Throws(int n, int r, int p) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Scrypt.Derive([1], [2], n, r, p, new byte[32]));

    // RFC 9106 sections 5.1 to 5.3.
    [Theory]
    [InlineData(0, "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb")]
    [InlineData(1, "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8")]
    [InlineData(2, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659")]
    public void Argon2_ExamplesOfRfc9106_Match(int type, string expected)
    {
        byte[] password = new byte[32], salt = new byte[16], secret = new byte[8], associated = new byte[12], key = new byte[32];
        password.AsSpan().Fill(1);
        salt.AsSpan().Fill(2);
        secret.AsSpan().Fill(3);
        associated.AsSpan().Fill(4);
        Argon2.Derive((Argon2Type)type, password, salt, secret, associated, 32, 3, 4, key);
        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    // The reference implementation's src/test.c (version 0x13).
    [Theory]
    [InlineData(1, "password", "somesalt", 2, 65536, 1, "c1628832147d9720c5bd1cfd61367078729f6dfb6f8fea9ff98158e0d7816ed0")]
    [InlineData(1, "password", "somesalt", 2, 256, 1, "89e9029f4637b295beb027056a7336c414fadd43f6b208645281cb214a56452f")]
    [InlineData(1, "password", "somesalt", 2, 256, 2, "4ff5ce2769a1d7f4c8a491df09d41a9fbe90e5eb02155a13e4c01e20cd4eab61")]
    [InlineData(2, "password", "diffsalt", 2, 65536, 1, "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c")]
    [InlineData(2, "password", "somesalt", 2, 256, 1, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe")]
    [InlineData(2, "password", "somesalt", 2, 256, 2, "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037")]
    [InlineData(2, "differentpassword", "somesalt", 2, 65536, 1, "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde")]
    public void Argon2_ExamplesOfTheReference_Match(int type, string password, string salt, int passes, int memory, int lanes, string expected)
    {
        byte[] key = new byte[32];
        Argon2.Derive((Argon2Type)type, Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), [], [], memory, passes, lanes, key);
        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    // The key's length is an input: a longer key is no continuation of a shorter one.
    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(96)]
    [InlineData(200)]
    public void Argon2_AnyKeyLength_FillsAllOfIt(int length)
    {
        byte[] seen = new byte[length];
        for (byte i = 0; i < 24; i++)
        {
            byte[] key = new byte[length];
            Argon2.Derive(Argon2Type.Id, [i], "somesalt"u8, [], [], 8, 1, 1, key);
            for (int j = 0; j < length; j++)
            {
                seen[j] |= key[j];
            }
        }
        Assert.DoesNotContain((byte)0, seen);
    }

    [Theory]
    [InlineData(3, 8, 64, 1, 1, 32)]
    [InlineData(2, 7, 64, 1, 1, 32)]
    [InlineData(2, 8, 7, 1, 1, 32)]
    [InlineData(2, 8, 31, 1, 4, 32)]
    [InlineData(2, 8, 64, 0, 1, 32)]
    [InlineData(2, 8, 64, 1, 0, 32)]
    [InlineData(2, 8, 4096, 1, 256, 32)]
    [InlineData(2, 8, (1 << 20) + 1, 1, 1, 32)]
    [InlineData(2, 8, 1 << 20, 129, 1, 32)]
    [InlineData(2, 8, 64, 1, 1, 3)]
    public void Argon2_ParametersOutOfBounds_Throws(int type, int salt, int memory, int passes, int lanes, int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Argon2.Derive((Argon2Type)type, [1], new byte[salt], [], [], memory, passes, lanes, new byte[length]));

    // RFC 7693 appendix A.
    [Fact]
    public void Blake2b_ExampleOfRfc7693_Matches()
    {
        byte[] digest = new byte[64];
        Blake2b.Digest("abc"u8, digest);
        Assert.Equal(
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            Convert.ToHexStringLower(digest));
    }

    [Fact]
    public void Blake2b_AnyLengthAndSplit_AgreesWithBouncyCastle()
    {
        for (int length = 0; length < 520; length++)
        {
            byte[] data = HashTests.RandomBytes(length, length), digest = new byte[1 + length % 64], expected = new byte[digest.Length];
            Blake2bDigest oracle = new(8 * digest.Length);
            oracle.BlockUpdate(data, 0, length);
            oracle.DoFinal(expected, 0);
            using Blake2b hash = new(digest.Length);
            hash.Append(data.AsSpan(0, length / 3));
            hash.Append(data.AsSpan(length / 3));
            hash.Finish(digest);
            Assert.Equal(expected, digest);
        }
    }
}
