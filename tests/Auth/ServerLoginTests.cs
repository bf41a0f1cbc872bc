using System.Text;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;
using static LucidSsh.Tests.Auth.LoginTestKit;

namespace LucidSsh.Tests.Auth;

/// <summary>The server against clients that play by a script: those who would come in without the right, and those who break the
/// rules.</summary>
public sealed class ServerLoginTests
{
    [Fact]
    public async Task User_ChangedAfterAFactor_BeginsAgain()
    {
        using LoginTestKit kit = new();
        SimpleAuthenticator authenticator = Alice("publickey,password", Key);
        authenticator.AddUser("bob", "bob's password");
        await using ScriptedClient client = new(kit, authenticator);

        Assert.True((await client.SignedAsync("alice", Key, Key)).PartialSuccess);
        UserAuthFailure failure = await client.FailureAsync(PasswordOf("bob", "bob's password"));

        Assert.False(failure.PartialSuccess); // a password is not bob's first factor
        Assert.Equal(["publickey"], failure.CanContinue.ToArray());
        Assert.Null(kit.Result);
    }

    [Fact]
    public async Task User_ChangedAndChangedBack_BeginsAgain()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("publickey,password", Key));
        Assert.True((await client.SignedAsync("alice", Key, Key)).PartialSuccess);
        await client.FailureAsync(PasswordOf("bob", "x"));
        UserAuthFailure failure = await client.FailureAsync(PasswordOf("alice", LoginTestKit.Password));
        Assert.False(failure.PartialSuccess);
        Assert.Equal(["publickey"], failure.CanContinue.ToArray());
    }

    [Fact]
    public async Task Key_AskedAbout_IsNotTheKeyThatLogsIn()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("publickey", Key, OtherKey));
        Assert.Equal(60, (await client.AskAsync(Question("alice", Key)))[0]);
        Assert.Equal(52, (await client.AskAsync(Signed(kit, "alice", OtherKey.PublicKey, OtherKey)))[0]);
        await client.EndAsync();
        Assert.Equal(OtherKey.PublicKey, Assert.Single(kit.Result!.Keys).Key); // the last one that was verified, not asked about
    }

    [Fact]
    public async Task Signature_ByAnotherKey_AfterPkOkForTheRightOne_IsRefused()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("publickey", Key));
        Assert.Equal(60, (await client.AskAsync(Question("alice", Key)))[0]);
        Assert.Equal(51, (await client.AskAsync(Signed(kit, "alice", Key.PublicKey, OtherKey)))[0]); // A's name, B's signature
        Assert.Equal(51, (await client.AskAsync(Signed(kit, "alice", OtherKey.PublicKey, OtherKey)))[0]); // B is nobody's
        Assert.Null(kit.Result);
    }

    [Fact]
    public async Task Signature_ForAnotherUserSessionOrRequest_IsRefused()
    {
        using LoginTestKit kit = new();
        SimpleAuthenticator authenticator = Alice("publickey", Key);
        authenticator.AddUser("bob", null, [new AuthorizedKey(Key.PublicKey)]);
        await using ScriptedClient client = new(kit, authenticator);

        byte[] forAlice = Signed(kit, "alice", Key.PublicKey, Key);
        Assert.Equal(51, (await client.AskAsync(Replace(forAlice, "alice", "bob")))[0]);
        byte[] otherSession = SignedRequest.DataToSign(new byte[32], "alice", "ssh-connection", "ssh-ed25519", Key.PublicKey.Blob.Span);
        Assert.Equal(51, (await client.AskAsync(With("alice", Key.PublicKey, Sign(Key, otherSession))))[0]);
        byte[] otherTruth = [.. forAlice];
        otherTruth[Array.LastIndexOf(forAlice, (byte)'y', Array.IndexOf(forAlice, (byte)'k') + 9) + 1] = 2; // TRUE written as 2
        Assert.Equal(51, (await client.AskAsync(otherTruth))[0]);
        Assert.Equal(52, (await client.AskAsync(forAlice))[0]); // and the request itself was sound
        await client.EndAsync();
    }

    [Fact]
    public async Task Signature_WithAnyBitChanged_IsRefused()
    {
        for (int i = 0; i < 64; i += 7)
        {
            using LoginTestKit kit = new();
            await using ScriptedClient client = new(kit, Alice("publickey", Key));
            byte[] payload = Signed(kit, "alice", Key.PublicKey, Key);
            payload[^(i + 1)] ^= 4;
            Assert.Equal(51, (await client.AskAsync(payload))[0]);
        }
    }

    [Theory]
    [InlineData("ssh-rsa")]
    [InlineData("ssh-ed25519")] // not an RSA algorithm at all
    [InlineData("rsa-sha2-512-cert-v01@openssh.com")]
    public async Task RsaKey_WithAnAlgorithmThatIsNotEnabled_IsRefused(string algorithm)
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("publickey", RsaKey.Value));
        PublicKey key = RsaKey.Value.PublicKey;
        byte[] data = SignedRequest.DataToSign(kit.Link.Server.SessionId.Span, "alice", "ssh-connection", algorithm, key.Blob.Span);
        string signWith = key.SignatureAlgorithms.Contains(algorithm) ? algorithm : "rsa-sha2-512";
        byte[] signature = RsaKey.Value.Sign(signWith, data, SystemRandom.Shared);
        byte[] payload = Message.ToArray(new PublicKeyRequest("alice", "ssh-connection", algorithm, key.Blob.Span, true, signature));
        Assert.Equal(51, (await client.AskAsync(payload))[0]);
    }

    [Fact]
    public async Task Key_ThatIsNoKey_IsRefusedLikeAnUnknownOne()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("publickey", Key));
        foreach (byte[] blob in (byte[][])[[], [0, 0, 0, 200], "nonsense"u8.ToArray(), Key.PublicKey.Blob[..^1].ToArray()])
        {
            byte[] payload = Message.ToArray(new PublicKeyRequest("alice", "ssh-connection", "ssh-ed25519", blob, false, []));
            Assert.Equal(51, (await client.AskAsync(payload))[0]);
        }
    }

    [Theory]
    [InlineData(51)]
    [InlineData(52)] // CVE-2018-10933: a client that says SUCCESS is not logged in
    [InlineData(53)]
    [InlineData(60)]
    [InlineData(61)]
    [InlineData(6)]
    [InlineData(79)]
    public async Task Message_ThatIsTheServersToSend_EndsTheConnection(byte number)
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("password"));
        client.Send([number]);
        await client.EndAsync();
        Assert.Equal(SshErrorCode.UnexpectedMessage, kit.ServerFailure!.Code);
        Assert.False(kit.Link.Server.IsLoginComplete);
    }

    [Fact]
    public async Task Request_BeforeTheService_EndsTheConnection()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("none"), asksForService: false);
        client.Send(Message.ToArray(new NoneRequest("alice", "ssh-connection")));
        await client.EndAsync();
        Assert.Equal(SshErrorCode.UnexpectedMessage, kit.ServerFailure!.Code);
    }

    [Theory]
    [InlineData("ssh-connection", "ssh-connection")] // the service behind the login, without the login
    [InlineData("ssh-userauth", "ssh-userauth")]
    [InlineData("ssh-userauth", "another")]
    public async Task Service_ThatIsNone_EndsTheConnection(string first, string second)
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("none"), asksForService: false);
        client.Send(Message.ToArray(new ServiceRequest(first)));
        client.Send(Message.ToArray(new NoneRequest("alice", second)));
        await client.EndAsync();
        Assert.Equal(SshErrorCode.ServiceRefused, kit.ServerFailure!.Code);
        Assert.Equal(DisconnectReason.ServiceNotAvailable, kit.ServerFailure.TellPeer);
    }

    [Fact]
    public async Task Attempts_BeyondTheLimit_EndTheConnection()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("password"));
        await client.FailureAsync(Message.ToArray(new NoneRequest("alice", "ssh-connection"))); // the first does not count
        for (int i = 0; i < 5; i++)
            await client.FailureAsync(PasswordOf(i % 2 == 0 ? "alice" : "bob", "wrong")); // another user does not begin a new count
        await client.FailureAsync(Message.ToArray(new NoneRequest("alice", "ssh-connection"))); // this one does
        await client.EndAsync();
        Assert.Equal(SshErrorCode.LoginLimitReached, kit.ServerFailure!.Code);
        Assert.Equal(DisconnectReason.NoMoreAuthMethodsAvailable, kit.ServerFailure.TellPeer);
    }

    [Fact]
    public async Task Questions_WithoutEnd_EndTheConnection()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("publickey", Key));
        int answers = 0;
        while (kit.ServerFailure is null && answers < 1000)
        {
            client.Send(Question("alice", Key));
            if (kit.Link.Client.Closed is not null || await client.TryReadAsync() is null)
                break;
            answers++;
        }

        await client.EndAsync();
        Assert.Equal(SshErrorCode.LoginLimitReached, kit.ServerFailure!.Code);
        Assert.InRange(answers, 6, 256);
    }

    [Fact]
    public async Task Grace_Passed_EndsTheConnectionAlsoWhileAnEmbedderWaits()
    {
        ManualTime time = new();
        using LoginTestKit kit = new();
        LinkedTransports link = new(time);
        MessageQueue queue = new();
        link.Server.Receiver = queue;
        Task<LoginResult> server = ServerLogin.RunAsync(
            link.Server, queue, new Careless(), new ServerLoginOptions { GraceTime = TimeSpan.FromSeconds(90) }, kit.Deadline);
        link.Client.SendPayload(Message.ToArray(new ServiceRequest("ssh-userauth")));
        link.Client.SendPayload(Message.ToArray(new KeyboardInteractiveRequest("alice", "ssh-connection")));
        while (!link.Numbers.EndsWith("S60", StringComparison.Ordinal))
            await Task.Delay(1, kit.Deadline);
        time.Advance(TimeSpan.FromSeconds(89));
        Assert.False(server.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        PeerMisbehavedException exception = await Assert.ThrowsAsync<PeerMisbehavedException>(() => server.WaitAsync(kit.Deadline));
        Assert.Equal("The client did not log in within 90 seconds.", exception.Sentence);
    }

    [Fact]
    public async Task Refusal_IsNotSentBeforeItsTime()
    {
        ManualTime time = new();
        using LoginTestKit kit = new();
        LinkedTransports link = new(time);
        MessageQueue queue = new();
        link.Server.Receiver = queue;
        _ = ServerLogin.RunAsync(
            link.Server, queue, Alice("password"), new ServerLoginOptions { RefusalTime = TimeSpan.FromMilliseconds(50) }, kit.Deadline);
        link.Client.SendPayload(Message.ToArray(new ServiceRequest("ssh-userauth")));
        link.Client.SendPayload(PasswordOf("alice", "wrong"));
        await time.WhenSomebodyWaits(2, kit.Deadline); // the grace time and the refusal
        Assert.Equal("C5 C50 S6", string.Join(' ', link.Numbers.Split(' ').Order()));
        time.Advance(TimeSpan.FromMilliseconds(51));
        while (!link.Numbers.EndsWith("S51", StringComparison.Ordinal))
            await Task.Delay(1, kit.Deadline);
    }

    [Fact]
    public async Task Refusal_OfAnAnswerThatTookItsUserLong_ComesAsSoonAsAnyOther()
    {
        ManualTime time = new();
        using LoginTestKit kit = new();
        LinkedTransports link = new(time);
        MessageQueue queue = new();
        link.Server.Receiver = queue;
        _ = ServerLogin.RunAsync(
            link.Server, queue, Alice("keyboard-interactive"), new ServerLoginOptions { RefusalTime = TimeSpan.FromMilliseconds(50) }, kit.Deadline);
        link.Client.SendPayload(Message.ToArray(new ServiceRequest("ssh-userauth")));
        link.Client.SendPayload(Message.ToArray(new KeyboardInteractiveRequest("alice", "ssh-connection")));
        while (!link.Numbers.EndsWith("S60", StringComparison.Ordinal))
            await Task.Delay(1, kit.Deadline);
        time.Advance(TimeSpan.FromSeconds(10));
        link.Client.SendPayload(Message.ToArray(new UserAuthInfoResponse([new Secret("wrong"u8.ToArray())])));
        await time.WhenSomebodyWaits(2, kit.Deadline); // the grace time and the refusal
        time.Advance(TimeSpan.FromMilliseconds(51));
        while (!link.Numbers.EndsWith("S51", StringComparison.Ordinal))
            await Task.Delay(1, kit.Deadline);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Answers_OfAnotherNumber_AreRefused(int count)
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("keyboard-interactive"));
        Assert.Equal(60, (await client.AskAsync(Message.ToArray(new KeyboardInteractiveRequest("alice", "ssh-connection"))))[0]);
        Secret[] answers = [.. Enumerable.Range(0, count).Select(_ => new Secret(Encoding.UTF8.GetBytes(LoginTestKit.Password)))];
        Assert.Equal(51, (await client.AskAsync(Message.ToArray(new UserAuthInfoResponse([.. answers]))))[0]); // RFC 4256 section 3.4
    }

    [Fact]
    public async Task Questions_AbandonedForAnotherRequest_GrantNothing()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, new Careless());
        Assert.Equal(60, (await client.AskAsync(Message.ToArray(new KeyboardInteractiveRequest("alice", "ssh-connection"))))[0]);
        UserAuthFailure failure = await client.FailureAsync(PasswordOf("alice", "wrong"));
        Assert.False(failure.PartialSuccess);
        Assert.Null(kit.Result);
        Assert.Equal("C5 S6 C50 S60 C50 S51", kit.Link.Numbers); // one answer to the second request, none to the first
    }

    [Fact]
    public async Task Questions_AnsweredOutOfTheProtocol_GrantNothingHoweverCarelessTheEmbedder()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, new Careless());
        Assert.Equal(60, (await client.AskAsync(Message.ToArray(new KeyboardInteractiveRequest("alice", "ssh-connection"))))[0]);
        client.Send([61, 0xff, 0xff, 0xff, 0xff]);
        await client.EndAsync();
        Assert.Equal(SshErrorCode.Malformed, kit.ServerFailure!.Code);
        Assert.Null(kit.Result);
    }

    [Fact]
    public async Task Authenticator_ThatThrows_LetsNobodyIn()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, new Broken());
        client.Send(PasswordOf("alice", "secret"));
        await client.EndAsync();
        Assert.Equal(SshErrorCode.CredentialFailed, kit.ServerFailure!.Code);
        Assert.Equal("the database is down", kit.ServerFailure.InnerException!.Message);
        Assert.False(kit.Link.Server.IsLoginComplete);
    }

    [Fact]
    public async Task Authenticator_ThatAnswersWithAnotherKey_LetsNobodyIn()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, new Broken());
        client.Send(Signed(kit, "alice", Key.PublicKey, Key));
        await client.EndAsync();
        Assert.Equal(SshErrorCode.CredentialFailed, kit.ServerFailure!.Code);
        Assert.Null(kit.Result);
    }

    [Fact]
    public async Task Method_ThatIsNotWanted_IsNotJudged()
    {
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("publickey,password", Key));
        UserAuthFailure failure = await client.FailureAsync(PasswordOf("alice", LoginTestKit.Password));
        Assert.False(failure.PartialSuccess);
        Assert.Equal(["publickey"], failure.CanContinue.ToArray());
        foreach (string method in (string[])["hostbased", "gssapi-with-mic"])
            await client.FailureAsync(Message.ToArray(new UserAuthRequest("alice", "ssh-connection", method, "anything"u8)));
    }

    [Fact]
    public async Task Payload_WithAPassword_IsZeroedAfterUse()
    {
        Keeper keeper = new();
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, keeper);
        await client.FailureAsync(PasswordOf("alice", "a secret"));
        await client.FailureAsync(PasswordOf("alice", "another")); // the first request is over for certain
        Assert.Equal("a secret", keeper.Seen[0]);
        Assert.All(keeper.Kept[0].ToArray(), b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData(50, 4)]
    [InlineData(50, 30)]
    [InlineData(5, 2)]
    public async Task Request_Truncated_EndsTheConnection(byte number, int length)
    {
        byte[] whole = number == 5 ? Message.ToArray(new ServiceRequest("ssh-userauth")) : PasswordOf("alice", "secret");
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, Alice("password"));
        client.Send(whole[..length]);
        await client.EndAsync();
        Assert.Equal(SshErrorCode.Malformed, kit.ServerFailure!.Code);
    }

    [Fact]
    public async Task Password_OfAUserWithoutOne_IsRefused()
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("password"));
        authenticator.AddUser("alice", null);
        using LoginTestKit kit = new();
        await using ScriptedClient client = new(kit, authenticator);
        await client.FailureAsync(PasswordOf("alice", ""));
        await client.FailureAsync(PasswordOf("nobody", ""));
    }

    private static byte[] PasswordOf(string user, string password) =>
        Message.ToArray(new PasswordRequest(user, "ssh-connection", Encoding.UTF8.GetBytes(password)));

    private static byte[] Question(string user, PrivateKey key) => Message.ToArray(new PublicKeyRequest(
        user, "ssh-connection", key.PublicKey.SignatureAlgorithms[0], key.PublicKey.Blob.Span, false, []));

    private static byte[] Signed(LoginTestKit kit, string user, PublicKey named, PrivateKey signsWith) => With(
        user, named,
        Sign(signsWith, SignedRequest.DataToSign(
            kit.Link.Server.SessionId.Span, user, "ssh-connection", named.SignatureAlgorithms[0], named.Blob.Span)));

    private static byte[] Sign(PrivateKey key, byte[] data) =>
        key.Sign(key.PublicKey.SignatureAlgorithms[0], data, SystemRandom.Shared);

    private static byte[] With(string user, PublicKey key, byte[] signature) =>
        Message.ToArray(new PublicKeyRequest(user, "ssh-connection", key.SignatureAlgorithms[0], key.Blob.Span, true, signature));

    private static byte[] Replace(byte[] payload, string oldUser, string newUser)
    {
        UserAuthRequest request = Message.Decode<UserAuthRequest>(payload);
        Assert.Equal(oldUser, request.User);
        return Message.ToArray(new UserAuthRequest(newUser, request.Service, request.Method, request.Fields));
    }

    /// <summary>A client that sends what a test says.</summary>
    private sealed class ScriptedClient : IAsyncDisposable
    {
        private readonly LoginTestKit _kit;
        private readonly Task _server;

        public ScriptedClient(LoginTestKit kit, Authenticator authenticator, bool asksForService = true)
        {
            _kit = kit;
            _server = kit.StartServer(authenticator);
            if (!asksForService)
                return;
            Send(Message.ToArray(new ServiceRequest("ssh-userauth")));
            Assert.Equal(6, kit.ClientQueue.ReadAsync(kit.Deadline).AsTask().GetAwaiter().GetResult()[0]);
        }

        public void Send(byte[] payload) => _kit.Link.Client.SendPayload(payload);

        public async Task<byte[]> AskAsync(byte[] payload)
        {
            Send(payload);
            return await _kit.ClientQueue.ReadAsync(_kit.Deadline);
        }

        public async Task<byte[]?> TryReadAsync()
        {
            try
            {
                return await _kit.ClientQueue.ReadAsync(_kit.Deadline);
            }
            catch (SshException)
            {
                return null;
            }
        }

        public async Task<UserAuthFailure> FailureAsync(byte[] payload) => Message.Decode<UserAuthFailure>(await AskAsync(payload));

        public Task<UserAuthFailure> SignedAsync(string user, PublicKey named, PrivateKey signsWith) =>
            FailureAsync(Signed(_kit, user, named, signsWith));

        public Task<UserAuthFailure> SignedAsync(string user, PrivateKey named, PrivateKey signsWith) =>
            SignedAsync(user, named.PublicKey, signsWith);

        /// <summary>Waits until the server's login has ended.</summary>
        public Task EndAsync() => _server.WaitAsync(_kit.Deadline);

        public async ValueTask DisposeAsync()
        {
            _kit.Link.Client.Close(new TransportLostException(SshErrorCode.Disconnected, "The test is over."));
            await EndAsync();
        }
    }

    // Asks without the login's token, swallows whatever happens and lets everybody in.
    private sealed class Careless : Authenticator
    {
        public override async ValueTask<bool> InteractAsync(
            LoginContext context, IInteraction interaction, CancellationToken cancellationToken)
        {
            try
            {
                await interaction.AskAsync(new InteractiveRequest("", "", [new("Code: ", false)]), CancellationToken.None);
            }
            catch (Exception)
            {
                return true;
            }

            return false;
        }
    }

    private sealed class Broken : Authenticator
    {
        public override ValueTask<PasswordVerdict> CheckPasswordAsync(
            LoginContext context, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("the database is down");

        public override ValueTask<AuthorizedKey?> FindKeyAsync(
            LoginContext context, PublicKey key, CancellationToken cancellationToken) =>
            ValueTask.FromResult<AuthorizedKey?>(new AuthorizedKey(OtherKey.PublicKey));
    }

    private sealed class Keeper : Authenticator
    {
        public List<ReadOnlyMemory<byte>> Kept { get; } = [];

        public List<string> Seen { get; } = [];

        public override ValueTask<PasswordVerdict> CheckPasswordAsync(
            LoginContext context, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
        {
            Kept.Add(password);
            Seen.Add(Encoding.UTF8.GetString(password.Span));
            return ValueTask.FromResult(PasswordVerdict.Refused);
        }
    }
}
