using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>What a client shows to a server that lets nobody in.</summary>
public sealed record ClientStudy
{
    /// <summary>The version of the JSON form.</summary>
    public const string SchemaName = "lucid-ssh.client-study/1";

    /// <summary>Which JSON form this is.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>Where the client came from.</summary>
    public string RemoteAddress { get; init; } = "";

    /// <summary>The first sentence: who came, and how far.</summary>
    public string Summary { get; init; } = "";

    /// <summary>How the two sides agreed, or how far they came; its login lists what the client tried.</summary>
    public NegotiationReport? Negotiation { get; init; }

    /// <summary>What the policy finds in what the client offers.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>The policy, and its date.</summary>
    public string Policy { get; init; } = "";

    /// <summary>Why the conversation ended before a login was tried; null where one was.</summary>
    public ProbeFailure? Failure { get; init; }

    /// <summary>Listens, and studies the one client that comes. Every method of the login is refused; passwords are not looked at.</summary>
    /// <param name="endPoint">Where to listen.</param>
    /// <param name="options">The policy, and the times: the whole of it takes <see cref="ProbeOptions.TotalTime"/> at most after the client came.</param>
    /// <param name="listening">Called with the address in use as soon as a client may come.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LocalMisuseException">The address cannot be used.</exception>
    public static async Task<ClientStudy> ListenAsync(
        IPEndPoint endPoint, ProbeOptions options, Action<IPEndPoint>? listening = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        ArgumentNullException.ThrowIfNull(options);
        // One of each type, for clients that take only one; they live as long as the study, so that the shortest RSA key will do.
        ImmutableArray<PrivateKey> keys =
        [
            .. ((string[])["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"]).Select(type => PrivateKey.Generate(type)),
            PrivateKey.Generate("ssh-rsa", 2048),
        ];
        using Socket listener = Listen(endPoint);
        listening?.Invoke((IPEndPoint)listener.LocalEndPoint!);
        Socket socket = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
        string address = (socket.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "";
        using SocketPipe pipe = new(socket);
        (NegotiationReport? report, SshException? failure) = await ConverseAsync(pipe, keys, options, cancellationToken).ConfigureAwait(false);
        return Of(options.Policy, report, failure) with { RemoteAddress = address };
    }

    /// <summary>A study of what a server saw of a client.</summary>
    internal static ClientStudy Of(ProbePolicy policy, NegotiationReport? report, SshException? failure)
    {
        PeerSoftware? software = PeerSoftware.Recognise(report?.ClientVersion);
        int tried = report?.Login?.Attempts.Length ?? 0;
        string name = software?.ToString() ?? (report?.ClientVersion is { } line ? $"A client that calls itself \"{line}\"" : "Somebody");
        string summary = report?.Login is not null
            ? $"{name} came as {TerminalText.OneLine(report.Login.User)}, agreed on {report.Chosen(AlgorithmKind.KeyExchange)}, and tried {tried} {(tried == 1 ? "credential" : "credentials")}."
            : $"{name} came and did not get as far as a login: {failure?.Sentence ?? "it left."}";
        return new ClientStudy
        {
            Summary = summary,
            Negotiation = report,
            Findings = report?.ClientKexInit is { } offer ? Grader.Client(policy, software, offer) : [],
            Policy = $"{policy.Name}, {policy.Date}",
            Failure = report?.Login is null && failure is not null ? ProbeFailure.Of(failure) : null,
        };
    }

    private static Socket Listen(IPEndPoint endPoint)
    {
        Socket listener = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen(1);
            return listener;
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new LocalMisuseException(SshErrorCode.ConnectFailed, $"The study cannot listen on {endPoint}: {exception.Message}.", inner: exception);
        }
    }

    private static async Task<(NegotiationReport? Report, SshException? Failure)> ConverseAsync(
        SocketPipe pipe, ImmutableArray<PrivateKey> keys, ProbeOptions options, CancellationToken cancellationToken)
    {
        MessageQueue login = new();
        try
        {
            SshTransport transport = await SshTransport.StartAsync(
                pipe,
                TransportRole.Server,
                new TransportOptions { Algorithms = ProbeRun.Everything, HostKeys = keys, HandshakeTimeout = options.Client.HandshakeTimeout },
                login,
                new MessageQueue(),
                verifyHostKey: null,
                SystemRandom.Shared,
                options.Client.Time,
                new Tracer(options.Client.Time, options.Client.Trace is { } sink ? [sink] : []),
                cancellationToken).ConfigureAwait(false);
            await using (transport.ConfigureAwait(false))
            {
                RefusingAuthenticator authenticator = new(transport);
                ServerLoginOptions loginOptions = new() { MaxAttempts = 32, GraceTime = options.TotalTime, RefusalTime = TimeSpan.Zero };
                try
                {
                    await ServerLogin.RunAsync(transport, login, authenticator, loginOptions, cancellationToken).ConfigureAwait(false);
                }
                catch (SshException exception)
                {
                    transport.Close(exception);
                    return (transport.Negotiation, exception);
                }

                return (transport.Negotiation, null);
            }
        }
        catch (SshException exception)
        {
            return (exception.Negotiation, exception);
        }
    }

    // Lets nobody in, and writes down what was tried: keys by fingerprint, of everything else no more than that it was tried.
    private sealed class RefusingAuthenticator(SshTransport transport) : Authenticator
    {
        public override AuthenticationMethods MethodsFor(LoginContext context)
        {
            Note(context, null);
            return AuthenticationMethods.AnyOne;
        }

        public override ValueTask<AuthorizedKey?> FindKeyAsync(LoginContext context, PublicKey key, CancellationToken cancellationToken)
        {
            Note(context, new LoginAttempt("publickey", $"the key {key.Fingerprint}", LoginOutcome.Refused) { KeyType = key.Type, KeyFingerprint = key.Fingerprint });
            return ValueTask.FromResult<AuthorizedKey?>(null);
        }

        public override ValueTask<PasswordVerdict> CheckPasswordAsync(LoginContext context, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
        {
            Note(context, new LoginAttempt("password", "a password", LoginOutcome.Refused));
            return ValueTask.FromResult(PasswordVerdict.Refused);
        }

        public override ValueTask<bool> InteractAsync(LoginContext context, IInteraction interaction, CancellationToken cancellationToken)
        {
            Note(context, new LoginAttempt("keyboard-interactive", "answers", LoginOutcome.Refused));
            return ValueTask.FromResult(false);
        }

        private void Note(LoginContext context, LoginAttempt? attempt)
        {
            LoginReport report = transport.Login is { } known && known.User == context.User
                ? known
                : new LoginReport { User = context.User, MethodsOffered = ["publickey", "password", "keyboard-interactive"] };
            transport.Login = attempt is null ? report : report with { Attempts = report.Attempts.Add(attempt) };
        }
    }
}
