using System.Security.Cryptography;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class AesCipherTests
{
    // FIPS 197 appendix C.
    [Theory]
    [InlineData("000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a")]
    [InlineData("000102030405060708090a0b0c0d0e0f1011121314151617", "dda97ca4864cdfe06eaf70a0ec0d7191")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "8ea2b7ca516745bfeafc49904b496089")]
    public void Cipher_OfTheStandard_GivesItsVectors(string key, string ciphertext)
    {
        byte[] plaintext = Convert.FromHexString("00112233445566778899aabbccddeeff");
        foreach (AesPath path in AesPaths.All)
        {
            using AesCipher cipher = AesCipher.Create(Convert.FromHexString(key), path);
            byte[] block = new byte[16];
            cipher.Encrypt(plaintext, block);
            Assert.Equal(ciphertext, Convert.ToHexStringLower(block));
            cipher.Decrypt(block, block);
            Assert.Equal(plaintext, block);
        }
    }

    // FIPS 197 appendix A: the last round key of each example.
    [Theory]
    [InlineData("2b7e151628aed2a6abf7158809cf4f3c", "d014f9a8c9ee2589e13f0cc8b6630ca6")]
    [InlineData("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "e98ba06f448c773c8ecc720401002202")]
    [InlineData("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "fe4890d1e6188d0b046df344706c631e")]
    public void KeySchedule_OfTheStandard_EndsInItsLastRoundKey(string key, string lastRoundKey)
    {
        using AesKeySchedule schedule = new(Convert.FromHexString(key));
        Assert.Equal(lastRoundKey, Convert.ToHexStringLower(schedule.RoundKeys[^16..]));
    }

    [Fact]
    public void Blocks_OfEveryCount_AreThoseOfTheBaseLibrary()
    {
        Random random = new(1);
        foreach (AesPath path in AesPaths.All)
        {
            for (int blocks = 0; blocks < 40; blocks++)
            {
                byte[] key = AesPaths.Key(random);
                ReadOnlySpan<byte> plaintext = AesPaths.Misaligned(random, blocks * 16);
                using Aes oracle = Aes.Create();
                oracle.Key = key;
                byte[] expected = oracle.EncryptEcb(plaintext, PaddingMode.None);
                using AesCipher cipher = AesCipher.Create(key, path);
                Span<byte> result = AesPaths.Misaligned(random, blocks * 16);
                cipher.Encrypt(plaintext, result);
                Assert.Equal(expected, result);
                cipher.Decrypt(result, result);
                Assert.Equal(plaintext, result);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(33)]
    public void Key_OfAnotherLength_IsRefused(int length)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => AesCipher.Create(new byte[length], AesPath.Portable));
        Assert.Contains($"this one has {length}", refusal.Message);
    }

    [Fact]
    public void Dispose_OnEveryPath_ZeroesTheRoundKeys()
    {
        foreach (AesPath path in AesPaths.All)
        {
            AesCipher cipher = AesCipher.Create(Convert.FromHexString("2b7e151628aed2a6abf7158809cf4f3c"), path);
            AesPaths.AssertDisposeZeroes(cipher);
            Assert.Throws<ObjectDisposedException>(() => cipher.Encrypt(new byte[16], new byte[16]));
        }
    }
}
