using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class Poly1305Tests
{
    // RFC 8439 section 2.5.2.
    [Fact]
    public void Mac_ExampleOfRfc8439_Matches()
    {
        byte[] tag = new byte[16];
        Poly1305.Mac(
            Convert.FromHexString("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b"),
            "Cryptographic Forum Research Group"u8,
            tag);
        Assert.Equal("a8061dc1305136c6c22b8baf0c0127a9", Convert.ToHexStringLower(tag));
    }

    // RFC 8439 appendix A.3, test vectors 7 to 11: sums and products that just reach or pass 2^128, 2^130 - 5, 2^130.
    [Theory]
    [InlineData("02", "", "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000")]
    [InlineData("02", "ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000", "03000000000000000000000000000000")]
    [InlineData("01", "", "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000", "05000000000000000000000000000000")]
    [InlineData("01", "", "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101", "00000000000000000000000000000000")]
    [InlineData("02", "", "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff")]
    [InlineData("01000000000000000400000000000000", "", "e33594d7505e43b900000000000000003394d7505e4379cd01000000000000000000000000000000000000000000000001000000000000000000000000000000", "14000000000000005500000000000000")]
    [InlineData("01000000000000000400000000000000", "", "e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000000", "13000000000000000000000000000000")]
    public void Mac_EdgesOfRfc8439_Match(string r, string s, string message, string expected)
    {
        byte[] key = new byte[32], tag = new byte[16];
        Convert.FromHexString(r).CopyTo(key, 0);
        Convert.FromHexString(s).CopyTo(key, 16);
        Poly1305.Mac(key, Convert.FromHexString(message), tag);
        Assert.Equal(expected, Convert.ToHexStringLower(tag));
    }

    [Fact]
    public void Mac_EveryShortLength_AgreesWithTheDefinition()
    {
        byte[] key = HashTests.RandomBytes(1, 32), data = HashTests.RandomBytes(2, 2100), tag = new byte[16];
        for (int length = 0; length <= data.Length; length++)
        {
            byte[] expected = Oracle(key, data.AsSpan(0, length));
            foreach (VectorPath path in TestPaths.All)
            {
                Poly1305.Mac(key, data.AsSpan(0, length), tag, path);
                Assert.Equal(expected, tag);
            }
        }
    }

    // All ones and all zeros drive every carry to its bound; random bytes hardly ever do.
    [Theory]
    [InlineData(0xff, 0xff)]
    [InlineData(0xff, 0x00)]
    [InlineData(0x00, 0xff)]
    public void Mac_ExtremeKeyAndMessage_AgreesWithTheDefinition(byte keyByte, byte messageByte)
    {
        byte[] key = new byte[32], data = new byte[5000], tag = new byte[16];
        key.AsSpan().Fill(keyByte);
        data.AsSpan().Fill(messageByte);
        foreach (int length in (int[])[1, 15, 16, 17, 128, 255, 256, 257, 304, 512, 1535, 1536, 1537, 2048, 4095, 5000])
        {
            foreach (VectorPath path in TestPaths.All)
            {
                Poly1305.Mac(key, data.AsSpan(0, length), tag, path);
                Assert.Equal(Oracle(key, data.AsSpan(0, length)), tag);
            }
        }
    }

    [Fact]
    public void Mac_AnyLengthAndAlignment_AgreesWithTheDefinition() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                Random random = new(seed);
                byte[] key = HashTests.RandomBytes(seed, 32), tag = new byte[16];
                byte[] data = HashTests.RandomBytes(seed + 1, 40_100);
                Span<byte> message = data.AsSpan(random.Next(64), random.Next(40_001));
                Poly1305.Mac(key, message, tag, TestPaths.All[random.Next(TestPaths.All.Length)]);
                return tag.AsSpan().SequenceEqual(Oracle(key, message));
            }).QuickCheckThrowOnFailure();

    // RFC 8439 section 2.5.1, word for word.
    internal static byte[] Oracle(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        BigInteger p = (BigInteger.One << 130) - 5;
        BigInteger r = Number(key[..16]) & Number(Convert.FromHexString("ffffff0ffcffff0ffcffff0ffcffff0f"));
        BigInteger accumulator = 0;
        for (int i = 0; i < message.Length; i += 16)
        {
            ReadOnlySpan<byte> block = message.Slice(i, Math.Min(16, message.Length - i));
            accumulator = (accumulator + Number(block) + (BigInteger.One << 8 * block.Length)) * r % p;
        }
        byte[] tag = new byte[16];
        BigInteger sum = (accumulator + Number(key[16..])) & ((BigInteger.One << 128) - 1);
        Assert.True(sum.TryWriteBytes(tag, out _, isUnsigned: true));
        return tag;
    }

    private static BigInteger Number(ReadOnlySpan<byte> littleEndian) => new(littleEndian, isUnsigned: true);
}
