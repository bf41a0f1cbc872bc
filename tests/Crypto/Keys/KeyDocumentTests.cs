using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto.Keys;

/// <summary>The tables of docs/keys.md, made of what reading and writing do.</summary>
public sealed class KeyDocumentTests
{
    private const string Document = "docs/keys.md";

    private static readonly (KeyFileFormat Format, string Text)[] Formats =
    [
        (KeyFileFormat.OpenSsh, "OpenSSH"), (KeyFileFormat.Pkcs8, "PKCS#8"), (KeyFileFormat.Pem, "PEM (PKCS#1, SEC 1)"), (KeyFileFormat.Putty, "PuTTY version 3"),
        (KeyFileFormat.OpenSshPublic, "public, one line"), (KeyFileFormat.Rfc4716Public, "public, RFC 4716"), (KeyFileFormat.PemPublic, "public, PEM"),
    ];

    [Fact]
    public void Table_OfFormats_IsWhatIsWrittenAndReadBack()
    {
        StringBuilder text = new("| format | begins with | ssh-ed25519 | ecdsa-sha2-nistp256, -384, -521 | ssh-rsa | sk-* |\n| --- | --- | --- | --- | --- | --- |\n");
        using PrivateKey ed25519 = KeyTools.NewKey("ssh-ed25519"), ecdsa = KeyTools.NewKey("ecdsa-sha2-nistp384"), rsa = KeyTools.NewKey("ssh-rsa");
        using SecurityToken token = new("sk-ssh-ed25519@openssh.com");
        foreach ((KeyFileFormat format, string name) in Formats)
        {
            bool isPrivate = format <= KeyFileFormat.Putty;
            string beginning = Write(rsa, format).Split('\n')[0];
            text.Append($"| {name} | `{(format == KeyFileFormat.OpenSshPublic ? "ssh-rsa AAAA…" : beginning)}` |");
            foreach (PrivateKey key in (PrivateKey[])[ed25519, ecdsa, rsa])
                text.Append($" {Outcome(() => Assert.Equal(key.PublicKey, KeyFile.ReadPublic(Encoding.UTF8.GetBytes(Write(key, format)))))} |");
            text.Append($" {(isPrivate ? "an agent signs" : Outcome(() => Assert.Equal(token.PublicKey, KeyFile.ReadPublic(Encoding.UTF8.GetBytes(KeyFile.WritePublic(token.PublicKey, format))))))} |\n");
        }

        GeneratedDocument.CheckSection(Document, "formats", text.ToString());
    }

    [Fact]
    public void Table_OfProtections_IsWhatIsWrittenAndReadBack()
    {
        StringBuilder text = new("| format | cipher | key derivation | unless set |\n| --- | --- | --- | --- |\n");
        using PrivateKey key = KeyTools.NewKey("ecdsa-sha2-nistp256");
        Dictionary<KeyFileFormat, string?[]> ciphers = new()
        {
            [KeyFileFormat.OpenSsh] = [null, .. KeyFileCipher.All.Skip(1).Select(row => row.Name)],
            [KeyFileFormat.Pkcs8] = [null],
            [KeyFileFormat.Putty] = [null],
            [KeyFileFormat.Pem] = ["AES-256-CBC", "AES-192-CBC", "AES-128-CBC", "DES-EDE3-CBC"],
        };
        foreach ((KeyFileFormat format, string name) in Formats.Where(row => ciphers.ContainsKey(row.Format)))
        {
            List<string> written = [];
            foreach (string? cipher in ciphers[format])
            {
                byte[] file = KeyFile.Write(key, format, "passphrase", new KeyFileOptions { Cipher = cipher, Rounds = 1 });
                using PrivateKey again = KeyFile.ReadPrivate(file, "passphrase");
                written.Add(KeyFile.Inspect(file).Cipher!);
            }

            KeyFileOptions usual = format == KeyFileFormat.Pem ? new KeyFileOptions { Cipher = "AES-256-CBC" } : new KeyFileOptions();
            KeyFileInfo info = KeyFile.Inspect(KeyFile.Write(key, format, "passphrase", usual));
            string derivation = info.KeyDerivation!.Split(',')[0];
            text.Append($"| {name} | {string.Join(", ", written.Distinct())} | {derivation} | ");
            text.Append(format == KeyFileFormat.Pem ? "nothing: the cipher must be named" : $"{info.Cipher}; {info.KeyDerivation}").Append(" |\n");
        }

        GeneratedDocument.CheckSection(Document, "protections", text.ToString());
    }

    [Fact]
    public void Table_OfRefusals_IsWhatIsSaid()
    {
        using PrivateKey key = KeyTools.NewKey("ecdsa-sha2-nistp256"), authority = KeyTools.NewKey("ssh-ed25519");
        using SecurityToken token = new("sk-ssh-ed25519@openssh.com");
        string line = key.PublicKey.ToOpenSshLine("me"), encrypted = Text(KeyFile.Write(key, KeyFileFormat.OpenSsh, "right", new KeyFileOptions { Rounds = 1 }));
        (string What, string Content, string Passphrase)[] files =
        [
            ("no passphrase", encrypted, ""),
            ("another passphrase", encrypted, "wrong"),
            ("cut off", encrypted[..200], "right"),
            ("a public key", line, ""),
            ("a certificate", new CertificateRequest(key.PublicKey, CertificateKind.User) { KeyId = "me" }.Sign(authority).ToOpenSshLine(), ""),
            ("known_hosts", $"host.example {line}", ""),
            ("authorized_keys", $"no-pty {line}", ""),
            ("an X.509 certificate", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", ""),
            ("a page that asks for a login", "<!doctype html><title>Sign in</title>", ""),
            ("a DSA key", "-----BEGIN DSA PRIVATE KEY-----\nMIIB\n-----END DSA PRIVATE KEY-----", ""),
            ("a PEM key in single DES", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0011223344556677\n\nAAAAAAAAAAA=\n-----END RSA PRIVATE KEY-----\n", "x"),
            ("a FIDO key", SecurityKeyFile(token.PublicKey), ""),
            ("a hundred thousand rounds", TooManyRounds(key), "right"),
        ];
        StringBuilder text = new("| the file is | code | what is said |\n| --- | --- | --- |\n");
        foreach ((string what, string content, string passphrase) in files)
        {
            LocalMisuseException refusal = Assert.Throws<LocalMisuseException>(() => KeyFile.ReadPrivate(Encoding.UTF8.GetBytes(content), passphrase, "id"));
            text.Append($"| {what} | {(int)refusal.Code} {refusal.Code} | {refusal.Sentence} *{refusal.Remedy}* |\n");
        }

        GeneratedDocument.CheckSection(Document, "refusals", text.ToString());
    }

    private static string Write(PrivateKey key, KeyFileFormat format) =>
        format <= KeyFileFormat.Putty ? Text(KeyFile.Write(key, format)) : KeyFile.WritePublic(key.PublicKey, format, "me");

    private static string Text(byte[] content) => Encoding.UTF8.GetString(content);

    private static string Outcome(Action roundTrip)
    {
        try
        {
            roundTrip();
            return "read, written";
        }
        catch (LocalMisuseException refused) when (refused.Code == SshErrorCode.KeyUnsupported)
        {
            return "has no form";
        }
    }

    private static string SecurityKeyFile(PublicKey key) => OpenSshFile("none", "none", [], key);

    private static string TooManyRounds(PrivateKey key) =>
        OpenSshFile("aes256-ctr", "bcrypt", [0, 0, 0, 16, .. new byte[16], 0, 1, 0x86, 0xa0], key.PublicKey);

    private static string OpenSshFile(string cipher, string kdf, byte[] options, PublicKey key)
    {
        WireBuffer file = new();
        SshWriter writer = new(file);
        writer.Bytes(OpenSshKeyFile.Magic);
        writer.Text(cipher);
        writer.Text(kdf);
        writer.String(options);
        writer.UInt32(1);
        writer.String(key.Blob.Span);
        writer.String(new byte[16]);
        return $"-----BEGIN OPENSSH PRIVATE KEY-----\n{Convert.ToBase64String(file.Written)}\n-----END OPENSSH PRIVATE KEY-----\n";
    }
}
