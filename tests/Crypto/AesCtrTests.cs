using System.Buffers.Binary;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class AesCtrTests
{
    private const string Plaintext =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

    // SP 800-38A appendix F.5.
    [Theory]
    [InlineData(
        "2b7e151628aed2a6abf7158809cf4f3c",
        "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")]
    [InlineData(
        "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e941e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050")]
    [InlineData(
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")]
    public void Transform_OfTheStandard_GivesItsVectors(string key, string ciphertext)
    {
        foreach (AesPath path in AesPaths.All)
        {
            byte[] iv = Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
            using AesCtr cipher = new(Convert.FromHexString(key), iv, path);
            byte[] text = Convert.FromHexString(Plaintext);
            cipher.Transform(text, text);
            Assert.Equal(ciphertext, Convert.ToHexStringLower(text));
        }
    }

    [Fact]
    public void Transform_InPiecesOfAnyLength_IsTheBaseLibrarysKeystream()
    {
        Prop.ForAll(Gen.Choose(0, 40000).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (length, seed) =>
        {
            Random random = new(seed);
            byte[] key = AesPaths.Key(random);
            byte[] iv = new byte[16];
            random.NextBytes(iv);
            ReadOnlySpan<byte> source = AesPaths.Misaligned(random, length);
            byte[] expected = Reference(key, iv, source);
            foreach (AesPath path in AesPaths.All)
            {
                using AesCtr cipher = new(key, iv, path);
                Span<byte> result = AesPaths.Misaligned(random, length);
                bool inPlace = random.Next(2) == 0;
                if (inPlace)
                    source.CopyTo(result);
                for (int done = 0; done < length;)
                {
                    int piece = Math.Min(length - done, random.Next(4) == 0 ? random.Next(20000) : random.Next(70));
                    cipher.Transform((inPlace ? result : source).Slice(done, piece), result[done..]);
                    done += piece;
                }

                Assert.Equal(expected, result);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    // The counter after which a carry leaves the low 32, the low 64 and all 128 bits, at every place in a group of eight blocks.
    [Theory]
    [InlineData("00112233445566778899aabbfffffff0")]
    [InlineData("0011223344556677fffffffffffffff0")]
    [InlineData("00000000fffffffffffffffffffffff0")]
    [InlineData("fffffffffffffffffffffffffffffff0")]
    public void Counter_AcrossEveryCarry_GoesOnModuloTwoToThe128(string nearTheCarry)
    {
        byte[] key = Convert.FromHexString("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        UInt128 start = BinaryPrimitives.ReadUInt128BigEndian(Convert.FromHexString(nearTheCarry));
        byte[] source = new byte[16 * 40];
        byte[] iv = new byte[16];
        foreach (AesPath path in AesPaths.All)
        {
            for (int step = 0; step <= 16; step++)
            {
                BinaryPrimitives.WriteUInt128BigEndian(iv, start + (uint)step);
                using AesCtr cipher = new(key, iv, path);
                byte[] result = new byte[source.Length];
                cipher.Transform(source, result);
                Assert.Equal(Reference(key, iv, source), result);
            }
        }
    }

    [Fact]
    public void Transform_OfNothing_ChangesNothing()
    {
        foreach (AesPath path in AesPaths.All)
        {
            byte[] key = new byte[16];
            using AesCtr cipher = new(key, new byte[16], path);
            cipher.Transform([], []);
            byte[] result = new byte[1];
            cipher.Transform(new byte[1], result);
            cipher.Transform([], []);
            Assert.Equal(Reference(key, new byte[16], new byte[1]), result);
        }
    }

    [Fact]
    public void Transform_WithSpansThatDoNotFit_IsRefused()
    {
        using AesCtr cipher = new(new byte[16], new byte[16]);
        byte[] memory = new byte[40];
        Assert.Throws<ArgumentException>(() => cipher.Transform(new byte[3], new byte[2]));
        Assert.Throws<ArgumentException>(() => cipher.Transform(memory.AsSpan(0, 32), memory.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => new AesCtr(new byte[16], new byte[12]));
    }

    [Fact]
    public void Transform_OfAPacket_AllocatesNothing()
    {
        foreach (AesPath path in AesPaths.All)
        {
            using AesCtr cipher = new(new byte[32], new byte[16], path);
            byte[] text = new byte[5000];
            cipher.Transform(text, text);
            long before = GC.GetAllocatedBytesForCurrentThread();
            cipher.Transform(text, text);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    [Fact]
    public void Dispose_OnEveryPath_ZeroesKeysAndKeystream()
    {
        foreach (AesPath path in AesPaths.All)
        {
            AesCtr cipher = new(new byte[32], new byte[16], path);
            cipher.Transform(new byte[5], new byte[5]);
            AesPaths.AssertDisposeZeroes(cipher);
            Assert.Throws<ObjectDisposedException>(() => cipher.Transform(new byte[1], new byte[1]));
        }
    }

    /// <summary>Counter mode from the base library's block cipher.</summary>
    internal static byte[] Reference(byte[] key, byte[] iv, ReadOnlySpan<byte> source)
    {
        using Aes aes = Aes.Create();
        aes.Key = key;
        byte[] counters = new byte[(source.Length + 15) / 16 * 16];
        UInt128 counter = BinaryPrimitives.ReadUInt128BigEndian(iv);
        for (int offset = 0; offset < counters.Length; offset += 16)
            BinaryPrimitives.WriteUInt128BigEndian(counters.AsSpan(offset), counter++);
        byte[] keystream = aes.EncryptEcb(counters, PaddingMode.None);
        byte[] result = source.ToArray();
        for (int i = 0; i < result.Length; i++)
            result[i] ^= keystream[i];
        return result;
    }
}
