using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;
using LucidSsh.Tests.Crypto.Keys;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto;

/// <summary>Certificates that are none, or that no authority would make: each is refused in words, none with another exception.</summary>
public sealed class HostileCertificateTests
{
    private static readonly PrivateKey Authority = PrivateKey.Generate("ssh-ed25519");

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string FaultOf(byte[] blob)
    {
        Assert.False(Certificate.TryParse(blob, out Certificate? certificate, out PublicKeyFault fault));
        Assert.Null(certificate);
        SshException exception = Assert.ThrowsAny<SshException>(() => Certificate.Parse(blob));
        Assert.Equal(fault.IsUnsupported ? SshErrorCode.KeyUnsupported : SshErrorCode.Malformed, exception.Code);
        return exception.Sentence;
    }

    [Fact]
    public void Forged_AsItStands_IsRead() => Assert.Equal(["anna"], Certificate.Parse(new ForgedCertificate().Sign(Authority)).Principals.ToArray());

    [Fact]
    public void EveryField_ThatCannotBe_IsNamed()
    {
        (string Sentence, ForgedCertificate Forged)[] cases =
        [
            ("The certificate is malformed: its kind is 3, where 1 (user) and 2 (host) are known.", new() { Kind = 3 }),
            ("The certificate is malformed: its kind is 0, where 1 (user) and 2 (host) are known.", new() { Kind = 0 }),
            ("The certificate is malformed: key id is not UTF-8.", new() { KeyId = [0xff] }),
            ("The certificate is malformed: key id has a NUL byte.", new() { KeyId = Utf8("a\0b") }),
            ("The certificate is malformed: a principal has a NUL byte.", new() { Principals = ForgedCertificate.Packed(Utf8("root\0x")) }),
            ("The certificate is malformed: a principal is not UTF-8.", new() { Principals = ForgedCertificate.Packed([0xc0, 0x80]) }),
            ("The certificate is malformed: valid principals says 1634627169 bytes, 0 remain.", new() { Principals = Utf8("anna") }),
            ("The certificate is malformed: it has more than 256 principals.", new() { Principals = ForgedCertificate.Packed([.. Enumerable.Repeat(Utf8("a"), 257)]) }),
            ("The certificate is malformed: its critical options are not in order, or one stands there twice.", new() { CriticalOptions = ForgedCertificate.Packed(Utf8("b"), [], Utf8("a"), []) }),
            ("The certificate is malformed: its critical options are not in order, or one stands there twice.", new() { CriticalOptions = ForgedCertificate.Packed(Utf8("a"), [], Utf8("a"), []) }),
            ("The certificate is malformed: its extensions are not in order, or one stands there twice.", new() { Extensions = ForgedCertificate.Packed(Utf8("permit-pty"), [], Utf8("permit-pty"), []) }),
            ("The certificate is malformed: extensions needs 4 bytes, 0 remain.", new() { Extensions = ForgedCertificate.Packed(Utf8("permit-pty")) }),
            ("The certificate is malformed: 1 bytes follow the last field.", new() { Trailing = [0] }),
            ("The certificate is malformed: its key: Ed25519 public key has 31 bytes, 32 are expected.", new() { KeyFields = ForgedCertificate.Packed(new byte[31]) }),
            ("The certificate is of type ssh-dss-cert-v01@openssh.com, which is not supported.", new() { Type = "ssh-dss-cert-v01@openssh.com" }),
            ("The certificate is of type ssh-ed25519-cert-v02@openssh.com, which is not supported.", new() { Type = "ssh-ed25519-cert-v02@openssh.com" }),
            // RFC 8332 has names for signatures; the type in the blob of a certified RSA key is one.
            ("The certificate is of type rsa-sha2-512-cert-v01@openssh.com, which is not supported.", new() { Type = "rsa-sha2-512-cert-v01@openssh.com" }),
            ("The certificate is none, but a plain key of type ssh-ed25519.", new() { Type = "ssh-ed25519" }),
            ("The certificate is malformed: it is signed by another certificate, where its authority must be a plain key.", new() { SignatureKey = new ForgedCertificate().Sign(Authority) }),
            ("The certificate is signed by an authority whose key is of type ssh-dss (DSA), which is limited to 1024 bits and SHA-1 and is not supported.", new() { SignatureKey = ForgedCertificate.Packed(Utf8("ssh-dss")) }),
        ];
        foreach ((string sentence, ForgedCertificate forged) in cases)
            Assert.Equal(sentence, FaultOf(forged.Sign(Authority)));
    }

    [Fact]
    public void Reserved_IsPassedOver() => Assert.True(Certificate.TryParse(new ForgedCertificate { Reserved = [1, 2, 3] }.Sign(Authority), out _, out _));

    [Fact]
    public void SignatureOfAnotherKey_IsRefused()
    {
        using PrivateKey other = PrivateKey.Generate("ssh-ed25519");
        Assert.Contains("does not verify, so it was forged or damaged", FaultOf(new ForgedCertificate { SignatureKey = other.PublicKey.Blob.ToArray() }.Sign(Authority)));
    }

    [Fact]
    public void EveryTruncation_IsRefused()
    {
        byte[] blob = new ForgedCertificate { CriticalOptions = ForgedCertificate.Packed(Utf8("force-command"), ForgedCertificate.Packed(Utf8("ls"))) }.Sign(Authority);
        for (int length = 0; length < blob.Length; length++)
            FaultOf(blob[..length]);
    }

    [Fact]
    public void EveryFlippedBit_IsRefused()
    {
        byte[] blob = new ForgedCertificate().Sign(Authority);
        for (int i = 0; i < blob.Length; i++)
        {
            byte[] damaged = [.. blob];
            damaged[i] ^= (byte)(1 << (i % 8));
            FaultOf(damaged);
        }
    }

    [Fact]
    public void Oversized_IsRefusedBeforeItIsRead() =>
        Assert.Equal(
            "The certificate is malformed: it has 65848 bytes, at most 65536 are allowed.",
            FaultOf(new ForgedCertificate { Reserved = new byte[65536] }.Sign(Authority)));

    [Fact]
    public void RandomBytes_EndInATypedError()
    {
        byte[] blob = new ForgedCertificate().Sign(Authority);
        Prop.ForAll<byte[]>(bytes => !Certificate.TryParse(bytes, out _, out _) && !Certificate.TryParse([.. blob.AsSpan(0, 40), .. bytes], out _, out _))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void WhatIsIssued_IsReadBack()
    {
        Gen<string> texts = Gen.Elements("anna", "a,b", "", "*.example.org", "ä€😀", " ", "root\r\n", "-");
        Gen<CertificateRequest> requests =
            from kind in Gen.Elements(CertificateKind.User, CertificateKind.Host)
            from id in texts
            from principals in Gen.ArrayOf(texts)
            from serial in Gen.Choose(0, int.MaxValue)
            from after in Gen.Choose(0, 1000)
            from span in Gen.Choose(1, 1000)
            from command in Gen.Elements("ls", "a \"b\"", null)
            from extensions in Gen.SubListOf(CertificateRequest.UsualUserExtensions.ToArray())
            select new CertificateRequest(Authority.PublicKey, kind)
            {
                KeyId = id,
                Principals = [.. principals.Take(Certificate.MaximumPrincipals)],
                Serial = (ulong)serial << 32,
                ValidAfter = (ulong)after,
                ValidBefore = (ulong)(after + span),
                ForceCommand = command,
                Extensions = [.. extensions.Select(name => new CertificateOption(name, default))],
            };
        Prop.ForAll(requests.ToArbitrary(), request =>
        {
            Certificate issued = request.Sign(Authority);
            Certificate read = Certificate.ParseOpenSshLine(issued.ToOpenSshLine("a comment"));
            Assert.Equal(issued, read);
            Assert.Equal((request.Kind, request.KeyId, request.Serial, request.ValidAfter, request.ValidBefore), (read.Kind, read.KeyId, read.Serial, read.ValidAfter, read.ValidBefore));
            Assert.Equal(request.Principals.ToArray(), read.Principals.ToArray());
            Assert.Equal(request.Extensions.Select(option => option.Name).Order(StringComparer.Ordinal), read.Extensions.Select(option => option.Name));
            Assert.Equal(request.ForceCommand is null ? 0 : 1, read.CriticalOptions.Length);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void SecurityKeysCertificate_IsRead()
    {
        byte[] point = Authority.PublicKey.Blob.Span[^32..].ToArray();
        Certificate certificate = Certificate.Parse(new ForgedCertificate
        {
            Type = "sk-ssh-ed25519-cert-v01@openssh.com",
            KeyFields = ForgedCertificate.Packed(point, Utf8("ssh:")),
        }.Sign(Authority));
        Assert.Equal("sk-ssh-ed25519@openssh.com", certificate.Key.Type);
        Assert.Equal(["sk-ssh-ed25519-cert-v01@openssh.com"], certificate.SignatureAlgorithms.ToArray());
    }

    [Fact]
    public void Request_ThatMakesNoSense_IsRefused()
    {
        CertificateRequest request = new(Authority.PublicKey, CertificateKind.User) { KeyId = "k" };
        (string Fault, CertificateRequest Request)[] cases =
        [
            ("it would end (1970-01-01 00:00:09 UTC) before it begins (1970-01-01 00:00:10 UTC)", request with { ValidAfter = 10, ValidBefore = 9 }),
            ("\"everywhere\" is no list of addresses and networks in CIDR form", request with { SourceAddress = "everywhere" }),
            ("an empty command cannot be forced", request with { ForceCommand = "" }),
            ("it has more than 256 principals", request with { Principals = [.. Enumerable.Repeat("a", 257)] }),
            ("its extensions are not in order, or one stands there twice", request with { Extensions = [new("permit-pty", default), new("permit-pty", default)] }),
            ("a principal has a NUL byte", request with { Principals = ["a\0"] }),
        ];
        foreach ((string fault, CertificateRequest bad) in cases)
            Assert.Equal($"The certificate \"k\" cannot be issued: {fault}.", Assert.Throws<LocalMisuseException>(() => bad.Sign(Authority)).Sentence);
        using PrivateKey rsa = KeyTools.NewKey("ssh-rsa");
        Assert.Equal("rsa-sha2-512", request.Sign(rsa).SignatureAlgorithm);
        Assert.Equal("rsa-sha2-256", request.Sign(rsa, "rsa-sha2-256").SignatureAlgorithm);
        Assert.Equal(SshErrorCode.KeyUnsupported, Assert.Throws<LocalMisuseException>(() => request.Sign(rsa, "ssh-ed25519")).Code);
    }
}
