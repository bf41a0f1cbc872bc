using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Logs a client in (RFC 4252). It is a conversation: one request, one answer. After a <see cref="LoginException"/> the
/// connection stands, and another login may be tried on it, with other credentials: a factor the server has accepted counts on.
/// After any other exception the connection is to be closed.</summary>
internal sealed class ClientLogin
{
    private readonly ClientConversation _conversation;
    private bool _serviceAccepted;
    private bool _done;
    private string? _user;
    private ImmutableArray<string> _canContinue;
    private ImmutableArray<string> _offered = [];

    /// <summary>A login over <paramref name="transport"/>, whose host key is verified.</summary>
    public ClientLogin(ITransport transport, MessageQueue queue, LoginOptions options)
    {
        // No secret leaves before the peer is known; the transport sees to that, and this refuses to be used without it.
        if (transport.Role != TransportRole.Client || transport.HostKey.IsEmpty || transport.SessionId.IsEmpty)
            throw new LocalMisuseException(SshErrorCode.Misuse, "A login was begun before the server's host key was verified.");
        _conversation = new ClientConversation(transport, queue, options);
    }

    /// <summary>Logs in once.</summary>
    public static Task<LoginReport> RunAsync(
        ITransport transport, MessageQueue queue, string user, IReadOnlyList<Credential> credentials, LoginOptions options,
        CancellationToken cancellationToken) =>
        new ClientLogin(transport, queue, options).LoginAsync(user, credentials, cancellationToken);

    /// <summary>The methods the server offers <paramref name="user"/>: learned by the request that asks for nothing, which may
    /// itself log in (the list is then empty and <see cref="IsComplete"/> true).</summary>
    public async Task<ImmutableArray<string>> LearnMethodsAsync(string user, CancellationToken cancellationToken)
    {
        await BeginAsync(user, cancellationToken).ConfigureAwait(false);
        return _canContinue;
    }

    /// <summary>True when the server has let the user in.</summary>
    public bool IsComplete => _done;

    /// <summary>What the server has shown so far, made safe for a terminal.</summary>
    public string Banner => _conversation.Banner;

    /// <summary>Tries the credentials, of those the server offers always the first unused one, until it lets the user in.</summary>
    /// <exception cref="LoginException">It did not; the exception says why.</exception>
    /// <exception cref="SshException">The connection ended, or the server broke the protocol.</exception>
    public async Task<LoginReport> LoginAsync(string user, IReadOnlyList<Credential> credentials, CancellationToken cancellationToken)
    {
        List<LoginAttempt> attempts = [];
        List<CredentialUse> plan = [];
        foreach (Credential credential in credentials)
            plan.AddRange(await credential.GetUsesAsync(_conversation.Transport, cancellationToken).ConfigureAwait(false));
        long start = _conversation.Transport.Time.GetTimestamp();
        try
        {
            await BeginAsync(user, cancellationToken).ConfigureAwait(false);
            if (_done)
                return Report([new LoginAttempt(LoginMethods.None, "no credential", LoginOutcome.Accepted)]);
            LoginVerdict? failed = await TryAllAsync(plan, attempts, cancellationToken).ConfigureAwait(false);
            LoginReport report = Report([.. attempts, .. NotUsed(plan)]);
            return _done ? report : throw WithContext(LoginDiagnosis.Explain(report, failed));
        }
        catch (SshException gone) when (gone.Code == SshErrorCode.PeerDisconnected && attempts.Count > 0)
        {
            throw WithContext(LoginDiagnosis.Disconnected(Report([.. attempts, .. NotUsed(plan)]), gone));
        }
        catch (TransportLostException lost) when (lost.Code == SshErrorCode.ConnectionLost)
        {
            TimeSpan elapsed = _conversation.Transport.Time.GetElapsedTime(start);
            throw WithContext(LoginDiagnosis.Lost(Report([.. attempts, .. NotUsed(plan)]), elapsed, lost));
        }
    }

    // What the last credential that could not be used had to say, or null.
    private async ValueTask<LoginVerdict?> TryAllAsync(
        List<CredentialUse> plan, List<LoginAttempt> attempts, CancellationToken cancellationToken)
    {
        LoginVerdict? failed = null;
        while (!_done && attempts.Count < _conversation.Options.MaxAttempts
            && Next(plan) is var (next, method))
        {
            plan.Remove(next);
            attempts.Add(Describe(next, method, LoginOutcome.NotAnswered)); // what stays in the report if the server hangs up
            Report([.. attempts]);
            LoginVerdict verdict = next.Problem is { } problem
                ? LoginVerdict.Failed(problem, remedy: next.Remedy)
                : await TryAsync(next, method, cancellationToken).ConfigureAwait(false);
            if (!verdict.CanContinue.IsDefault)
                _canContinue = verdict.CanContinue;
            _done = verdict.Outcome == LoginOutcome.Accepted;
            if (_done || verdict.Outcome == LoginOutcome.PartialSuccess)
                plan.RemoveAll(use => use.Credential == next.Credential); // a key with a certificate is one key
            failed = verdict.Outcome == LoginOutcome.Failed || verdict.Cause is not null ? verdict : failed;
            attempts[^1] = attempts[^1] with
            {
                Outcome = verdict.Outcome,
                Algorithm = verdict.Algorithm,
                Detail = verdict.Detail,
                CanContinue = _canContinue,
            };
        }

        return failed;
    }

    private IEnumerable<LoginAttempt> NotUsed(List<CredentialUse> plan) => plan.Select(use => Describe(
        use, "", _done || _canContinue.IsDefault || _canContinue.Contains(use.Credential.Method) ? LoginOutcome.NotTried : LoginOutcome.NotOffered));

    // The first that is made for an offered method; only then one that can stand in, so that a password does not answer where
    // somebody was given for the questions.
    private (CredentialUse Use, string Method)? Next(List<CredentialUse> plan)
    {
        if (plan.Find(use => _canContinue.Contains(use.Credential.Method)) is { } made)
            return (made, made.Credential.Method);
        return plan.Find(use => use.Credential.StandInMethod is { } method && _canContinue.Contains(method)) is { } standIn
            ? (standIn, standIn.Credential.StandInMethod!)
            : null;
    }

    private ValueTask<LoginVerdict> TryAsync(CredentialUse use, string method, CancellationToken cancellationToken) =>
        (use.Credential, method) switch
        {
            (PrivateKeyCredential key, _) => ClientPublicKey.RunAsync(_conversation, key.Key, use.Certificate, cancellationToken),
            (HostBasedCredential host, _) => ClientHostBased.RunAsync(_conversation, host, use.Certificate, cancellationToken),
            (GssApiCredential mechanism, _) => ClientGssApi.RunAsync(_conversation, mechanism, cancellationToken),
            (PasswordCredential password, LoginMethods.Password) =>
                ClientPassword.RunAsync(_conversation, password, cancellationToken),
            (PasswordCredential password, _) => ClientKeyboardInteractive.RunAsync(_conversation, password, cancellationToken),
            (KeyboardInteractiveCredential answers, _) =>
                ClientKeyboardInteractive.RunAsync(_conversation, answers, cancellationToken),
            _ => throw new LocalMisuseException(SshErrorCode.Misuse, $"{use.Credential} is no kind of credential that is known."),
        };

    // The service first, then the request that asks for nothing: its refusal lists what may be tried (RFC 4252 section 5.2).
    private async ValueTask BeginAsync(string user, CancellationToken cancellationToken)
    {
        if (_done)
            throw new LocalMisuseException(SshErrorCode.Misuse, "A login was begun on a connection that is logged in.");
        await RequestServiceAsync(cancellationToken).ConfigureAwait(false);
        if (_user == user)
            return;

        _conversation.User = user;
        _conversation.Transport.Tracer.Emit(new LoginRequested(LoginMethods.None, user));
        _conversation.Send(new NoneRequest(user, LoginMethods.ConnectionService));
        byte[] reply = await _conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
        LoginVerdict verdict = _conversation.Conclude(reply, LoginMethods.None);
        _user = user;
        _canContinue = verdict.CanContinue;
        _offered = _canContinue;
        _done = verdict.Outcome == LoginOutcome.Accepted;
        Report([]);
    }

    private async ValueTask RequestServiceAsync(CancellationToken cancellationToken)
    {
        if (_serviceAccepted)
            return;

        _conversation.Transport.Tracer.Emit(new ServiceRequested(LoginMethods.UserAuthService));
        _conversation.Send(new ServiceRequest(LoginMethods.UserAuthService));
        byte[] reply = await _conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (ClientConversation.NumberOf(reply) != MessageNumber.ServiceAccept)
            throw PeerMisbehavedException.Unexpected(ClientConversation.NumberOf(reply), "SERVICE_ACCEPT was expected");
        string service = _conversation.Transport.Tracer.Decode<ServiceAccept>(reply).ServiceName;
        if (service != LoginMethods.UserAuthService)
        {
            throw new PeerMisbehavedException(
                SshErrorCode.UnexpectedMessage,
                $"The server accepted the service {service}; {LoginMethods.UserAuthService} was asked for.");
        }

        _serviceAccepted = true;
    }

    private static LoginAttempt Describe(CredentialUse use, string method, LoginOutcome outcome)
    {
        PublicKey? key = (use.Credential as PrivateKeyCredential)?.PublicKey ?? (use.Credential as HostBasedCredential)?.PublicKey;
        return new LoginAttempt(method, use.Name, outcome) { KeyType = use.Certificate?.Type ?? key?.Type, KeyFingerprint = key?.Fingerprint };
    }

    // The account so far; the connection's report has it too.
    private LoginReport Report(ImmutableArray<LoginAttempt> attempts) => _conversation.Transport.Login = new LoginReport
    {
        User = _conversation.User,
        Succeeded = _done,
        Attempts = attempts,
        MethodsOffered = _offered.IsDefault ? [] : _offered,
        CanContinue = _canContinue.IsDefault ? [] : _canContinue,
        Banner = _conversation.Banner,
    };

    private TException WithContext<TException>(TException exception)
        where TException : SshException
    {
        exception.Negotiation = _conversation.Transport.Negotiation;
        exception.RecentEvents = _conversation.Transport.Tracer.Recent();
        return exception;
    }
}
