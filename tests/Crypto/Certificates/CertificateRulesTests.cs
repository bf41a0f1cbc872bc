using System.Net;
using LucidSsh.Crypto;
using LucidSsh.Tests.Crypto.Keys;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Crypto;

public sealed class CertificateRulesTests
{
    private static readonly PrivateKey Authority = PrivateKey.Generate("ssh-ed25519");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private static readonly CertificateRequest User = new(PrivateKey.Generate("ssh-ed25519").PublicKey, CertificateKind.User)
    {
        KeyId = "anna at work",
        Serial = 5,
        Principals = ["anna"],
    };

    private static readonly CertificateRequest Host = User with { Kind = CertificateKind.Host, KeyId = "files", Principals = ["files.example.org"], Extensions = [] };

    private static CertificateUse Login(string name = "anna") => new(CertificateKind.User, name, Now);

    private static CertificateUse Server(string name) => new(CertificateKind.Host, name, Now);

    private static void Refused(CertificateFault fault, string sentence, Certificate certificate, CertificateUse use)
    {
        CertificateRefusal? refusal = CertificateRules.Check(certificate, use, out CertificatePermissions? permissions);
        Assert.NotNull(refusal);
        Assert.Equal((fault, sentence), (refusal.Fault, refusal.Sentence));
        Assert.Null(permissions);
        Assert.EndsWith(".", refusal.Remedy.Replace("…", ".", StringComparison.Ordinal).Replace("ed25519", ".", StringComparison.Ordinal));
    }

    [Fact]
    public void User_WithEverythingRight_IsGrantedWhatItPermits()
    {
        Assert.Null(CertificateRules.Check(User.Sign(Authority), Login(), out CertificatePermissions? usual));
        Assert.Equal(
            new CertificatePermissions { PermitAgentForwarding = true, PermitPortForwarding = true, PermitPty = true, PermitUserRc = true, PermitX11Forwarding = true },
            usual);
        CertificateRequest bare = User with { Extensions = [new("no-touch-required", default), new("unknown@example.org", new byte[] { 1 })] };
        Assert.Null(CertificateRules.Check(bare.Sign(Authority), Login(), out CertificatePermissions? few));
        Assert.Equal(new CertificatePermissions { NoTouchRequired = true }, few);
    }

    [Fact]
    public void Kind_MustFit()
    {
        Refused(CertificateFault.WrongKind, "The host certificate \"files\" (serial 5) is a host's, and nobody can log in with it.", Host.Sign(Authority), Login("files.example.org"));
        Refused(CertificateFault.WrongKind, "The user certificate \"anna at work\" (serial 5) is a user's, and a host cannot prove itself with it.", User.Sign(Authority), Server("anna"));
    }

    [Fact]
    public void Validity_IncludesItsFirstSecondAndNotItsLast()
    {
        Certificate certificate = (User with { ValidAfter = 1_800_000_000, ValidBefore = 1_800_000_002 }).Sign(Authority);
        Refused(CertificateFault.NotYetValid,
            "The user certificate \"anna at work\" (serial 5) is not valid yet: it will be from 2027-01-15 08:00:00 UTC on, and now it is 2027-01-15 07:59:59 UTC.",
            certificate, Login() with { Now = Now.AddSeconds(-1) });
        Assert.Null(CertificateRules.Check(certificate, Login()));
        Assert.Null(CertificateRules.Check(certificate, Login() with { Now = Now.AddSeconds(1.999) }));
        Refused(CertificateFault.Expired,
            "The user certificate \"anna at work\" (serial 5) has expired: it was valid until 2027-01-15 08:00:02 UTC, and now it is 2027-01-15 08:00:02 UTC.",
            certificate, Login() with { Now = Now.AddSeconds(2) });

        Certificate never = Certificate.Parse(new ForgedCertificate { ValidAfter = ulong.MaxValue, ValidBefore = ulong.MaxValue }.Sign(Authority));
        Refused(CertificateFault.NotYetValid,
            "The user certificate \"forged\" (serial 7) is not valid yet: it will be from the end of time on, and now it is 2027-01-15 08:00:00 UTC.", never, Login());
        Assert.Null(CertificateRules.Check(User.Sign(Authority), Login() with { Now = DateTimeOffset.MinValue }));
    }

    [Fact]
    public void Principals_OfAUser_AreLiteral()
    {
        Certificate Of(params string[] principals) => (User with { Principals = [.. principals] }).Sign(Authority);
        Assert.Null(CertificateRules.Check(Of("bob", "anna"), Login()));
        Assert.Null(CertificateRules.Check(Of("role"), Login() with { Names = ["other", "role"] }));
        Refused(CertificateFault.NoPrincipals, "The user certificate \"anna at work\" (serial 5) has no principals and therefore stands for no user.", Of(), Login());
        Refused(CertificateFault.WrongPrincipal, "The user certificate \"anna at work\" (serial 5) is for \"bob\", \"root,anna\", and only \"anna\" is accepted for this user.", Of("bob", "root,anna"), Login());
        foreach (string not in (string[])["*", "ann?", "Anna", "anna ", "", "a*"])
            Assert.Equal(CertificateFault.WrongPrincipal, CertificateRules.Check(Of(not), Login())?.Fault);
        Assert.Equal(CertificateFault.WrongPrincipal, CertificateRules.Check(Of("root,anna"), Login() with { Names = ["root", "anna"] })?.Fault);
        Assert.EndsWith("no name is accepted for this user.", CertificateRules.Check(Of("anna"), Login() with { Names = [] })!.Sentence);
        Assert.EndsWith("\"7\" and 12 more, and only \"anna\" is accepted for this user.", CertificateRules.Check(Of([.. Enumerable.Range(0, 20).Select(i => $"{i}")]), Login())!.Sentence);
    }

    [Fact]
    public void Principals_OfAHost_MayBeWildcards()
    {
        Certificate Of(params string[] principals) => (Host with { Principals = [.. principals] }).Sign(Authority);
        Assert.Null(CertificateRules.Check(Of("x", "*.example.org"), Server("files.example.org")));
        Assert.Null(CertificateRules.Check(Of("FILES.example.org"), Server("files.Example.org")));
        Refused(CertificateFault.WrongPrincipal, "The host certificate \"files\" (serial 5) is for \"*.example.org\", not for the host \"example.org\".", Of("*.example.org"), Server("example.org"));
        Refused(CertificateFault.NoPrincipals, "The host certificate \"files\" (serial 5) has no principals and therefore stands for no host.", Of(), Server("files"));
        Assert.Equal(CertificateFault.WrongPrincipal, CertificateRules.Check(Of("a,files"), Server("files"))?.Fault);
        Assert.Equal(CertificateFault.WrongPrincipal, CertificateRules.Check(Of("files"), Server("*"))?.Fault);
    }

    [Fact]
    public void CriticalOption_ThatIsNotKnown_Refuses()
    {
        Refused(CertificateFault.UnknownCriticalOption,
            "The user certificate \"anna at work\" (serial 5) has the critical option \"no-fun\", which is not known for a user certificate; what is not understood cannot be obeyed.",
            (User with { CriticalOptions = [new("no-fun", default)] }).Sign(Authority), Login());
        Refused(CertificateFault.UnknownCriticalOption,
            "The host certificate \"files\" (serial 5) has the critical option \"force-command\", which is not known for a host certificate; what is not understood cannot be obeyed.",
            (Host with { ForceCommand = "ls" }).Sign(Authority), Server("files.example.org"));
        Assert.NotNull(CertificateRules.Check((User with { CriticalOptions = [new("", default)] }).Sign(Authority), Login()));
    }

    public static IEnumerable<object[]> MalformedOptions =>
        from data in (string[])["", "\0\0\0\0", "\0\0\0\u0002l", "\0\0\0\u0002lsx", "\0\0\0\u0002l\0", "ls", "\0\0\0\u0001\u00ff"]
        from name in (string[])["force-command", "source-address"]
        select new object[] { name, data };

    [Theory]
    [MemberData(nameof(MalformedOptions))]
    public void CriticalOption_ThatIsMalformed_Refuses(string name, string data)
    {
        CertificateRequest request = User with { CriticalOptions = [new(name, data.Select(c => (byte)c).ToArray())] };
        Assert.Equal(CertificateFault.MalformedOption, CertificateRules.Check(request.Sign(Authority), Login() with { Source = IPAddress.Loopback })?.Fault);
    }

    [Fact]
    public void Flags_WithData_AreMalformed()
    {
        Refused(CertificateFault.MalformedOption, "The user certificate \"anna at work\" (serial 5) is malformed: its option verify-required has data, where it has none.",
            (User with { CriticalOptions = [CertificateRequest.Option("verify-required", "no")] }).Sign(Authority), Login());
        Refused(CertificateFault.MalformedOption, "The user certificate \"anna at work\" (serial 5) is malformed: its option permit-pty has data, where it has none.",
            (User with { Extensions = [CertificateRequest.Option("permit-pty", "no")] }).Sign(Authority), Login());
    }

    [Fact]
    public void ForceCommandAndVerifyRequired_BecomePermissions()
    {
        CertificateRequest request = User with { ForceCommand = "ls -l", CriticalOptions = [new("verify-required", default)], Extensions = [] };
        Assert.Null(CertificateRules.Check(request.Sign(Authority), Login(), out CertificatePermissions? permissions));
        Assert.Equal(new CertificatePermissions { ForceCommand = "ls -l", VerifyRequired = true }, permissions);
    }

    [Theory]
    [InlineData("192.0.2.0/24,2001:db8::7", "192.0.2.255,2001:db8::7,::ffff:192.0.2.1", "192.0.3.0,2001:db8::8,::1")]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.8")]
    [InlineData("0.0.0.0/0", "10.0.0.1,::ffff:10.0.0.1", "::1")]
    [InlineData("::/0", "::1", "10.0.0.1,::ffff:10.0.0.1")]
    public void SourceAddress_IsEnforced(string list, string inside, string outside)
    {
        Certificate certificate = (User with { SourceAddress = list }).Sign(Authority);
        foreach (string address in inside.Split(','))
            Assert.Null(CertificateRules.Check(certificate, Login() with { Source = IPAddress.Parse(address) }));
        foreach (string address in outside.Split(','))
        {
            Refused(CertificateFault.SourceAddress,
                $"The user certificate \"anna at work\" (serial 5) may be used from {list} only, and this connection comes from {address}.",
                certificate, Login() with { Source = IPAddress.Parse(address) });
        }

        Assert.Equal(CertificateFault.SourceAddress, CertificateRules.Check(certificate, Login())?.Fault);
    }

    [Theory]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.1/24")]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.0/")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/2 4")]
    [InlineData("192.0.2.*")]
    [InlineData("0x7f000001")]
    [InlineData("010.0.0.1")]
    [InlineData("!192.0.2.1")]
    [InlineData("192.0.2.1, 192.0.2.2")]
    [InlineData("192.0.2.1,")]
    [InlineData(",192.0.2.1")]
    [InlineData("fe80::1%1")]
    [InlineData("[::1]")]
    [InlineData("2001:db8::/129")]
    [InlineData("localhost")]
    public void SourceAddress_ThatIsNoList_Refuses(string list)
    {
        CertificateRequest request = User with { CriticalOptions = [CertificateRequest.Option("source-address", list)] };
        Refused(CertificateFault.MalformedOption,
            "The user certificate \"anna at work\" (serial 5) is malformed: its option source-address is no list of addresses and networks in CIDR form.",
            request.Sign(Authority), Login() with { Source = IPAddress.Parse("192.0.2.1") });
    }

    [Fact]
    public void AuthoritysSha1Signature_IsTakenOnlyByName()
    {
        using PrivateKey rsa = KeyTools.NewKey("ssh-rsa");
        Certificate old = User.Sign(rsa, "ssh-rsa");
        CertificateRefusal refusal = CertificateRules.Check(old, Login())!;
        Assert.Equal(CertificateFault.AuthorityAlgorithm, refusal.Fault);
        Assert.StartsWith("The user certificate \"anna at work\" (serial 5) is signed with ssh-rsa (RSA with SHA-1), and authorities may sign with ssh-ed25519, ", refusal.Sentence);
        Assert.Null(CertificateRules.Check(old, Login() with { AuthorityAlgorithms = [.. CertificateRules.DefaultAuthorityAlgorithms, "ssh-rsa"] }));
        Assert.Null(CertificateRules.Check(User.Sign(rsa), Login()));
        Refused(CertificateFault.AuthorityAlgorithm,
            "The user certificate \"anna at work\" (serial 5) is signed with ssh-ed25519, and authorities may sign with rsa-sha2-512.",
            User.Sign(Authority), Login() with { AuthorityAlgorithms = ["rsa-sha2-512"] });
        Refused(CertificateFault.KeyTooShort, "The user certificate \"anna at work\" (serial 5) is signed by an RSA key of 2048 bits; at least 3072 are required.",
            User.Sign(rsa), Login() with { MinimumRsaBits = 3072 });
        Refused(CertificateFault.KeyTooShort, "The user certificate \"anna at work\" (serial 5) certifies an RSA key of 2048 bits; at least 3072 are required.",
            (User with { Key = rsa.PublicKey }).Sign(Authority), Login() with { MinimumRsaBits = 3072 });
    }

    [Fact]
    public void Revoked_ByKeyOrAuthority_IsRefused()
    {
        Certificate certificate = User.Sign(Authority);
        foreach ((PublicKey key, string what) in ((PublicKey, string)[])[(certificate.Key, "its key"), (certificate.SignatureKey, "the key of its authority")])
        {
            Refused(CertificateFault.Revoked,
                $"The user certificate \"anna at work\" (serial 5) is revoked: {what} {key.Fingerprint} is on the list (revoked.txt).",
                certificate, Login() with { Revoked = RevocationList.Parse(System.Text.Encoding.ASCII.GetBytes(key.ToOpenSshLine("x")), "revoked.txt") });
        }
    }

    [Fact]
    public void KeyId_OfAStranger_IsSafeForATerminal()
    {
        Certificate certificate = (User with { KeyId = "\u001b[2J\r\nroot", Principals = ["\u001b[1m"] }).Sign(Authority);
        string sentence = CertificateRules.Check(certificate, Login())!.Sentence;
        Assert.DoesNotContain(sentence, char.IsControl);
        Assert.DoesNotContain(certificate.ToString(), char.IsControl);
    }
}
