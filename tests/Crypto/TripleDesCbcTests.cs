using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class TripleDesCbcTests
{
    // NBS Special Publication 500-20 (1980): the first and last of the variable plaintexts, the first variable key, the first of
    // the substitution table tests. Triple DES under three equal keys is single DES.
    [Theory]
    [InlineData("0101010101010101", "8000000000000000", "95f8a5e5dd31d900")]
    [InlineData("0101010101010101", "0000000000000001", "166b40b44aba4bd6")]
    [InlineData("8001010101010101", "0000000000000000", "95a8d72813daa94d")]
    [InlineData("7ca110454a1a6e57", "01a1d6d039776742", "690f5b0d9a26939b")]
    public void Encrypt_UnderThreeEqualKeys_IsSingleDes(string key, string plaintext, string ciphertext)
    {
        byte[] block = Convert.FromHexString(plaintext);
        TripleDesCbc.Encrypt(Convert.FromHexString(key + key + key), new byte[8], block, block);
        Assert.Equal(ciphertext, Convert.ToHexStringLower(block));
    }

    // SP 800-67 revision 1, appendix B.1: three keys, three blocks ("The qufck brown fox jump").
    [Fact]
    public void Cipher_OfTheStandard_GivesItsVector()
    {
        byte[] key = Convert.FromHexString("0123456789abcdef23456789abcdef01456789abcdef0123");
        string[] plaintext = ["5468652071756663", "6b2062726f776e20", "666f78206a756d70"];
        string[] ciphertext = ["a826fd8ce53b855f", "cce21c8112256fe6", "68d5c05dd9b6b900"];
        using TripleDes cipher = new(key);
        for (int i = 0; i < plaintext.Length; i++)
        {
            ulong block = Convert.ToUInt64(plaintext[i], 16);
            Assert.Equal(ciphertext[i], cipher.Encrypt(block).ToString("x16"));
            Assert.Equal(block, cipher.Decrypt(cipher.Encrypt(block)));
        }
    }

    [Fact]
    public void Chain_InPiecesOfAnyLength_IsTheBaseLibrarys()
    {
        Prop.ForAll(Gen.Choose(0, 300).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (blocks, seed) =>
        {
            Random random = new(seed);
            ReadOnlySpan<byte> key = AesPaths.Misaligned(random, 24);
            ReadOnlySpan<byte> iv = AesPaths.Misaligned(random, 8);
            ReadOnlySpan<byte> plaintext = AesPaths.Misaligned(random, blocks * 8);
            using TripleDES oracle = TripleDES.Create();
            oracle.Key = key.ToArray();
            byte[] ciphertext = oracle.EncryptCbc(plaintext, iv, PaddingMode.None);
            Span<byte> inPlace = plaintext.ToArray();
            TripleDesCbc.Encrypt(key, iv, inPlace, inPlace);
            Assert.Equal(ciphertext, inPlace);
            TripleDesCbc.Decrypt(key, iv, inPlace, inPlace);
            Assert.Equal(plaintext, inPlace);

            using TripleDesCbcCipher encryption = new(key, iv);
            using TripleDesCbcCipher decryption = new(key, iv);
            Span<byte> encrypted = new byte[plaintext.Length];
            Span<byte> decrypted = new byte[plaintext.Length];
            for (int done = 0; done < plaintext.Length;)
            {
                int piece = Math.Min(plaintext.Length - done, 8 * random.Next(20));
                encryption.Encrypt(plaintext.Slice(done, piece), encrypted[done..]);
                decryption.Decrypt(encrypted.Slice(done, piece), decrypted[done..]);
                done += piece;
            }

            Assert.Equal(ciphertext, encrypted);
            Assert.Equal(plaintext, decrypted);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Fact]
    public void Cipher_GivenWhatDoesNotFit_Refuses()
    {
        byte[] key = new byte[24];
        Assert.Throws<ArgumentException>(() => TripleDesCbc.Encrypt(key, new byte[8], new byte[9], new byte[16]));
        Assert.Throws<ArgumentException>(() => TripleDesCbc.Decrypt(key, new byte[8], new byte[16], new byte[8]));
        Assert.Throws<ArgumentException>(() => TripleDesCbc.Encrypt(key, new byte[16], new byte[8], new byte[8]));
        Assert.Throws<ArgumentException>(() => TripleDesCbc.Encrypt(new byte[16], new byte[8], new byte[8], new byte[8]));
    }

    [Fact]
    public void Dispose_OfTheCipher_ZeroesTheKeys()
    {
        byte[] key = new byte[24];
        new Random(3).NextBytes(key);
        TripleDesCbcCipher cipher = new(key, new byte[8]);
        AesPaths.AssertDisposeZeroes(cipher);
        Assert.Throws<ObjectDisposedException>(() => cipher.Encrypt(new byte[8], new byte[8]));
    }
}
