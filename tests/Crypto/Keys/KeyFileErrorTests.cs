using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto.Keys;

/// <summary>Each way a key file cannot be used has a code, a sentence and a remedy of its own.</summary>
public sealed class KeyFileErrorTests(KeyTools tools) : IClassFixture<KeyTools>
{
    [Theory]
    [InlineData("", "it is empty")]
    [InlineData(" \r\n\t", "it holds nothing but blanks")]
    [InlineData("hunter2-secret", "its first bytes are 68756e74 (\"hunt\")")]
    [InlineData("\u0001\u0002\u0003\u0004\u0005", "its first bytes are 01020304")]
    [InlineData("<!DOCTYPE html><html>", "it is an HTML page")]
    [InlineData("<?xml version='1.0'?>", "it is XML")]
    [InlineData("{\"key\": 1}", "it looks like JSON")]
    [InlineData("# hosts\nhost.example ssh-ed25519 AAAA", "it is a list of known hosts (known_hosts)")]
    [InlineData("|1|c2FsdA==|aGFzaA== ssh-ed25519 AAAA", "it is a list of known hosts (known_hosts)")]
    [InlineData("@cert-authority *.example ssh-ed25519 AAAA ca", "it is a list of known hosts (known_hosts)")]
    [InlineData("command=\"ls -l\",no-pty ssh-ed25519 AAAA me", "it is a list of authorized keys (authorized_keys)")]
    [InlineData("restrict ecdsa-sha2-nistp256 AAAA me", "it is a list of authorized keys (authorized_keys)")]
    [InlineData("-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----", "it is a PKCS#7 file, which holds certificates only")]
    [InlineData("-----BEGIN SSH SIGNATURE-----\nMIIB\n-----END SSH SIGNATURE-----", "it is a signature (ssh-keygen -Y sign)")]
    [InlineData("PK\u0003\u0004zip", "it is a database or an archive")]
    [InlineData("0\u0082\u0001\u0010\u0002", "it begins as DER does, but is none of the structures of keys, or was cut off")]
    [InlineData("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ", "it is the base64 of an OpenSSH private key without its first and last line")]
    [InlineData("SSH PRIVATE KEY FILE FORMAT 1.1\n", "it is a key of SSH version 1, which no server takes any more")]
    [InlineData("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/5", "it is a private key in the format of ssh.com's Tectia")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "it is an X.509 certificate")]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----\nMIIB\n-----END PGP PRIVATE KEY BLOCK-----", "it is a PGP file (PGP PRIVATE KEY BLOCK)")]
    [InlineData("-----BEGIN X\u0007Y-----\nMIIB\n-----END X\u0007Y-----", "it is PEM of the kind X?Y")]
    public void ReadPrivate_NoPrivateKey_SaysWhatItLooksLike(string content, string found)
    {
        LocalMisuseException refusal = Refusal(Encoding.Latin1.GetBytes(content));

        Assert.Equal(SshErrorCode.KeyFormatUnknown, refusal.Code);
        Assert.Equal($"The key file id holds no key in a known format: {found}.", refusal.Sentence);
        Assert.Equal(SshFault.Caller, refusal.Fault);
    }

    [Theory]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== me", "it is a public key")]
    [InlineData("# comment\nssh-rsa AAAA", "it is a public key")]
    [InlineData("---- BEGIN SSH2 PUBLIC KEY ----\nAAAA", "it is a public key")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----", "it is a public key")]
    [InlineData("ssh-rsa-cert-v01@openssh.com AAAA me", "it is a certificate (ssh-rsa-cert-v01@openssh.com)")]
    public void ReadPrivate_PublicHalf_IsSaidToBeIt(string content, string found)
    {
        LocalMisuseException refusal = Refusal(Encoding.Latin1.GetBytes(content));

        Assert.Equal((SshErrorCode.KeyFormatUnknown, $"The key file id holds no private key: {found}."), (refusal.Code, refusal.Sentence));
        Assert.Contains("of the same name without", refusal.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadPrivate_Pkcs12OrCertificateInDer_IsNamedWithTheCommandThatHelps()
    {
        string key = tools.NewPath("tls"), certificate = tools.NewPath("tls"), der = tools.NewPath("tls"), container = tools.NewPath("tls");
        KeyTools.Run("openssl", ["req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=x", "-keyout", key, "-out", certificate]);
        KeyTools.Run("openssl", ["x509", "-in", certificate, "-outform", "DER", "-out", der]);
        KeyTools.Run("openssl", ["pkcs12", "-export", "-inkey", key, "-in", certificate, "-passout", "pass:p", "-out", container]);

        LocalMisuseException isContainer = Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(container));

        Assert.Contains("it is a PKCS#12 container", isContainer.Sentence, StringComparison.Ordinal);
        Assert.Contains("openssl pkcs12", isContainer.Remedy, StringComparison.Ordinal);
        foreach (string path in (string[])[certificate, der])
            Assert.Contains("it is an X.509 certificate", Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(path)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadPrivate_DamagedText_SaysWhere()
    {
        string text = File.ReadAllText(tools.Plain("ed25519"));
        string[] lines = text.Split('\n');

        Assert.Contains("no line -----END OPENSSH PRIVATE KEY-----", Damaged(text[..^60]), StringComparison.Ordinal);
        Assert.Contains("some are missing", Damaged(text.Replace(lines[2], lines[2][1..], StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("line 2 of its base64", Damaged(text.Replace(lines[2], "!" + lines[2][1..], StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("a backslash and the letter n", Damaged(text.ReplaceLineEndings("\\n")), StringComparison.Ordinal);
        Assert.Contains("remain", Damaged(text.Replace(lines[2], lines[2][4..], StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadPrivate_MissingFileOrDirectory_IsALocalFileError()
    {
        LocalMisuseException missing = Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate("/no/such/id_rsa"));
        LocalMisuseException directory = Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(Path.GetTempPath()));

        Assert.Equal((SshErrorCode.LocalFile, "There is no key file /no/such/id_rsa."), (missing.Code, missing.Sentence));
        Assert.Equal(SshErrorCode.LocalFile, directory.Code);
        Assert.Contains("it is a directory", directory.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadPrivate_HugeFile_IsRefusedBeforeItIsParsed()
    {
        string path = tools.WriteFile(new byte[KeyFile.MaximumSize + 1]);

        Assert.Equal(SshErrorCode.KeyFormatUnknown, Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(path)).Code);
        Assert.Equal(SshErrorCode.KeyFormatUnknown, Assert.Throws<LocalMisuseException>(() => KeyFile.Inspect(path)).Code);
    }

    [Fact]
    public void ReadPrivate_EncryptedWithoutPassphrase_NamesCipherAndRemedy()
    {
        string path = tools.Rewritten("ed25519", "-N", KeyTools.Passphrase, "-a", "1");

        LocalMisuseException refusal = Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(path));

        Assert.Equal($"The key file {path} is encrypted (aes256-ctr), and no passphrase was given.", refusal.Sentence);
        Assert.Equal($"Give its passphrase, or store the key without one: ssh-keygen -p -f {path} -N ''", refusal.Remedy);
    }

    [Theory]
    [InlineData("PEM", "")]
    [InlineData("PKCS8", "")]
    [InlineData("RFC4716", "")] // which here means OpenSSH's own format
    [InlineData("RFC4716", "hidden")]
    public void ReadPrivate_Dsa_IsRefusedByName(string format, string passphrase)
    {
        string path = tools.NewPath("dsa");
        KeyTools.Run("ssh-keygen", ["-q", "-t", "dsa", "-N", passphrase, "-a", "1", "-m", format, "-f", path]);
        string pem = KeyTools.Run("ssh-keygen", ["-e", "-m", "PKCS8", "-f", path + ".pub"]);

        LocalMisuseException[] refusals =
        [
            Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(path)),
            Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPublic(path)),
            Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPublic(path + ".pub")),
            Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPublic(Encoding.ASCII.GetBytes(pem))),
        ];

        foreach (LocalMisuseException refusal in refusals)
        {
            Assert.Equal(SshErrorCode.KeyUnsupported, refusal.Code);
            Assert.Contains("is of type ssh-dss (DSA), which is limited to 1024 bits and SHA-1 and is not supported.", refusal.Sentence, StringComparison.Ordinal);
            Assert.Contains("ssh-keygen -t ed25519", refusal.Remedy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("sk-ssh-ed25519@openssh.com")]
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com")]
    public void ReadPrivate_SecurityKey_IsRefusedByNameAndStillInspected(string type)
    {
        using SecurityToken token = new(type);
        WireBuffer file = new();
        SshWriter writer = new(file);
        writer.Bytes(OpenSshKeyFile.Magic);
        writer.Text("none");
        writer.Text("none");
        writer.Text("");
        writer.UInt32(1);
        writer.String(token.PublicKey.Blob.Span);
        writer.String(new byte[8]);
        byte[] content = file.Written.ToArray();

        LocalMisuseException refusal = Refusal(content);

        Assert.Equal(SshErrorCode.KeyUnsupported, refusal.Code);
        Assert.Equal(
            $"The key file id is of type {type}: its private half lives in a hardware security key (FIDO), and only an agent can sign with it.",
            refusal.Sentence);
        Assert.Equal("Hand it to an agent that signs: ssh-add id (ssh-add -K where the hardware keeps the key itself).", refusal.Remedy);
        Assert.Equal((type, token.PublicKey), (KeyFile.Inspect(content).Type, KeyFile.ReadPublic(content)));
    }

    [Fact]
    public void ReadPair_PublicKeyOfAnotherKey_NamesBothFingerprints()
    {
        string privatePath = tools.Plain("ed25519"), publicPath = tools.Plain("rsa") + ".pub";

        LocalMisuseException refusal = Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPair(privatePath, publicPath));

        Assert.Equal(SshErrorCode.KeyPairMismatch, refusal.Code);
        Assert.Contains(KeyFile.ReadPublic(privatePath).Fingerprint, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(KeyFile.ReadPublic(publicPath).Fingerprint, refusal.Message, StringComparison.Ordinal);
        using PrivateKey pair = KeyFile.ReadPair(privatePath, privatePath + ".pub");
        Assert.Equal(KeyFile.ReadPublic(privatePath), pair.PublicKey);
    }

    [Fact]
    public void ReadPublic_EncryptedPemThatHidesIt_AsksForThePassphrase()
    {
        string path = tools.Rewritten("rsa", "-N", KeyTools.Passphrase, "-m", "PEM");

        Assert.Equal(SshErrorCode.PassphraseRequired, Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPublic(path)).Code);
    }

    [Fact]
    public void WritePrivate_NewFile_IsTheOwnersAloneAndNeverReplacesAnother()
    {
        using PrivateKey key = PrivateKey.Generate("ssh-ed25519");
        string path = tools.NewPath("written");

        KeyFile.WritePrivate(path, key);

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        byte[] before = File.ReadAllBytes(path);
        LocalMisuseException exists = Assert.Throws<LocalMisuseException>(() => KeyFile.WritePrivate(path, key));
        Assert.Equal((SshErrorCode.LocalFile, true), (exists.Code, exists.Message.Contains("a file of this name exists", StringComparison.Ordinal)));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(SshErrorCode.LocalFile, Assert.Throws<LocalMisuseException>(() => KeyFile.WritePrivate("/no/such/dir/key", key)).Code);
    }

    [Theory]
    [InlineData("ssh-dss", 0)]
    [InlineData("ssh-rsa", 1024)]
    [InlineData("ssh-rsa", 2049)]
    [InlineData("ssh-rsa", -1)]
    [InlineData("ssh-ed25519", 512)]
    public void Generate_WhatCannotBe_IsRefused(string type, int bits) =>
        Assert.Equal(SshErrorCode.KeyUnsupported, Assert.Throws<LocalMisuseException>(() => PrivateKey.Generate(type, bits)).Code);

    private static LocalMisuseException Refusal(byte[] content) => Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(content, name: "id"));

    private static string Damaged(string text)
    {
        LocalMisuseException refusal = Refusal(Encoding.ASCII.GetBytes(text));
        Assert.Equal(SshErrorCode.KeyFileDamaged, refusal.Code);
        return refusal.Sentence;
    }
}
