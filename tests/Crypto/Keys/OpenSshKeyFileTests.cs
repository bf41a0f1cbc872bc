using System.Buffers.Binary;
using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto.Keys;

/// <summary>OpenSSH's key files, read after the real ssh-keygen wrote them, and the other way round.</summary>
public sealed class OpenSshKeyFileTests(KeyTools tools) : IClassFixture<KeyTools>
{
    public static TheoryData<string> Kinds => [.. KeyTools.Kinds];

    public static TheoryData<string> Ciphers => [.. KeyFileCipher.All.Skip(1).Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ReadPrivate_PlainFile_IsTheKeySshKeygenMade(string kind)
    {
        using PrivateKey key = KeyFile.ReadPrivate(tools.Plain(kind));

        Assert.Equal(tools.PublicLine(kind), key.PublicKey.ToOpenSshLine(key.Comment));
        string[] listed = KeyTools.Run("ssh-keygen", ["-l", "-f", tools.Plain(kind)]).Split(' ');
        Assert.Equal(listed[0], key.PublicKey.Bits.ToString());
        Assert.Equal(listed[1], key.PublicKey.Fingerprint);
        Assert.Equal(KeyTools.Comment, key.Comment);
    }

    [Theory]
    [MemberData(nameof(Ciphers))]
    public void ReadPrivate_EncryptedFile_OpensWithItsPassphraseOnly(string cipher)
    {
        foreach (string kind in new[] { "ed25519", "ecdsa521", "rsa" })
        {
            string path = tools.Rewritten(kind, "-N", KeyTools.Passphrase, "-Z", cipher, "-a", "2");

            using PrivateKey key = KeyFile.ReadPrivate(path, KeyTools.Passphrase);
            Assert.Equal(tools.PublicLine(kind), key.PublicKey.ToOpenSshLine(key.Comment));

            KeyFileInfo info = KeyFile.Inspect(path);
            Assert.Equal((cipher, "bcrypt, 2 rounds", true), (info.Cipher, info.KeyDerivation, info.IsEncrypted));
            Assert.Equal(key.PublicKey, info.PublicKey);
            Assert.Equal(SshErrorCode.PassphraseWrong, Refusal(path, "another").Code);
            Assert.Equal(SshErrorCode.PassphraseRequired, Refusal(path, "").Code);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Write_PlainFile_IsReadBySshKeygen(string kind)
    {
        using PrivateKey key = KeyFile.ReadPrivate(tools.Plain(kind));

        string path = tools.WriteFile(KeyFile.Write(key));

        Assert.Equal(tools.PublicLine(kind), KeyTools.Run("ssh-keygen", ["-y", "-P", "", "-f", path]).TrimEnd());
        Assert.Equal(WithoutCheckValues(File.ReadAllBytes(tools.Plain(kind))), WithoutCheckValues(File.ReadAllBytes(path)));
    }

    [Theory]
    [MemberData(nameof(Ciphers))]
    public void Write_EncryptedFile_IsReadBySshKeygen(string cipher)
    {
        foreach (string kind in KeyTools.Kinds)
        {
            using PrivateKey key = KeyFile.ReadPrivate(tools.Plain(kind));

            string path = tools.WriteFile(
                KeyFile.Write(key, KeyFileFormat.OpenSsh, KeyTools.Passphrase, new KeyFileOptions { Cipher = cipher, Rounds = 1 }));

            Assert.Equal(tools.PublicLine(kind), KeyTools.Run("ssh-keygen", ["-y", "-P", KeyTools.Passphrase, "-f", path]).TrimEnd());
        }
    }

    [Theory]
    [InlineData("ssh-ed25519", 0, 256)]
    [InlineData("ecdsa-sha2-nistp256", 0, 256)]
    [InlineData("ecdsa-sha2-nistp384", 384, 384)]
    [InlineData("ecdsa-sha2-nistp521", 0, 521)]
    [InlineData("ssh-rsa", 2048, 2048)]
    public void Generate_EveryType_MakesKeysSshKeygenTakes(string type, int bits, int expectedBits)
    {
        using PrivateKey key = PrivateKey.Generate(type, bits);
        using PrivateKey another = PrivateKey.Generate(type, bits);
        key.Comment = "made here";

        string path = tools.NewPath("made");
        KeyFile.WritePrivate(path, key, passphrase: "p", options: new KeyFileOptions { Rounds = 1 });

        Assert.NotEqual(key.PublicKey, another.PublicKey);
        Assert.Equal(expectedBits, key.PublicKey.Bits);
        Assert.Equal($"{key.PublicKey.ToOpenSshLine("made here")}", KeyTools.Run("ssh-keygen", ["-y", "-P", "p", "-f", path]).TrimEnd());
    }

    [Fact]
    public void ReadPrivate_PassphraseOfManyScripts_IsUtf8()
    {
        const string Passphrase = "Grüße, 世界 🔑";
        string path = tools.Rewritten("ed25519", "-N", Passphrase, "-a", "1");

        using PrivateKey key = KeyFile.ReadPrivate(path, Passphrase);

        Assert.Equal("ssh-ed25519", key.PublicKey.Type);
    }

    [Fact]
    public void ReadPrivate_DefaultRounds_OpensWhatSshKeygenWritesUnasked()
    {
        string path = tools.Rewritten("ed25519", "-N", KeyTools.Passphrase);

        using PrivateKey key = KeyFile.ReadPrivate(path, KeyTools.Passphrase);

        Assert.Equal("aes256-ctr", KeyFile.Inspect(path).Cipher);
    }

    [Fact]
    public void ReadPrivate_PaddingOfSeveralBlocks_IsAccepted()
    {
        // PuTTYgen pads to a multiple of 16 and more where 8 would do.
        byte[] file = Plain(inside =>
        {
            for (byte pad = 1; inside.Buffer.Length % 8 != 0 || pad < 200; pad++)
                inside.Byte(pad);
        });

        using PrivateKey key = KeyFile.ReadPrivate(file);

        Assert.Equal("padded", key.Comment);
    }

    [Fact]
    public void ReadPrivate_WrongPaddingByte_NamesIt()
    {
        byte[] file = Plain(inside =>
        {
            inside.Byte(1);
            while (inside.Buffer.Length % 8 != 0)
                inside.Byte(9);
        });

        SshException refusal = Assert.ThrowsAny<SshException>(() => KeyFile.ReadPrivate(file, name: "id"));

        Assert.Equal(SshErrorCode.KeyFileDamaged, refusal.Code);
        Assert.Equal("The key file id is damaged: padding byte 2 is wrong.", refusal.Sentence);
    }

    [Fact]
    public void ReadPrivate_CheckValuesDifferInPlainFile_IsDamagedNotWrongPassphrase()
    {
        byte[] file = Plain(inside => inside.Buffer.Written[0] ^= 1);

        SshException refusal = Assert.ThrowsAny<SshException>(() => KeyFile.ReadPrivate(file));

        Assert.Equal(SshErrorCode.KeyFileDamaged, refusal.Code);
    }

    [Theory]
    [InlineData(OpenSshKeyFile.MaximumRounds + 1u)]
    [InlineData(uint.MaxValue)]
    public void ReadPrivate_TooManyRounds_IsRefusedAtOnce(uint asked)
    {
        using PrivateKey key = KeyFile.ReadPrivate(tools.Plain("ed25519"));
        byte[] file = Decode(KeyFile.Write(key, KeyFileFormat.OpenSsh, "p", new KeyFileOptions { Rounds = 1 }));
        int rounds = file.AsSpan().IndexOf("bcrypt"u8) + 6 + 4 + 4 + 16;
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(rounds), asked);

        SshException refusal = Assert.ThrowsAny<SshException>(() => KeyFile.ReadPrivate(file, "p"));

        Assert.Equal(SshErrorCode.LimitExceeded, refusal.Code);
        Assert.Contains($"{asked} rounds", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadPrivate_PublicKeyOfAnotherKey_IsDamaged()
    {
        using PrivateKey one = PrivateKey.Generate("ssh-ed25519"), other = PrivateKey.Generate("ssh-ed25519");
        byte[] file = Decode(KeyFile.Write(one));
        other.PublicKey.Blob.Span.CopyTo(file.AsSpan(file.AsSpan().IndexOf(one.PublicKey.Blob.Span)));

        SshException refusal = Assert.ThrowsAny<SshException>(() => KeyFile.ReadPrivate(file));

        Assert.Equal("The key is damaged: its public key does not belong to its private key.", refusal.Sentence);
    }

    [Theory]
    [InlineData("aes512-ctr", "bcrypt", "cipher aes512-ctr")]
    [InlineData("aes256-ctr", "argon2", "kdf argon2 with cipher aes256-ctr")]
    [InlineData("none", "bcrypt", "kdf bcrypt with cipher none")]
    public void ReadPrivate_UnknownProtection_IsNamed(string cipher, string kdf, string named)
    {
        WireBuffer file = new();
        SshWriter writer = new(file);
        writer.Bytes(OpenSshKeyFile.Magic);
        writer.Text(cipher);
        writer.Text(kdf);
        writer.Text("");
        writer.UInt32(1);
        writer.Text("public");
        writer.Text("16 private bytes");

        SshException refusal = Assert.ThrowsAny<SshException>(() => KeyFile.ReadPrivate(file.Written.ToArray(), "p"));

        Assert.Equal(SshErrorCode.KeyUnsupported, refusal.Code);
        Assert.Contains(named, refusal.Sentence, StringComparison.Ordinal);
        Assert.Contains("ssh-keygen -p", refusal.Remedy, StringComparison.Ordinal);
    }

    private static LocalMisuseException Refusal(string path, string passphrase) =>
        Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(path, passphrase));

    private static byte[] Decode(byte[] pem) =>
        Convert.FromBase64String(string.Concat(Encoding.ASCII.GetString(pem).Split('\n').Where(line => !line.StartsWith('-'))));

    // The two random check values are the first eight bytes of the private part; they differ from file to file.
    private static string WithoutCheckValues(byte[] pem)
    {
        byte[] file = Decode(pem);
        SshReader reader = new(file);
        reader.Bytes(OpenSshKeyFile.Magic.Length, "magic");
        reader.String("cipher");
        reader.String("kdf");
        reader.String("options");
        reader.UInt32("count");
        reader.String("public key");
        file.AsSpan(file.Length - reader.Remaining + 4, 8).Clear();
        return Convert.ToHexStringLower(file);
    }

    // A plain file whose private part ends as the test wants.
    private static byte[] Plain(Action<SshWriterBox> end)
    {
        using PrivateKey key = PrivateKey.Generate("ssh-ed25519");
        WireBuffer inside = new(), file = new();
        SshWriter writer = new(inside);
        writer.UInt32(7);
        writer.UInt32(7);
        key.WriteFields(writer);
        writer.Text("padded");
        end(new SshWriterBox(inside));
        for (byte pad = 1; inside.Length % 8 != 0; pad++)
            writer.Byte(pad);

        SshWriter outer = new(file);
        outer.Bytes(OpenSshKeyFile.Magic);
        outer.Text("none");
        outer.Text("none");
        outer.Text("");
        outer.UInt32(1);
        outer.String(key.PublicKey.Blob.Span);
        outer.String(inside.Written);
        return file.Written.ToArray();
    }

    private sealed record SshWriterBox(WireBuffer Buffer)
    {
        public void Byte(byte value) => Buffer.Extend(1)[0] = value;
    }
}
