using LucidSsh.Auth;
using LucidSsh.Wire;
using static LucidSsh.Tests.Auth.LoginTestKit;

namespace LucidSsh.Tests.Auth;

/// <summary>The method gssapi-with-mic with a mechanism and a server that play by a script.</summary>
public sealed class GssApiLoginTests
{
    private static readonly byte[] Oid = [0x06, 0x03, 1, 2, 3];

    [Fact]
    public async Task Tokens_InSeveralRounds_EndWithTheCodeOfThisSession()
    {
        using LoginTestKit kit = new();
        using Mechanism mechanism = new(rounds: 3);
        List<byte[]> sent = [];
        Task server = kit.PlayServer(
            "gssapi-with-mic", Keep(Chosen(Oid)), Keep(Token("a")), Keep(Token("b")), Keep(), Keep(Success()));
        LoginReport report = await kit.Login.LoginAsync("alice", [mechanism], kit.Deadline);
        await server;
        Assert.Equal((LoginOutcome.Accepted, "gssapi-with-mic"), (Assert.Single(report.Attempts).Outcome, report.Attempts[0].Method));
        Assert.Equal("C5 S6 C50 S51 C50 S60 C61 S61 C61 S61 C61 C66 S52", kit.Link.Numbers);
        Assert.Equal(Oid, Assert.Single(Message.Decode<GssApiRequest>(sent[0]).Mechanisms).ToArray());
        Assert.Equal(["", "a", "b"], mechanism.Taken);
        byte[] mic = Message.Decode<UserAuthGssApiMic>(sent[4]).Mic.ToArray();
        Assert.Equal(
            [.. kit.Link.Client.SessionId.ToArray().Prepend<byte>(32).Prepend<byte>(0).Prepend<byte>(0).Prepend<byte>(0), 50, .. String("alice"), .. String("ssh-connection"), .. String("gssapi-with-mic")], mic);
        Assert.True(mechanism.IsDisposedContext);

        Func<byte[], byte[][]> Keep(params byte[][] answers) => payload =>
        {
            sent.Add(payload);
            return answers;
        };
    }

    [Fact]
    public async Task Mechanism_WithoutATicket_AsksTheServerNothing()
    {
        using LoginTestKit kit = new();
        using Mechanism mechanism = new(rounds: 0);
        _ = kit.PlayServer("gssapi-with-mic");
        LoginException failure = await Assert.ThrowsAsync<LoginException>(() => kit.Login.LoginAsync("alice", [mechanism], kit.Deadline));
        Assert.Equal(SshErrorCode.CredentialFailed, failure.Code);
        Assert.Contains("the test's mechanism could not be used, because its security context failed (There is no ticket)", failure.Sentence, StringComparison.Ordinal);
        Assert.Equal("Get one.", failure.Remedy);
        Assert.Equal("C5 S6 C50 S51", kit.Link.Numbers);
    }

    [Fact]
    public async Task Server_ThatReportsAnError_IsQuoted()
    {
        using LoginTestKit kit = new();
        using Mechanism mechanism = new(rounds: 3);
        _ = kit.PlayServer(
            "gssapi-with-mic", Answer(Chosen(Oid)),
            Answer(Message.ToArray(new UserAuthGssApiError(1, 2, "No key table entry\u001b[2J")), Message.ToArray(new UserAuthGssApiErrorToken("bad"u8)), Failure("gssapi-with-mic")));
        LoginException failure = await Assert.ThrowsAsync<LoginException>(() => kit.Login.LoginAsync("alice", [mechanism], kit.Deadline));
        Assert.Equal(SshErrorCode.LoginRefused, failure.Code);
        Assert.StartsWith("The server refused the test's mechanism (the server says: No key table entry", failure.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, char.IsControl);
        Assert.Equal(["", "bad"], mechanism.Taken);
    }

    [Fact]
    public async Task Mechanism_ThatWasNotOffered_IsAFault() => await MisbehavesAsync(SshErrorCode.UnexpectedMessage, Answer(Chosen([6, 1, 9])));

    [Fact]
    public async Task Success_BeforeTheContextIsEstablished_IsNoLogin() =>
        await MisbehavesAsync(SshErrorCode.UnexpectedMessage, Answer(Chosen(Oid)), Answer(Success()));

    [Fact]
    public async Task Tokens_WithoutEnd_EndTheLogin() =>
        await MisbehavesAsync(SshErrorCode.LimitExceeded, [Answer(Chosen(Oid)), .. Enumerable.Repeat(Answer(Token("more")), 40)]);

    [Fact]
    public async Task Errors_WithoutEnd_EndTheLogin() => await MisbehavesAsync(
        SshErrorCode.LimitExceeded, Answer(Chosen(Oid)), Answer([.. Enumerable.Repeat(Message.ToArray(new UserAuthGssApiError(1, 2, "no")), 40)]));

    private static async Task MisbehavesAsync(SshErrorCode code, params Func<byte[], byte[][]>[] steps)
    {
        using LoginTestKit kit = new();
        using Mechanism mechanism = new(rounds: 100);
        _ = kit.PlayServer("gssapi-with-mic", steps);
        PeerMisbehavedException exception = await Assert.ThrowsAsync<PeerMisbehavedException>(() => kit.Login.LoginAsync("alice", [mechanism], kit.Deadline));
        Assert.Equal(code, exception.Code);
        Assert.False(kit.Login.IsComplete);
    }

    private static byte[] Chosen(byte[] mechanism) => Message.ToArray(new UserAuthGssApiResponse(mechanism));

    private static byte[] Token(string text) => Message.ToArray(new UserAuthGssApiToken(System.Text.Encoding.ASCII.GetBytes(text)));

    private static byte[] String(string text) => [0, 0, 0, (byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)];

    /// <summary>A mechanism that is established after some rounds, and signs by repeating what it is given.</summary>
    private sealed class Mechanism(int rounds) : GssApiCredential(Oid), ISecurityContext
    {
        public List<string> Taken { get; } = [];

        public bool IsDisposedContext { get; private set; }

        public bool IsEstablished => Taken.Count >= rounds;

        public override string ToString() => "the test's mechanism";

        public override ISecurityContext Begin(string server) => this;

        public byte[]? NextToken(ReadOnlySpan<byte> token)
        {
            Taken.Add(System.Text.Encoding.ASCII.GetString(token));
            return rounds == 0
                ? throw new LocalMisuseException(SshErrorCode.CredentialFailed, "There is no ticket.", "Get one.")
                : System.Text.Encoding.ASCII.GetBytes($"token {Taken.Count}");
        }

        public byte[] Sign(ReadOnlySpan<byte> message) => message.ToArray();

        void IDisposable.Dispose() => IsDisposedContext = true;
    }
}
