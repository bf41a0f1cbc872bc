using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto.Keys;

public sealed class PublicKeyTests(KeyTools tools) : IClassFixture<KeyTools>
{
    public static TheoryData<string> Kinds => [.. KeyTools.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ReadPublic_EveryFormOfSshKeygen_IsTheSameKey(string kind)
    {
        string path = tools.Plain(kind) + ".pub";
        PublicKey key = KeyFile.ReadPublic(path);
        Assert.Equal(tools.PublicLine(kind), key.ToOpenSshLine(KeyTools.Comment));
        Assert.Equal(key, PublicKey.Parse(key.Blob.Span));
        Assert.Equal(key, PublicKey.ParseOpenSshLine(tools.PublicLine(kind)));

        foreach (string format in kind == "ed25519" ? new[] { "RFC4716" } : kind == "rsa" ? ["RFC4716", "PKCS8", "PEM"] : ["RFC4716", "PKCS8"])
        {
            byte[] file = Encoding.ASCII.GetBytes(KeyTools.Run("ssh-keygen", ["-e", "-m", format, "-f", path]));
            KeyFileInfo info = KeyFile.Inspect(file);
            Assert.Equal(key, info.PublicKey);
            Assert.Equal(format == "RFC4716" ? KeyFileFormat.Rfc4716Public : KeyFileFormat.PemPublic, info.Format);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fingerprint_EveryHash_IsWhatSshKeygenPrints(string kind)
    {
        PublicKey key = KeyFile.ReadPublic(tools.Plain(kind) + ".pub");

        Assert.Equal(Listed("sha256"), key.Fingerprint);
        Assert.Equal(Listed("md5").Replace("MD5:", "").Replace(":", ""), key.FingerprintOf(HashName.Md5));
        Assert.Equal(40, key.FingerprintOf(HashName.Sha1).Length);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(key.Blob.Span)), key.FingerprintOf(HashName.Sha256));

        string Listed(string hash) => KeyTools.Run("ssh-keygen", ["-l", "-E", hash, "-f", tools.Plain(kind)]).Split(' ')[1];
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WriteRfc4716_EveryType_IsReadBySshKeygen(string kind)
    {
        PublicKey key = KeyFile.ReadPublic(tools.Plain(kind) + ".pub");
        string comment = string.Concat(Enumerable.Repeat("a long comment ", 9)).Trim();

        string text = PublicKeyFile.WriteRfc4716(key, comment);

        string path = tools.WriteFile(Encoding.ASCII.GetBytes(text));
        Assert.Equal(key.ToOpenSshLine(), KeyTools.Run("ssh-keygen", ["-i", "-m", "RFC4716", "-f", path]).Trim());
        Assert.Equal(comment, KeyFile.Inspect(path).Comment);
        Assert.True(text.Split('\n').All(line => line.Length <= 72));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with \"quotes\" inside")]
    [InlineData("\"in quotes\"")]
    [InlineData("a: colon\\and backslash\\")]
    [InlineData("Grüße aus 世界 und 🔑, so lang, dass die Zeile an einer Stelle gefaltet wird, an der ein Zeichen mehrere Bytes hat: 世界世界世界世界")]
    [InlineData("x")]
    public void WriteRfc4716_AnyComment_ComesBackInLinesOf72Bytes(string comment)
    {
        PublicKey key = KeyFile.ReadPublic(tools.Plain("rsa") + ".pub");

        string text = KeyFile.WritePublic(key, KeyFileFormat.Rfc4716Public, comment);

        KeyFileInfo info = KeyFile.Inspect(Encoding.UTF8.GetBytes(text));
        Assert.Equal((key, comment, KeyFileFormat.Rfc4716Public), (info.PublicKey, info.Comment, info.Format));
        Assert.All(text.Split('\n'), line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 72));
        Assert.Equal(comment, KeyFile.Inspect(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"))).Comment);
        string path = tools.WriteFile(Encoding.UTF8.GetBytes(text));
        Assert.Equal(key.ToOpenSshLine(), KeyTools.Run("ssh-keygen", ["-i", "-m", "RFC4716", "-f", path]).Trim());
    }

    // Headers as in the examples of RFC 4716 section 3.6.
    [Fact]
    public void ReadPublic_HeadersFoldedInAnyWay_AreRead()
    {
        string line = tools.PublicLine("ed25519").Split(' ')[1];
        string text = $"""
            ---- BEGIN SSH2 PUBLIC KEY ----
            Subject: me
            x-command: lock-in-guest.sh
            Comment: This is my public key for use on \
            servers which I don't like.
            {line[..30]}
            {line[30..]}
            ---- END SSH2 PUBLIC KEY ----
            """;

        KeyFileInfo info = KeyFile.Inspect(Encoding.ASCII.GetBytes(text));

        Assert.Equal(("This is my public key for use on servers which I don't like.", KeyFile.ReadPublic(tools.Plain("ed25519"))), (info.Comment, info.PublicKey));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WritePublic_Pem_IsReadByOpensslAndIsWhatItWrites(string kind)
    {
        using PrivateKey key = KeyFile.ReadPrivate(tools.Plain(kind));
        string pkcs8 = tools.WriteFile(KeyFile.Write(key, KeyFileFormat.Pkcs8));

        Assert.Equal(KeyTools.Run("openssl", ["pkey", "-in", pkcs8, "-pubout"]), KeyFile.WritePublic(key.PublicKey, KeyFileFormat.PemPublic));
    }

    [Fact]
    public void WritePublic_SecurityKeyInPem_IsRefused()
    {
        using SecurityToken token = new("sk-ecdsa-sha2-nistp256@openssh.com");

        Assert.Equal(
            "PEM has no form for a public key of type sk-ecdsa-sha2-nistp256@openssh.com.",
            Assert.Throws<LocalMisuseException>(() => KeyFile.WritePublic(token.PublicKey, KeyFileFormat.PemPublic)).Sentence);
        Assert.Equal(
            token.PublicKey,
            KeyFile.ReadPublic(Encoding.ASCII.GetBytes(KeyFile.WritePublic(token.PublicKey, KeyFileFormat.Rfc4716Public, "sk"))));
    }

    [Fact]
    public void SignatureAlgorithms_Rsa_HasSha1LastAndOthersHaveOne()
    {
        Assert.Equal<string>(["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"], KeyFile.ReadPublic(tools.Plain("rsa")).SignatureAlgorithms.ToArray());
        Assert.Equal<string>(["ecdsa-sha2-nistp384"], KeyFile.ReadPublic(tools.Plain("ecdsa384")).SignatureAlgorithms.ToArray());
        Assert.Equal<string>(["ssh-ed25519"], KeyFile.ReadPublic(tools.Plain("ed25519")).SignatureAlgorithms.ToArray());
    }

    [Fact]
    public void Equals_SameBlob_IsEqualAndOtherIsNot()
    {
        PublicKey key = KeyFile.ReadPublic(tools.Plain("ed25519")), same = PublicKey.Parse(key.Blob.Span), other = KeyFile.ReadPublic(tools.Plain("rsa"));

        Assert.True(key.Equals(same) && key.GetHashCode() == same.GetHashCode());
        Assert.False(key.Equals(other) || key.Equals(null));
    }

    [Fact]
    public void ToOpenSshLine_CommentOfSeveralLines_StaysOneLine() =>
        Assert.DoesNotContain("\n", KeyFile.ReadPublic(tools.Plain("ed25519")).ToOpenSshLine("a\nssh-rsa AAAA\r\nb"), StringComparison.Ordinal);

    [Fact]
    public void Parse_MalformedBlobs_NameTheField()
    {
        Assert.Equal("The public key is malformed: Ed25519 public key has 31 bytes, 32 are expected.", Malformed(Blob("ssh-ed25519", new byte[31])));
        Assert.Equal("The public key is malformed: Ed25519 public key needs 4 bytes, 0 remain.", Malformed(Blob("ssh-ed25519")));
        Assert.Equal("The public key is malformed: 4 bytes follow the last field.", Malformed(Blob("ssh-ed25519", new byte[32], [])));
        Assert.Equal(
            "The public key is malformed: curve name is nistp384 in a key of type ecdsa-sha2-nistp256.",
            Malformed(Blob("ecdsa-sha2-nistp256", "nistp384"u8.ToArray(), new byte[65])));
        Assert.Equal("The public key is malformed: key type is not a name (1 to 64 printable ASCII characters without comma).", Malformed([0, 0, 0, 0]));
        Assert.Contains("exponent", Malformed(Blob("ssh-rsa", [2], [.. Enumerable.Repeat((byte)0x7f, 256)])), StringComparison.Ordinal);
        Assert.Contains("exponent", Malformed(Blob("ssh-rsa", [1], [.. Enumerable.Repeat((byte)0x7f, 256)])), StringComparison.Ordinal);
        Assert.Contains("even", Malformed(Blob("ssh-rsa", [3], [.. Enumerable.Repeat((byte)0x7e, 256)])), StringComparison.Ordinal);
        Assert.Contains("negative", Malformed(Blob("ssh-rsa", [3], [.. Enumerable.Repeat((byte)0xff, 256)])), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_PointNotOnItsCurve_IsMalformed()
    {
        byte[] blob = KeyFile.ReadPublic(tools.Plain("ecdsa256")).Blob.ToArray();
        blob[^1] ^= 1;

        Assert.Equal("The public key is malformed: curve point does not lie on the curve.", Malformed(blob));
    }

    [Fact]
    public void Parse_HugeRsaModulus_IsUnsupportedNotMalformed()
    {
        byte[] modulus = [.. Enumerable.Repeat((byte)0x7f, 2060)];

        SshException refusal = Assert.Throws<PeerIncompatibleException>(() => PublicKey.Parse(Blob("ssh-rsa", [1, 0, 1], modulus)));

        Assert.Equal("The public key is an RSA key of more than 16384 bits, which is not supported.", refusal.Sentence);
    }

    [Theory]
    [InlineData("ssh-dss", "DSA")]
    [InlineData("ssh-ed25519-cert-v01@openssh.com", "certificate")]
    [InlineData("ssh-ed448", "of type ssh-ed448, which is not supported")]
    public void Parse_UnsupportedType_IsNamed(string type, string why)
    {
        SshException refusal = Assert.Throws<PeerIncompatibleException>(() => PublicKey.Parse(Blob(type, [1])));

        Assert.Equal(SshErrorCode.KeyUnsupported, refusal.Code);
        Assert.Contains(type, refusal.Sentence, StringComparison.Ordinal);
        Assert.Contains(why, refusal.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", SshErrorCode.KeyFormatUnknown)]
    [InlineData("hello world", SshErrorCode.KeyFormatUnknown)]
    [InlineData("ssh-ed25519", SshErrorCode.KeyFileDamaged)]
    [InlineData("ssh-ed25519 AAA*", SshErrorCode.KeyFileDamaged)]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", SshErrorCode.KeyFileDamaged)]
    public void ParseOpenSshLine_NoKey_SaysWhy(string line, SshErrorCode code) =>
        Assert.Equal(code, Assert.Throws<LocalMisuseException>(() => PublicKey.ParseOpenSshLine(line)).Code);

    [Fact]
    public void ParseOpenSshLine_TypeOfAnotherKey_IsDamaged()
    {
        string line = tools.PublicLine("ed25519").Replace("ssh-ed25519 ", "ssh-rsa ", StringComparison.Ordinal);

        LocalMisuseException refusal = Assert.Throws<LocalMisuseException>(() => PublicKey.ParseOpenSshLine(line));

        Assert.Equal("The public key line is damaged: its line says ssh-rsa, but the key in it is ssh-ed25519.", refusal.Sentence);
    }

    private static string Malformed(byte[] blob)
    {
        PeerMisbehavedException refusal = Assert.Throws<PeerMisbehavedException>(() => PublicKey.Parse(blob));
        Assert.Equal(SshErrorCode.Malformed, refusal.Code);
        return refusal.Sentence;
    }

    private static byte[] Blob(string type, params byte[][] fields)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(type);
        foreach (byte[] field in fields)
            writer.String(field);
        return buffer.Written.ToArray();
    }
}
