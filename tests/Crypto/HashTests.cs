using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;
using Org.BouncyCastle.Crypto.Digests;

namespace LucidSsh.Tests.Crypto;

public sealed class HashTests
{
    private const string Abc = "abc";
    private const string TwoBlocks64 = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    private const string TwoBlocks128 =
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

    internal static readonly HashName[] Names = Enum.GetValues<HashName>();

    // RFC 1321 appendix A.5; RFC 3174 section 7.3; RFC 6234 section 8.5 (FIPS 180-4 examples).
    [Theory]
    [InlineData(0, "", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData(0, "a", "0cc175b9c0f1b6a831c399e269772661")]
    [InlineData(0, Abc, "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData(0, "message digest", "f96b697d7cb7938d525a2f31aaf161d0")]
    [InlineData(0, "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b")]
    [InlineData(1, Abc, "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData(1, TwoBlocks64, "84983e441c3bd26ebaae4aa1f95129e5e54670f1")]
    [InlineData(1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709")]
    [InlineData(2, Abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(2, TwoBlocks64, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [InlineData(2, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(3, Abc, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7")]
    [InlineData(3, TwoBlocks128, "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039")]
    [InlineData(4, Abc, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    [InlineData(4, TwoBlocks128, "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909")]
    [InlineData(5, Abc, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")]
    [InlineData(5, TwoBlocks64, "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525")]
    public void Digest_PublishedExample_Matches(int name, string text, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(Hash.Digest((HashName)name, Encoding.ASCII.GetBytes(text))));

    // A million times "a": RFC 3174 TEST3, FIPS 180-4's long messages.
    [Theory]
    [InlineData(1, "34aa973cd4c4daa4f61eeb2bdbad27316534016f")]
    [InlineData(2, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")]
    [InlineData(4, "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b")]
    public void Digest_MillionBytes_Matches(int name, string expected)
    {
        byte[] data = new byte[1_000_000];
        data.AsSpan().Fill((byte)'a');
        Assert.Equal(expected, Convert.ToHexStringLower(Hash.Digest((HashName)name, data)));
    }

    [Fact]
    public void Digest_EveryLengthAroundTheBlocks_AgreesWithTheOracle()
    {
        byte[] data = RandomBytes(seed: 1, 400);
        foreach (HashName name in Names)
        {
            for (int length = 0; length <= data.Length; length++)
            {
                Assert.Equal(Oracle(name, data.AsSpan(0, length)), Hash.Digest(name, data.AsSpan(0, length)));
            }
        }
    }

    [Fact]
    public void Append_AnyLengthAlignmentAndSplit_AgreesWithTheOracle() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                Random random = new(seed);
                byte[] memory = RandomBytes(seed, 40_100);
                Span<byte> data = memory.AsSpan(random.Next(64), random.Next(40_001));
                HashName name = Names[random.Next(Names.Length)];
                using Hash hash = Hash.Create(name);
                byte[] digest = new byte[hash.Size];
                for (int repeat = 0; repeat < 2; repeat++) // the second time shows that Finish starts again from empty
                {
                    for (int at = 0; at < data.Length;)
                    {
                        int part = Math.Min(random.Next(1, random.Next(2, 700)), data.Length - at);
                        hash.Append(data.Slice(at, part));
                        at += part;
                    }
                    hash.Finish(digest);
                    if (!digest.AsSpan().SequenceEqual(Oracle(name, data)))
                    {
                        return false;
                    }
                }
                return true;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public unsafe void Compress_ByEveryKernel_IsTheSame()
    {
        byte[] blocks = HashTests.RandomBytes(8, 128 * 9);
        byte[] start = HashTests.RandomBytes(9, 64);
        ulong* long512 = stackalloc ulong[8], plain512 = stackalloc ulong[8];
        uint* long256 = stackalloc uint[8], plain256 = stackalloc uint[8];
        foreach (int count in (int[])[1, 2, 3, 9])
        {
            foreach (VectorPath path in TestPaths.All)
            {
                start.CopyTo(new Span<byte>(long512, 64));
                start.CopyTo(new Span<byte>(plain512, 64));
                start.AsSpan(0, 32).CopyTo(new Span<byte>(long256, 32));
                start.AsSpan(0, 32).CopyTo(new Span<byte>(plain256, 32));
                fixed (byte* data = blocks)
                {
                    Sha512.Compress(long512, data, (nuint)count, path);
                    Sha256.Compress(long256, data, (nuint)count, path);
                    for (int i = 0; i < count; i++)
                    {
                        Sha512.Compress(plain512, data + 128 * i, 1, VectorPath.Scalar);
                        Sha256.Compress(plain256, data + 64 * i, 1, VectorPath.Scalar);
                    }
                }
                Assert.True(new Span<ulong>(long512, 8).SequenceEqual(new Span<ulong>(plain512, 8)), $"SHA-512, {path}, {count}");
                Assert.True(new Span<uint>(long256, 8).SequenceEqual(new Span<uint>(plain256, 8)), $"SHA-256, {path}, {count}");
            }
        }
    }

    [Fact]
    public void Sizes_OfEveryHash_AreTheOnesOfTheirStandards()
    {
        Assert.Equal([16, 20, 32, 48, 64, 28], Names.Select(Hash.SizeOf));
        foreach (HashName name in Names)
        {
            using Hash hash = Hash.Create(name);
            Assert.Equal(Hash.SizeOf(name), hash.Size);
            Assert.Equal(hash.Size > 32 ? 128 : 64, hash.BlockSize);
        }
    }

    [Fact]
    public void Append_AfterDispose_Throws()
    {
        Hash hash = Hash.Create(HashName.Sha256);
        hash.Dispose();
        Assert.Throws<ObjectDisposedException>(() => hash.Append([1]));
        Assert.Throws<ObjectDisposedException>(() => hash.Finish(new byte[32]));
    }

    [Fact]
    public void Finish_RoomTooSmall_ThrowsAndKeepsTheState()
    {
        using Hash hash = Hash.Create(HashName.Sha256);
        hash.Append("abc"u8);
        Assert.Throws<ArgumentOutOfRangeException>(() => hash.Finish(new byte[31]));
        byte[] digest = new byte[32];
        hash.Finish(digest);
        Assert.Equal(SHA256.HashData("abc"u8), digest);
    }

    internal static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    internal static HashAlgorithmName BaseName(HashName name) => name switch
    {
        HashName.Md5 => HashAlgorithmName.MD5,
        HashName.Sha1 => HashAlgorithmName.SHA1,
        HashName.Sha256 => HashAlgorithmName.SHA256,
        HashName.Sha384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    // The base library has no SHA-224; BouncyCastle has.
    private static byte[] Oracle(HashName name, ReadOnlySpan<byte> data)
    {
        if (name != HashName.Sha224)
            return CryptographicOperations.HashData(BaseName(name), data);
        Sha224Digest hash = new();
        byte[] digest = new byte[28];
        hash.BlockUpdate(data.ToArray(), 0, data.Length);
        hash.DoFinal(digest, 0);
        return digest;
    }
}
