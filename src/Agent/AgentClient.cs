using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>A connection to an agent (RFC 9987): it lists its keys, signs with them, takes and forgets keys. One request is under way at a
/// time; others wait for it. A request that is cancelled or gets no answer in time ends the connection, for the answer that comes too late
/// would be taken for the next one's.</summary>
public sealed class AgentClient : IAsyncDisposable
{
    private readonly IDuplexPipe _pipe;
    private readonly AgentClientOptions _options;
    private readonly Tracer _tracer;
    private readonly string _where;
    private readonly SemaphoreSlim _turn = new(1);
    private SshException? _ended;

    /// <summary>Speaks to an agent over a pipe that leads to one already.</summary>
    /// <param name="pipe">The bytes; where it is disposable, the client disposes it.</param>
    /// <param name="options">Limits of time.</param>
    public AgentClient(IDuplexPipe pipe, AgentClientOptions? options = null)
        : this(pipe, options ?? new AgentClientOptions(), "")
    {
    }

    private AgentClient(IDuplexPipe pipe, AgentClientOptions options, string where)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        (_pipe, _options, _where, _tracer) = (pipe, options, where, options.GetTracer());
    }

    /// <summary>Where the default agent is: what SSH_AUTH_SOCK names; without it, on Windows, the named pipe of OpenSSH's agent, or of
    /// Pageant; null where there is none.</summary>
    public static string? DefaultPath => AgentAddress.Default();

    /// <summary>Connects to an agent.</summary>
    /// <param name="path">A Unix socket's path, or <c>\\.\pipe\NAME</c>; null is the default agent.</param>
    /// <param name="options">Limits of time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SshException">There is no agent, or it cannot be reached (<see cref="SshErrorCode.AgentUnavailable"/>).</exception>
    public static async Task<AgentClient> ConnectAsync(string? path = null, AgentClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new AgentClientOptions();
        string address = path ?? DefaultPath ?? throw AgentFault.NotNamed();
        Stream stream = await AgentAddress.ConnectAsync(address, options.Timeout, options.Time, cancellationToken).ConfigureAwait(false);
        AgentClient client = new(new AgentPipe(stream), options, $" at {address}");
        client._tracer.Emit(new AgentConnected(address));
        return client;
    }

    /// <summary>Connects to the default agent; null where there is none or it cannot be reached: what a program wants that uses an agent
    /// where there is one, as ssh does.</summary>
    /// <param name="options">Limits of time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<AgentClient?> TryConnectDefaultAsync(AgentClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return DefaultPath is { } path ? await ConnectAsync(path, options, cancellationToken).ConfigureAwait(false) : null;
        }
        catch (SshException exception) when (exception.Code == SshErrorCode.AgentUnavailable)
        {
            return null;
        }
    }

    /// <summary>The keys the agent holds, also those of types that are not supported here. A locked agent shows none.</summary>
    /// <exception cref="SshException">The agent refused, or is gone.</exception>
    public async Task<ImmutableArray<AgentKey>> ListAsync(CancellationToken cancellationToken = default)
    {
        byte[] answer = await AskAsync("for its keys", new AgentRequestSent("list"), AgentMessage.ToArray(default(RequestIdentities)), _options.Timeout, cancellationToken).ConfigureAwait(false);
        return AgentMessage.NumberOf(answer) switch
        {
            AgentMessageNumber.IdentitiesAnswer => [.. AgentMessage.Decode<IdentitiesAnswer>(answer).Identities.Select(identity => new AgentKey(identity.KeyBlob, identity.Comment, SignAsync))],
            AgentMessageNumber.Failure => throw AgentFault.Refused(_where, "for its keys"),
            var other => throw AgentFault.Unexpected(_where, "for its keys", other),
        };
    }

    /// <summary>Has the agent sign.</summary>
    /// <param name="key">The key, from <see cref="ListAsync"/>.</param>
    /// <param name="algorithm">One of the public key's <see cref="PublicKey.SignatureAlgorithms"/>.</param>
    /// <param name="data">What is signed.</param>
    /// <param name="cancellationToken">Gives up, and ends the connection.</param>
    /// <returns>The signature blob: string algorithm, string signature (RFC 4253 section 6.6).</returns>
    /// <exception cref="SshException">The agent refused, signed with another algorithm, or is gone.</exception>
    public async Task<byte[]> SignAsync(AgentKey key, string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] request = AgentMessage.ToArray(new SignRequest(key.Blob.Span, data.Span, FlagsOf(algorithm)));
        byte[] answer = await AskAsync("to sign", new AgentRequestSent("sign", key.IsUsable ? key.PublicKey.Fingerprint : key.Type, algorithm), request, _options.SignTimeout, cancellationToken).ConfigureAwait(false);
        switch (AgentMessage.NumberOf(answer))
        {
            case AgentMessageNumber.SignResponse:
                byte[] signature = AgentMessage.Decode<SignResponse>(answer).Signature.ToArray();
                CheckAlgorithm(key, algorithm, signature);
                return signature;
            case AgentMessageNumber.Failure:
                throw await WhyRefusedAsync(key, algorithm, cancellationToken).ConfigureAwait(false);
            case var other:
                throw AgentFault.Unexpected(_where, "to sign", other);
        }
    }

    /// <summary>Gives the agent a key to hold, with its comment. A key it holds already gets the new constraints, in most agents.</summary>
    /// <param name="key">The key, which stays the caller's too.</param>
    /// <param name="constraints">What the agent must see to; null is nothing.</param>
    /// <param name="certificate">A certificate of the key, for which the agent then signs; the plain key is added by another call.</param>
    /// <param name="cancellationToken">Gives up, and ends the connection.</param>
    /// <exception cref="SshException">The agent refused: it is locked, or cannot keep a constraint; or the certificate is another key's.</exception>
    public Task AddAsync(PrivateKey key, AgentConstraints? constraints = null, Certificate? certificate = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (certificate is not null && !certificate.Key.Equals(key.PublicKey))
            throw new LocalMisuseException(SshErrorCode.KeyPairMismatch, $"The certificate \"{TerminalText.OneLine(certificate.KeyId)}\" is for the key {certificate.Key.Fingerprint}, not for {key.PublicKey.Fingerprint}.", "Give the key's own certificate.");
        constraints ??= AgentConstraints.None;
        byte[] request = constraints.IsEmpty
            ? AgentMessage.ToArray(new AddIdentity(key, certificate, key.Comment))
            : AgentMessage.ToArray(new AddIdConstrained(key, certificate, key.Comment, constraints));
        return CommandAsync($"to hold the key {key.PublicKey.Fingerprint}", new AgentRequestSent("add", key.PublicKey.Fingerprint), request,
            "It is locked (ssh-add -X unlocks it), does not take keys of this type, or cannot keep a constraint.", cancellationToken);
    }

    /// <summary>Has the agent forget a key.</summary>
    /// <exception cref="SshException">The agent refused: it does not hold the key, or is locked.</exception>
    public Task RemoveAsync(AgentKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return RemoveAsync(key.Blob, cancellationToken);
    }

    /// <inheritdoc cref="RemoveAsync(AgentKey, CancellationToken)"/>
    public Task RemoveAsync(PublicKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return RemoveAsync(key.Blob, cancellationToken);
    }

    /// <summary>Has the agent forget every key.</summary>
    /// <exception cref="SshException">The agent refused: it is locked.</exception>
    public Task RemoveAllAsync(CancellationToken cancellationToken = default) =>
        CommandAsync("to forget every key", new AgentRequestSent("remove all"), AgentMessage.ToArray(default(RemoveAllIdentities)), null, cancellationToken);

    /// <summary>Locks the agent: until it is unlocked with the same passphrase it shows no keys and does nothing.</summary>
    /// <exception cref="SshException">The agent refused: it is locked already.</exception>
    public Task LockAsync(ReadOnlySpan<char> passphrase, CancellationToken cancellationToken = default)
    {
        using Secret utf8 = SecretText.Encode(passphrase);
        return CommandAsync("to lock itself", new AgentRequestSent("lock"), AgentMessage.ToArray(new LockAgent(utf8.Span)), "It is locked already.", cancellationToken);
    }

    /// <summary>Unlocks the agent.</summary>
    /// <exception cref="SshException">The agent refused: the passphrase is another, or it is not locked.</exception>
    public Task UnlockAsync(ReadOnlySpan<char> passphrase, CancellationToken cancellationToken = default)
    {
        using Secret utf8 = SecretText.Encode(passphrase);
        return CommandAsync("to unlock itself", new AgentRequestSent("unlock"), AgentMessage.ToArray(new UnlockAgent(utf8.Span)),
            "The passphrase is not the one it was locked with, or it is not locked.", cancellationToken);
    }

    /// <summary>The extensions the agent names (the extension <c>query</c>); null where it does not know that question, as OpenSSH's agent
    /// until 10.</summary>
    /// <exception cref="SshException">The agent is gone, or its answer is malformed.</exception>
    public async Task<ImmutableArray<string>?> QueryExtensionsAsync(CancellationToken cancellationToken = default) =>
        await ExtensionAsync(ExtensionRequest.Query, default, cancellationToken).ConfigureAwait(false) is { Accepted: true } answer
            ? ExtensionNames.Read(answer.Contents.Span)
            : null;

    /// <summary>Binds this connection to an SSH connection (<c>session-bind@openssh.com</c>), so that the agent knows for which host it
    /// signs, and over which its keys are forwarded. An agent that does not know it goes on without.</summary>
    /// <param name="hostKey">The server's host key as it came in the key exchange.</param>
    /// <param name="sessionId">The session identifier: the first key exchange's hash.</param>
    /// <param name="signature">The host key's signature of it.</param>
    /// <param name="isForwarding">True where the connection is going to be forwarded over that SSH connection.</param>
    /// <param name="cancellationToken">Gives up, and ends the connection.</param>
    /// <returns>True where the agent has recorded it.</returns>
    /// <exception cref="SshException">The agent is gone.</exception>
    public async Task<bool> BindSessionAsync(
        ReadOnlyMemory<byte> hostKey, ReadOnlyMemory<byte> sessionId, ReadOnlyMemory<byte> signature, bool isForwarding, CancellationToken cancellationToken = default)
    {
        byte[] contents = new SessionBind(hostKey.Span, sessionId.Span, signature.Span, isForwarding).ToArray();
        return (await ExtensionAsync(SessionBind.ExtensionType, contents, cancellationToken).ConfigureAwait(false)).Accepted;
    }

    /// <summary>Sends a request outside the standard (RFC 9987).</summary>
    /// <param name="type">The extension's name.</param>
    /// <param name="contents">What follows it.</param>
    /// <param name="cancellationToken">Gives up, and ends the connection.</param>
    /// <exception cref="SshException">The agent is gone, or its answer is malformed.</exception>
    public async Task<AgentExtensionAnswer> ExtensionAsync(string type, ReadOnlyMemory<byte> contents, CancellationToken cancellationToken = default)
    {
        byte[] request = AgentMessage.ToArray(new ExtensionRequest(type, contents.Span));
        byte[] answer = await AskAsync($"for {type}", new AgentRequestSent(type), request, _options.Timeout, cancellationToken).ConfigureAwait(false);
        switch (AgentMessage.NumberOf(answer))
        {
            case AgentMessageNumber.Success:
                return new AgentExtensionAnswer(true, true, AgentMessage.Decode<AgentSuccess>(answer).Data.ToArray());
            case AgentMessageNumber.ExtensionResponse:
                ExtensionResponse response = AgentMessage.Decode<ExtensionResponse>(answer);
                return response.Type == type
                    ? new AgentExtensionAnswer(true, true, response.Contents.ToArray())
                    : throw AgentFault.Unexpected(_where, $"for {type}", AgentMessageNumber.ExtensionResponse);
            case AgentMessageNumber.ExtensionFailure:
                return new AgentExtensionAnswer(false, true, default);
            case AgentMessageNumber.Failure:
                return new AgentExtensionAnswer(false, false, default);
            case var other:
                throw AgentFault.Unexpected(_where, $"for {type}", other);
        }
    }

    /// <summary>Gives the pipe out, for somebody else's conversation with the agent; it is still this client's to dispose of.</summary>
    internal IDuplexPipe Release()
    {
        _ended ??= new LocalMisuseException(SshErrorCode.Misuse, "The connection to the agent is in another's hands.");
        return _pipe;
    }

    /// <summary>Closes the connection; the agent keeps its keys.</summary>
    public async ValueTask DisposeAsync()
    {
        _ended ??= new LocalMisuseException(SshErrorCode.Misuse, "The connection to the agent is disposed of.");
        await AgentPipe.CloseAsync(_pipe).ConfigureAwait(false);
    }

    private Task RemoveAsync(ReadOnlyMemory<byte> blob, CancellationToken cancellationToken) =>
        CommandAsync("to forget a key", new AgentRequestSent("remove"), AgentMessage.ToArray(new RemoveIdentity(blob.Span)), "It does not hold that key, or is locked.", cancellationToken);

    // For requests whose answer is yes or no.
    private async Task CommandAsync(string what, AgentRequestSent trace, byte[] request, string? remedy, CancellationToken cancellationToken)
    {
        byte[] answer = await AskAsync(what, trace, request, _options.Timeout, cancellationToken).ConfigureAwait(false);
        switch (AgentMessage.NumberOf(answer))
        {
            case AgentMessageNumber.Success:
                return;
            case AgentMessageNumber.Failure:
                throw AgentFault.Refused(_where, what, remedy);
            case var other:
                throw AgentFault.Unexpected(_where, what, other);
        }
    }

    private async Task<byte[]> AskAsync(string what, AgentRequestSent trace, byte[] request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using Content content = new(request);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource deadline = new(timeout, _options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            if (_ended is not null)
                throw _ended;
            _tracer.Emit(trace);
            await AgentFrame.WriteAsync(_pipe.Output, request, either.Token).ConfigureAwait(false);
            byte[] answer = await AgentFrame.ReadAsync(_pipe.Input, started: null, either.Token).ConfigureAwait(false) ?? throw AgentFault.Closed(_where, what);
            _tracer.Emit(new AgentAnswered(trace.Request, AgentMessage.NumberOf(answer).ToString(), answer.Length));
            return answer;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw _ended = AgentFault.Silent(_where, timeout, what);
        }
        catch (OperationCanceledException)
        {
            _ended = new LocalMisuseException(SshErrorCode.Cancelled, "An earlier request to the agent was cancelled, which ended the connection to it.", "Connect again.");
            throw;
        }
        catch (Exception exception) when (exception is IOException or SocketException or InvalidOperationException)
        {
            throw _ended = AgentFault.Closed(_where, what, exception);
        }
        catch (SshException exception)
        {
            _ended ??= exception;
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    // A message that may hold a private key or a passphrase, until it is sent or given up.
    private readonly struct Content(byte[] bytes) : IDisposable
    {
        public void Dispose() => CryptographicOperations.ZeroMemory(bytes);
    }

    // An old agent knows no flags and signs RSA with SHA-1, which nobody asked for.
    private void CheckAlgorithm(AgentKey key, string algorithm, byte[] signature)
    {
        SshReader reader = new(signature);
        string named = reader.Name("signature algorithm");
        if (named == algorithm)
            return;
        throw new PeerMisbehavedException(
            SshErrorCode.AgentProtocol,
            $"The agent{_where} was asked for a signature {algorithm} with the key {key} and answered with one of another kind ({(named.Length > 0 ? named : "no name")}).",
            "It is too old to know the RSA algorithms of RFC 8332: use a newer agent, or another type of key.");
    }

    private async Task<SshException> WhyRefusedAsync(AgentKey key, string algorithm, CancellationToken cancellationToken)
    {
        try
        {
            ImmutableArray<AgentKey> left = await ListAsync(cancellationToken).ConfigureAwait(false);
            bool listed = left.Any(other => other.Blob.Span.SequenceEqual(key.Blob.Span));
            return AgentFault.SignatureRefused(_where, key.ToString(), algorithm, listed, !left.IsEmpty);
        }
        catch (SshException)
        {
            return AgentFault.SignatureRefused(_where, key.ToString(), algorithm, listed: null, any: false);
        }
    }

    private static AgentSignFlags FlagsOf(string algorithm) => algorithm switch
    {
        "rsa-sha2-256" => AgentSignFlags.RsaSha2With256,
        "rsa-sha2-512" => AgentSignFlags.RsaSha2With512,
        _ => AgentSignFlags.None,
    };
}

/// <summary>An agent's answer to an extension.</summary>
/// <param name="Accepted">True where it did what was asked.</param>
/// <param name="Known">True where it knows the extension, or at least extensions: a locked agent, and one older than extensions, say
/// no more than a plain no.</param>
/// <param name="Contents">What the answer holds.</param>
public readonly record struct AgentExtensionAnswer(bool Accepted, bool Known, ReadOnlyMemory<byte> Contents);
