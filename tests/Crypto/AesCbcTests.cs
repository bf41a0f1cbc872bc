using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class AesCbcTests
{
    private const string Iv = "000102030405060708090a0b0c0d0e0f";
    private const string Plaintext =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

    // SP 800-38A appendix F.2.
    [Theory]
    [InlineData(
        "2b7e151628aed2a6abf7158809cf4f3c",
        "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7")]
    [InlineData(
        "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
        "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd")]
    [InlineData(
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b")]
    public void EncryptAndDecrypt_OfTheStandard_GiveItsVectors(string key, string ciphertext)
    {
        byte[] text = Convert.FromHexString(Plaintext);
        AesCbc.Encrypt(Convert.FromHexString(key), Convert.FromHexString(Iv), text, text);
        Assert.Equal(ciphertext, Convert.ToHexStringLower(text));
        AesCbc.Decrypt(Convert.FromHexString(key), Convert.FromHexString(Iv), text, text);
        Assert.Equal(Plaintext, Convert.ToHexStringLower(text));
    }

    [Fact]
    public void Chain_InPiecesOfAnyLength_IsTheBaseLibrarys()
    {
        Prop.ForAll(Gen.Choose(0, 2500).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (blocks, seed) =>
        {
            Random random = new(seed);
            byte[] key = AesPaths.Key(random);
            byte[] iv = new byte[16];
            random.NextBytes(iv);
            ReadOnlySpan<byte> plaintext = AesPaths.Misaligned(random, blocks * 16);
            using Aes oracle = Aes.Create();
            oracle.Key = key;
            byte[] ciphertext = oracle.EncryptCbc(plaintext, iv, PaddingMode.None);
            foreach (AesPath path in AesPaths.All)
            {
                using AesCbcCipher encryption = new(key, iv, path);
                using AesCbcCipher decryption = new(key, iv, path);
                Span<byte> encrypted = AesPaths.Misaligned(random, plaintext.Length);
                Span<byte> decrypted = AesPaths.Misaligned(random, plaintext.Length);
                Span<byte> inPlace = plaintext.ToArray();
                for (int done = 0; done < plaintext.Length;)
                {
                    int piece = Math.Min(plaintext.Length - done, 16 * random.Next(100));
                    encryption.Encrypt(plaintext.Slice(done, piece), encrypted[done..]);
                    decryption.Decrypt(encrypted.Slice(done, piece), decrypted[done..]);
                    done += piece;
                }

                Assert.Equal(ciphertext, encrypted);
                Assert.Equal(plaintext, decrypted);
                new AesCbcCipher(key, iv, path).Encrypt(inPlace, inPlace);
                Assert.Equal(ciphertext, inPlace);
                new AesCbcCipher(key, iv, path).Decrypt(inPlace, inPlace);
                Assert.Equal(plaintext, inPlace);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Fact]
    public void Cipher_GivenWhatDoesNotFit_Refuses()
    {
        byte[] key = new byte[16];
        Assert.Throws<ArgumentException>(() => AesCbc.Encrypt(key, new byte[16], new byte[17], new byte[32]));
        Assert.Throws<ArgumentException>(() => AesCbc.Decrypt(key, new byte[16], new byte[32], new byte[16]));
        Assert.Throws<ArgumentException>(() => AesCbc.Encrypt(key, new byte[8], new byte[16], new byte[16]));
        Assert.Throws<ArgumentException>(() => AesCbc.Encrypt(new byte[20], new byte[16], new byte[16], new byte[16]));
    }

    [Fact]
    public void Dispose_OnEveryPath_ZeroesTheKeys()
    {
        foreach (AesPath path in AesPaths.All)
            AesPaths.AssertDisposeZeroes(new AesCbcCipher(new byte[24], new byte[16], path));
    }
}
