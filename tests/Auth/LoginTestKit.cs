using System.Security.Cryptography;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Auth;

/// <summary>A client and a server, or one of them against a script.</summary>
internal sealed class LoginTestKit : IDisposable
{
    public const string User = "alice";
    public const string Password = "correct horse battery staple";

    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(60)); // no test waits for ever
    private readonly StringWriter _trace = new();
    private readonly TraceSink _sink;

    public LoginTestKit()
    {
        _sink = TraceSink.ToWriter(_trace, TraceMask.All);
        Link = new LinkedTransports(null, _sink);
        Link.Client.Receiver = ClientQueue;
        Link.Server.Receiver = ServerQueue;
        Login = new ClientLogin(Link.Client, ClientQueue, ClientOptions);
    }

    public static PrivateKey Key { get; } = PrivateKey.Generate("ssh-ed25519");

    public static PrivateKey OtherKey { get; } = PrivateKey.Generate("ssh-ed25519");

    public static PrivateKey EcdsaKey { get; } = PrivateKey.Generate("ecdsa-sha2-nistp256");

    public static Lazy<PrivateKey> RsaKey { get; } = new(() =>
    {
        using RSA made = RSA.Create(2048);
        return KeyFile.ReadPrivate(Encoding.ASCII.GetBytes(made.ExportRSAPrivateKeyPem()));
    });

    public LinkedTransports Link { get; }

    public MessageQueue ClientQueue { get; } = new();

    public MessageQueue ServerQueue { get; } = new();

    public ClientLogin Login { get; private set; }

    public LoginOptions ClientOptions { get; private set; } = new();

    public ServerLoginOptions ServerOptions { get; set; } = new() { RefusalTime = TimeSpan.Zero };

    public CancellationToken Deadline => _deadline.Token;

    /// <summary>The trace of both sides; read once, at the end.</summary>
    public string Trace
    {
        get
        {
            _sink.Dispose();
            return _trace.ToString();
        }
    }

    public LoginResult? Result { get; private set; }

    /// <summary>Why the server's login ended, where it did not succeed.</summary>
    public SshException? ServerFailure { get; private set; }

    public void Use(LoginOptions options)
    {
        ClientOptions = options;
        Login = new ClientLogin(Link.Client, ClientQueue, options);
    }

    /// <summary>An authenticator with alice, her password and the given keys.</summary>
    public static SimpleAuthenticator Alice(string methods, params IEnumerable<PrivateKey> keys)
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse(methods));
        authenticator.AddUser(User, Password, keys.Select(key => new AuthorizedKey(key.PublicKey, "", $"permissions of {key.PublicKey}")));
        return authenticator;
    }

    /// <summary>Starts the server's login.</summary>
    public Task StartServer(Authenticator authenticator) => Task.Run(async () =>
    {
        try
        {
            Result = await ServerLogin.RunAsync(Link.Server, ServerQueue, authenticator, ServerOptions, Deadline);
        }
        catch (SshException exception)
        {
            ServerFailure = exception;
            Link.Server.Close(exception);
        }
    });

    /// <summary>Logs in against <paramref name="authenticator"/>.</summary>
    public async Task<LoginReport> RunAsync(Authenticator authenticator, params Credential[] credentials)
    {
        Task server = StartServer(authenticator);
        LoginReport report = await Login.LoginAsync(User, credentials, Deadline);
        await server;
        return report;
    }

    /// <summary>The same, where it must not succeed.</summary>
    public async Task<LoginException> FailAsync(Authenticator authenticator, params Credential[] credentials)
    {
        _ = StartServer(authenticator);
        LoginException failure = await Assert.ThrowsAsync<LoginException>(() => Login.LoginAsync(User, credentials, Deadline));
        Assert.False(Link.Server.IsLoginComplete);
        Assert.Null(Result);
        return failure;
    }

    /// <summary>Plays a server from a script: each step takes the client's next message and answers what it returns. The first
    /// two, the service and the request for the methods, are played by themselves where <paramref name="offered"/> is given.</summary>
    public Task PlayServer(string? offered, params Func<byte[], byte[][]>[] steps) => Task.Run(async () =>
    {
        IEnumerable<Func<byte[], byte[][]>> all = offered is null
            ? steps
            : [_ => [Message.ToArray(new ServiceAccept("ssh-userauth"))], _ => [Failure(offered)], .. steps];
        foreach (Func<byte[], byte[][]> step in all)
        {
            byte[] request = await ServerQueue.ReadAsync(Deadline);
            foreach (byte[] answer in step(request))
                Link.Server.SendPayload(answer);
        }
    });

    /// <summary>A step of a script that answers with one payload.</summary>
    public static Func<byte[], byte[][]> Answer(params byte[][] payloads) => _ => payloads;

    public static byte[] Failure(string canContinue, bool partialSuccess = false) =>
        Message.ToArray(new UserAuthFailure([.. canContinue.Split(',', StringSplitOptions.RemoveEmptyEntries)], partialSuccess));

    public static byte[] Success() => Message.ToArray(new UserAuthSuccess());

    public static byte[] Prompt(params (string Text, bool Echo)[] prompts) =>
        Message.ToArray(new UserAuthInfoRequest("", "", [.. prompts.Select(p => new InteractivePrompt(p.Text, p.Echo))]));

    public static KeyboardInteractiveCredential Answers(params string[] answers) => new(_ => answers);

    public static LoginOutcome[] Outcomes(LoginReport report) => [.. report.Attempts.Select(a => a.Outcome)];

    public void Dispose()
    {
        _deadline.Dispose();
        _sink.Dispose();
        _trace.Dispose();
    }
}
