using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;
using Oracle = System.Security.Cryptography.AesGcm;

namespace LucidSsh.Tests.Crypto;

public sealed class AesGcmTests
{
    private const string Nonce = "cafebabefacedbaddecaf888";
    private const string AssociatedData = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
    private const string Plaintext =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";

    // McGrew and Viega, "The Galois/Counter Mode of Operation (GCM)", appendix B: the test cases with 96-bit IVs, by number.
    public static TheoryData<int, string, string, string, string, string, string> Vectors => new()
    {
        { 1, Zeros(16), Zeros(12), "", "", "", "58e2fccefa7e3061367f1d57a4e7455a" },
        { 2, Zeros(16), Zeros(12), Zeros(16), "", "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf" },
        {
            3, "feffe9928665731c6d6a8f9467308308", Nonce, Plaintext, "",
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
            "4d5c2af327cd64a62cf35abd2ba6fab4"
        },
        {
            4, "feffe9928665731c6d6a8f9467308308", Nonce, Plaintext[..120], AssociatedData,
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
            "5bc94fbc3221a5db94fae95ae7121a47"
        },
        { 7, Zeros(24), Zeros(12), "", "", "", "cd33b28ac773f74ba00ed1f312572435" },
        { 8, Zeros(24), Zeros(12), Zeros(16), "", "98e7247c07f0fe411c267e4384b0f600", "2ff58d80033927ab8ef4d4587514f0fb" },
        {
            10, "feffe9928665731c6d6a8f9467308308feffe9928665731c", Nonce, Plaintext[..120], AssociatedData,
            "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710",
            "2519498e80f1478f37ba55bd6d27618c"
        },
        { 13, Zeros(32), Zeros(12), "", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
        { 14, Zeros(32), Zeros(12), Zeros(16), "", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919" },
        {
            16, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", Nonce, Plaintext[..120], AssociatedData,
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            "76fc6ece0f4e1768cddf8853bb2d551b"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void SealAndOpen_OfTheSpecification_GiveItsVectors(
        int number, string key, string nonce, string plaintext, string associatedData, string ciphertext, string tag)
    {
        foreach (AesPath path in AesPaths.All)
        {
            using AesGcm cipher = new(Convert.FromHexString(key), path);
            byte[] text = Convert.FromHexString(plaintext);
            byte[] computed = new byte[16];
            cipher.Seal(Convert.FromHexString(nonce), text, text, computed, Convert.FromHexString(associatedData));
            Assert.Equal((number, ciphertext, tag), (number, Convert.ToHexStringLower(text), Convert.ToHexStringLower(computed)));
            Assert.True(cipher.Open(Convert.FromHexString(nonce), text, text, computed, Convert.FromHexString(associatedData)));
            Assert.Equal(plaintext, Convert.ToHexStringLower(text));
        }
    }

    [Fact]
    public void SealAndOpen_OfAnyLength_AreTheBaseLibrarys()
    {
        Prop.ForAll(Gen.Choose(0, 40000).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (length, seed) =>
            AssertLikeBaseLibrary(length, new Random(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void SealAndOpen_OfEveryLengthToAThousand_AreTheBaseLibrarys()
    {
        Random random = new(2);
        for (int length = 0; length < 1000; length++)
            AssertLikeBaseLibrary(length, random);
    }

    private static void AssertLikeBaseLibrary(int length, Random random)
    {
        byte[] key = AesPaths.Key(random);
        ReadOnlySpan<byte> nonce = AesPaths.Misaligned(random, 12);
        ReadOnlySpan<byte> plaintext = AesPaths.Misaligned(random, length);
        ReadOnlySpan<byte> associatedData = AesPaths.Misaligned(random, random.Next(4) == 0 ? random.Next(1000) : random.Next(40));
        byte[] ciphertext = new byte[length];
        byte[] tag = new byte[16];
        using Oracle oracle = new(key, 16);
        oracle.Encrypt(nonce, plaintext, ciphertext, tag, associatedData);
        foreach (AesPath path in AesPaths.All)
        {
            using AesGcm cipher = new(key, path);
            Span<byte> result = AesPaths.Misaligned(random, length);
            Span<byte> computed = AesPaths.Misaligned(random, 16);
            cipher.Seal(nonce, plaintext, result, computed, associatedData);
            Assert.Equal(ciphertext, result);
            Assert.Equal(tag, computed);
            Span<byte> opened = AesPaths.Misaligned(random, length);
            Assert.True(cipher.Open(nonce, result, opened, tag, associatedData));
            Assert.Equal(plaintext, opened);

            cipher.Seal(nonce, opened, opened, computed, associatedData);
            Assert.Equal(ciphertext, opened);
            Assert.Equal(tag, computed);
            Assert.True(cipher.Open(nonce, opened, opened, tag, associatedData));
            Assert.Equal(plaintext, opened);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(300)]
    public void Open_WithAnyBitChanged_FailsAndShowsNothing(int length)
    {
        Random random = new(length);
        foreach (AesPath path in AesPaths.All)
        {
            using AesGcm cipher = new(AesPaths.Key(random), path);
            byte[] nonce = AesPaths.Misaligned(random, 12).ToArray();
            byte[] associatedData = AesPaths.Misaligned(random, 5).ToArray();
            byte[] ciphertext = new byte[length];
            byte[] tag = new byte[16];
            cipher.Seal(nonce, AesPaths.Misaligned(random, length), ciphertext, tag, associatedData);
            foreach (byte[] part in new[] { nonce, associatedData, ciphertext, tag })
            {
                for (int bit = 0; bit < part.Length * 8; bit++)
                {
                    part[bit / 8] ^= (byte)(1 << (bit % 8));
                    byte[] plaintext = new byte[length];
                    plaintext.AsSpan().Fill(0xAA);
                    Assert.False(cipher.Open(nonce, ciphertext, plaintext, tag, associatedData));
                    Assert.All(plaintext, value => Assert.Equal(0, value));
                    part[bit / 8] ^= (byte)(1 << (bit % 8));
                }
            }

            Assert.True(cipher.Open(nonce, ciphertext, new byte[length], tag, associatedData));
        }
    }

    [Fact]
    public void Open_WithBytesMovedBetweenTextAndAssociatedData_Fails()
    {
        foreach (AesPath path in AesPaths.All)
        {
            using AesGcm cipher = new(new byte[16], path);
            byte[] ciphertext = new byte[32];
            byte[] tag = new byte[16];
            cipher.Seal(new byte[12], new byte[32], ciphertext, tag, []);
            Assert.False(cipher.Open(new byte[12], ciphertext.AsSpan(16), new byte[16], tag, ciphertext.AsSpan(0, 16)));
            Assert.False(cipher.Open(new byte[12], ciphertext.AsSpan(0, 31), new byte[31], tag, []));
        }
    }

    [Fact]
    public void SealAndOpen_GivenWhatDoesNotFit_Refuse()
    {
        using AesGcm cipher = new(new byte[16]);
        byte[] tag = new byte[16];
        Assert.Throws<ArgumentException>(() => cipher.Seal(new byte[11], [], [], tag, []));
        Assert.Throws<ArgumentException>(() => cipher.Seal(new byte[12], [], [], new byte[12], []));
        Assert.Throws<ArgumentException>(() => cipher.Seal(new byte[12], new byte[2], new byte[1], tag, []));
        Assert.Throws<ArgumentException>(() => cipher.Open(new byte[12], [], [], new byte[15], []));
        Assert.Throws<ArgumentException>(() => new AesGcm(new byte[17]));
    }

    [Fact]
    public void Seal_OfAPacket_AllocatesNothing()
    {
        foreach (AesPath path in AesPaths.All)
        {
            using AesGcm cipher = new(new byte[32], path);
            byte[] nonce = new byte[12], text = new byte[1000], tag = new byte[16], header = new byte[4];
            cipher.Seal(nonce, text, text, tag, header);
            long before = GC.GetAllocatedBytesForCurrentThread();
            cipher.Seal(nonce, text, text, tag, header);
            cipher.Open(nonce, text, text, tag, header);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    [Fact]
    public void Dispose_OnEveryPath_ZeroesTheKeys()
    {
        foreach (AesPath path in AesPaths.All)
        {
            AesGcm cipher = new(new byte[32], path);
            AesPaths.AssertDisposeZeroes(cipher);
            Assert.Throws<ObjectDisposedException>(() => cipher.Seal(new byte[12], [], [], new byte[16], []));
        }
    }

    private static string Zeros(int bytes) => new('0', bytes * 2);
}
