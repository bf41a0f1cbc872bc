using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Iris;

/// <summary>Answers the server's questions in a keyboard-interactive login, as IRIS's callback does.</summary>
/// <param name="username">The name that logs in.</param>
/// <param name="instructions">The server's text for this round.</param>
/// <param name="prompts">The questions.</param>
/// <param name="promptFlags">For each question <c>E</c> where the answer may be shown while it is typed, else empty.</param>
/// <returns>An answer for each question, in order.</returns>
public delegate IReadOnlyList<string> InteractiveCallback(
    string username, string instructions, IReadOnlyList<string> prompts, IReadOnlyList<string> promptFlags);

/// <summary>An SSH session in the shape of IRIS's <c>%Net.SSH.Session</c>: synchronous methods that return a <see cref="Status"/>.
/// A key that is accepted where a second factor is wanted leaves the session usable: call the next AuthenticateWith… method.</summary>
public sealed class Session : IDisposable
{
    /// <summary>SSH's port.</summary>
    public const int SshPort = 22;

    // The deadlines inside a call know what they waited for, so they get the chance to say it before the call as a whole is ended.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3); // a busy machine is late

    private static readonly TimeSpan TraceFlushTime = TimeSpan.FromSeconds(2);

    private readonly SwitchableTraceSink _trace = new();
    private SshTarget? _target;
    private ClientHandshake? _handshake;
    private SshClient? _client;
    private int _timeoutMilliseconds = 30_000;
    private AlgorithmPreferences _algorithms = AlgorithmPreferences.Default;

    /// <summary>The host key's hash after <see cref="Connect"/>, as hexadecimal digits: 32 for MD5, 40 for SHA1, 64 for SHA256.</summary>
    public string HostKey { get; private set; } = "";

    /// <summary>True when somebody is logged in.</summary>
    public bool IsAuthenticated => _client is not null;

    /// <summary>Connects and exchanges keys; nobody is logged in yet.</summary>
    /// <param name="hostname">A host name or an address.</param>
    /// <param name="port">The TCP port.</param>
    /// <param name="hostkey">The host key's hash that is expected, as hexadecimal digits or <c>SHA256:…</c>. Without it every host key
    /// is accepted, as IRIS does: look at <see cref="HostKey"/> afterwards, or give the hash.</param>
    /// <param name="hostkeytype">Which hash <see cref="HostKey"/> gets: MD5, SHA1 or SHA256.</param>
    public Status Connect(string hostname, int port = SshPort, string hostkey = "", string hostkeytype = "MD5") => Run("Session.Connect", async cancellationToken =>
    {
        if (_handshake is not null)
            throw new LocalMisuseException(SshErrorCode.Misuse, "The session is connected already.", "Call Disconnect first.");
        HashName hash = ParseHash(hostkeytype);
        _target = new SshTarget(null, hostname, port);
        TimeSpan timeout = Timeout;
        SshClientOptions options = new()
        {
            HostKeys = hostkey.Length == 0 ? HostKeyPolicy.InsecureAcceptAny() : HostKeyPolicy.Pinned(hostkey),
            Algorithms = _algorithms,
            Trace = _trace,
            ConnectTimeout = timeout,
            HandshakeTimeout = timeout,
            LoginTimeout = timeout,
            RequestTimeout = timeout,
        };
        _handshake = await ClientHandshake.RunAsync(_target, options, cancellationToken).ConfigureAwait(false);
        HostKey = PublicKey.Parse(_handshake.Transport.HostKey.Span).FingerprintOf(hash).Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
    });

    /// <summary>Ends the session.</summary>
    public Status Disconnect() => Run("Session.Disconnect", async _ =>
    {
        if (_handshake is not null)
            await _handshake.DisposeAsync().ConfigureAwait(false);
        (_handshake, _client, HostKey) = (null, null, "");
        _trace.Flush(TraceFlushTime); // whoever reads the file now finds all of it
    });

    /// <summary>Logs in with a password; not the same as keyboard-interactive.</summary>
    public Status AuthenticateWithUsername(string username, string password) => Run("Session.AuthenticateWithUsername", async cancellationToken =>
    {
        using PasswordCredential credential = new(password);
        await LogInAsync(username, credential, cancellationToken).ConfigureAwait(false);
    });

    /// <summary>Logs in with a key pair.</summary>
    /// <param name="username">The name that logs in.</param>
    /// <param name="publickeyfile">The public key file; empty derives the public key. A file that does not belong to the private key is
    /// an error that says so.</param>
    /// <param name="privatekeyfile">The private key file, in any format <see cref="KeyFile"/> reads.</param>
    /// <param name="passphrase">The private key file's passphrase; empty where it has none.</param>
    public Status AuthenticateWithKeyPair(string username, string publickeyfile, string privatekeyfile, string passphrase = "") =>
        Run("Session.AuthenticateWithKeyPair", async cancellationToken =>
        {
            using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(
                privatekeyfile, passphrase, publickeyfile.Length == 0 ? null : publickeyfile);
            await LogInAsync(username, credential, cancellationToken).ConfigureAwait(false);
        });

    /// <summary>Logs in by answering the server's questions.</summary>
    public Status AuthenticateWithKeyboardInteractive(string username, InteractiveCallback callback) =>
        Run("Session.AuthenticateWithKeyboardInteractive", cancellationToken =>
        {
            KeyboardInteractiveCredential credential = new(request => callback(
                username,
                request.Instruction,
                [.. request.Prompts.Select(prompt => prompt.Text)],
                [.. request.Prompts.Select(prompt => prompt.Echo ? "E" : "")]));
            return LogInAsync(username, credential, cancellationToken);
        });

    /// <summary>Runs a command.</summary>
    /// <param name="command">The command line.</param>
    /// <param name="device">Its streams and, at its end, its exit status; null after a failure.</param>
    /// <param name="environment">Environment variables asked for; a server's refusal is no failure.</param>
    public Status Execute(string command, out Device? device, IReadOnlyDictionary<string, string>? environment = null)
    {
        Device? opened = null;
        Status status = Run("Session.Execute", async cancellationToken =>
        {
            CommandOptions options = new() { Environment = environment ?? new Dictionary<string, string>() };
            opened = new Device(await LoggedIn.StartAsync(command, options, cancellationToken).ConfigureAwait(false));
        });
        device = opened;
        return status;
    }

    /// <summary>Opens SFTP.</summary>
    /// <param name="sftp">The SFTP session; null after a failure.</param>
    public Status OpenSFTP(out Sftp? sftp)
    {
        Sftp? opened = null;
        Status status = Run("Session.OpenSFTP", async cancellationToken =>
            opened = new Sftp(this, await LoggedIn.OpenSftpAsync(cancellationToken).ConfigureAwait(false)));
        sftp = opened;
        return status;
    }

    /// <summary>Which algorithms are offered, in IRIS's form <c>KEX=a,b:HOSTKEY=…:CRYPT=…:MAC=…:COMP=…</c>; before Connect.</summary>
    public Status SetPreferredAlgorithms(string preferences) => Run("Session.SetPreferredAlgorithms", _ =>
    {
        _algorithms = AlgorithmText.Parse(preferences, AlgorithmPreferences.Default);
        return Task.CompletedTask;
    });

    /// <summary>The negotiated algorithms, in IRIS's form; where the two directions differ both are named.</summary>
    public Status GetAlgorithms(out string algorithms)
    {
        string text = "";
        Status status = Run("Session.GetAlgorithms", _ =>
        {
            text = AlgorithmText.Format(Connected.Transport.Negotiation);
            return Task.CompletedTask;
        });
        algorithms = text;
        return status;
    }

    /// <summary>Both sides' software; the server's is empty before Connect.</summary>
    public Status VersionInfo(out string clientVersion, out string serverVersion)
    {
        clientVersion = IdentificationLine.Own;
        serverVersion = _handshake?.Transport.Negotiation.ServerVersion ?? "";
        return Status.Ok;
    }

    /// <summary>How long a call may take.</summary>
    /// <param name="milliseconds">Milliseconds; -1 means for ever. IRIS's default is 30 seconds.</param>
    public Status SetTimeout(int milliseconds = -1) => Run("Session.SetTimeout", _ =>
    {
        if (milliseconds is < -1 or 0)
            throw new LocalMisuseException(SshErrorCode.Misuse, $"{milliseconds} is no timeout.", "Give milliseconds, or -1 for no limit.");
        _timeoutMilliseconds = milliseconds;
        return Task.CompletedTask;
    });

    /// <summary>How long a call may take, in milliseconds; -1 means for ever.</summary>
    public Status GetTimeout(out int milliseconds)
    {
        milliseconds = _timeoutMilliseconds;
        return Status.Ok;
    }

    /// <summary>Which events are traced, and where to. It may be called at any time, also while connected; passwords and keys are in no
    /// event.</summary>
    /// <param name="mask">libssh2's bits: 2 transport, 4 key exchange, 8 authentication, 16 connection, 32 SCP, 64 SFTP, 128 errors,
    /// 256 public key, 512 socket; 511 is all but the socket. 0 switches the trace off.</param>
    /// <param name="file">The file, appended to; empty keeps the present one.</param>
    public Status SetTraceMask(int mask, string file = "") => Run("Session.SetTraceMask", _ =>
    {
        _trace.Switch((TraceMask)mask, file);
        return Task.CompletedTask;
    });

    /// <summary>Ends the session and closes the trace.</summary>
    public void Dispose()
    {
        Disconnect();
        _trace.Dispose();
    }

    /// <summary>Runs one call to its end, within the session's timeout, and makes a status of what it throws.</summary>
    internal Status Run(string origin, Func<CancellationToken, Task> call)
    {
        using CancellationTokenSource deadline = new();
        if (_timeoutMilliseconds > 0)
            deadline.CancelAfter(Timeout + Grace);
        try
        {
            // On the pool, so that a caller with a synchronisation context cannot stop it by waiting.
            Task.Run(() => call(deadline.Token), CancellationToken.None).GetAwaiter().GetResult();
            return Status.Ok;
        }
        catch (TransportLostException late) when (late.Code is SshErrorCode.TimedOut or SshErrorCode.NotSsh)
        {
            // Those who meant seconds see here that they gave milliseconds.
            string remedy = $"{late.Remedy} The limit was {_timeoutMilliseconds} ms (SetTimeout).".Trim();
            return Status.Of(
                new TransportLostException(late.Code, late.Sentence, remedy, late) { Negotiation = late.Negotiation, RecentEvents = late.RecentEvents }, origin);
        }
        catch (SshException exception)
        {
            return Status.Of(exception, origin);
        }
        catch (OperationCanceledException exception)
        {
            return Status.Of(
                new TransportLostException(SshErrorCode.TimedOut, $"{origin} was not done after {_timeoutMilliseconds} ms (SetTimeout).", inner: exception), origin);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Status.Of(new LocalMisuseException(SshErrorCode.LocalFile, exception.Message, inner: exception), origin);
        }
    }

    private TimeSpan Timeout => TimeSpan.FromMilliseconds(_timeoutMilliseconds); // -1 is TimeSpan's infinite as well

    private ClientHandshake Connected =>
        _handshake ?? throw new LocalMisuseException(SshErrorCode.Misuse, "The session is not connected.", "Call Connect first.");

    private SshClient LoggedIn =>
        _client ?? throw new LocalMisuseException(SshErrorCode.Misuse, "Nobody is logged in.", "Call Connect and an AuthenticateWith… method first.");

    private async Task LogInAsync(string username, Credential credential, CancellationToken cancellationToken) =>
        _client = await Connected.LogInAsync(username, [credential], cancellationToken).ConfigureAwait(false);

    private static HashName ParseHash(string name) => name.ToUpperInvariant() switch
    {
        "" or "MD5" => HashName.Md5,
        "SHA1" => HashName.Sha1,
        "SHA256" => HashName.Sha256,
        _ => throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{name}\" is no kind of host key hash.", "Known: MD5, SHA1, SHA256."),
    };
}
