using System.IO.Pipelines;
using System.Security.Cryptography;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>One client of an agent: its requests one after another, each with one answer. A request that cannot be read is refused; only a
/// frame that cannot be read ends the connection.</summary>
internal sealed class AgentSession(AgentServer agent, IDuplexPipe pipe, Tracer tracer)
{
    private static readonly string[] Extensions = [ExtensionRequest.Query, SessionBind.ExtensionType];

    private readonly SessionBindings _bindings = new();

    /// <summary>An answer, and what the trace says about it.</summary>
    private readonly record struct Answer(byte[] Content, string? KeyFingerprint = null, string? Reason = null)
    {
        public static Answer Success { get; } = new(AgentMessage.ToArray(default(AgentSuccess)));

        public static Answer No(string reason, string? fingerprint = null) => new(AgentMessage.ToArray(default(AgentFailure)), fingerprint, reason);
    }

    /// <summary>Serves until the client ends.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } request)
        {
            AgentMessageNumber number = AgentMessage.NumberOf(request);
            Answer answer;
            try
            {
                answer = await AnswerAsync(number, request, cancellationToken).ConfigureAwait(false);
            }
            catch (SshException exception) when (exception.Code is SshErrorCode.AgentProtocol)
            {
                answer = Answer.No(exception.Sentence);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(request);
            }

            tracer.Emit(new AgentRequestServed(number.ToString(), AgentMessage.NumberOf(answer.Content).ToString(), answer.KeyFingerprint, answer.Reason));
            await WriteAsync(answer.Content, cancellationToken).ConfigureAwait(false);
        }
    }

    // A client may be silent for ever, but not inside a message.
    private async ValueTask<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(Timeout.InfiniteTimeSpan, agent.Options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        bool running = false;
        return await AgentFrame.ReadAsync(pipe.Input, Start, either.Token).ConfigureAwait(false);

        void Start()
        {
            if (running)
                return;
            running = true;
            deadline.CancelAfter(agent.Options.MessageTimeout);
        }
    }

    private async ValueTask WriteAsync(byte[] content, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(agent.Options.MessageTimeout, agent.Options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        await AgentFrame.WriteAsync(pipe.Output, content, either.Token).ConfigureAwait(false);
    }

    private async ValueTask<Answer> AnswerAsync(AgentMessageNumber number, byte[] request, CancellationToken cancellationToken)
    {
        if (agent.Lock.IsLocked && number is not (AgentMessageNumber.Unlock or AgentMessageNumber.RequestIdentities))
            return Answer.No("the agent is locked");
        if (!agent.Options.ClientsMayChange && number is not (AgentMessageNumber.RequestIdentities or AgentMessageNumber.SignRequest or AgentMessageNumber.Extension))
            return Answer.No("clients may change nothing");
        return number switch
        {
            AgentMessageNumber.RequestIdentities => List(request),
            AgentMessageNumber.SignRequest => await SignAsync(request, cancellationToken).ConfigureAwait(false),
            AgentMessageNumber.AddIdentity => Add(AgentMessage.Decode<AddIdentity>(request)),
            AgentMessageNumber.AddIdConstrained => Add(AgentMessage.Decode<AddIdConstrained>(request)),
            AgentMessageNumber.RemoveIdentity => Remove(AgentMessage.Decode<RemoveIdentity>(request).KeyBlob),
            AgentMessageNumber.RemoveAllIdentities => RemoveAll(request),
            AgentMessageNumber.Lock => await LockAsync(request, cancellationToken).ConfigureAwait(false),
            AgentMessageNumber.Unlock => await UnlockAsync(request, cancellationToken).ConfigureAwait(false),
            AgentMessageNumber.Extension => Extend(AgentMessage.Decode<ExtensionRequest>(request)),
            _ => Answer.No($"message {(byte)number} is no request that is known"),
        };
    }

    private Answer List(byte[] request)
    {
        AgentMessage.Decode<RequestIdentities>(request);
        IEnumerable<HeldKey> shown = agent.Lock.IsLocked ? [] : agent.Snapshot().Where(key => IsPermitted(key, user: null)).Take(AgentLimits.Identities);
        return new Answer(AgentMessage.ToArray(new IdentitiesAnswer([.. shown.Select(key => (key.Blob.ToArray(), key.Comment))])));
    }

    private async ValueTask<Answer> SignAsync(byte[] request, CancellationToken cancellationToken)
    {
        (HeldKey? key, string? algorithm, string? refusal, AgentConfirmation? question) = CheckSignature(request);
        if (key is null || algorithm is null || refusal is not null)
            return Answer.No(refusal ?? "the key is not held", key?.PublicKey.Fingerprint);
        if (key.Confirm && !await ConfirmAsync(question!, cancellationToken).ConfigureAwait(false))
            return Answer.No("nobody confirmed it", key.PublicKey.Fingerprint);
        byte[]? signature = key.Sign(algorithm, AgentMessage.Decode<SignRequest>(request).Data);
        return signature is null
            ? Answer.No("the key is gone", key.PublicKey.Fingerprint)
            : new Answer(AgentMessage.ToArray(new SignResponse(signature)), key.PublicKey.Fingerprint);
    }

    private (HeldKey? Key, string? Algorithm, string? Refusal, AgentConfirmation? Question) CheckSignature(byte[] content)
    {
        SignRequest request = AgentMessage.Decode<SignRequest>(content);
        if (agent.Find(request.KeyBlob) is not { } key)
            return default;
        if (AlgorithmOf(key.PublicKey, request.Flags) is not { } algorithm)
            return (key, null, $"no signature algorithm goes with the flags {(uint)request.Flags}", null);
        bool isLogin = LoginToSign.TryRead(request.Data, request.KeyBlob, out LoginToSign login);
        BoundSession? last = _bindings.Last;
        string? refusal = key.Destinations is null ? null : WhyNotThere(key, isLogin, login, last);
        return (key, algorithm, refusal, new AgentConfirmation(key.PublicKey, key.Comment, isLogin ? login.User : null, last?.HostKey, _bindings.IsForwarded));
    }

    // A key that is bound to ways signs nothing but a login, on one of them: as OpenSSH's agent.
    private string? WhyNotThere(HeldKey key, bool isLogin, LoginToSign login, BoundSession? last)
    {
        if (last is null)
            return "the key is restricted to hosts, and the connection is bound to no session";
        if (!isLogin)
            return "the key is restricted to hosts, and this is no login";
        if (!login.SessionId.SequenceEqual(last.SessionId))
            return "the key is restricted to hosts, and this is the login of another session than the one that is bound";
        if (login.HostKey.IsEmpty ? _bindings.Sessions.Count > 1 : !login.HostKey.SequenceEqual(last.Shown.Span))
            return "the key is restricted to hosts, and the login does not name the host that is bound";
        return IsPermitted(key, login.User) ? null : "the key is restricted to other hosts or users";
    }

    private bool IsPermitted(HeldKey key, string? user) =>
        key.Destinations is not { } destinations
        || (!_bindings.HasFailed && (_bindings.Sessions.Count == 0 ? user is null : destinations.Permit(_bindings.Sessions, user, agent.Options.Time.GetUtcNow())));

    private async ValueTask<bool> ConfirmAsync(AgentConfirmation question, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(agent.Options.ConfirmTimeout, agent.Options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await agent.Options.Confirm!(question, either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false; // the asking failed, or took too long: that is no yes
        }
    }

    private Answer Add(AddIdentity added) => Add(added.Key, added.Certificate, added.Comment, AgentConstraints.None);

    private Answer Add(AddIdConstrained added) => Add(added.Key, added.Certificate, added.Comment, added.Constraints);

    private Answer Add(PrivateKey key, Certificate? certificate, string comment, AgentConstraints constraints)
    {
        string fingerprint = key.PublicKey.Fingerprint;
        ReadOnlyMemory<byte> blob = certificate?.Blob ?? key.PublicKey.Blob;
        string? refusal = agent.Find(blob.Span) is { } present && !IsPermitted(present, user: null)
            ? "it is held already, restricted to other hosts"
            : agent.TryAdd(key, certificate, comment, constraints);
        if (refusal is null)
            return Answer.Success with { KeyFingerprint = fingerprint };
        key.Dispose();
        return Answer.No(refusal, fingerprint);
    }

    private Answer Remove(ReadOnlySpan<byte> blob)
    {
        if (agent.Find(blob) is not { } key || !IsPermitted(key, user: null))
            return Answer.No("the key is not held");
        agent.Remove(key);
        return Answer.Success with { KeyFingerprint = key.PublicKey.Fingerprint };
    }

    private Answer RemoveAll(byte[] request)
    {
        AgentMessage.Decode<RemoveAllIdentities>(request);
        if (_bindings.IsForwarded)
            return Answer.No("another machine does not remove every key");
        agent.Clear();
        return Answer.Success;
    }

    private async ValueTask<Answer> LockAsync(byte[] request, CancellationToken cancellationToken)
    {
        using Secret passphrase = new(AgentMessage.Decode<LockAgent>(request).Passphrase);
        if (passphrase.Length == 0)
            return Answer.No("the passphrase is empty");
        return await agent.Lock.LockAsync(passphrase, cancellationToken).ConfigureAwait(false) ? Answer.Success : Answer.No("it is locked already");
    }

    private async ValueTask<Answer> UnlockAsync(byte[] request, CancellationToken cancellationToken)
    {
        using Secret passphrase = new(AgentMessage.Decode<UnlockAgent>(request).Passphrase);
        return await agent.Lock.UnlockAsync(passphrase, cancellationToken).ConfigureAwait(false)
            ? Answer.Success
            : Answer.No("the passphrase is another one, or nothing is locked");
    }

    private Answer Extend(ExtensionRequest request)
    {
        switch (request.Type)
        {
            case ExtensionRequest.Query:
                return new Answer(AgentMessage.ToArray(new ExtensionResponse(ExtensionRequest.Query, ExtensionNames.Write(Extensions))));
            case SessionBind.ExtensionType:
                return _bindings.Bind(request.Contents) is { } refusal
                    ? new Answer(AgentMessage.ToArray(default(ExtensionFailure)), null, refusal)
                    : Answer.Success;
            default:
                return Answer.No($"the extension {request.Type} is not known");
        }
    }

    // RSA without a flag would be SHA-1, which nobody gets who does not ask for it by name, and the protocol has no name for it.
    private static string? AlgorithmOf(PublicKey key, AgentSignFlags flags) => (key.Type, flags) switch
    {
        (KeyTypes.Rsa, AgentSignFlags.RsaSha2With256) => "rsa-sha2-256",
        (KeyTypes.Rsa, AgentSignFlags.RsaSha2With512) => "rsa-sha2-512",
        (KeyTypes.Rsa, _) => null,
        _ => key.SignatureAlgorithms[0],
    };
}
