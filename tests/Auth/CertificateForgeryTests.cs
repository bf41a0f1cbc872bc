using System.Collections.Immutable;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;
using static LucidSsh.Tests.Auth.LoginTestKit;

namespace LucidSsh.Tests.Auth;

/// <summary>User certificates in the server role, through real transports: what they let in, with what permissions, and everything that
/// must be refused.</summary>
public sealed class CertificateForgeryTests
{
    private static readonly PrivateKey Authority = PrivateKey.Generate("ssh-ed25519");
    private static readonly PrivateKey Stranger = PrivateKey.Generate("ssh-ed25519");
    private static readonly ServerLoginOptions Here = new() { RemoteAddress = "198.51.100.7", MaxAttempts = 1000 };

    private static readonly CertificateRequest ForAlice = new(Key.PublicKey, CertificateKind.User) { Principals = ["alice"], KeyId = "alice's", Serial = 7 };

    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa")]
    [InlineData("rsa")]
    public async Task Certificate_OfATrustedAuthority_LogsInWithItsPermissions(string type)
    {
        PrivateKey key = type switch { "ed25519" => Key, "ecdsa" => EcdsaKey, _ => RsaKey.Value };
        Certificate certificate = (ForAlice with { Key = key.PublicKey, Extensions = [new("permit-pty", default)] }).Sign(Authority);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Trusting());
        byte[] question = Message.ToArray(new PublicKeyRequest("alice", "ssh-connection", certificate.SignatureAlgorithms[0], certificate.Blob.Span, false, []));
        UserAuthPkOk answer = Message.Decode<UserAuthPkOk>(await kit.AskAsync(question));
        Assert.Equal(certificate.SignatureAlgorithms[0], answer.Algorithm);
        Assert.True(answer.KeyBlob.SequenceEqual(certificate.Blob.Span));

        LoginResult result = await kit.AcceptedAsync(Signed(kit, key, certificate));
        Assert.Equal((key.PublicKey, certificate), (result.Key!.Key, result.Key.Certificate));
        Assert.True(result.Permissions.AllowsPty);
        Assert.False(result.Permissions.AllowsPortForwarding || result.Permissions.AllowsAgentForwarding || result.Permissions.AllowsX11Forwarding);
    }

    public static TheoryData<string> Refusals => [.. Bad().Keys];

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Certificate_ThatIsNotGood_IsRefusedAndTheTraceSaysWhy(string name)
    {
        (CertificateRequest request, string why) = Bad()[name];
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Trusting(), Here);
        Certificate certificate = request.Sign(Authority);
        await kit.RefusedAsync(Signed(kit, Key, certificate));
        await kit.RefusedAsync(Message.ToArray(new PublicKeyRequest("alice", "ssh-connection", certificate.SignatureAlgorithms[0], certificate.Blob.Span, false, [])), "the question");
        await kit.AcceptedAsync(Signed(kit, Key, ForAlice.Sign(Authority)));
        Assert.Contains(why, kit.Trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_OfAnUntrustedAuthority_IsRefused()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Trusting(new AuthorizedKey(Stranger.PublicKey)), Here); // a key of alice's, but no authority
        await kit.RefusedAsync(Signed(kit, Key, ForAlice.Sign(Stranger)));
        await kit.RefusedAsync(Signed(kit, Authority, Authority.PublicKey.Blob, "ssh-ed25519"), "the authority itself is nobody's key");
        await kit.AcceptedAsync(Signed(kit, Key, ForAlice.Sign(Authority)));
        Assert.Contains("which is not trusted for this user", kit.Trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_OfAnUnknownUser_IsRefused()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Trusting(), Here);
        Certificate certificate = (ForAlice with { Principals = ["mallory"] }).Sign(Authority);
        await kit.RefusedAsync(Signed(kit, Key, certificate, "mallory"));
    }

    [Fact]
    public async Task Signature_ThatIsNotTheCertifiedKeys_IsRefused()
    {
        Certificate own = ForAlice.Sign(Authority);
        Certificate others = (ForAlice with { Key = OtherKey.PublicKey }).Sign(Authority);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Trusting(), Here);
        await kit.RefusedAsync(Signed(kit, OtherKey, own), "another key");
        await kit.RefusedAsync(Signed(kit, Authority, own), "the authority's own signature");
        await kit.RefusedAsync(Signed(kit, Key, others), "this key for another's certificate");
        await kit.RefusedAsync(SignedFor(kit, carried: own.Blob, signed: Key.PublicKey.Blob), "made for the plain key");
        await kit.RefusedAsync(SignedFor(kit, carried: own.Blob, signed: others.Blob), "made for another certificate");
        await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery { SessionId = new byte[32], Blob = own.Blob, Named = own.Type, SignedWith = "ssh-ed25519" }), "another session");
        await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery
        {
            Blob = own.Blob,
            Named = own.Type,
            Signature = data => Relabelled(own.Type, Key.Sign("ssh-ed25519", data, SystemRandom.Shared)),
        }), "a signature that carries the certificate algorithm's name");
        await kit.AcceptedAsync(Signed(kit, Key, own));
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("rsa-sha2-512-cert-v01@openssh.com")]
    [InlineData("ssh-ed25519-cert-v00@openssh.com")]
    [InlineData("ssh-ed25519-cert-v01@openssh.comx")]
    [InlineData("")]
    public async Task Algorithm_ThatIsNotTheCertificates_IsRefused(string named)
    {
        Certificate certificate = ForAlice.Sign(Authority);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Trusting(), Here);
        if (named.Length > 0)
        {
            await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery { Blob = certificate.Blob, Named = named, SignedWith = "ssh-ed25519" }));
            await kit.RefusedAsync(Message.ToArray(new PublicKeyRequest("alice", "ssh-connection", named, certificate.Blob.Span, false, [])), "the question");
        }

        await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery { Named = certificate.Type, SignedWith = "ssh-ed25519" }), "a plain key under a certificate's algorithm");
        await kit.AcceptedAsync(Signed(kit, Key, certificate));
    }

    [Theory]
    [InlineData("rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256")]
    [InlineData("rsa-sha2-256-cert-v01@openssh.com", "rsa-sha2-512")]
    [InlineData("ssh-rsa-cert-v01@openssh.com", "rsa-sha2-512")]
    [InlineData("ssh-rsa-cert-v01@openssh.com", "ssh-rsa")]
    [InlineData("rsa-sha2-512", "rsa-sha2-512")]
    public async Task RsaCertificate_WithAnotherHashThanNamed_IsRefused(string named, string signedWith)
    {
        Certificate certificate = (ForAlice with { Key = RsaKey.Value.PublicKey }).Sign(Authority);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Trusting(), Here);
        await kit.RefusedAsync(kit.Signed("alice", RsaKey.Value, new Forgery { Blob = certificate.Blob, Named = named, SignedWith = signedWith }));
        await kit.AcceptedAsync(kit.Signed("alice", RsaKey.Value, new Forgery { Blob = certificate.Blob, Named = "rsa-sha2-256-cert-v01@openssh.com", SignedWith = "rsa-sha2-256" }));
    }

    [Fact]
    public async Task Certificate_TruncatedChangedOrLengthened_IsRefused()
    {
        byte[] blob = ForAlice.Sign(Authority).Blob.ToArray();
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Trusting(), Here with { MaxAttempts = 10_000 });
        for (int i = 0; i < blob.Length; i += 5)
        {
            byte[] changed = [.. blob];
            changed[i] ^= 1;
            await kit.RefusedAsync(Signed(kit, Key, blob.AsMemory(0, i)), $"{i} bytes");
            await kit.RefusedAsync(Signed(kit, Key, changed), $"byte {i} changed");
            if (i % 200 == 0) // a client may send 256 messages
                await kit.RefusedAsync(Signed(kit, Key, (byte[])[.. blob, 0]), "a byte more");
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Revoked_KeyOrAuthority_LogsNobodyIn(bool authority, bool plain)
    {
        RevocationList revoked = RevocationList.Parse(Encoding.ASCII.GetBytes((authority ? Authority : Key).PublicKey.ToOpenSshLine()), "revoked.txt");
        SimpleAuthenticator authenticator = Trusting(new AuthorizedKey(Key.PublicKey), new AuthorizedKey(OtherKey.PublicKey));
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator, Here with { Revoked = revoked });
        await kit.RefusedAsync(plain ? kit.Signed("alice", Key) : Signed(kit, Key, ForAlice.Sign(Authority)));
        await kit.AcceptedAsync(kit.Signed("alice", OtherKey));
        Assert.Contains("revoked.txt", kit.Trace, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cert-authority", "alice", true)]
    [InlineData("cert-authority", "bob", false)]
    [InlineData("cert-authority,principals=\"bob,ops\"", "ops", true)]
    [InlineData("cert-authority,principals=\"bob,ops\"", "alice", false)] // the user's own name is not among them
    [InlineData("cert-authority,principals=\"bob,ops\"", "bob,ops", false)] // a principal is never split: CVE-2026-35414
    [InlineData("cert-authority,principals=\"o*\"", "ops", false)] // nor is it a pattern
    [InlineData("cert-authority,from=\"192.0.2.1\"", "alice", false)]
    [InlineData("cert-authority,expiry-time=\"20200101Z\"", "alice", false)]
    [InlineData("", "alice", false)] // a key without the option is no authority
    public async Task CertAuthorityLine_LetsInWhatItNames(string options, string principal, bool expected)
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey"));
        authenticator.AddUser("alice", null, AuthorizedKeys.Parse($"{options} {Stranger.PublicKey.ToOpenSshLine()}").Keys);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator, Here);
        byte[] request = Signed(kit, Key, (ForAlice with { Principals = [principal] }).Sign(Stranger));
        if (expected)
            await kit.AcceptedAsync(request);
        else
            await kit.RefusedAsync(request);
    }

    [Fact]
    public async Task CertAuthorityLine_AndCertificate_LeaveWhatBothAllow()
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey"));
        authenticator.AddUser("alice", null, AuthorizedKeys.Parse($"cert-authority,no-pty,permitopen=\"a:1\" {Stranger.PublicKey.ToOpenSshLine()}").Keys);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator, Here);
        CertificateRequest request = ForAlice with { ForceCommand = "report", Extensions = [new("permit-pty", default), new("permit-port-forwarding", default)] };
        SessionPermissions permissions = (await kit.AcceptedAsync(Signed(kit, Key, request.Sign(Stranger)))).Permissions;
        Assert.Equal("report", permissions.ForcedCommand);
        Assert.False(permissions.AllowsPty || permissions.AllowsAgentForwarding || permissions.AllowsOpening("b", 1));
        Assert.True(permissions.AllowsOpening("a", 1));
    }

    [Theory]
    [InlineData("report", true)]
    [InlineData("another", false)] // both force a command, and nothing can be run that both allow
    public async Task ForcedCommand_OfLineAndCertificate_MustBeTheSame(string ofCertificate, bool expected)
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey"));
        authenticator.AddUser("alice", null, AuthorizedKeys.Parse($"cert-authority,command=\"report\" {Stranger.PublicKey.ToOpenSshLine()}").Keys);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator, Here);
        byte[] request = Signed(kit, Key, (ForAlice with { ForceCommand = ofCertificate }).Sign(Stranger));
        if (expected)
            await kit.AcceptedAsync(request);
        else
            await kit.RefusedAsync(request);
    }

    [Theory]
    [InlineData("ops\nalice", "ops", true)]
    [InlineData("# nobody else\nops", "alice", false)]
    [InlineData("", "alice", false)]
    [InlineData("no-such-option ops", "ops", false)]
    [InlineData("from=\"192.0.2.1\" ops", "ops", false)]
    [InlineData("from=\"192.0.2.1\" ops\nfrom=\"198.51.100.0/24\",no-pty ops", "ops", true)]
    [InlineData("cert-authority ops", "ops", false)]
    public async Task PrincipalsFile_DecidesInsteadOfTheUsersName(string file, string principal, bool expected)
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey"))
        {
            Authorities = [Authority.PublicKey],
            Principals = _ => AuthorizedPrincipals.Parse(file),
        };
        authenticator.AddUser("alice", null);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator, Here);
        byte[] request = Signed(kit, Key, (ForAlice with { Principals = [principal] }).Sign(Authority));
        if (expected)
            Assert.Equal(!file.Contains("no-pty", StringComparison.Ordinal), (await kit.AcceptedAsync(request)).Permissions.AllowsPty);
        else
            await kit.RefusedAsync(request);
    }

    [Fact]
    public async Task CertificateAndItsKey_AreOneFactor_TwoCertifiedKeysAreTwo()
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey,publickey")) { Authorities = [Authority.PublicKey] };
        authenticator.AddUser("alice", null, [new AuthorizedKey(Key.PublicKey)]);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator, Here);
        await kit.PartialAsync(Signed(kit, Key, ForAlice.Sign(Authority)));
        await kit.RefusedAsync(kit.Signed("alice", Key), "the same key, plain");
        await kit.RefusedAsync(Signed(kit, Key, (ForAlice with { Serial = 8 }).Sign(Authority)), "the same key in another certificate");
        LoginResult result = await kit.AcceptedAsync(Signed(kit, OtherKey, (ForAlice with { Key = OtherKey.PublicKey }).Sign(Authority)));
        Assert.Equal([Key.PublicKey, OtherKey.PublicKey], result.Keys.Select(key => key.Key).ToArray());
    }

    [Fact]
    public async Task Authenticator_ThatTrustsWithTheWrongAuthority_LetsNobodyIn()
    {
        foreach (AuthorizedKey wrong in (AuthorizedKey[])
            [new(Authority.PublicKey), new(Stranger.PublicKey) { Restrictions = KeyRestrictions.Authority }, new(Key.PublicKey) { Restrictions = KeyRestrictions.Authority }])
        {
            await using ForgeryKit kit = await ForgeryKit.ConnectAsync(new Careless(wrong), Here);
            SshException end = await kit.EndedByAsync(Signed(kit, Key, ForAlice.Sign(Authority)));
            Assert.Equal(SshErrorCode.CredentialFailed, end.Code);
        }
    }

    [Fact]
    public async Task Authenticator_ThatTakesAnAuthorityForAKey_LetsNobodyIn()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(new Careless(new AuthorizedKey(Authority.PublicKey) { Restrictions = KeyRestrictions.Authority }), Here);
        await kit.RefusedAsync(kit.Signed("alice", Authority));
    }

    [Theory]
    [InlineData(false, false, SecurityToken.Touched, true)]
    [InlineData(false, false, 0, false)]
    [InlineData(true, false, 0, true)] // no-touch-required
    [InlineData(true, true, 0, false)] // verify-required
    [InlineData(false, true, SecurityToken.Touched | SecurityToken.Verified, true)]
    public async Task SecurityKeyCertificate_SaysWhatItsSignatureMustSay(bool noTouch, bool verify, byte flags, bool expected)
    {
        using SecurityToken token = new("sk-ssh-ed25519@openssh.com") { Flags = flags };
        CertificateRequest request = ForAlice with
        {
            Key = token.PublicKey,
            Extensions = noTouch ? [new("no-touch-required", default)] : [],
            CriticalOptions = verify ? [new("verify-required", default)] : [],
        };
        Certificate certificate = request.Sign(Authority);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Trusting(), Here);
        byte[] signed = kit.Signed("alice", Key, new Forgery { Blob = certificate.Blob, Named = certificate.Type, Signature = data => token.Sign(data) });
        if (expected)
            await kit.AcceptedAsync(signed);
        else
            await kit.RefusedAsync(signed);
    }

    private static Dictionary<string, (CertificateRequest Request, string Why)> Bad() => new()
    {
        ["expired"] = (ForAlice with { ValidBefore = 1 }, "has expired"),
        ["not yet valid"] = (ForAlice with { ValidAfter = ulong.MaxValue - 1 }, "is not valid yet"),
        ["of another user"] = (ForAlice with { Principals = ["bob"] }, "only \\\"alice\\\" is accepted"),
        ["of nobody"] = (ForAlice with { Principals = [] }, "has no principals"),
        ["of everybody in one name"] = (ForAlice with { Principals = ["alice,bob"] }, "only \\\"alice\\\" is accepted"),
        ["of a pattern"] = (ForAlice with { Principals = ["*"] }, "only \\\"alice\\\" is accepted"),
        ["of a host"] = (ForAlice with { Kind = CertificateKind.Host, Extensions = [] }, "is a host's"),
        ["with an unknown critical option"] = (ForAlice with { CriticalOptions = [new("no-such-option", default)] }, "the critical option"),
        ["from elsewhere"] = (ForAlice with { SourceAddress = "192.0.2.0/24" }, "may be used from 192.0.2.0/24 only"),
        ["that verifies a plain key's owner"] = (ForAlice with { CriticalOptions = [new("verify-required", default)] }, "which only a security key's signature can"),
        ["with an empty force-command"] = (ForAlice with { CriticalOptions = [new("force-command", default)] }, "names no command"),
    };

    private static SimpleAuthenticator Trusting(params ImmutableArray<AuthorizedKey> keys)
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey")) { Authorities = [Authority.PublicKey] };
        authenticator.AddUser("alice", null, keys);
        return authenticator;
    }

    private static byte[] Signed(ForgeryKit kit, PrivateKey signer, Certificate certificate, string user = "alice") =>
        kit.Signed(user, signer, new Forgery
        {
            Blob = certificate.Blob,
            Named = certificate.SignatureAlgorithms[0],
            SignedWith = signer.PublicKey.SignatureAlgorithms[0],
        });

    private static byte[] Signed(ForgeryKit kit, PrivateKey signer, ReadOnlyMemory<byte> blob, string named = "ssh-ed25519-cert-v01@openssh.com") =>
        kit.Signed("alice", signer, new Forgery { Blob = blob, Named = named, SignedWith = "ssh-ed25519" });

    // A request that carries one thing, with the signature of a request that carries another.
    private static byte[] SignedFor(ForgeryKit kit, ReadOnlyMemory<byte> carried, ReadOnlyMemory<byte> signed)
    {
        const string Named = "ssh-ed25519-cert-v01@openssh.com";
        byte[] data = SignedRequest.DataToSign(kit.SessionId, "alice", "ssh-connection", Named, signed.Span);
        byte[] signature = Key.Sign("ssh-ed25519", data, SystemRandom.Shared);
        return kit.Signed("alice", Key, new Forgery { Blob = carried, Named = Named, Signature = _ => signature });
    }

    private static byte[] Relabelled(string algorithm, byte[] blob)
    {
        SshReader reader = new(blob);
        reader.Name("algorithm");
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(algorithm);
        writer.String(reader.String("signature"));
        return buffer.Written.ToArray();
    }

    private sealed class Careless(AuthorizedKey authority) : Authenticator
    {
        public override AuthenticationMethods MethodsFor(LoginContext context) => AuthenticationMethods.Parse("publickey");

        public override ValueTask<AuthorizedKey?> FindCertificateAsync(LoginContext context, Certificate certificate, CancellationToken cancellationToken) =>
            ValueTask.FromResult<AuthorizedKey?>(authority);

        public override ValueTask<AuthorizedKey?> FindKeyAsync(LoginContext context, PublicKey key, CancellationToken cancellationToken) =>
            ValueTask.FromResult<AuthorizedKey?>(authority);
    }
}
