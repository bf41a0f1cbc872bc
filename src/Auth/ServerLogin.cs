using System.Security.Cryptography;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Lets a client log in (RFC 4252): reads requests, has each method judge its own, and counts.</summary>
internal sealed class ServerLogin
{
    private readonly ServerConversation _conversation;
    private bool _serviceAccepted;
    private bool _begun;
    private int _failures;

    private readonly ILoginObserver? _observer;

    private ServerLogin(ServerConversation conversation, ILoginObserver? observer) => (_conversation, _observer) = (conversation, observer);

    /// <summary>Runs the login to its end.</summary>
    /// <param name="transport">The transport, its first key exchange complete.</param>
    /// <param name="queue">The client's login messages.</param>
    /// <param name="authenticator">Decides.</param>
    /// <param name="options">How clients log in.</param>
    /// <param name="cancellationToken">Ends the login.</param>
    /// <param name="observer">Told of refusals and of the result.</param>
    /// <returns>Who is logged in; SUCCESS has been sent and the transport opened for the connection protocol.</returns>
    /// <exception cref="SshException">The client gave up, tried too often, took too long or broke the protocol. The connection is
    /// to be closed with it.</exception>
    public static async Task<LoginResult> RunAsync(
        ITransport transport, MessageQueue queue, Authenticator authenticator, ServerLoginOptions options,
        CancellationToken cancellationToken, ILoginObserver? observer = null)
    {
        if (transport.Role != TransportRole.Server || transport.SessionId.IsEmpty)
            throw new LocalMisuseException(SshErrorCode.Misuse, "A server's login was begun before its key exchange was complete.");

        using CancellationTokenSource grace = new(options.GraceTime, transport.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, cancellationToken);
        ServerLogin login = new(new ServerConversation(transport, queue, authenticator, options), observer);
        try
        {
            return await login.RunAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (grace.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ServerConversation.LimitReached($"The client did not log in within {options.GraceTime.TotalSeconds:0.#} seconds.");
        }
    }

    private async Task<LoginResult> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            byte[] payload = await _conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                switch (ClientConversation.NumberOf(payload))
                {
                    case MessageNumber.ServiceRequest:
                        AcceptService(_conversation.Transport.Tracer.Decode<ServiceRequest>(payload).ServiceName);
                        break;
                    case MessageNumber.UserAuthRequest when _serviceAccepted:
                        if (await JudgeAsync(payload, cancellationToken).ConfigureAwait(false) is { } result)
                            return result;
                        break;
                    default:
                        throw PeerMisbehavedException.Unexpected(
                            ClientConversation.NumberOf(payload),
                            _serviceAccepted ? "a login request was expected" : "a request for the login service was expected");
                }
            }
            finally
            {
                CryptographicOperations.ZeroMemory(payload); // it may hold a password
            }
        }
    }

    private void AcceptService(string service)
    {
        _conversation.Transport.Tracer.Emit(new ServiceRequested(service));
        if (service != LoginMethods.UserAuthService)
            throw NoSuchService(service);
        _serviceAccepted = true;
        _conversation.Transport.Send(new ServiceAccept(service));
    }

    private async ValueTask<LoginResult?> JudgeAsync(byte[] payload, CancellationToken cancellationToken)
    {
        (string user, string service, string method) = ReadHead(payload);
        if (service != LoginMethods.ConnectionService)
            throw NoSuchService(service);
        bool isFirst = !_begun;
        RequestOutcome outcome = await GuardAsync(user, method, payload, cancellationToken).ConfigureAwait(false);
        switch (outcome)
        {
            case RequestOutcome.Passed when _conversation.Progress.Pass(method):
                return Complete(user, method);
            case RequestOutcome.Passed:
                Refuse(method, partialSuccess: true);
                return null;
            case RequestOutcome.Refused:
                bool counts = !(isFirst && method == LoginMethods.None);
                if (counts)
                {
                    _observer?.Refused(user, method);
                    await DelayAsync(cancellationToken).ConfigureAwait(false);
                }

                Refuse(method, partialSuccess: false);
                Count(counts);
                return null;
            default:
                return null;
        }
    }

    // The embedder's code may throw whatever it likes: it then lets nobody in, and the connection ends with its exception inside.
    private async ValueTask<RequestOutcome> GuardAsync(string user, string method, byte[] payload, CancellationToken cancellationToken)
    {
        try
        {
            Begin();
            _conversation.Follow(user);
            RequestOutcome outcome = await DispatchAsync(method, payload, cancellationToken).ConfigureAwait(false);
            return outcome == RequestOutcome.Passed && !_conversation.MayLogIn ? RequestOutcome.Refused : outcome;
        }
        catch (Exception exception) when (exception is not SshException && !cancellationToken.IsCancellationRequested)
        {
            throw new LocalMisuseException(
                SshErrorCode.CredentialFailed,
                $"The server's authenticator failed with {exception.GetType().Name} in a {TerminalText.OneLine(method)} request.",
                inner: exception)
            {
                TellPeer = DisconnectReason.ByApplication,
            };
        }
    }

    private ValueTask<RequestOutcome> DispatchAsync(string method, byte[] payload, CancellationToken cancellationToken)
    {
        if (method is not (LoginMethods.PublicKey or LoginMethods.HostBased))
            _conversation.Transport.Tracer.Emit(new LoginRequested(method, _conversation.Context.User));
        return !_conversation.Progress.Wants(method) ? ValueTask.FromResult(RequestOutcome.Refused) : method switch
        {
            LoginMethods.PublicKey => ServerPublicKey.JudgeAsync(_conversation, payload, cancellationToken),
            LoginMethods.Password => ServerPassword.JudgeAsync(_conversation, payload, cancellationToken),
            LoginMethods.KeyboardInteractive => ServerKeyboardInteractive.JudgeAsync(_conversation, payload, cancellationToken),
            LoginMethods.HostBased => ServerHostBased.JudgeAsync(_conversation, payload, cancellationToken),
            LoginMethods.None => ValueTask.FromResult(RequestOutcome.Passed), // wanted only where an alternative says none
            _ => ValueTask.FromResult(RequestOutcome.Refused),
        };
    }

    private void Begin()
    {
        if (_begun)
            return;
        _begun = true;
        if (_conversation.Authenticator.Banner is not { Length: > 0 } banner)
            return;
        _conversation.Transport.Tracer.Emit(new LoginBanner(banner.Length));
        _conversation.Transport.Send(new UserAuthBanner(banner));
    }

    private void Refuse(string method, bool partialSuccess)
    {
        UserAuthFailure failure = new(_conversation.Progress.Offered, partialSuccess);
        string answer = partialSuccess ? LoginAnswered.PartialSuccess : LoginAnswered.Failure;
        _conversation.Transport.Tracer.Emit(new LoginAnswered(method, answer, string.Join(',', failure.CanContinue)));
        _conversation.Transport.Send(failure);
    }

    private LoginResult Complete(string user, string method)
    {
        LoginResult result = new()
        {
            User = user,
            Methods = [.. _conversation.Progress.Passed],
            Keys = [.. _conversation.VerifiedKeys],
            Permissions = _conversation.Permissions,
        };
        _observer?.Succeeded(result);
        _conversation.Transport.Tracer.Emit(new LoginAnswered(method, LoginAnswered.Success));
        _conversation.Transport.LoginCompleted(); // first: the client's next message may be read before Send returns
        _conversation.Transport.Send(new UserAuthSuccess());
        return result;
    }

    private void Count(bool counts)
    {
        if (counts && ++_failures >= _conversation.Options.MaxAttempts)
        {
            throw ServerConversation.LimitReached(
                $"The client was refused {_failures} times ({TerminalText.OneLine(_conversation.Context.User)} was the user asked for last).");
        }
    }

    // The next power-of-two multiple of the refusal time after the client's last message, so that a slow check and a fast one mostly end together.
    private async ValueTask DelayAsync(CancellationToken cancellationToken)
    {
        TimeSpan until = _conversation.Options.RefusalTime;
        if (until <= TimeSpan.Zero)
            return;
        TimeSpan elapsed = _conversation.SinceLastMessage;
        while (until < elapsed)
            until *= 2;
        await Task.Delay(until - elapsed, _conversation.Transport.Time, cancellationToken).ConfigureAwait(false);
    }

    private static (string User, string Service, string Method) ReadHead(byte[] payload)
    {
        UserAuthRequest head = Message.Decode<UserAuthRequest>(payload);
        string factor = head.Method == LoginMethods.PublicKeyHostBound ? LoginMethods.PublicKey : head.Method; // one method in two forms
        return (head.User, head.Service, factor);
    }

    private static PeerMisbehavedException NoSuchService(string service) =>
        new(SshErrorCode.ServiceRefused,
            $"The client asked for the service {service}; there are {LoginMethods.UserAuthService} and, behind it, "
            + $"{LoginMethods.ConnectionService}.",
            tellPeer: DisconnectReason.ServiceNotAvailable);
}
