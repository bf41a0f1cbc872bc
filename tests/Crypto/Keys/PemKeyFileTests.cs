using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto.Keys;

/// <summary>Old PEM and PKCS#8, as ssh-keygen and openssl write them; and what we write, as they read it.</summary>
public sealed class PemKeyFileTests(KeyTools tools) : IClassFixture<KeyTools>
{
    public static TheoryData<string, string> KindsAndFormats
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (string kind in KeyTools.Kinds.Where(kind => kind != "ed25519"))
            {
                rows.Add(kind, "PEM");
                rows.Add(kind, "PKCS8");
            }

            return rows;
        }
    }

    public static TheoryData<string> Kinds => [.. KeyTools.Kinds];

    [Theory]
    [MemberData(nameof(KindsAndFormats))]
    public void ReadPrivate_FileOfSshKeygen_IsTheSameKey(string kind, string format)
    {
        string plain = tools.Rewritten(kind, "-N", "", "-m", format), encrypted = tools.Rewritten(kind, "-N", KeyTools.Passphrase, "-m", format);

        using PrivateKey fromPlain = KeyFile.ReadPrivate(plain), fromEncrypted = KeyFile.ReadPrivate(encrypted, KeyTools.Passphrase);

        string expected = tools.PublicLine(kind);
        Assert.Equal(expected, fromPlain.PublicKey.ToOpenSshLine(KeyTools.Comment));
        Assert.Equal(expected, fromEncrypted.PublicKey.ToOpenSshLine(KeyTools.Comment));
        Assert.Equal(format == "PEM" ? KeyFileFormat.Pem : KeyFileFormat.Pkcs8, KeyFile.Inspect(plain).Format);
        Assert.Equal(fromPlain.PublicKey, KeyFile.Inspect(plain).PublicKey);
        Assert.True(KeyFile.Inspect(encrypted).IsEncrypted);
        Assert.Equal(SshErrorCode.PassphraseRequired, Refusal(encrypted, "").Code);
        Assert.Equal(SshErrorCode.PassphraseWrong, Refusal(encrypted, "wrong").Code);
    }

    [Theory]
    [InlineData("-aes128", "AES-128-CBC")]
    [InlineData("-aes192", "AES-192-CBC")]
    [InlineData("-aes256", "AES-256-CBC")]
    [InlineData("-des3", "DES-EDE3-CBC")]
    public void ReadPrivate_OldPemOfOpenssl_OpensWithEveryCipher(string option, string cipher)
    {
        foreach (string kind in new[] { "rsa", "ecdsa384" })
        {
            string pem = tools.Rewritten(kind, "-N", "", "-m", "PEM"), path = tools.NewPath("openssl");
            string[] traditional = kind == "rsa" ? ["rsa", "-traditional"] : ["ec"];
            KeyTools.Run("openssl", [.. traditional, option, "-in", pem, "-out", path, "-passout", $"pass:{KeyTools.Passphrase}"]);

            using PrivateKey key = KeyFile.ReadPrivate(path, KeyTools.Passphrase);

            Assert.Equal(tools.PublicLine(kind), key.PublicKey.ToOpenSshLine(KeyTools.Comment));
            Assert.Equal(cipher, KeyFile.Inspect(path).Cipher);
        }
    }

    [Theory]
    [InlineData("aes-128-cbc", "hmacWithSHA1", "PBKDF2-HMAC-SHA1, 2048 iterations")]
    [InlineData("aes-192-cbc", "hmacWithSHA256", "PBKDF2-HMAC-SHA256, 2048 iterations")]
    [InlineData("aes-128-cbc", "hmacWithSHA224", "PBKDF2-HMAC-SHA224, 2048 iterations")]
    [InlineData("aes-256-cbc", "hmacWithSHA384", "PBKDF2-HMAC-SHA384, 2048 iterations")]
    [InlineData("aes-256-cbc", "hmacWithSHA512", "PBKDF2-HMAC-SHA512, 2048 iterations")]
    [InlineData("des3", "hmacWithSHA256", "PBKDF2-HMAC-SHA256, 2048 iterations")]
    [InlineData("aes-256-cbc", null, "scrypt, N=16384 r=8 p=1")]
    public void ReadPrivate_Pkcs8OfOpenssl_OpensWithEveryProtection(string cipher, string? prf, string derivation)
    {
        string plain = tools.NewPath("ed25519pem"), path = tools.NewPath("openssl");
        KeyTools.Run("openssl", ["genpkey", "-algorithm", "ed25519", "-out", plain]);
        string[] protection = prf is null ? ["-v2", cipher, "-scrypt"] : ["-v2", cipher, "-v2prf", prf];
        KeyTools.Run("openssl", ["pkcs8", "-topk8", "-in", plain, "-out", path, "-passout", $"pass:{KeyTools.Passphrase}", .. protection]);

        using PrivateKey key = KeyFile.ReadPrivate(path, KeyTools.Passphrase), same = KeyFile.ReadPrivate(plain);

        Assert.Equal(same.PublicKey, key.PublicKey);
        Assert.Equal(derivation, KeyFile.Inspect(path).KeyDerivation);
        Assert.Equal(SshErrorCode.PassphraseWrong, Refusal(path, "wrong").Code);
    }

    [Theory]
    [InlineData("PBE-SHA1-3DES", "PKCS#12 with SHA-1 and 3DES")]
    [InlineData("PBE-MD5-DES", "PBES1 with MD5 and DES")]
    public void ReadPrivate_OldPkcs8Encryption_IsRefusedByName(string option, string named)
    {
        string path = tools.NewPath("old");
        string[] provider = option == "PBE-MD5-DES" ? ["-provider", "legacy", "-provider", "default"] : [];
        string pem = tools.Rewritten("rsa", "-N", "", "-m", "PEM");
        KeyTools.Run("openssl", ["pkcs8", "-topk8", "-in", pem, "-out", path, "-passout", "pass:p", "-v1", option, .. provider]);

        LocalMisuseException refusal = Refusal(path, "p");

        Assert.Equal(SshErrorCode.KeyUnsupported, refusal.Code);
        Assert.Contains(named, refusal.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadPrivate_EcFileWithItsParametersBefore_IsRead()
    {
        string path = tools.NewPath("ec");
        string made = KeyTools.Run("openssl", ["ecparam", "-name", "secp384r1", "-genkey"]);
        File.WriteAllText(path, made);

        using PrivateKey key = KeyFile.ReadPrivate(path);

        Assert.Contains("BEGIN EC PARAMETERS", made, StringComparison.Ordinal);
        Assert.Equal("ecdsa-sha2-nistp384", key.PublicKey.Type);
    }

    [Theory]
    [InlineData("secp256k1", "secp256k1")]
    [InlineData("brainpoolP256r1", "1.3.36.3.3.2.8.1.1.7")]
    public void ReadPrivate_OtherCurve_IsRefusedByName(string curve, string named)
    {
        byte[] file = Encoding.ASCII.GetBytes(KeyTools.Run("openssl", ["ecparam", "-name", curve, "-genkey", "-noout"]));

        LocalMisuseException refusal = Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(file));

        Assert.Equal(SshErrorCode.KeyUnsupported, refusal.Code);
        Assert.Contains(named, refusal.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X25519")]
    [InlineData("Ed448")]
    public void ReadPrivate_Pkcs8KeyOfOtherAlgorithm_IsRefusedByName(string algorithm)
    {
        byte[] file = Encoding.ASCII.GetBytes(KeyTools.Run("openssl", ["genpkey", "-algorithm", algorithm]));

        LocalMisuseException refusal = Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(file));

        Assert.Equal((SshErrorCode.KeyUnsupported, $"The key is a key for {algorithm}, which is not supported."), (refusal.Code, refusal.Sentence));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Write_Pkcs8_IsReadByOpenssl(string kind)
    {
        using PrivateKey key = KeyFile.ReadPrivate(tools.Plain(kind));
        string plain = tools.WriteFile(KeyFile.Write(key, KeyFileFormat.Pkcs8));
        string encrypted = tools.WriteFile(KeyFile.Write(key, KeyFileFormat.Pkcs8, KeyTools.Passphrase, new KeyFileOptions { Rounds = 1000 }));

        string fromPlain = KeyTools.Run("openssl", ["pkey", "-in", plain, "-pubout"]);
        string fromEncrypted = KeyTools.Run("openssl", ["pkey", "-in", encrypted, "-passin", $"pass:{KeyTools.Passphrase}", "-pubout"]);

        Assert.Equal(key.PublicKey, KeyFile.ReadPublic(Encoding.ASCII.GetBytes(fromPlain)));
        Assert.Equal(fromPlain, fromEncrypted);
        if (kind != "ed25519")
            Assert.StartsWith("Key is valid", KeyTools.Run("openssl", ["pkey", "-in", plain, "-check", "-noout"]), StringComparison.Ordinal);
        using PrivateKey again = KeyFile.ReadPrivate(encrypted, KeyTools.Passphrase);
        Assert.Equal(key.PublicKey, again.PublicKey);
    }

    [Theory]
    [InlineData("rsa")]
    [InlineData("ecdsa256")]
    [InlineData("ecdsa521")]
    public void Write_Pem_IsReadBySshKeygenAndIsWhatItWrites(string kind)
    {
        using PrivateKey key = KeyFile.ReadPrivate(tools.Plain(kind));

        string path = tools.WriteFile(KeyFile.Write(key, KeyFileFormat.Pem));

        Assert.Equal(File.ReadAllText(tools.Rewritten(kind, "-N", "", "-m", "PEM")), File.ReadAllText(path));
        Assert.StartsWith(tools.PublicLine(kind)[..80], KeyTools.Run("ssh-keygen", ["-y", "-P", "", "-f", path]), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_PemOfEd25519OrWithPassphrase_IsRefused()
    {
        using PrivateKey ed25519 = KeyFile.ReadPrivate(tools.Plain("ed25519")), rsa = KeyFile.ReadPrivate(tools.Plain("rsa"));

        LocalMisuseException noForm = Assert.Throws<LocalMisuseException>(() => KeyFile.Write(ed25519, KeyFileFormat.Pem));
        LocalMisuseException weak = Assert.Throws<LocalMisuseException>(() => KeyFile.Write(rsa, KeyFileFormat.Pem, "p"));

        Assert.Equal("The old PEM format has no form for a key of type ssh-ed25519.", noForm.Sentence);
        Assert.Contains("one MD5", weak.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AES-128-CBC")]
    [InlineData("AES-192-CBC")]
    [InlineData("AES-256-CBC")]
    [InlineData("DES-EDE3-CBC")]
    public void Write_EncryptedPemByName_IsReadByOpenssl(string cipher)
    {
        foreach (string kind in (string[])["rsa", "ecdsa256", "ecdsa521"])
        {
            using PrivateKey key = KeyFile.ReadPrivate(tools.Plain(kind));
            string path = tools.WriteFile(KeyFile.Write(key, KeyFileFormat.Pem, KeyTools.Passphrase, new KeyFileOptions { Cipher = cipher }));

            string seen = KeyTools.Run("openssl", ["pkey", "-in", path, "-passin", $"pass:{KeyTools.Passphrase}", "-pubout"]);

            Assert.Equal(key.PublicKey, KeyFile.ReadPublic(Encoding.ASCII.GetBytes(seen)));
            using PrivateKey again = KeyFile.ReadPrivate(path, KeyTools.Passphrase);
            Assert.Equal((key.PublicKey, cipher), (again.PublicKey, KeyFile.Inspect(path).Cipher));
        }
    }

    [Theory]
    [InlineData("ed25519", "PKCS8")]
    [InlineData("rsa", "PKCS8")]
    [InlineData("ecdsa384", "PKCS8")]
    [InlineData("rsa", "PKCS1")]
    [InlineData("ecdsa384", "SEC1")]
    public void ReadPrivate_Der_IsReadLikePem(string kind, string format)
    {
        using PrivateKey key = KeyFile.ReadPrivate(tools.Plain(kind));
        string pem = tools.WriteFile(KeyFile.Write(key, KeyFileFormat.Pkcs8)), der = tools.NewPath("der"), sealedDer = tools.NewPath("der"), publicDer = tools.NewPath("der");
        KeyTools.Run("openssl", format switch
        {
            "PKCS1" => ["rsa", "-traditional", "-in", pem, "-outform", "DER", "-out", der],
            "SEC1" => ["ec", "-in", pem, "-outform", "DER", "-out", der],
            _ => ["pkcs8", "-topk8", "-nocrypt", "-in", pem, "-outform", "DER", "-out", der],
        });
        KeyTools.Run("openssl", ["pkcs8", "-topk8", "-in", pem, "-outform", "DER", "-out", sealedDer, "-passout", $"pass:{KeyTools.Passphrase}"]);
        KeyTools.Run("openssl", ["pkey", "-in", pem, "-pubout", "-outform", "DER", "-out", publicDer]);

        using PrivateKey fromPlain = KeyFile.ReadPrivate(der), fromSealed = KeyFile.ReadPrivate(sealedDer, KeyTools.Passphrase);

        Assert.Equal(key.PublicKey, fromPlain.PublicKey);
        Assert.Equal(key.PublicKey, fromSealed.PublicKey);
        Assert.Equal(key.PublicKey, KeyFile.ReadPublic(publicDer));
        Assert.Equal(SshErrorCode.PassphraseWrong, Refusal(sealedDer, "wrong").Code);
    }

    [Fact]
    public void ReadPrivate_CurveSpelledOut_IsRefusedWithTheCommandThatNamesIt()
    {
        string path = tools.NewPath("ec"), named = tools.NewPath("ec");
        KeyTools.Run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-param_enc", "explicit", "-out", path]);

        LocalMisuseException refusal = Refusal(path, "");
        KeyTools.Run("openssl", ["ec", "-in", path, "-param_enc", "named_curve", "-out", named]);

        Assert.Equal($"Let the curve be named: openssl ec -in {path} -param_enc named_curve -out NEWFILE", refusal.Remedy);
        using PrivateKey key = KeyFile.ReadPrivate(named);
        Assert.Equal("ecdsa-sha2-nistp256", key.PublicKey.Type);
    }

    [Fact]
    public void ReadPrivate_DesInOldPem_IsRefusedByName()
    {
        byte[] file = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0011223344556677\n\nAAAAAAAAAAA=\n-----END RSA PRIVATE KEY-----\n"u8.ToArray();

        LocalMisuseException refusal = Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(file, "p", "old"));

        Assert.Equal("The key file old is encrypted in a way that is not supported: cipher DES-CBC.", refusal.Sentence);
    }

    [Fact]
    public void ReadPrivate_OneLineOrCrLf_IsRead()
    {
        string text = File.ReadAllText(tools.Plain("ed25519"));
        string[] forms =
            [text.ReplaceLineEndings("\r\n"), text.ReplaceLineEndings(" "), "\ufeff\n" + text, "Dear Bob, here is my key:\r\n\r\n" + text + "\r\nYours\r\n", "Bag Attributes\n  friendlyName: x\n" + text];
        foreach (string form in forms)
        {
            using PrivateKey key = KeyFile.ReadPrivate(Encoding.UTF8.GetBytes(form));
            Assert.StartsWith("ssh-ed25519", key.PublicKey.ToString(), StringComparison.Ordinal);
        }

        foreach (Encoding encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            using PrivateKey key = KeyFile.ReadPrivate([.. encoding.Preamble, .. encoding.GetBytes(text)]);
            Assert.Equal(key.PublicKey, KeyFile.ReadPublic([.. encoding.Preamble, .. encoding.GetBytes(tools.PublicLine("ed25519"))]));
        }
    }

    private static LocalMisuseException Refusal(string path, string passphrase) =>
        Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(path, passphrase));
}
