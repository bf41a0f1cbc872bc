using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>What became of one request.</summary>
internal enum RequestOutcome
{
    /// <summary>The factor is passed; SUCCESS or FAILURE with partial success is to be sent.</summary>
    Passed,

    /// <summary>FAILURE is to be sent, and it counts.</summary>
    Refused,

    /// <summary>The answer has been sent, and the client goes on.</summary>
    Answered,

    /// <summary>The client has made another request instead; it gets no answer to this one (RFC 4256 section 3.1).</summary>
    Abandoned,
}

/// <summary>The server's end of a login: requests in, answers out, and where the user stands.</summary>
internal sealed class ServerConversation(ITransport transport, MessageQueue queue, Authenticator authenticator, ServerLoginOptions options)
{
    // An upper bound on everything a client may ask before it is logged in: questions about keys are answered, not refused.
    private const int MaxRequests = 256;

    private byte[]? _pushedBack;
    private long _arrival;
    private string? _user;
    private int _requests;

    public ITransport Transport { get; } = transport;

    public Authenticator Authenticator { get; } = authenticator;

    public ServerLoginOptions Options { get; } = options;

    /// <summary>Who asks; everything below belongs to this user alone.</summary>
    public LoginContext Context { get; private set; } = new("", null, null) { Now = default };

    /// <summary>Whether the user may log in at all. One who may not goes through the same dialogue, and passes nothing.</summary>
    public bool MayLogIn { get; private set; }

    /// <summary>What the user has passed.</summary>
    public FactorProgress Progress { get; private set; } = new(AuthenticationMethods.AnyOne);

    /// <summary>The keys whose signatures were verified for the user.</summary>
    public List<AuthorizedKey> VerifiedKeys { get; } = [];

    /// <summary>What those keys leave allowed.</summary>
    public SessionPermissions Permissions { get; private set; } = SessionPermissions.All;

    /// <summary>The client's next message. The caller zeroes it.</summary>
    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        if (_pushedBack is { } payload)
        {
            _pushedBack = null;
            return payload;
        }

        if (++_requests > MaxRequests)
            throw LimitReached($"The client sent more than {MaxRequests} messages without logging in.");
        byte[] read = await queue.ReadAsync(cancellationToken).ConfigureAwait(false);
        _arrival = Transport.Time.GetTimestamp();
        return read;
    }

    /// <summary>How long ago the client sent its last message: what it took its user to answer is not in it.</summary>
    public TimeSpan SinceLastMessage => Transport.Time.GetElapsedTime(_arrival);

    /// <summary>Gives a message back to be read next.</summary>
    public void PushBack(byte[] payload) => _pushedBack = payload;

    /// <summary>Makes <paramref name="user"/> the one who asks. What another user has passed is forgotten (RFC 4252 section 5;
    /// CVE-2026-46705): nobody goes on where somebody else began. There is one service only, so that it cannot change.</summary>
    public void Follow(string user)
    {
        Context = Context with { Now = Transport.Time.GetUtcNow() };
        if (_user == user)
            return;
        _user = user;
        Context = new LoginContext(user, Options.RemoteAddress, Transport.Negotiation.ClientVersion) { RemoteHostName = Options.RemoteHostName, Now = Context.Now };
        MayLogIn = Options.MayLogIn?.Invoke(Context) ?? true;
        Progress = new FactorProgress(Authenticator.MethodsFor(Context));
        VerifiedKeys.Clear();
        Permissions = SessionPermissions.All;
    }

    /// <summary>Takes a key whose signature has been verified.</summary>
    public void Verified(AdmittedKey admitted)
    {
        VerifiedKeys.Add(admitted.Key);
        Permissions = admitted.Remaining;
    }

    /// <summary>Refuses a key the client offered, and has the trace say why: the client is not told.</summary>
    /// <param name="key">The key.</param>
    /// <param name="reason">The end of a sentence that began with it.</param>
    public RequestOutcome Refuse(PublicKey key, string reason)
    {
        Transport.Tracer.Emit(new KeyRefused(Context.User, key.Fingerprint, reason));
        return RequestOutcome.Refused;
    }

    /// <summary>The end of a client that tries too much.</summary>
    public static PeerMisbehavedException LimitReached(string sentence) =>
        new(SshErrorCode.LoginLimitReached, sentence, tellPeer: DisconnectReason.NoMoreAuthMethodsAvailable);
}
