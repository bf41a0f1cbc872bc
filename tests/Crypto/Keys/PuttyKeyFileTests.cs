using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto.Keys;

public sealed class PuttyKeyFileTests
{
    public static TheoryData<string> Names => [.. PuttyFixtures.Files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void ReadPrivate_FileOfPuttygen_IsTheKeyItPrinted(string name)
    {
        bool encrypted = !name.EndsWith("plain", StringComparison.Ordinal);

        using PrivateKey key = KeyFile.ReadPrivate(File(name), KeyTools.Passphrase);

        Assert.Equal(PuttyFixtures.PublicLines[name.Split('-')[0]], key.PublicKey.ToOpenSshLine(key.Comment));
        KeyFileInfo info = KeyFile.Inspect(File(name));
        Assert.Equal((KeyFileFormat.Putty, encrypted, key.PublicKey, key.Comment), (info.Format, info.IsEncrypted, info.PublicKey, info.Comment));
        Assert.Equal(encrypted ? name.Contains("v3") ? "Argon2id, 256 KiB, 1 passes" : "SHA-1" : null, info.KeyDerivation);
        if (encrypted)
        {
            Assert.Equal(SshErrorCode.PassphraseRequired, Refusal(File(name), "").Code);
            Assert.Equal(SshErrorCode.PassphraseWrong, Refusal(File(name), "wrong").Code);
        }
    }

    [Fact]
    public void ReadPrivate_WindowsLineEnds_IsRead()
    {
        byte[] file = Encoding.ASCII.GetBytes(PuttyFixtures.Files["ed25519-v2"].ReplaceLineEndings("\r\n"));

        using PrivateKey key = KeyFile.ReadPrivate(file, KeyTools.Passphrase);

        Assert.Equal("ssh-ed25519", key.PublicKey.Type);
    }

    [Fact]
    public void ReadPrivate_OpenSshExportOfPuttygen_IsRead()
    {
        using PrivateKey key = KeyFile.ReadPrivate(Encoding.ASCII.GetBytes(PuttyFixtures.OpenSshExport), KeyTools.Passphrase);

        Assert.Equal(PuttyFixtures.PublicLines["ed25519"], key.PublicKey.ToOpenSshLine(key.Comment));
    }

    [Fact]
    public void ReadPrivate_ChangedComment_FailsItsMac()
    {
        byte[] file = Encoding.ASCII.GetBytes(PuttyFixtures.Files["ed25519-v3-plain"].Replace("tester@", "Tester@", StringComparison.Ordinal));

        LocalMisuseException refusal = Refusal(file, "");

        Assert.Equal((SshErrorCode.KeyFileDamaged, "The key is damaged: its Private-MAC does not fit its content."), (refusal.Code, refusal.Sentence));
    }

    [Theory]
    [InlineData("PuTTY-User-Key-File-2:", "PuTTY-User-Key-File-1:", SshErrorCode.KeyUnsupported, "version other than 2 and 3")]
    [InlineData("aes256-cbc", "serpent", SshErrorCode.KeyUnsupported, "cipher serpent")]
    [InlineData("Public-Lines: 2", "Public-Lines: 999999999", SshErrorCode.KeyFileDamaged, "says 999999999 lines")]
    [InlineData("Public-Lines: 2", "Public-Lines: -1", SshErrorCode.KeyFileDamaged, "holds no number")]
    [InlineData("Private-Lines: 1", "Private-Lines: 0", SshErrorCode.KeyFileDamaged, "Private-MAC is missing")]
    [InlineData("Comment: ", "Kommentar: ", SshErrorCode.KeyFileDamaged, "its line Comment is missing")]
    public void ReadPrivate_ChangedLine_IsNamed(string from, string to, SshErrorCode code, string named)
    {
        LocalMisuseException refusal = Refusal(Encoding.ASCII.GetBytes(PuttyFixtures.Files["ed25519-v2"].Replace(from, to, StringComparison.Ordinal)), "p");

        Assert.Equal(code, refusal.Code);
        Assert.Contains(named, refusal.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Argon2-Memory: 256", "Argon2-Memory: 999999999", SshErrorCode.LimitExceeded)]
    [InlineData("Argon2-Passes: 1", "Argon2-Passes: 999999999", SshErrorCode.LimitExceeded)]
    [InlineData("Argon2-Parallelism: 1", "Argon2-Parallelism: 99999", SshErrorCode.KeyFileDamaged)]
    [InlineData("Argon2-Memory: 256", "Argon2-Memory: 0", SshErrorCode.KeyFileDamaged)]
    [InlineData("Argon2id", "Argon3", SshErrorCode.KeyUnsupported)]
    public void ReadPrivate_CostlyDerivation_IsRefusedAtOnce(string from, string to, SshErrorCode code) =>
        Assert.Equal(code, Refusal(Encoding.ASCII.GetBytes(PuttyFixtures.Files["ed25519-v3"].Replace(from, to, StringComparison.Ordinal)), "p").Code);

    [Theory]
    [Trait("Peer", "Putty")]
    [InlineData("ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256")]
    [InlineData("ecdsa-sha2-nistp521")]
    [InlineData("ssh-rsa")]
    public void Write_EveryType_IsReadByPuttygen(string type)
    {
        using KeyTools tools = new();
        using PrivateKey key = KeyTools.NewKey(type);
        key.Comment = "made here";
        string passphrase = tools.WriteFile("Grüße 🔑"u8);

        string plain = tools.WriteFile(KeyFile.Write(key, KeyFileFormat.Putty));
        string encrypted = tools.WriteFile(KeyFile.Write(key, KeyFileFormat.Putty, "Grüße 🔑", new KeyFileOptions { Rounds = 1 }));

        string line = key.PublicKey.ToOpenSshLine("made here");
        Assert.Equal(line, KeyTools.Run("puttygen", [plain, "-L"]).TrimEnd());
        Assert.Equal(line, KeyTools.Run("puttygen", [encrypted, "-L", "--old-passphrase", passphrase]).TrimEnd());
        string exported = tools.NewPath("exported");
        KeyTools.Run("puttygen", [encrypted, "-O", "private-openssh-new", "-o", exported, "--old-passphrase", passphrase, "--new-passphrase", "/dev/null"]);
        using PrivateKey again = KeyFile.ReadPrivate(exported), own = KeyFile.ReadPrivate(encrypted, "Grüße 🔑");
        Assert.Equal((line, line), (again.PublicKey.ToOpenSshLine(again.Comment), own.PublicKey.ToOpenSshLine(own.Comment)));
        Assert.Equal("Argon2id, 8192 KiB, 1 passes", KeyFile.Inspect(encrypted).KeyDerivation);
    }

    [Theory]
    [InlineData("aes256-ctr", 1)]
    [InlineData("aes256-cbc", 0)]
    [InlineData("aes256-cbc", 513)]
    public void Write_WhatTheFormatDoesNotKnow_IsRefused(string cipher, int passes)
    {
        using PrivateKey key = PrivateKey.Generate("ssh-ed25519");

        LocalMisuseException refusal = Assert.Throws<LocalMisuseException>(
            () => KeyFile.Write(key, KeyFileFormat.Putty, "p", new KeyFileOptions { Cipher = cipher, Rounds = passes }));

        Assert.Equal((SshErrorCode.Misuse, $"A PuTTY key file cannot be encrypted with {cipher} and {passes} passes of Argon2."), (refusal.Code, refusal.Sentence));
    }

    private static byte[] File(string name) => Encoding.ASCII.GetBytes(PuttyFixtures.Files[name]);

    private static LocalMisuseException Refusal(byte[] file, string passphrase) =>
        Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(file, passphrase));
}
