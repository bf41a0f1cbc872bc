using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Auth;

/// <summary>A server's login behind a real transport, and a client that sends what a test makes up.</summary>
internal sealed class ForgeryKit : IAsyncDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60)); // no test waits for ever
    private readonly MessageQueue _replies = new();
    private readonly MessageQueue _requests = new();
    private readonly StringWriter _trace = new();
    private readonly TraceSink _sink;
    private SshTransport _client = null!;
    private SshTransport _server = null!;
    private Task _login = Task.CompletedTask;

    private ForgeryKit() => _sink = TraceSink.ToWriter(_trace, TraceMask.All);

    /// <summary>The session identifier both sides have.</summary>
    public byte[] SessionId => _client.SessionId.ToArray();

    /// <summary>The blob of the server's host key.</summary>
    public byte[] HostKey => _client.HostKey.ToArray();

    /// <summary>Who is logged in; null while nobody is.</summary>
    public LoginResult? Result { get; private set; }

    /// <summary>Why the login ended without one.</summary>
    public SshException? Failure { get; private set; }

    /// <summary>The server's trace; read once, at the end.</summary>
    public string Trace
    {
        get
        {
            _sink.Dispose();
            return _trace.ToString();
        }
    }

    /// <summary>Connects, exchanges keys and asks for the login service.</summary>
    public static async Task<ForgeryKit> ConnectAsync(Authenticator authenticator, ServerLoginOptions? options = null)
    {
        ForgeryKit kit = new();
        DuplexPipePair pipes = new();
        TransportOptions serverOptions = new() { HostKeys = [TransportPair.HostKey] };
        Task<SshTransport> server = kit.StartAsync(pipes.Right, TransportRole.Server, serverOptions, kit._requests);
        Task<SshTransport> client = kit.StartAsync(pipes.Left, TransportRole.Client, new TransportOptions(), kit._replies);
        (kit._server, kit._client) = (await server, await client);
        kit._login = Task.Run(() => kit.ServeAsync(authenticator, (options ?? new ServerLoginOptions()) with { RefusalTime = TimeSpan.Zero }));
        kit._client.Send(new ServiceRequest("ssh-userauth"));
        Assert.Equal(6, (await kit._replies.ReadAsync(kit._deadline.Token))[0]);
        return kit;
    }

    /// <summary>Sends one login request as it is and returns the answer.</summary>
    public async Task<byte[]> AskAsync(byte[] payload)
    {
        Assert.Equal(50, payload[0]);
        _client.Send(new MadeUp(payload));
        return await _replies.ReadAsync(_deadline.Token);
    }

    /// <summary>Sends a request that must be refused as any other is: FAILURE, no partial success, and nobody is logged in.</summary>
    public async Task RefusedAsync(byte[] payload, string? because = null)
    {
        byte[] answer = await AskAsync(payload);
        Assert.True(answer[0] == 51, $"{because}: answered with {answer[0]}");
        Assert.False(Message.Decode<UserAuthFailure>(answer).PartialSuccess, because);
        Assert.Null(Result);
        Assert.Null(Failure);
    }

    /// <summary>Sends a request that passes a factor, and not the last.</summary>
    public async Task PartialAsync(byte[] payload) => Assert.True(Message.Decode<UserAuthFailure>(await AskAsync(payload)).PartialSuccess);

    /// <summary>Sends a request that completes the login.</summary>
    public async Task<LoginResult> AcceptedAsync(byte[] payload)
    {
        Assert.Equal(52, (await AskAsync(payload))[0]);
        await _login.WaitAsync(_deadline.Token);
        return Result!;
    }

    /// <summary>Sends a request that ends the connection.</summary>
    public async Task<SshException> EndedByAsync(byte[] payload)
    {
        _client.Send(new MadeUp(payload));
        await _login.WaitAsync(_deadline.Token);
        Assert.Null(Result);
        return Failure!;
    }

    /// <summary>A signed request in RFC 4252's form, every part of it at the test's choice.</summary>
    public byte[] Signed(string user, PrivateKey signer, Forgery forgery = default)
    {
        ReadOnlyMemory<byte> blob = forgery.Blob ?? signer.PublicKey.Blob;
        string signedWith = forgery.SignedWith ?? signer.PublicKey.SignatureAlgorithms[0];
        string named = forgery.Named ?? signedWith;
        byte[] data = SignedRequest.DataToSign(
            forgery.SessionId ?? SessionId,
            new PublicKeyRequest(forgery.SignedUser ?? user, forgery.SignedService ?? "ssh-connection", named, blob.Span, true, [], forgery.HostKey ?? []));
        byte[] signature = forgery.Signature?.Invoke(data) ?? signer.Sign(signedWith, data, SystemRandom.Shared);
        return Message.ToArray(new PublicKeyRequest(user, "ssh-connection", named, blob.Span, true, signature, forgery.HostKey ?? []));
    }

    /// <summary>The question whether a key would do.</summary>
    public static byte[] Question(string user, PublicKey key) =>
        Message.ToArray(new PublicKeyRequest(user, "ssh-connection", key.SignatureAlgorithms[0], key.Blob.Span, false, []));

    /// <summary>A request with a password.</summary>
    public static byte[] PasswordOf(string user, string password, string service = "ssh-connection") =>
        Message.ToArray(new PasswordRequest(user, service, System.Text.Encoding.UTF8.GetBytes(password)));

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        await _login.WaitAsync(TimeSpan.FromSeconds(10));
        _sink.Dispose();
        _trace.Dispose();
        _deadline.Dispose();
    }

    private async Task ServeAsync(Authenticator authenticator, ServerLoginOptions options)
    {
        try
        {
            Result = await ServerLogin.RunAsync(_server, _requests, authenticator, options, _deadline.Token);
        }
        catch (SshException exception)
        {
            Failure = exception;
            _server.Close(exception);
        }
    }

    private Task<SshTransport> StartAsync(System.IO.Pipelines.IDuplexPipe pipe, TransportRole role, TransportOptions options, MessageQueue login) =>
        SshTransport.StartAsync(
            pipe, role, options, login, new RecordingReceiver(), (_, _) => default, SystemRandom.Shared, TimeProvider.System,
            new Tracer(TimeProvider.System, role == TransportRole.Server ? [_sink] : []), CancellationToken.None);

    private readonly ref struct MadeUp(ReadOnlySpan<byte> payload) : IMessage<MadeUp>
    {
        private readonly ReadOnlySpan<byte> _payload = payload;

        public static MessageNumber Number => MessageNumber.UserAuthRequest;

        public static MadeUp Read(scoped ref SshReader reader) => throw new NotSupportedException();

        public void Write(scoped ref SshWriter writer) => writer.Bytes(_payload[1..]);
    }
}

/// <summary>What of a signed request is not as it should be; what is left out is as it should.</summary>
internal readonly record struct Forgery
{
    /// <summary>The key the request carries.</summary>
    public ReadOnlyMemory<byte>? Blob { get; init; }

    /// <summary>The algorithm the request names.</summary>
    public string? Named { get; init; }

    /// <summary>The algorithm the signature is made with.</summary>
    public string? SignedWith { get; init; }

    /// <summary>The session the signature is for.</summary>
    public byte[]? SessionId { get; init; }

    /// <summary>The user the signature is for.</summary>
    public string? SignedUser { get; init; }

    /// <summary>The service the signature is for.</summary>
    public string? SignedService { get; init; }

    /// <summary>Makes the signature of the data it is given, instead of the key.</summary>
    public Func<byte[], byte[]>? Signature { get; init; }

    /// <summary>The server's host key: the request is in the host-bound form.</summary>
    public byte[]? HostKey { get; init; }
}
