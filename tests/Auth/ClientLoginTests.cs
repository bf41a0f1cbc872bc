using System.Collections.Immutable;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;
using static LucidSsh.Tests.Auth.LoginTestKit;

namespace LucidSsh.Tests.Auth;

/// <summary>The client against servers that play by a script: what they say in the wrong place, and what they say about RSA.</summary>
public sealed class ClientLoginTests
{
    private static PasswordCredential SomePassword => new("hunter2");

    [Fact]
    public async Task Success_InPlaceOfServiceAccept_IsNoLogin() =>
        await Misbehaves(kit => kit.PlayServer(null, Answer(Success())), SshErrorCode.UnexpectedMessage, SomePassword);

    [Theory]
    [InlineData(52)]
    [InlineData(51)]
    [InlineData(60)]
    public async Task Answer_BeforeItsRequest_AnswersNothing(byte number)
    {
        string numbers = await Misbehaves(
            kit =>
            {
                kit.Link.Server.SendPayload([number]);
                return Task.CompletedTask;
            },
            SshErrorCode.UnexpectedMessage, SomePassword);
        Assert.Equal($"S{number}", numbers);
    }

    [Fact]
    public async Task Success_ToTheQuestionAboutAKey_IsNoLogin() => await Misbehaves(
        kit => kit.PlayServer("publickey", Answer(Success())), SshErrorCode.UnexpectedMessage, PrivateKeyCredential.FromKey(Key));

    [Fact]
    public async Task PkOk_ForAnotherKey_IsNotFollowedByASignature()
    {
        byte[] other = Message.ToArray(new UserAuthPkOk("ssh-ed25519", OtherKey.PublicKey.Blob.Span));
        string numbers = await Misbehaves(
            kit => kit.PlayServer("publickey", Answer(other)), SshErrorCode.UnexpectedMessage, PrivateKeyCredential.FromKey(Key));
        Assert.EndsWith("C50 S60", numbers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(50)] // a request is the client's to make
    [InlineData(61)]
    [InlineData(6)]
    [InlineData(79)]
    public async Task Message_ThatAnswersNothing_EndsTheLogin(byte number) => await Misbehaves(
        kit => kit.PlayServer("password", Answer([number])), SshErrorCode.UnexpectedMessage, SomePassword);

    [Fact]
    public async Task Failure_Truncated_IsMalformed() => await Misbehaves(
        kit => kit.PlayServer("password", Answer(Failure("password")[..^1])), SshErrorCode.Malformed, SomePassword);

    [Fact]
    public async Task Banners_WithoutEnd_EndTheLogin()
    {
        byte[][] many = [.. Enumerable.Repeat(Banner("again"), 33)];
        await Misbehaves(
            kit => kit.PlayServer(
                null, Answer([Message.ToArray(new ServiceAccept("ssh-userauth")), .. many]), Answer([.. many, Failure("password")])),
            SshErrorCode.LimitExceeded, SomePassword);
    }

    [Fact]
    public async Task Banners_Huge_AreCutAtTheirLimit()
    {
        using LoginTestKit kit = new();
        byte[] banner = Banner(new string('x', 40_000));
        Task server = kit.PlayServer(null, Answer(Message.ToArray(new ServiceAccept("ssh-userauth"))), Answer(banner, banner, banner, Success()));
        LoginReport report = await kit.Login.LoginAsync("alice", [], kit.Deadline);
        await server;
        Assert.Equal(WireLimits.Text, report.Banner.Length);
    }

    [Fact]
    public async Task Prompts_WithoutEnd_EndTheLogin() => await Misbehaves(
        kit => kit.PlayServer("keyboard-interactive", [.. Enumerable.Repeat(Answer(Prompt(("More? ", true))), 40)]),
        SshErrorCode.LimitExceeded, Answers("yes"));

    [Theory]
    [InlineData(null, "rsa-sha2-512 rsa-sha2-256")] // each is tried where the server did not say
    [InlineData("ssh-ed25519,rsa-sha2-256,ssh-rsa", "rsa-sha2-256")]
    [InlineData("rsa-sha2-256,rsa-sha2-512", "rsa-sha2-512")] // the client's preference counts
    [InlineData("ssh-rsa", "")] // SHA-1 is not used unless it is named
    public async Task RsaKey_ByWhatTheServerAccepts_UsesTheseAlgorithms(string? serverAccepts, string expected)
    {
        string[] used = await AlgorithmsTried(serverAccepts, new LoginOptions(), RsaKey.Value);
        Assert.Equal(expected, string.Join(' ', used));
    }

    [Theory]
    [InlineData(null, "rsa-sha2-512 rsa-sha2-256 ssh-rsa")]
    [InlineData("ssh-rsa", "ssh-rsa")]
    public async Task RsaKey_WithSha1EnabledByName_UsesItLast(string? serverAccepts, string expected)
    {
        LoginOptions options = new();
        options = options with { SignatureAlgorithms = options.SignatureAlgorithms.Add("ssh-rsa") };
        Assert.Equal(expected, string.Join(' ', await AlgorithmsTried(serverAccepts, options, RsaKey.Value)));
    }

    [Fact]
    public async Task Ed25519Key_WhereTheServerListsOnlyRsa_IsTriedAllTheSame() =>
        Assert.Equal(["ssh-ed25519"], await AlgorithmsTried("rsa-sha2-512", new LoginOptions(), Key));

    [Theory]
    [InlineData(null, "publickey")]
    [InlineData("1", "publickey")] // a version that is not known
    [InlineData("0", "publickey-hostbound-v00@openssh.com")]
    public async Task Key_WhereTheServerTakesThat_IsBoundToItsHostKey(string? version, string method)
    {
        using LoginTestKit kit = new();
        if (version is not null)
            kit.Link.Client.PeerExtensions = kit.Link.Client.PeerExtensions.Add("publickey-hostbound@openssh.com", version);
        byte[] pkOk = Message.ToArray(new UserAuthPkOk("ssh-ed25519", Key.PublicKey.Blob.Span));
        List<byte[]> sent = [];
        _ = kit.PlayServer("publickey", payload => Keep(payload, pkOk), payload => Keep(payload, Success()));
        await kit.Login.LoginAsync("alice", [PrivateKeyCredential.FromKey(Key)], kit.Deadline);
        Assert.Equal(2, sent.Count);
        Assert.All(sent, payload =>
        {
            PublicKeyRequest request = Message.Decode<PublicKeyRequest>(payload);
            Assert.Equal(method, request.Method);
            Assert.Equal(method == "publickey" ? [] : kit.Link.Client.HostKey.ToArray(), request.ServerHostKey.ToArray());
        });
        Assert.True(SignedRequest.IsSignedBy(new OfferedKey(Key.PublicKey, null, "ssh-ed25519"), kit.Link.Client.SessionId.Span, sent[1]));

        byte[][] Keep(byte[] payload, byte[] answer)
        {
            sent.Add(payload);
            return [answer];
        }
    }

    [Fact]
    public async Task RsaKey_ThatTheServerTakesWithSha1Only_SaysSo()
    {
        using LoginTestKit kit = new();
        kit.Link.Client.PeerExtensions = ImmutableDictionary<string, string>.Empty.Add("server-sig-algs", "ssh-rsa");
        _ = kit.PlayServer("publickey");
        LoginException failure = await Assert.ThrowsAsync<LoginException>(
            () => kit.Login.LoginAsync("alice", [PrivateKeyCredential.FromKey(RsaKey.Value)], kit.Deadline));
        Assert.Equal(SshErrorCode.CredentialFailed, failure.Code);
        Assert.Contains("the server accepts ssh-rsa", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_WhoseSignatureIsRefused_IsNotCalledUnknown()
    {
        using LoginTestKit kit = new();
        byte[] pkOk = Message.ToArray(new UserAuthPkOk("ssh-ed25519", Key.PublicKey.Blob.Span));
        _ = kit.PlayServer("publickey", Answer(pkOk), Answer(Failure("publickey")));
        LoginException failure = await Assert.ThrowsAsync<LoginException>(
            () => kit.Login.LoginAsync("alice", [PrivateKeyCredential.FromKey(Key)], kit.Deadline));
        Assert.Equal([LoginOutcome.KeyAcceptedSignatureRefused], Outcomes(failure.Report));
        Assert.Equal(
            $"The server refused the ssh-ed25519 signature of the key {Key.PublicKey.Fingerprint} of alice; it accepts publickey.",
            failure.Sentence);
    }

    [Fact]
    public async Task Credential_SkippedAtFirst_IsUsedWhenItIsOfferedLater()
    {
        using LoginTestKit kit = new();
        byte[] pkOk = Message.ToArray(new UserAuthPkOk("ssh-ed25519", Key.PublicKey.Blob.Span));
        Task server = kit.PlayServer(
            "publickey", Answer(pkOk), Answer(Failure("password", partialSuccess: true)), Answer(Success()));
        LoginReport report = await kit.Login.LoginAsync("alice", [SomePassword, PrivateKeyCredential.FromKey(Key)], kit.Deadline);
        await server;
        Assert.Equal(["publickey", "password"], report.Attempts.Select(a => a.Method));
        Assert.Equal([LoginOutcome.PartialSuccess, LoginOutcome.Accepted], Outcomes(report));
    }

    [Fact]
    public async Task Server_ThatOffersNothing_IsToldSo()
    {
        using LoginTestKit kit = new();
        _ = kit.PlayServer("");
        LoginException failure = await Assert.ThrowsAsync<LoginException>(
            () => kit.Login.LoginAsync("alice", [SomePassword], kit.Deadline));
        Assert.StartsWith("The server offers alice no login method at all", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LearnMethods_BeforeALogin_AsksOnce()
    {
        using LoginTestKit kit = new();
        Task server = kit.PlayServer("publickey,password", Answer(Success()));
        Assert.Equal(["publickey", "password"], (await kit.Login.LearnMethodsAsync("alice", kit.Deadline)).ToArray());
        await kit.Login.LoginAsync("alice", [SomePassword], kit.Deadline);
        await server;
        Assert.True(kit.Login.IsComplete);
        Assert.Equal("C5 S6 C50 S51 C50 S52", kit.Link.Numbers);
    }

    [Fact]
    public void Login_BeforeTheHostKeyIsVerified_IsRefused()
    {
        using LoginTestKit kit = new();
        kit.Link.Client.HostKey = default;
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(
            () => new ClientLogin(kit.Link.Client, kit.ClientQueue, new LoginOptions()));
        Assert.Equal(SshErrorCode.Misuse, exception.Code);
    }

    [Fact]
    public async Task Connection_ThatEndsDuringALogin_IsNoRefusal()
    {
        using LoginTestKit kit = new();
        Task server = kit.PlayServer("password", _ =>
        {
            kit.Link.Client.Close(new TransportLostException(SshErrorCode.ConnectionLost, "The cable was cut."));
            return [];
        });
        TransportLostException exception = await Assert.ThrowsAsync<TransportLostException>(
            () => kit.Login.LoginAsync("alice", [SomePassword], kit.Deadline));
        await server;
        Assert.StartsWith("The cable was cut, in the login of alice, ", exception.Sentence, StringComparison.Ordinal);
        Assert.EndsWith(" seconds after it began; tried was the password (not answered).", exception.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PasswordCredential_AfterDispose_SendsNothing()
    {
        using LoginTestKit kit = new();
        _ = kit.PlayServer("password");
        PasswordCredential disposed = SomePassword;
        disposed.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => kit.Login.LoginAsync("alice", [disposed], kit.Deadline));
        Assert.Equal("C5 S6 C50 S51", kit.Link.Numbers);
    }

    private static byte[] Banner(string text) => Message.ToArray(new UserAuthBanner(text));

    private static async Task<string[]> AlgorithmsTried(string? serverAccepts, LoginOptions options, PrivateKey key)
    {
        using LoginTestKit kit = new();
        kit.Use(options);
        if (serverAccepts is not null)
            kit.Link.Client.PeerExtensions = kit.Link.Client.PeerExtensions.Add("server-sig-algs", serverAccepts);
        List<string> tried = [];
        _ = kit.PlayServer("publickey", [.. Enumerable.Repeat<Func<byte[], byte[][]>>(
            payload =>
            {
                tried.Add(Message.Decode<PublicKeyRequest>(payload).Algorithm);
                return [Failure("publickey")];
            },
            4)]);
        await Assert.ThrowsAsync<LoginException>(
            () => kit.Login.LoginAsync("alice", [PrivateKeyCredential.FromKey(key)], kit.Deadline));
        return [.. tried];
    }

    private static async Task<string> Misbehaves(Func<LoginTestKit, Task> server, SshErrorCode code, params Credential[] credentials)
    {
        using LoginTestKit kit = new();
        _ = server(kit);
        PeerMisbehavedException exception = await Assert.ThrowsAsync<PeerMisbehavedException>(
            () => kit.Login.LoginAsync("alice", credentials, kit.Deadline));
        Assert.Equal(code, exception.Code);
        Assert.False(kit.Login.IsComplete);
        return kit.Link.Numbers;
    }
}
