using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class UmacTests
{
    private static readonly byte[] s_key = "abcdefghijklmnop"u8.ToArray();
    private static readonly ulong s_nonce = BinaryPrimitives.ReadUInt64BigEndian("bcdefghi"u8);

    // RFC 4418 appendix, where the longest tag has 96 bits; the last four bytes are of Nettle's umac-test.c.
    [Theory]
    [InlineData("", 0, "6e155fad26900be1", "32fedb100c79ad58f07ff7643cc60465")]
    [InlineData("a", 3, "44b5cb542f220104", "185e4fe905cba7bd85e4c2dc3d117d8d")]
    [InlineData("a", 1 << 10, "26bf2f5d60118bd9", "7a54abe04af82d60fb298c3cbd195bcb")]
    [InlineData("a", 1 << 15, "27f8ef643b0d118d", "7b136bd911e4b734286ef2be501f2c3c")]
    [InlineData("a", 1 << 20, "a4477e87e9f55853", "f8acfa3ac31cfeea047f7b115b03bef5")]
    [InlineData("abc", 1, "d4d7b9f6bd4fbfcf", "883c3d4b97a61976ffcf232308cba5a5")]
    [InlineData("abc", 500, "d4cf26ddefd5c01a", "8824a260c53c66a36c9260a62cb83aa1")]
    public void Compute_ExamplesOfRfc4418_Match(string unit, int times, string expected64, string expected128)
    {
        byte[] data = Encoding.ASCII.GetBytes(new StringBuilder().Insert(0, unit, times).ToString());
        Assert.Equal(expected64, Tag(8, s_nonce, data));
        Assert.Equal(expected128, Tag(16, s_nonce, data));
    }

    [Fact]
    public void Compute_AnyMessage_AgreesWithTheDefinition() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                Random random = new(seed);
                byte[] key = HashTests.RandomBytes(seed, 16), memory = HashTests.RandomBytes(seed + 1, 5100);
                Span<byte> data = memory.AsSpan(random.Next(64), random.Next(random.Next(5000)));
                if (seed % 3 == 0)
                {
                    data.Fill((byte)(seed % 2 == 0 ? 0 : 255));
                }
                ulong nonce = (ulong)random.NextInt64();
                return Matches(key, 8, nonce, data) && Matches(key, 16, nonce, data);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Compute_EveryShortLength_AgreesWithTheDefinition()
    {
        byte[] data = HashTests.RandomBytes(20, 2100);
        for (int length = 0; length <= data.Length; length += length is > 140 and < 1000 ? 31 : 1)
        {
            Assert.True(Matches(s_key, 16, (ulong)length, data.AsSpan(0, length)), $"{length} bytes");
        }
    }

    [Fact]
    public void Compute_InTwoPieces_IsTheSameAsInOne()
    {
        byte[] data = HashTests.RandomBytes(21, 4200);
        using Umac umac = new(s_key, 16);
        byte[] whole = new byte[16], pieces = new byte[16];
        foreach (int length in (int[])[0, 1, 4, 16, 31, 1023, 1024, 1025, 2048, 2049, 4200])
        {
            foreach (int first in ((int[])[0, 1, 4, 8, 16, 1000, 1023, 1024]).Where(first => first <= length))
            {
                umac.Compute(7, data.AsSpan(0, length), whole);
                umac.Compute(7, data.AsSpan(0, first), data.AsSpan(first, length - first), pieces);
                Assert.Equal(whole, pieces);
            }
        }
    }

    [Fact]
    public unsafe void Multiply_ByEveryKernel_IsTheSame()
    {
        byte[] message = HashTests.RandomBytes(21, 1024), keyBytes = HashTests.RandomBytes(22, 1024);
        fixed (byte* words = message, keys = keyBytes)
        {
            for (int length = 0; length <= 1024; length += 32)
            {
                ulong expected = UmacKernels.Multiply((uint*)keys, words, length, VectorPath.Scalar);
                foreach (VectorPath path in TestPaths.All)
                {
                    Assert.Equal(expected, UmacKernels.Multiply((uint*)keys, words, length, path));
                }
            }
        }
    }

    // Words of 2^64 - 2^32 and more come once in four thousand million chunks: no message reaches them in a test.
    [Fact]
    public void AppendToPolynomial_AnyWord_AgreesWithTheDefinition()
    {
        BigInteger p = (BigInteger.One << 64) - 59;
        ulong[] words =
            [0, 1, 58, 59, 60, 0xfffffffeffffffff, 0xffffffff00000000, 0xffffffff0000003b, ulong.MaxValue - 59, ulong.MaxValue - 1, ulong.MaxValue];
        foreach (ulong key in (ulong[])[0, 1, 0x01ffffff01ffffff, 0x00c0ffee01234567])
        {
            foreach (ulong sum in (ulong[])[0, 1, 0x8000000000000000, 0x123456789abcdef0, (ulong)p - 2, (ulong)p - 1])
            {
                foreach (ulong word in words)
                {
                    bool large = word >= 0xffffffff00000000;
                    BigInteger expected = large ? (key * ((key * (BigInteger)sum + p - 1) % p) + word - 59) % p : (key * (BigInteger)sum + word) % p;
                    Assert.Equal(expected, Umac.AppendToPolynomial(sum, key, word));
                }
            }
        }
    }

    [Fact]
    public void Compute_OnceUnderWay_AllocatesNothing()
    {
        byte[] data = new byte[3000], tag = new byte[16];
        using Umac umac = new(s_key, 16);
        umac.Compute(0, data, tag);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 0; i < 100; i++)
        {
            umac.Compute(i, data, tag);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Constructor_WrongKeyOrTagLength_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Umac(new byte[15], 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Umac(new byte[16], 12));
    }

    [Fact]
    public void Compute_MessageTooLong_Throws()
    {
        using Umac umac = new(s_key, 8);
        byte[] data = new byte[Umac.MaxLength + 1];
        Assert.Throws<ArgumentOutOfRangeException>(() => umac.Compute(0, data, new byte[8]));
        umac.Compute(0, data.AsSpan(1), new byte[8]);
    }

    private static string Tag(int length, ulong nonce, byte[] data)
    {
        byte[] tag = new byte[length];
        using Umac umac = new(s_key, length);
        umac.Compute(nonce, data, tag);
        return Convert.ToHexStringLower(tag);
    }

    private static bool Matches(byte[] key, int length, ulong nonce, ReadOnlySpan<byte> data)
    {
        byte[] tag = new byte[length];
        using Umac umac = new(key, length);
        umac.Compute(nonce, data, tag);
        return Oracle(key, length, nonce, data).AsSpan().SequenceEqual(tag);
    }

    // RFC 4418 sections 3 to 5 as written, in big integers, for messages of at most 16 MiB; AES is the base library's.
    private static byte[] Oracle(byte[] key, int length, ulong nonce, ReadOnlySpan<byte> data)
    {
        using System.Security.Cryptography.Aes aes = System.Security.Cryptography.Aes.Create();
        aes.Key = key;
        byte[] Derive(int index, int size)
        {
            byte[] blocks = new byte[(size + 15) / 16 * 16];
            for (int i = 0; i < blocks.Length / 16; i++)
            {
                BinaryPrimitives.WriteInt64BigEndian(blocks.AsSpan(16 * i), index);
                BinaryPrimitives.WriteInt64BigEndian(blocks.AsSpan(16 * i + 8), i + 1);
            }
            return aes.EncryptEcb(blocks, System.Security.Cryptography.PaddingMode.None)[..size];
        }
        int passes = length / 4;
        byte[] k1 = Derive(1, 1024 + 16 * (passes - 1)), k2 = Derive(2, 24 * passes), k3 = Derive(3, 64 * passes), k4 = Derive(4, 4 * passes);
        byte[] nonceBlock = new byte[16];
        int half = length == 8 ? (int)(nonce % 2) : 0;
        BinaryPrimitives.WriteUInt64BigEndian(nonceBlock, nonce ^ (ulong)half);
        byte[] padKey = Derive(0, 16);
        aes.Key = padKey;
        byte[] pad = aes.EncryptEcb(nonceBlock, System.Security.Cryptography.PaddingMode.None)[(8 * half)..(8 * half + length)];
        for (int pass = 0; pass < passes; pass++)
        {
            List<byte> hashed = [];
            for (int at = 0; at == 0 || at < data.Length; at += 1024)
            {
                ReadOnlySpan<byte> chunk = data[at..Math.Min(data.Length, at + 1024)];
                byte[] padded = new byte[Math.Max(32, (chunk.Length + 31) / 32 * 32)];
                chunk.CopyTo(padded);
                BigInteger sum = 8 * chunk.Length;
                for (int i = 0; i < padded.Length / 4; i++)
                {
                    if (i % 8 < 4)
                    {
                        uint left = BinaryPrimitives.ReadUInt32LittleEndian(padded.AsSpan(4 * i)), right = BinaryPrimitives.ReadUInt32LittleEndian(padded.AsSpan(4 * i + 16));
                        left += BinaryPrimitives.ReadUInt32BigEndian(k1.AsSpan(16 * pass + 4 * i));
                        right += BinaryPrimitives.ReadUInt32BigEndian(k1.AsSpan(16 * pass + 4 * i + 16));
                        sum += (BigInteger)left * right;
                    }
                }
                hashed.AddRange(((BigInteger.One << 64) + (sum & ulong.MaxValue)).ToByteArray(isUnsigned: true, isBigEndian: true)[1..]);
            }
            byte[] b = new byte[16];
            if (data.Length <= 1024)
            {
                hashed.CopyTo(b, 8);
            }
            else
            {
                BigInteger p = (BigInteger.One << 64) - 59, y = 1;
                ulong k = BinaryPrimitives.ReadUInt64BigEndian(k2.AsSpan(24 * pass)) & 0x01ffffff01ffffff;
                for (int i = 0; i < hashed.Count; i += 8)
                {
                    ulong m = BinaryPrimitives.ReadUInt64BigEndian(hashed.GetRange(i, 8).ToArray());
                    if (m >= 0xffffffff00000000)
                    {
                        y = (k * y + p - 1) % p;
                        m -= 59;
                    }
                    y = (k * y + m) % p;
                }
                BinaryPrimitives.WriteUInt64BigEndian(b.AsSpan(8), (ulong)y);
            }
            BigInteger total = 0, p36 = (BigInteger.One << 36) - 5;
            for (int i = 0; i < 8; i++)
            {
                total += BinaryPrimitives.ReadUInt16BigEndian(b.AsSpan(2 * i)) * (BinaryPrimitives.ReadUInt64BigEndian(k3.AsSpan(64 * pass + 8 * i)) % p36);
            }
            uint word = (uint)(total % p36 & uint.MaxValue) ^ BinaryPrimitives.ReadUInt32BigEndian(k4.AsSpan(4 * pass));
            BinaryPrimitives.WriteUInt32BigEndian(pad.AsSpan(4 * pass), word ^ BinaryPrimitives.ReadUInt32BigEndian(pad.AsSpan(4 * pass)));
        }
        return pad;
    }
}
