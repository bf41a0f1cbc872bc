using System.Buffers.Binary;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;
using static LucidSsh.Tests.Auth.LoginTestKit;

namespace LucidSsh.Tests.Auth;

/// <summary>Signatures that are forged, borrowed, replayed or made for something else, through real transports: each is refused like an
/// unknown key, and the request it was made from would have passed.</summary>
public sealed class ForgeryTests
{
    public static TheoryData<string> KeyTypes => ["ed25519", "ecdsa", "rsa"];

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public async Task Signature_WithAnyBitChanged_IsRefused(string type)
    {
        PrivateKey key = KeyOf(type);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", key), new ServerLoginOptions { MaxAttempts = 1000 });
        byte[] sound = kit.Signed("alice", key);
        int signature = SignatureLength(sound);
        for (int bit = 0; bit < signature * 8; bit += type == "rsa" ? 67 : 13)
        {
            byte[] forged = [.. sound];
            forged[sound.Length - signature + bit / 8] ^= (byte)(1 << (bit % 8));
            await kit.RefusedAsync(forged, $"bit {bit}");
        }

        await kit.AcceptedAsync(sound);
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public async Task Signature_ThatIsNone_IsRefused(string type)
    {
        PrivateKey key = KeyOf(type);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", key), new ServerLoginOptions { MaxAttempts = 1000 });
        string algorithm = key.PublicKey.SignatureAlgorithms[0];
        byte[] zeros = new byte[type == "rsa" ? 256 : 64];
        byte[][] signatures =
        [
            [], [0], Blob(algorithm, []), Blob(algorithm, zeros), Blob(algorithm, new byte[60_000]), Blob("", zeros),
            [.. Blob(algorithm, zeros), 0], BitConverter.GetBytes(uint.MaxValue),
        ];
        foreach (byte[] signature in signatures)
            await kit.RefusedAsync(kit.Signed("alice", key, new Forgery { Signature = _ => signature }), Convert.ToHexString(signature.AsSpan(0, Math.Min(20, signature.Length))));
        await kit.RefusedAsync(kit.Signed("alice", key, new Forgery { Signature = data => [.. key.Sign(algorithm, data, SystemRandom.Shared), 0] }), "a byte more");
        await kit.RefusedAsync(kit.Signed("alice", key, new Forgery { Signature = data => key.Sign(algorithm, data, SystemRandom.Shared)[..^1] }), "a byte less");
        await kit.AcceptedAsync(kit.Signed("alice", key));
    }

    [Theory]
    [InlineData("rsa-sha2-256", "rsa-sha2-512")] // the request names one, the signature another
    [InlineData("rsa-sha2-512", "rsa-sha2-256")]
    [InlineData("ssh-rsa", "rsa-sha2-512")]
    [InlineData("rsa-sha2-512", "ssh-rsa")]
    [InlineData("ssh-rsa", "ssh-rsa")] // SHA-1, which is not enabled
    [InlineData("ssh-ed25519", "rsa-sha2-512")]
    [InlineData("RSA-SHA2-512", "rsa-sha2-512")]
    [InlineData("rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-512")]
    public async Task Algorithm_ThatIsNotTheSignatures_IsRefused(string named, string signedWith)
    {
        PrivateKey key = RsaKey.Value;
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", key));
        await kit.RefusedAsync(kit.Signed("alice", key, new Forgery { Named = named, SignedWith = signedWith }));
        await kit.AcceptedAsync(kit.Signed("alice", key));
    }

    [Fact]
    public async Task Signature_RelabelledWithTheAlgorithmTheRequestNames_IsRefused()
    {
        // A SHA-256 signature whose blob says rsa-sha2-512: the name fits, the hash does not.
        PrivateKey key = RsaKey.Value;
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", key));
        await kit.RefusedAsync(kit.Signed("alice", key, new Forgery
        {
            Named = "rsa-sha2-512",
            Signature = data => Blob("rsa-sha2-512", SignatureIn(key.Sign("rsa-sha2-256", data, SystemRandom.Shared))),
        }));
        await kit.AcceptedAsync(kit.Signed("alice", key));
    }

    [Fact]
    public async Task Algorithm_NotEnabledByTheServer_IsRefused()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", RsaKey.Value, Key), new ServerLoginOptions { SignatureAlgorithms = ["rsa-sha2-512"] });
        await kit.RefusedAsync(kit.Signed("alice", Key));
        await kit.RefusedAsync(kit.Signed("alice", RsaKey.Value, new Forgery { SignedWith = "rsa-sha2-256" }));
        await kit.AcceptedAsync(kit.Signed("alice", RsaKey.Value));
    }

    [Fact]
    public async Task RsaKey_ShorterThanTheServerTakes_IsRefused()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", RsaKey.Value, Key), new ServerLoginOptions { MinimumRsaBits = 2049 });
        await kit.RefusedAsync(kit.Signed("alice", RsaKey.Value));
        await kit.RefusedAsync(ForgeryKit.Question("alice", RsaKey.Value.PublicKey));
        await kit.AcceptedAsync(kit.Signed("alice", Key));
    }

    [Fact]
    public async Task Signature_ByAnotherAuthorizedKey_IsRefused()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", Key, OtherKey));
        await kit.RefusedAsync(kit.Signed("alice", OtherKey, new Forgery { Blob = Key.PublicKey.Blob }));
        Assert.Equal(OtherKey.PublicKey, Assert.Single((await kit.AcceptedAsync(kit.Signed("alice", OtherKey))).Keys).Key);
    }

    [Fact]
    public async Task Question_AboutOneKey_ThenSignatureOfAnother_LogsInWithNothingOfTheFirst()
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey"));
        authenticator.AddUser("alice", null,
        [
            new AuthorizedKey(Key.PublicKey),
            new AuthorizedKey(OtherKey.PublicKey) { Restrictions = KeyRestrictions.Parse("restrict,command=\"only this\"") },
        ]);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator);
        Assert.Equal(60, (await kit.AskAsync(ForgeryKit.Question("alice", Key.PublicKey)))[0]);
        LoginResult result = await kit.AcceptedAsync(kit.Signed("alice", OtherKey));
        Assert.Equal("only this", result.Permissions.ForcedCommand); // CVE-2024-45337
        Assert.Equal(OtherKey.PublicKey, result.Key!.Key);
    }

    [Fact]
    public async Task Question_AboutAKey_IsNoLogin()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", Key));
        Assert.Equal(60, (await kit.AskAsync(ForgeryKit.Question("alice", Key.PublicKey)))[0]);
        await kit.RefusedAsync(ForgeryKit.PasswordOf("alice", LoginTestKit.Password)); // a question opens nothing, here or further on
    }

    [Fact]
    public async Task Signature_OfAnotherConnection_IsRefused()
    {
        SimpleAuthenticator authenticator = Alice("publickey", Key);
        await using ForgeryKit first = await ForgeryKit.ConnectAsync(authenticator);
        await using ForgeryKit second = await ForgeryKit.ConnectAsync(authenticator);
        byte[] recorded = first.Signed("alice", Key);
        await second.RefusedAsync(recorded);
        await second.RefusedAsync(second.Signed("alice", Key, new Forgery { SessionId = [] }));
        await second.RefusedAsync(second.Signed("alice", Key, new Forgery { SessionId = new byte[32] }));
        await second.AcceptedAsync(second.Signed("alice", Key));
        await first.AcceptedAsync(recorded);
    }

    [Fact]
    public async Task Signature_ForAnotherUserOrService_IsRefused()
    {
        SimpleAuthenticator authenticator = Alice("publickey", Key);
        authenticator.AddUser("bob", null, [new AuthorizedKey(Key.PublicKey)]);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator);
        await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery { SignedUser = "bob" }));
        await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery { SignedService = "ssh-userauth" }));
        await kit.AcceptedAsync(kit.Signed("alice", Key));
    }

    [Fact]
    public async Task User_SwappedMidLogin_ForgetsWhatWasPassed()
    {
        SimpleAuthenticator authenticator = Alice("publickey,password", Key);
        authenticator.AddUser("bob", "bob's password", [new AuthorizedKey(OtherKey.PublicKey)]);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator);
        await kit.PartialAsync(kit.Signed("alice", Key));
        await kit.RefusedAsync(ForgeryKit.PasswordOf("bob", "bob's password"), "alice's key is not bob's first factor"); // CVE-2026-46705
        await kit.RefusedAsync(ForgeryKit.PasswordOf("alice", LoginTestKit.Password), "nor is it alice's any more");
        await kit.PartialAsync(kit.Signed("alice", Key));
        LoginResult result = await kit.AcceptedAsync(ForgeryKit.PasswordOf("alice", LoginTestKit.Password));
        Assert.Equal(["publickey", "password"], result.Methods.ToArray());
    }

    [Fact]
    public async Task Service_SwappedMidLogin_EndsTheConnection()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey,password", Key));
        await kit.PartialAsync(kit.Signed("alice", Key));
        Assert.Equal(SshErrorCode.ServiceRefused, (await kit.EndedByAsync(ForgeryKit.PasswordOf("alice", LoginTestKit.Password, "ssh-other"))).Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    public async Task HostBound_ToAnotherHostKey_IsRefused(int change)
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", Key));
        byte[] other = change switch
        {
            0 => OtherKey.PublicKey.Blob.ToArray(), // a sound signature, made for a machine in the middle
            1 => kit.HostKey[..^1],
            _ => [.. kit.HostKey, 0],
        };
        await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery { HostKey = other }));
        await kit.RefusedAsync(Unbound(kit), "a signature without the host key, in a request with it");
        await kit.AcceptedAsync(kit.Signed("alice", Key, new Forgery { HostKey = kit.HostKey }));
        Assert.Contains("is bound to another host key than this connection's", kit.Trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HostBound_Question_NamesTheHostKeyToo()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", Key));
        string algorithm = Key.PublicKey.SignatureAlgorithms[0];
        byte[] Ask(byte[] hostKey) => Message.ToArray(new PublicKeyRequest("alice", "ssh-connection", algorithm, Key.PublicKey.Blob.Span, false, [], hostKey));
        await kit.RefusedAsync(Ask(OtherKey.PublicKey.Blob.ToArray()));
        Assert.Equal(60, (await kit.AskAsync(Ask(kit.HostKey)))[0]);
    }

    [Fact]
    public async Task HostBound_AsSecondFactor_CountsAsPublicKey()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("password,publickey", Key));
        byte[] bound = kit.Signed("alice", Key, new Forgery { HostKey = kit.HostKey });
        await kit.RefusedAsync(bound, "it is not the first factor in either form");
        await kit.PartialAsync(ForgeryKit.PasswordOf("alice", LoginTestKit.Password));
        Assert.Equal(["password", "publickey"], (await kit.AcceptedAsync(bound)).Methods.ToArray());
    }

    [Fact]
    public async Task Key_TruncatedOrOversized_IsRefusedOrEndsTheConnection()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey", Key), new ServerLoginOptions { MaxAttempts = 1000 });
        byte[] blob = Key.PublicKey.Blob.ToArray();
        for (int length = 0; length < blob.Length; length++)
            await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery { Blob = blob.AsMemory(0, length) }), $"{length} bytes of the key");
        await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery { Blob = (byte[])[.. blob, 0] }), "a byte more");
        await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery { Blob = new byte[WireLimits.KeyBlob] }), "the longest blob there is");
        SshException end = await kit.EndedByAsync(kit.Signed("alice", Key, new Forgery { Blob = new byte[WireLimits.KeyBlob + 1] }));
        Assert.Equal(SshErrorCode.Malformed, end.Code);
    }

    [Theory]
    [InlineData("sk-ssh-ed25519@openssh.com", "", SecurityToken.Touched, true)]
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com", "", SecurityToken.Touched, true)]
    [InlineData("sk-ssh-ed25519@openssh.com", "", 0, false)] // CVE-2026-39831
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com", "", SecurityToken.Verified, false)]
    [InlineData("sk-ssh-ed25519@openssh.com", "no-touch-required", 0, true)]
    [InlineData("sk-ssh-ed25519@openssh.com", "verify-required", SecurityToken.Touched, false)]
    [InlineData("sk-ssh-ed25519@openssh.com", "verify-required", SecurityToken.Touched | SecurityToken.Verified, true)]
    [InlineData("sk-ssh-ed25519@openssh.com", "verify-required,no-touch-required", SecurityToken.Verified, true)]
    public async Task SecurityKey_MustHaveBeenTouchedAndVerifiedAsItsOptionsSay(string type, string options, byte flags, bool expected)
    {
        using SecurityToken token = new(type) { Flags = flags };
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey"));
        authenticator.AddUser("alice", null, AuthorizedKeys.Parse($"{options} {token.PublicKey.ToOpenSshLine()}").Keys);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator);
        byte[] request = kit.Signed("alice", Key, new Forgery { Blob = token.PublicKey.Blob, Named = type, Signature = data => token.Sign(data) });
        if (expected)
            await kit.AcceptedAsync(request);
        else
            await kit.RefusedAsync(request);
    }

    [Fact]
    public async Task PlainKey_WhoseOwnerMustBeVerified_IsRefused()
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey"));
        authenticator.AddUser("alice", null, [new AuthorizedKey(Key.PublicKey) { Restrictions = KeyRestrictions.Parse("verify-required") }]);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(authenticator);
        await kit.RefusedAsync(kit.Signed("alice", Key));
    }

    [Fact]
    public async Task HostBased_WithASignatureOfTheHost_IsForTheAuthenticatorToBelieve()
    {
        Believer believer = new(OtherKey.PublicKey);
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(believer, new ServerLoginOptions { MaxAttempts = 1000 });
        byte[] sound = HostBased(kit.SessionId, "alice", OtherKey, "client.example.", "al");
        int signature = SignatureLength(sound);
        for (int i = 0; i < signature; i += 5)
        {
            byte[] forged = [.. sound];
            forged[^(i + 1)] ^= 1;
            await kit.RefusedAsync(forged);
        }

        await kit.RefusedAsync(HostBased(new byte[32], "alice", OtherKey, "client.example.", "al"), "another session's");
        byte[] otherUser = HostBased(kit.SessionId, "alice", OtherKey, "client.example.", "al");
        otherUser[otherUser.AsSpan().IndexOf("\u0002al"u8) + 1] = (byte)'b';
        await kit.RefusedAsync(otherUser, "bl is not al");
        Assert.Empty(believer.Asked); // nobody is asked to believe what is not proved
        await kit.RefusedAsync(HostBased(kit.SessionId, "alice", Key, "client.example.", "al"), "another host's key");
        Assert.Equal(["hostbased"], (await kit.AcceptedAsync(sound)).Methods.ToArray());
        Assert.Equal(new ClientHost(OtherKey.PublicKey, "client.example", "al"), believer.Asked[^1]);
    }

    [Fact]
    public async Task HostBased_WhereItIsNotAskedFor_IsRefused()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey password", Key));
        await kit.RefusedAsync(HostBased(kit.SessionId, "alice", Key, "client.example.", "al"));
    }

    [Fact]
    public async Task SameKey_InBothForms_IsOneFactor()
    {
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(Alice("publickey,publickey", Key, OtherKey));
        await kit.PartialAsync(kit.Signed("alice", Key));
        await kit.RefusedAsync(kit.Signed("alice", Key, new Forgery { HostKey = kit.HostKey }));
        Assert.Equal(2, (await kit.AcceptedAsync(kit.Signed("alice", OtherKey, new Forgery { HostKey = kit.HostKey }))).Keys.Length);
    }

    private static PrivateKey KeyOf(string type) => type switch { "ed25519" => Key, "ecdsa" => EcdsaKey, _ => RsaKey.Value };

    private static byte[] HostBased(byte[] sessionId, string user, PrivateKey host, string name, string clientUser)
    {
        string algorithm = host.PublicKey.SignatureAlgorithms[0];
        byte[] data = SignedRequest.DataToSign(sessionId, new HostBasedRequest(user, "ssh-connection", algorithm, host.PublicKey.Blob.Span, name, clientUser, []));
        byte[] signature = host.Sign(algorithm, data, SystemRandom.Shared);
        return Message.ToArray(new HostBasedRequest(user, "ssh-connection", algorithm, host.PublicKey.Blob.Span, name, clientUser, signature));
    }

    // The host-bound request with the signature of the plain one.
    private static byte[] Unbound(ForgeryKit kit)
    {
        byte[] plain = kit.Signed("alice", Key);
        byte[] signature = plain[^SignatureLength(plain)..];
        return kit.Signed("alice", Key, new Forgery { HostKey = kit.HostKey, Signature = _ => signature });
    }

    private static int SignatureLength(byte[] request)
    {
        // The last field: the only length that leads exactly to the end, looked for from the shortest signature there is.
        for (int length = 32; length < request.Length - 4; length++)
        {
            if (BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(request.Length - length - 4)) == length)
                return length;
        }

        throw new InvalidOperationException("no signature at the end");
    }

    private static byte[] Blob(string algorithm, byte[] signature)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Text(algorithm);
        writer.String(signature);
        return buffer.Written.ToArray();
    }

    private static byte[] SignatureIn(byte[] blob)
    {
        SshReader reader = new(blob);
        reader.Name("algorithm");
        return reader.String("signature").ToArray();
    }

    private sealed class Believer(PublicKey known) : Authenticator
    {
        public List<ClientHost> Asked { get; } = [];

        public override AuthenticationMethods MethodsFor(LoginContext context) => AuthenticationMethods.Parse("hostbased");

        public override ValueTask<bool> AcceptHostAsync(LoginContext context, ClientHost host, CancellationToken cancellationToken)
        {
            Asked.Add(host);
            return ValueTask.FromResult(host.Key.Equals(known) && host is { Name: "client.example", User: "al" });
        }
    }
}
