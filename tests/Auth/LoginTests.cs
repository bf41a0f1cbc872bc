using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;
using static LucidSsh.Tests.Auth.LoginTestKit;

namespace LucidSsh.Tests.Auth;

/// <summary>The client against the server: every method, every order of factors.</summary>
public sealed class LoginTests
{
    private static PasswordCredential RightPassword => new(LoginTestKit.Password);

    [Fact]
    public async Task Password_Right_LogsIn()
    {
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(Alice("publickey password keyboard-interactive"), RightPassword);

        Assert.True(report.Succeeded);
        Assert.Equal(["publickey", "password", "keyboard-interactive"], report.MethodsOffered.ToArray());
        LoginAttempt attempt = Assert.Single(report.Attempts);
        Assert.Equal(("password", LoginOutcome.Accepted), (attempt.Method, attempt.Outcome));
        Assert.Equal(LoginTestKit.User, kit.Result!.User);
        Assert.Equal(["password"], kit.Result.Methods.ToArray());
        Assert.Null(kit.Result.Key);
        Assert.True(kit.Link.Server.IsLoginComplete);
        Assert.Equal("C5 S6 C50 S51 C50 S52", kit.Link.Numbers);
    }

    [Fact]
    public async Task Password_Wrong_IsToldWithWhatTheServerAccepts()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(
            Alice("password publickey keyboard-interactive"), new PasswordCredential("wrong"));

        Assert.Equal(SshErrorCode.LoginRefused, failure.Code);
        Assert.Equal(
            "The server refused the password of alice; it accepts password, publickey or keyboard-interactive.", failure.Sentence);
        Assert.NotNull(failure.Remedy);
        Assert.Equal([LoginOutcome.Refused], Outcomes(failure.Report));
        Assert.NotEmpty(failure.RecentEvents);
    }

    [Theory]
    [InlineData("ssh-ed25519", "ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256")]
    [InlineData("ssh-rsa", "rsa-sha2-512")]
    public async Task PublicKey_OfEveryType_LogsInWithItsStrongestAlgorithm(string type, string algorithm)
    {
        PrivateKey key = type switch { "ssh-ed25519" => Key, "ssh-rsa" => RsaKey.Value, _ => EcdsaKey };
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(Alice("publickey", OtherKey, key), PrivateKeyCredential.FromKey(key));

        LoginAttempt attempt = Assert.Single(report.Attempts);
        Assert.Equal((type, key.PublicKey.Fingerprint, algorithm), (attempt.KeyType, attempt.KeyFingerprint, attempt.Algorithm));
        Assert.Equal(key.PublicKey, kit.Result!.Key!.Key);
        Assert.Equal($"permissions of {key.PublicKey}", kit.Result.Key.Permissions);
        Assert.Equal("C5 S6 C50 S51 C50 S60 C50 S52", kit.Link.Numbers);
    }

    [Fact]
    public async Task PublicKey_Unknown_IsRefusedWithoutASignature()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(Alice("publickey", OtherKey), PrivateKeyCredential.FromKey(Key));

        Assert.Equal(
            $"The server refused the key {Key.PublicKey.Fingerprint} of alice; it accepts publickey.", failure.Sentence);
        Assert.Equal("C5 S6 C50 S51 C50 S51", kit.Link.Numbers);
    }

    [Fact]
    public async Task PublicKey_FromASigner_LogsIn()
    {
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(
            Alice("publickey", Key), PrivateKeyCredential.FromSigner(new Signer(Key.PublicKey, Key)));
        Assert.True(report.Succeeded);
    }

    [Fact]
    public async Task PublicKey_WhoseSignerSignsWithAnotherKey_SendsNoSignature()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(
            Alice("publickey", Key), PrivateKeyCredential.FromSigner(new Signer(Key.PublicKey, OtherKey)));

        Assert.Equal(SshErrorCode.CredentialFailed, failure.Code);
        Assert.Contains("does not verify with its own public key", failure.Sentence, StringComparison.Ordinal);
        Assert.Equal("C5 S6 C50 S51 C50 S60", kit.Link.Numbers);
    }

    [Fact]
    public async Task PublicKey_WhoseSignerKnowsOnlySha1_IsToldSo()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(
            Alice("publickey", RsaKey.Value), PrivateKeyCredential.FromSigner(new Signer(RsaKey.Value.PublicKey, RsaKey.Value, "ssh-rsa")));
        Assert.Contains(
            "rsa-sha2-512 was asked of its signer, which answered with ssh-rsa: it is too old for the rsa-sha2 algorithms", failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk-ssh-ed25519@openssh.com")]
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com")]
    public async Task PublicKey_OfATokenThatSigns_LogsInWithItsOneAlgorithm(string type)
    {
        using SecurityToken token = new(type);
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey"));
        authenticator.AddUser(LoginTestKit.User, null, [new AuthorizedKey(token.PublicKey)]);
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(authenticator, PrivateKeyCredential.FromSigner(token));
        Assert.Equal(type, Assert.Single(report.Attempts).Algorithm);
    }

    [Fact]
    public async Task PublicKey_WhoseSignerThrows_IsNotCalledRefused()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(
            Alice("publickey", Key), PrivateKeyCredential.FromSigner(new Signer(Key.PublicKey, null)));

        Assert.Equal(SshErrorCode.CredentialFailed, failure.Code);
        Assert.Equal("the card was pulled", failure.InnerException!.Message);
        Assert.DoesNotContain("refused", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublicKey_SecondOfTwo_IsFound()
    {
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(
            Alice("publickey", Key), PrivateKeyCredential.FromKey(OtherKey), PrivateKeyCredential.FromKey(Key), RightPassword);
        Assert.Equal([LoginOutcome.Refused, LoginOutcome.Accepted, LoginOutcome.NotTried], Outcomes(report));
    }

    [Fact]
    public async Task KeyboardInteractive_SeveralRoundsAndOneWithoutPrompts_LogsIn()
    {
        List<string> seen = [];
        KeyboardInteractiveCredential answers = new(request =>
        {
            seen.Add($"{request.Name}|{request.Instruction}|{string.Join(',', request.Prompts.Select(p => $"{p.Text}{p.Echo}"))}");
            return [.. request.Prompts.Select(p => p.Echo ? "1234" : "secret")];
        });
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(new Questioner(), answers);

        Assert.True(report.Succeeded);
        Assert.Equal(["Two||Password: False,Code: True", "|well done|", "||Again: False"], seen);
        Assert.Equal("C5 S6 C50 S51 C50 S60 C61 S60 C61 S60 C61 S52", kit.Link.Numbers);
    }

    [Fact]
    public async Task KeyboardInteractive_WrongAnswer_IsRefused()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(Alice("keyboard-interactive"), Answers("wrong"));
        Assert.Equal(SshErrorCode.LoginRefused, failure.Code);
        Assert.Equal(
            "The server refused the keyboard-interactive answers (as the answer to “Password:”) of alice; it accepts "
            + "keyboard-interactive.",
            failure.Sentence);
    }

    [Fact]
    public async Task KeyboardInteractive_WrongNumberOfAnswers_FailsHereAndSendsNone()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(Alice("keyboard-interactive"), Answers("a", "b"));
        Assert.Equal(SshErrorCode.CredentialFailed, failure.Code);
        Assert.Contains("2 answers to 1 prompts (“Password:” (hidden))", failure.Sentence, StringComparison.Ordinal);
        Assert.Equal("C5 S6 C50 S51 C50 S60", kit.Link.Numbers);
    }

    [Fact]
    public async Task Password_WhereOnlyKeyboardInteractiveIsOffered_AnswersTheHiddenPrompt()
    {
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(Alice("keyboard-interactive"), RightPassword);
        LoginAttempt attempt = Assert.Single(report.Attempts);
        Assert.Equal(("keyboard-interactive", "the password"), (attempt.Method, attempt.Credential));
        Assert.Equal("as the answer to “Password:”", attempt.Detail);
    }

    [Fact]
    public async Task Password_BesideAnswersOfItsOwn_DoesNotAnswerInTheirPlace()
    {
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(
            Alice("keyboard-interactive,password"), RightPassword, Answers(LoginTestKit.Password));
        Assert.Equal(
            [("keyboard-interactive", "the keyboard-interactive answers"), ("password", "the password")],
            report.Attempts.Select(a => (a.Method, a.Credential)));
    }

    [Theory]
    [InlineData("Password: ", true)] // shown while typed: no place for a password
    [InlineData("Password: |Code: ", false)]
    public async Task Password_WhereTheQuestionIsAnother_IsNotSent(string prompts, bool echo)
    {
        using LoginTestKit kit = new();
        Task server = kit.PlayServer(
            "keyboard-interactive", Answer(Prompt([.. prompts.Split('|').Select(text => (text, echo))])));
        LoginException failure = await Assert.ThrowsAsync<LoginException>(
            () => kit.Login.LoginAsync("alice", [RightPassword], kit.Deadline));
        await server;
        Assert.Equal(SshErrorCode.CredentialFailed, failure.Code);
        Assert.EndsWith("C50 S60", kit.Link.Numbers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_WhereASecondPromptFollows_IsNotSentTwiceAndTheNextLoginGoesOn()
    {
        using LoginTestKit kit = new();
        Task server = kit.StartServer(new Questioner(twoRounds: true));
        LoginException failure = await Assert.ThrowsAsync<LoginException>(
            () => kit.Login.LoginAsync("alice", [RightPassword], kit.Deadline));
        Assert.Equal(SshErrorCode.CredentialFailed, failure.Code);
        Assert.Contains("the server asks another: “Password:” (hidden)", failure.Sentence, StringComparison.Ordinal);

        await kit.Login.LoginAsync("alice", [Answers(LoginTestKit.Password)], kit.Deadline); // ends the exchange that was left open
        await server;
        Assert.Equal("C5 S6 C50 S51 C50 S60 C61 S60 C50 S60 C61 S60 C61 S52", kit.Link.Numbers);
    }

    [Theory]
    [InlineData("publickey,password")]
    [InlineData("password,publickey")]
    [InlineData("publickey,keyboard-interactive")]
    [InlineData("keyboard-interactive,publickey,password")]
    [InlineData("password,keyboard-interactive,publickey")]
    [InlineData("publickey,publickey,password")]
    [InlineData("publickey,keyboard-interactive,publickey,password")]
    public async Task Factors_InAnyOrderAndDepth_LogIn(string methods)
    {
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(
            Alice(methods, Key, OtherKey),
            RightPassword, Answers(LoginTestKit.Password), PrivateKeyCredential.FromKey(OtherKey), PrivateKeyCredential.FromKey(Key));

        string[] used = [.. report.Accepted.Select(a => a.Method)];
        Assert.Contains(string.Join(',', used), methods.Split(' '));
        Assert.Equal(used, kit.Result!.Methods.ToArray());
        Assert.All(report.Accepted.SkipLast(1), a => Assert.Equal(LoginOutcome.PartialSuccess, a.Outcome));
        Assert.Equal(used.Count(m => m == "publickey"), kit.Result.Keys.Length);
    }

    [Fact]
    public async Task Factors_SecondNotGiven_SaysThatTheFirstWasAccepted()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(
            Alice("publickey,password publickey,keyboard-interactive", Key), PrivateKeyCredential.FromKey(Key));

        Assert.Equal(SshErrorCode.MoreFactorsRequired, failure.Code);
        Assert.Equal(
            $"The server accepted the key {Key.PublicKey.Fingerprint} of alice and wants a second factor: password or "
            + "keyboard-interactive.",
            failure.Sentence);
        Assert.Equal([LoginOutcome.PartialSuccess], Outcomes(failure.Report));
        Assert.Equal(["password", "keyboard-interactive"], failure.Report.CanContinue.ToArray());
    }

    [Fact]
    public async Task Factors_SecondRefused_SaysBoth()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(
            Alice("publickey,password", Key), PrivateKeyCredential.FromKey(Key), new PasswordCredential("wrong"));

        Assert.Equal(SshErrorCode.LoginRefused, failure.Code);
        Assert.Equal(
            $"The server accepted the key {Key.PublicKey.Fingerprint} of alice, then refused the password; it accepts password.",
            failure.Sentence);
    }

    [Fact]
    public async Task Factors_GivenInASecondLoginOnTheSameConnection_GoOn()
    {
        using LoginTestKit kit = new();
        Task server = kit.StartServer(Alice("publickey,password", Key));
        LoginException first = await Assert.ThrowsAsync<LoginException>(
            () => kit.Login.LoginAsync("alice", [PrivateKeyCredential.FromKey(Key)], kit.Deadline));
        Assert.Equal(SshErrorCode.MoreFactorsRequired, first.Code);

        LoginReport second = await kit.Login.LoginAsync("alice", [RightPassword], kit.Deadline);
        await server;
        Assert.True(second.Succeeded);
        Assert.Equal(["publickey", "password"], kit.Result!.Methods.ToArray());
        Assert.Equal("C5 S6 C50 S51 C50 S60 C50 S51 C50 S52", kit.Link.Numbers);
    }

    [Fact]
    public async Task Factors_SameKeyTwice_IsOneFactor()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(
            Alice("publickey,publickey", Key, OtherKey), PrivateKeyCredential.FromKey(Key), PrivateKeyCredential.FromKey(Key));
        Assert.Equal([LoginOutcome.PartialSuccess, LoginOutcome.Refused], Outcomes(failure.Report));
    }

    [Fact]
    public async Task None_WhereNoLoginIsWanted_LogsIn()
    {
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(Alice("none"));
        Assert.Equal(("none", LoginOutcome.Accepted), (report.Attempts[0].Method, report.Attempts[0].Outcome));
        Assert.Equal("C5 S6 C50 S52", kit.Link.Numbers);
    }

    [Fact]
    public async Task Credentials_OfNoOfferedKind_AreNotSent()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(Alice("publickey", Key), RightPassword);
        Assert.Equal(SshErrorCode.LoginRefused, failure.Code);
        Assert.Equal(
            "The server accepts publickey from alice; none of that kind was given, only the password.", failure.Sentence);
        Assert.Equal([LoginOutcome.NotOffered], Outcomes(failure.Report));
        Assert.Equal("C5 S6 C50 S51", kit.Link.Numbers);
    }

    [Theory]
    [InlineData("new password", "password", LoginOutcome.Accepted)]
    [InlineData("short|new password", "password", LoginOutcome.Accepted)]
    [InlineData("new password", "password,publickey", LoginOutcome.PartialSuccess)]
    [InlineData("short|short|short|short|new password", "password", LoginOutcome.PasswordExpired)] // it gives up after four
    [InlineData("", "password", LoginOutcome.PasswordExpired)]
    [InlineData("unchanged", "password", LoginOutcome.PasswordExpired)]
    public async Task Password_Expired_IsChangedByTheCallback(string newPasswords, string methods, LoginOutcome outcome)
    {
        Queue<string> fresh = new(newPasswords.Split('|', StringSplitOptions.RemoveEmptyEntries));
        List<PasswordChange> asked = [];
        using PasswordCredential credential = new(LoginTestKit.Password, (change, _) =>
        {
            asked.Add(change);
            return ValueTask.FromResult(fresh.Count == 0 ? null : fresh.Dequeue());
        });
        using LoginTestKit kit = new();
        Task server = kit.StartServer(new Expirer(methods));
        try
        {
            LoginReport report = await kit.Login.LoginAsync("alice", [credential], kit.Deadline);
            Assert.Equal([outcome], Outcomes(report));
            await server;
        }
        catch (LoginException failure)
        {
            Assert.Equal(outcome, Assert.Single(Outcomes(failure.Report)));
            if (outcome == LoginOutcome.PasswordExpired)
            {
                Assert.Equal(SshErrorCode.PasswordExpired, failure.Code);
                Assert.StartsWith("The password of alice has expired and was not changed", failure.Sentence, StringComparison.Ordinal);
            }
        }

        Assert.Equal(("alice", "Choose a new one", 1), (asked[0].User, asked[0].Prompt, asked[0].Round));
    }

    [Fact]
    public async Task Password_ExpiredAndNoCallback_IsToldWithTheServersWords()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(new Expirer("password"), RightPassword);
        Assert.Equal(SshErrorCode.PasswordExpired, failure.Code);
        Assert.Equal(
            "The password of alice has expired and was not changed: the server says: Choose a new one.", failure.Sentence);
    }

    [Fact]
    public async Task Server_ThatDisconnectsAfterTooManyKeys_IsExplained()
    {
        using LoginTestKit kit = new();
        kit.ServerOptions = kit.ServerOptions with { MaxAttempts = 2 };
        PrivateKeyCredential[] keys = [.. Enumerable.Range(0, 4).Select(_ => PrivateKeyCredential.FromKey(OtherKey))];
        LoginException failure = await kit.FailAsync(Alice("publickey", Key), keys);

        Assert.StartsWith(
            "The peer disconnected: NoMoreAuthMethodsAvailable during the login of alice; tried were the key SHA256:", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains(" (not answered), and not the key SHA256:", failure.Sentence, StringComparison.Ordinal);
        Assert.Equal(SshErrorCode.PeerDisconnected, Assert.IsAssignableFrom<SshException>(failure.InnerException).Code);
        Assert.Equal(LoginOutcome.NotTried, failure.Report.Attempts[^1].Outcome);
        Assert.Equal(4, failure.Report.Attempts.Length);
        Assert.Equal(SshErrorCode.LoginLimitReached, kit.ServerFailure!.Code);
        Assert.Equal(2, kit.Link.Numbers.Split("S51").Length - 2); // besides the one for the methods
    }

    [Fact]
    public async Task Client_WithALimit_StopsThere()
    {
        using LoginTestKit kit = new();
        kit.Use(new LoginOptions { MaxAttempts = 2 });
        PasswordCredential[] wrong = [.. Enumerable.Range(0, 4).Select(i => new PasswordCredential($"wrong {i}"))];
        LoginException failure = await kit.FailAsync(Alice("password"), wrong);
        Assert.Equal(
            [LoginOutcome.Refused, LoginOutcome.Refused, LoginOutcome.NotTried, LoginOutcome.NotTried], Outcomes(failure.Report));
        Assert.EndsWith("; 2 more were not tried, as 2 is this side's limit (LoginOptions.MaxAttempts).", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task User_Unknown_LooksLikeAWrongPassword()
    {
        using LoginTestKit known = new(), unknown = new();
        LoginException first = await known.FailAsync(Alice("password publickey", Key), new PasswordCredential("wrong"));
        _ = unknown.StartServer(Alice("password publickey", Key));
        LoginException second = await Assert.ThrowsAsync<LoginException>(
            () => unknown.Login.LoginAsync("mallory", [new PasswordCredential("wrong")], unknown.Deadline));

        Assert.Equal(first.Sentence.Replace("alice", "mallory", StringComparison.Ordinal), second.Sentence);
        Assert.Equal(known.Link.Numbers, unknown.Link.Numbers);
    }

    [Fact]
    public async Task Banner_FromTheServer_IsInTheReportWithoutControlCharacters()
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("none"), "Welcome\u001b[2J\r\nto the \u202emachine");
        using LoginTestKit kit = new();
        LoginReport report = await kit.RunAsync(authenticator);
        Assert.Equal("Welcome\\u001b[2J\nto the \\u202emachine", report.Banner);
        Assert.Equal("C5 S6 C50 S53 S52", kit.Link.Numbers);
    }

    [Fact]
    public async Task Trace_AtEveryMask_HoldsNoSecret()
    {
        using LoginTestKit kit = new();
        using PasswordCredential expired = new(LoginTestKit.Password, (_, _) => ValueTask.FromResult<string?>("new password"));
        LoginException failure = await kit.FailAsync(
            new Expirer("password,keyboard-interactive"), expired, Answers("the wrong answer"));

        string everything = $"{kit.Trace}{failure}{failure.Report}{string.Join('\n', failure.Report.Attempts)}{expired}";
        foreach (string secret in (ReadOnlySpan<string>)[LoginTestKit.Password, "new password", "the wrong answer"])
            Assert.DoesNotContain(secret, everything, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("login requested method=password user=alice", kit.Trace, StringComparison.Ordinal);
        Assert.Contains("answer=\"partial success\" can_continue=keyboard-interactive", kit.Trace, StringComparison.Ordinal);
        Assert.Contains("answer=\"password expired\"", kit.Trace, StringComparison.Ordinal);
        Assert.Contains("prompts round=1 prompts=1", kit.Trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_WhileTheUserIsAsked_EndsTheLogin()
    {
        using LoginTestKit kit = new();
        using CancellationTokenSource cancel = new();
        KeyboardInteractiveCredential slow = new(async (_, cancellationToken) =>
        {
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return [];
        });
        _ = kit.StartServer(Alice("keyboard-interactive"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => kit.Login.LoginAsync("alice", [slow], cancel.Token));
    }

    private sealed class Signer(PublicKey publicKey, PrivateKey? signsWith, string? always = null) : ISigner
    {
        public PublicKey PublicKey => publicKey;

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
            signsWith is null
                ? throw new IOException("the card was pulled")
                : ValueTask.FromResult(signsWith.Sign(always ?? algorithm, data.Span, SystemRandom.Shared));
    }

    // Asks for the password and a code, shows a text, asks for the password again; or asks twice.
    private sealed class Questioner(bool twoRounds = false) : Authenticator
    {
        public override AuthenticationMethods MethodsFor(LoginContext context) => AuthenticationMethods.Parse("keyboard-interactive");

        public override async ValueTask<bool> InteractAsync(
            LoginContext context, IInteraction interaction, CancellationToken cancellationToken)
        {
            if (twoRounds)
            {
                InteractiveRequest question = new("", "", [new("Password: ", false)]);
                IReadOnlyList<string> one = await interaction.AskAsync(question, cancellationToken);
                IReadOnlyList<string> two = await interaction.AskAsync(question, cancellationToken);
                return one[0] == LoginTestKit.Password && two[0] == LoginTestKit.Password;
            }

            IReadOnlyList<string> first = await interaction.AskAsync(
                new InteractiveRequest("Two", "", [new("Password: ", false), new("Code: ", true)]), cancellationToken);
            await interaction.AskAsync(new InteractiveRequest("", "well done", []), cancellationToken);
            IReadOnlyList<string> last = await interaction.AskAsync(
                new InteractiveRequest("", "", [new("Again: ", false)]), cancellationToken);
            return first is ["secret", "1234"] && last is ["secret"];
        }
    }

    // Wants a new password of more than eight characters; "unchanged" cannot be set.
    private sealed class Expirer(string methods) : Authenticator
    {
        public override AuthenticationMethods MethodsFor(LoginContext context) => AuthenticationMethods.Parse(methods);

        public override ValueTask<PasswordVerdict> CheckPasswordAsync(
            LoginContext context, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
            ValueTask.FromResult(PasswordVerdict.ChangeRequired("Choose a new one"));

        public override ValueTask<PasswordVerdict> ChangePasswordAsync(
            LoginContext context, ReadOnlyMemory<byte> oldPassword, ReadOnlyMemory<byte> newPassword,
            CancellationToken cancellationToken)
        {
            string fresh = System.Text.Encoding.UTF8.GetString(newPassword.Span);
            bool rightOld = System.Text.Encoding.UTF8.GetString(oldPassword.Span) == LoginTestKit.Password;
            return ValueTask.FromResult(
                !rightOld || fresh == "unchanged" ? PasswordVerdict.Refused
                : fresh.Length > 8 ? PasswordVerdict.Accepted
                : PasswordVerdict.ChangeRequired("Longer"));
        }

        public override async ValueTask<bool> InteractAsync(
            LoginContext context, IInteraction interaction, CancellationToken cancellationToken) =>
            (await interaction.AskAsync(new("", "", [new("Code: ", false)]), cancellationToken))[0] == "42";
    }
}
