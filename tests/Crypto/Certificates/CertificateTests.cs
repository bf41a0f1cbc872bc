using LucidSsh.Crypto;
using LucidSsh.Tests.Crypto.Keys;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto;

/// <summary>Certificates of ssh-keygen's, read here, and ours, read there.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class CertificateTests(KeyTools tools) : IClassFixture<KeyTools>
{
    public static IEnumerable<object[]> Pairs =>
        from key in KeyTools.Kinds
        from authority in KeyTools.Kinds
        where key == "ed25519" || authority == "ed25519" || key == authority
        select new object[] { key, authority };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void SshKeygensCertificate_IsReadFieldByField(string kind, string authority)
    {
        string path = tools.NewPath("certified");
        File.Copy(tools.Plain(kind) + ".pub", path + ".pub");
        KeyTools.Run("ssh-keygen",
        [
            "-q", "-s", tools.Plain(authority), "-I", "key id of anna", "-n", "anna,bob", "-z", "18446744073709551615", "-V", "20200102030405Z:20300102030405Z",
            "-O", "clear", "-O", "permit-pty", "-O", "force-command=/bin/true", "-O", "source-address=192.0.2.0/24", "-O", "extension:x@example.org=y", path + ".pub",
        ]);
        Certificate certificate = Certificate.ReadFile(path + "-cert.pub");

        Assert.Equal(KeyFile.ReadPublic(tools.Plain(kind)), certificate.Key);
        Assert.Equal(KeyFile.ReadPublic(tools.Plain(authority)), certificate.SignatureKey);
        Assert.Equal(CertificateKind.User, certificate.Kind);
        Assert.Equal("key id of anna", certificate.KeyId);
        Assert.Equal(["anna", "bob"], certificate.Principals.ToArray());
        Assert.Equal(ulong.MaxValue, certificate.Serial);
        Assert.Equal(DateTimeOffset.Parse("2020-01-02T03:04:05Z").ToUnixTimeSeconds(), (long)certificate.ValidAfter);
        Assert.Equal(DateTimeOffset.Parse("2030-01-02T03:04:05Z").ToUnixTimeSeconds(), (long)certificate.ValidBefore);
        Assert.Equal(["force-command", "source-address"], certificate.CriticalOptions.Select(option => option.Name));
        Assert.Equal("\0\0\0\u0009/bin/true"u8.ToArray(), certificate.CriticalOptions[0].Data.ToArray());
        Assert.Equal(["permit-pty", "x@example.org"], certificate.Extensions.Select(option => option.Name));
        Assert.Equal(authority == "rsa" ? "rsa-sha2-512" : certificate.SignatureKey.Type, certificate.SignatureAlgorithm);
        Assert.Equal(File.ReadAllText(path + "-cert.pub").TrimEnd(), certificate.ToOpenSshLine(KeyTools.Comment));
        Assert.Equal(
            kind == "rsa"
                ? ["rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com"]
                : [$"{certificate.Key.Type}-cert-v01@openssh.com"],
            certificate.SignatureAlgorithms.ToArray());
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void OurCertificate_IsReadBySshKeygen(string kind, string authority)
    {
        using PrivateKey ca = KeyFile.ReadPrivate(tools.Plain(authority));
        CertificateRequest request = new(KeyFile.ReadPublic(tools.Plain(kind)), CertificateKind.User)
        {
            KeyId = "the key of anna",
            Serial = 42,
            Principals = ["anna", "a,b"],
            ValidAfter = 1577934245,
            ValidBefore = 1893553445,
            ForceCommand = "/bin/true now",
            SourceAddress = "192.0.2.0/24,2001:db8::7",
        };
        Certificate certificate = request.Sign(ca);
        string path = tools.WriteFile(System.Text.Encoding.UTF8.GetBytes(certificate.ToOpenSshLine("c") + "\n"));
        string[] seen = [.. KeyTools.Run("ssh-keygen", ["-L", "-f", path]).Split('\n').Skip(1).Select(line => line.Trim())];

        Assert.Equal(
        [
            $"Type: {certificate.Type} user certificate",
            $"Public key: {Short(kind)}-CERT {certificate.Key.Fingerprint}",
            $"Signing CA: {Short(authority)} {certificate.SignatureKey.Fingerprint} (using {certificate.SignatureAlgorithm})",
            "Key ID: \"the key of anna\"",
            "Serial: 42",
            "Valid: from 2020-01-02T03:04:05 to 2030-01-02T03:04:05",
            "Principals:",
            "anna",
            "a,b",
            "Critical Options:",
            "force-command /bin/true now",
            "source-address 192.0.2.0/24,2001:db8::7",
            "Extensions:",
            .. CertificateRequest.UsualUserExtensions,
            "",
        ], seen);

        static string Short(string kind) => kind[..3] switch { "ed2" => "ED25519", "ecd" => "ECDSA", _ => "RSA" };
    }

    [Fact]
    public void HostCertificate_OfSshKeygens_IsOne()
    {
        string path = tools.NewPath("host");
        File.Copy(tools.Plain("ed25519") + ".pub", path + ".pub");
        KeyTools.Run("ssh-keygen", ["-q", "-h", "-s", tools.Plain("rsa"), "-t", "rsa-sha2-256", "-I", "h", "-n", "*.example.org", path + ".pub"]);
        Certificate certificate = Certificate.ReadFile(path + "-cert.pub");

        Assert.Equal(CertificateKind.Host, certificate.Kind);
        Assert.Equal("rsa-sha2-256", certificate.SignatureAlgorithm);
        Assert.Equal((0ul, ulong.MaxValue), (certificate.ValidAfter, certificate.ValidBefore));
        Assert.Empty(certificate.Extensions);
        Assert.Null(CertificateRules.Check(certificate, new CertificateUse(CertificateKind.Host, "www.example.org", DateTimeOffset.UtcNow)));
    }

    [Fact]
    public void File_OfAPlainKey_SaysSo()
    {
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => Certificate.ReadFile(tools.Plain("ed25519") + ".pub"));
        Assert.Equal(SshErrorCode.KeyUnsupported, exception.Code);
        Assert.EndsWith("holds a plain key of type ssh-ed25519, and a certificate is expected.", exception.Sentence);
        Assert.Equal(SshErrorCode.KeyFormatUnknown, Assert.Throws<LocalMisuseException>(() => Certificate.ReadFile(tools.Plain("ed25519"))).Code);
        Assert.Equal(SshErrorCode.LocalFile, Assert.Throws<LocalMisuseException>(() => Certificate.ReadFile(tools.Plain("ed25519") + ".none")).Code);
    }
}
