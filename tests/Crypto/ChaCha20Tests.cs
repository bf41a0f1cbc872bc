using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;

namespace LucidSsh.Tests.Crypto;

public sealed class ChaCha20Tests
{
    private static readonly byte[] s_zeroKey = new byte[32];

    // RFC 8439 appendix A.1, test vectors 1 and 2 (an all-zero nonce is the same in both forms of the cipher).
    [Theory]
    [InlineData(0ul, "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586")]
    [InlineData(1ul, "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f")]
    public void Transform_ZeroKeyAndNonce_IsTheStreamOfRfc8439(ulong counter, string expected)
    {
        byte[] stream = new byte[64];
        ChaCha20.Transform(s_zeroKey, new byte[8], counter, stream, stream);
        Assert.Equal(expected, Convert.ToHexStringLower(stream));
    }

    // RFC 8439 section 2.4.2. Its 96-bit nonce's first word stands where the 64-bit counter's upper word does.
    [Fact]
    public void Transform_ExampleOfRfc8439_Matches()
    {
        ReadOnlySpan<byte> plaintext =
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."u8;
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[] ciphertext = new byte[plaintext.Length];
        ChaCha20.Transform(key, Convert.FromHexString("0000004a00000000"), 1, plaintext, ciphertext);
        Assert.Equal(
            "6e2e359a2568f98041ba0728dd0d6981e97e7aec1d4360c20a27afccfd9fae0bf91b65c5524733ab8f593dabcd62b3571639d624e65152ab8f530c359f0861d8"
            + "07ca0dbf500d6a6156a38e088a22b65e52bc514d16ccf806818ce91ab77937365af90bbf74a35be6b40b8eedf2785e42874d",
            Convert.ToHexStringLower(ciphertext));
    }

    [Fact]
    public void Transform_AnyLengthAndAlignment_AgreesWithBouncyCastleAndInPlace() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                Random random = new(seed);
                int length = random.Next(40_001), offset = random.Next(64);
                byte[] key = HashTests.RandomBytes(seed, 32), nonce = HashTests.RandomBytes(seed + 1, 8);
                byte[] memory = HashTests.RandomBytes(seed + 2, offset + length + 64), after = (byte[])memory.Clone();
                byte[] expected = Oracle(key, nonce, memory.AsSpan(offset, length));
                byte[] apart = new byte[length];
                VectorPath path = TestPaths.All[random.Next(TestPaths.All.Length)];
                ChaCha20.Transform(key, nonce, 0, memory.AsSpan(offset, length), apart, path);
                ChaCha20.Transform(key, nonce, 0, after.AsSpan(offset, length), after.AsSpan(offset, length), path);
                return expected.AsSpan().SequenceEqual(apart) && expected.AsSpan().SequenceEqual(after.AsSpan(offset, length))
                    && after.AsSpan(0, offset).SequenceEqual(memory.AsSpan(0, offset))
                    && after.AsSpan(offset + length).SequenceEqual(memory.AsSpan(offset + length));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Transform_EveryLengthByEveryKernel_IsTheSameStream()
    {
        byte[] key = HashTests.RandomBytes(3, 32), nonce = HashTests.RandomBytes(4, 8), data = HashTests.RandomBytes(5, 2300);
        byte[] expected = Oracle(key, nonce, data), output = new byte[data.Length];
        foreach (VectorPath path in TestPaths.All)
        {
            for (int length = 0; length <= data.Length; length++)
            {
                ChaCha20.Transform(key, nonce, 0, data.AsSpan(0, length), output, path);
                Assert.True(expected.AsSpan(0, length).SequenceEqual(output.AsSpan(0, length)), $"{path}, {length} bytes");
            }
        }
    }

    // Every way to cut a stream gives the same stream, also where the counter's lower word, or all of it, overflows.
    [Theory]
    [InlineData(0ul)]
    [InlineData(0xffff_fff0ul)]
    [InlineData(0xffff_fffdul)]
    [InlineData(0xffff_fffful)]
    [InlineData(0xffff_ffff_ffff_fff8ul)]
    public void Transform_LongAndBlockByBlock_AreTheSameStream(ulong start)
    {
        byte[] key = HashTests.RandomBytes(5, 32), nonce = HashTests.RandomBytes(6, 8);
        byte[] blocks = new byte[64 * 51];
        for (int i = 0; i < 51; i++)
        {
            Span<byte> block = blocks.AsSpan(64 * i, 64);
            ChaCha20.Transform(key, nonce, start + (ulong)i, block, block, VectorPath.Scalar);
        }
        foreach (VectorPath path in TestPaths.All)
        {
            byte[] whole = new byte[64 * 51];
            ChaCha20.Transform(key, nonce, start, whole, whole, path);
            Assert.Equal(blocks, whole);
        }
    }

    [Fact]
    public void Transform_CounterPastTwoToThe32_CarriesIntoTheUpperWord()
    {
        byte[] key = HashTests.RandomBytes(7, 32);
        byte[] low = new byte[128], high = new byte[64];
        ChaCha20.Transform(key, new byte[8], 0xffff_ffff, low, low);
        ChaCha20.Transform(key, new byte[8], 0x1_0000_0000, high, high);
        Assert.Equal(high, low[64..]);
        byte[] wrapped = new byte[64];
        ChaCha20.Transform(key, new byte[8], 0, wrapped, wrapped);
        Assert.NotEqual(wrapped, high);
    }

    [Theory]
    [InlineData(31, 8)]
    [InlineData(33, 8)]
    [InlineData(32, 12)]
    public void Transform_KeyOrNonceOfWrongLength_Throws(int key, int nonce) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            () => ChaCha20.Transform(new byte[key], new byte[nonce], 0, new byte[1], new byte[1]));

    internal static byte[] Oracle(byte[] key, byte[] nonce, ReadOnlySpan<byte> data)
    {
        ChaChaEngine engine = new(20);
        engine.Init(true, new ParametersWithIV(new KeyParameter(key), nonce));
        byte[] output = new byte[data.Length];
        engine.ProcessBytes(data.ToArray(), 0, data.Length, output, 0);
        return output;
    }
}
