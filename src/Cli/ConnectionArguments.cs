using System.CommandLine;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>The target and the options of every subcommand that connects.</summary>
internal sealed class ConnectionArguments : IDisposable
{
    private readonly Argument<string> _target = new("target") { Description = "[user@]host[:port]; an IPv6 address in brackets" };
    private readonly Option<int?> _port = new("-p") { Description = "the port", HelpName = "PORT" };
    private readonly Option<string?> _user = new("-l") { Description = "the user name", HelpName = "USER" };
    private readonly Option<string[]> _identities = new("-i") { Description = "a private key file; may be given several times", HelpName = "KEYFILE" };
    private readonly Option<string?> _passphrase = new("--passphrase-env") { Description = "the environment variable with the key files' passphrase", HelpName = "VAR" };
    private readonly Option<string?> _password = new("--password-env") { Description = "the environment variable with the password", HelpName = "VAR" };
    private readonly Option<string?> _knownHosts = new("--known-hosts") { Description = "the known_hosts file", HelpName = "FILE" };
    private readonly Option<string> _hostKey = new("--host-key")
    {
        Description = "strict, accept-new, SHA256:… or insecure-any",
        HelpName = "POLICY",
        DefaultValueFactory = _ => "strict",
    };

    private readonly Option<string?> _kex = new("--kex") { Description = "key exchange methods: a list, or + - ^ and a list", HelpName = "LIST" };
    private readonly Option<string?> _hostKeyAlgorithms = new("--host-key-algorithms") { Description = "host key algorithms", HelpName = "LIST" };
    private readonly Option<string?> _ciphers = new("--ciphers") { Description = "ciphers", HelpName = "LIST" };
    private readonly Option<string?> _macs = new("--macs") { Description = "MACs", HelpName = "LIST" };
    private readonly Option<string?> _compression = new("--compression") { Description = "compression methods", HelpName = "LIST" };
    private readonly Option<double> _timeout = new("--timeout")
    {
        Description = "seconds for connecting and for the key exchange",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 30,
    };

    private readonly Option<double> _keepAlive = new("--keepalive")
    {
        Description = "seconds of silence before the server is asked for a sign of life; 0 never asks",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 30,
    };

    private readonly Option<string?> _rekey = new("--rekey-limit") { Description = "exchange new keys after so many bytes (K, M, G)", HelpName = "BYTES" };
    private readonly Option<string?> _trace = new("--trace") { Description = "trace events of this mask (511: all but the socket), to standard error or a file", HelpName = "MASK[:FILE]" };
    private readonly Option<string> _traceFormat = new("--trace-format") { Description = "text or jsonl", HelpName = "FORMAT", DefaultValueFactory = _ => "text" };
    private readonly Option<string?> _capture = new("--capture")
    {
        Description = "record the connection for Wireshark (pcapng); WITH ITS SECRETS: whoever has the file can read everything",
        HelpName = "FILE",
    };

    private readonly Option<string?> _keyLog = new("--key-log")
    {
        Description = "append the connection's secrets to a key log for Wireshark: whoever has the file can read everything",
        HelpName = "FILE",
    };

    private TraceSink? _sink;
    private PacketCapture? _recording;

    /// <summary>Adds target and options to a subcommand.</summary>
    public void AddTo(Command command)
    {
        command.Add(_target);
        AddOptionsTo(command);
    }

    /// <summary>Adds the options alone, to a subcommand with targets of its own.</summary>
    public void AddOptionsTo(Command command)
    {
        foreach (Option option in (Option[])[_port, _user, _identities, _passphrase, _password, _knownHosts, _hostKey, _kex, _hostKeyAlgorithms,
            _ciphers, _macs, _compression, _timeout, _keepAlive, _rekey, _trace, _traceFormat, _capture, _keyLog])
        {
            command.Add(option);
        }
    }

    /// <summary>Where to connect.</summary>
    public SshTarget Target(ParseResult arguments) => Target(arguments, arguments.GetRequiredValue(_target));

    /// <summary>One of several targets.</summary>
    public SshTarget Target(ParseResult arguments, string text)
    {
        SshTarget target = SshTarget.Parse(text);
        return target with
        {
            Port = arguments.GetValue(_port) ?? target.Port,
            User = arguments.GetValue(_user) ?? target.User ?? Environment.UserName,
        };
    }

    /// <summary>Connects and logs in as the options say.</summary>
    public async Task<SshClient> ConnectAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        SshTarget target = Target(arguments);
        List<Credential> credentials = Credentials(arguments);
        SshClientOptions options = Options(arguments) with { Credentials = credentials };
        try
        {
            return await SshClient.ConnectAsync(target, options, cancellationToken).ConfigureAwait(false);
        }
        catch (LoginException refused) when (Terminal.IsInteractive
            && arguments.GetValue(_password) is null
            && refused.Report.CanContinue.Contains("password"))
        {
            // Somebody is there to type it, and only now is it known that the server wants it.
            credentials.Add(Terminal.Password(target));
            return await SshClient.ConnectAsync(target, options, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Everything but the credentials.</summary>
    public SshClientOptions Options(ParseResult arguments)
    {
        TimeSpan timeout = TimeSpan.FromSeconds(arguments.GetValue(_timeout));
        return new SshClientOptions
        {
            HostKeys = HostKeys(arguments),
            Algorithms = AlgorithmPreferences.Default.Apply(
                keyExchange: arguments.GetValue(_kex),
                hostKeys: arguments.GetValue(_hostKeyAlgorithms),
                ciphers: arguments.GetValue(_ciphers),
                macs: arguments.GetValue(_macs),
                compression: arguments.GetValue(_compression)),
            ConnectTimeout = timeout,
            HandshakeTimeout = timeout,
            RequestTimeout = timeout,
            KeepAliveInterval = TimeSpan.FromSeconds(arguments.GetValue(_keepAlive)),
            Rekey = arguments.GetValue(_rekey) is { } limit ? RekeyLimits.Default with { Bytes = ByteCount.Parse(limit) } : RekeyLimits.Default,
            Trace = Trace(arguments),
            Capture = Capture(arguments),
        };
    }

    public void Dispose()
    {
        _sink?.Dispose();
        _recording?.Dispose();
    }

    private HostKeyPolicy HostKeys(ParseResult arguments)
    {
        string? file = arguments.GetValue(_knownHosts);
        return arguments.GetValue(_hostKey) switch
        {
            "strict" => HostKeyPolicy.KnownHosts(file),
            "accept-new" => HostKeyPolicy.AcceptNew(file),
            "insecure-any" => HostKeyPolicy.InsecureAcceptAny(),
            { } fingerprint => HostKeyPolicy.Pinned(fingerprint),
            null => HostKeyPolicy.KnownHosts(file),
        };
    }

    private List<Credential> Credentials(ParseResult arguments)
    {
        List<Credential> credentials = [];
        string? passphrase = FromEnvironment(arguments.GetValue(_passphrase));
        string[] identities = arguments.GetValue(_identities) ?? [];
        foreach (string file in identities.Length > 0 ? identities : DefaultIdentities())
            credentials.Add(PrivateKeyCredential.FromFile(file, passphrase));
        if (FromEnvironment(arguments.GetValue(_password)) is { } password)
            credentials.Add(new PasswordCredential(password));
        else if (Terminal.IsInteractive)
            credentials.Add(Terminal.Answers());
        return credentials;
    }

    // Key files that everybody's ssh would try; one that needs a passphrase nobody gave is left out.
    private static IEnumerable<string> DefaultIdentities()
    {
        string directory = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".ssh");
        return ((string[])["id_ed25519", "id_ecdsa", "id_rsa"]).Select(name => Path.Combine(directory, name)).Where(IsReadable);

        static bool IsReadable(string file)
        {
            try
            {
                return File.Exists(file) && !KeyFile.Inspect(file).IsEncrypted;
            }
            catch (Exception exception) when (exception is SshException or IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    private static string? FromEnvironment(string? variable)
    {
        if (variable is null)
            return null;
        return Environment.GetEnvironmentVariable(variable)
            ?? throw new LocalMisuseException(SshErrorCode.Misuse, $"The environment variable {variable} is not set.");
    }

    // The warning stands where nobody who looks can miss it.
    private PacketCapture? Capture(ParseResult arguments)
    {
        (string? capture, string? keyLog) = (arguments.GetValue(_capture), arguments.GetValue(_keyLog));
        if (capture is not null && keyLog is not null)
            throw new LocalMisuseException(SshErrorCode.Misuse, "--capture and --key-log were both given.", "A capture holds the key log's lines already.");
        if ((capture ?? keyLog) is not { } file)
            return null;
        Console.Error.WriteLine($"lucid: warning: {file} gets this connection's secrets: whoever has it can read everything, passwords included.");
        return _recording ??= capture is not null ? PacketCapture.ToPcapng(file) : PacketCapture.ToKeyLog(file);
    }

    private TraceSink? Trace(ParseResult arguments)
    {
        if (arguments.GetValue(_trace) is not { } text)
            return null;
        return _sink ??= TraceArgument.Open(text, arguments.GetValue(_traceFormat)!);
    }
}
