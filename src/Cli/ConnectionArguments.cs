using System.CommandLine;
using LucidSsh.Auth;
using LucidSsh.Client;

namespace LucidSsh.Cli;

/// <summary>Where a connection leads, how it is made, and what the configuration says besides.</summary>
/// <param name="Text">The target as it was given.</param>
/// <param name="Target">What the configuration has made of it.</param>
/// <param name="Options">How it is connected to.</param>
/// <param name="Configuration">Everything else that is said of it.</param>
internal sealed record ConfiguredConnection(string Text, SshTarget Target, SshClientOptions Options, HostConfiguration Configuration);

/// <summary>The target and the options of every subcommand that connects.</summary>
internal sealed class ConnectionArguments : IDisposable
{
    private const double DefaultSeconds = 30;

    private readonly Argument<string> _target = new("target") { Description = "[user@]host[:port]; an IPv6 address in brackets; or a host of the configuration" };
    private readonly Option<int?> _port = new("-p") { Description = "the port", HelpName = "PORT" };
    private readonly Option<string?> _user = new("-l") { Description = "the user name", HelpName = "USER" };
    private readonly Option<double?> _timeout = new("--timeout") { Description = "seconds for connecting and for the key exchange [default: 30]", HelpName = "SECONDS" };
    private readonly Option<double?> _keepAlive = new("--keepalive")
    {
        Description = "seconds of silence before the server is asked for a sign of life; 0 never asks [default: 30]",
        HelpName = "SECONDS",
    };

    private readonly Option<string?> _rekey = new("--rekey-limit") { Description = "exchange new keys after so many bytes (K, M, G)", HelpName = "BYTES" };
    private readonly CredentialArguments _credentials = new();
    private readonly ConfigurationArguments _configuration = new();
    private readonly RecordingArguments _recording = new();
    private readonly HashSet<ConfigRemark> _told = [];

    // What was asked for, by the proxy's name of the jump host; the target's is the empty one.
    private readonly Dictionary<string, PasswordCredential> _passwords = [];
    private readonly Dictionary<string, SshTarget> _hops = [];

    /// <summary>Adds target and options to a subcommand.</summary>
    public void AddTo(Command command)
    {
        command.Add(_target);
        AddOptionsTo(command);
    }

    /// <summary>Adds the options alone, to a subcommand with targets of its own.</summary>
    public void AddOptionsTo(Command command)
    {
        foreach (Option option in (Option[])[_port, _user, .. _credentials.All, .. _configuration.All, _timeout, _keepAlive, _rekey, .. _recording.All])
            command.Add(option);
    }

    /// <summary>The connection that the command line and the configuration mean.</summary>
    public ConfiguredConnection Resolve(ParseResult arguments) => Resolve(arguments, arguments.GetRequiredValue(_target));

    /// <summary>The same with one of several targets.</summary>
    public ConfiguredConnection Resolve(ParseResult arguments, string text)
    {
        (string? user, string host, int? port) = SshTarget.ParseParts(text);
        HostConfiguration configuration = _configuration.Configuration(arguments).For(host, arguments.GetValue(_user) ?? user, arguments.GetValue(_port) ?? port);
        Tell(configuration);
        SshClientOptions options = configuration.ToOptions(
            Options(arguments) with { Credentials = Credentials(arguments, configuration, "") },
            hop =>
            {
                Tell(hop);
                string name = JumpProxy.NameOf(hop.Target);
                _hops[name] = Named(hop.Target);
                return Defaults(arguments) with { Credentials = Credentials(arguments, hop, name) };
            });
        options = Explicit(arguments, _configuration.Apply(arguments, options));
        return new ConfiguredConnection(text, Named(configuration.Target), options, configuration);
    }

    /// <summary>Connects and logs in as the options say.</summary>
    public Task<SshClient> ConnectAsync(ParseResult arguments, CancellationToken cancellationToken) =>
        ConnectAsync(arguments, Resolve(arguments), cancellationToken);

    /// <summary>Connects and logs in.</summary>
    public async Task<SshClient> ConnectAsync(ParseResult arguments, ConfiguredConnection connection, CancellationToken cancellationToken)
    {
        for (int asked = 0; ; asked++)
        {
            try
            {
                return await SshClient.ConnectAsync(connection.Target, connection.Options, cancellationToken).ConfigureAwait(false);
            }
            catch (LoginException refused) when (asked < connection.Configuration.NumberOfPasswordPrompts
                && _credentials.AsksForPassword(arguments, connection.Configuration, isTarget: refused.FailedHop is null)
                && refused.Report.CanContinue.Contains(LoginMethods.Password))
            {
                // Somebody is there to type it, and only now is it known that a server wants it, or another one.
                string hop = refused.FailedHop ?? "";
                _passwords[hop] = Terminal.Password(_hops.GetValueOrDefault(hop, connection.Target));
                connection = Resolve(arguments, connection.Text);
            }
        }
    }

    /// <summary>Everything that is no host's in particular.</summary>
    public SshClientOptions Options(ParseResult arguments) => Explicit(arguments, _configuration.Apply(arguments, Defaults(arguments) with
    {
        Trace = _recording.Trace(arguments),
        Capture = _recording.Capture(arguments),
    }));

    public void Dispose() => _recording.Dispose();

    // What holds where neither the configuration nor the command line says otherwise, for jump hosts too.
    private SshClientOptions Defaults(ParseResult arguments)
    {
        TimeSpan timeout = TimeSpan.FromSeconds(arguments.GetValue(_timeout) ?? DefaultSeconds);
        return new SshClientOptions { ConnectTimeout = timeout, HandshakeTimeout = timeout, RequestTimeout = timeout };
    }

    // What was given here wins over the configuration.
    private SshClientOptions Explicit(ParseResult arguments, SshClientOptions options)
    {
        if (arguments.GetValue(_timeout) is { } seconds)
            options = options with { ConnectTimeout = TimeSpan.FromSeconds(seconds), HandshakeTimeout = TimeSpan.FromSeconds(seconds) };
        if (arguments.GetValue(_keepAlive) is { } keepAlive)
            options = options with { KeepAliveInterval = TimeSpan.FromSeconds(keepAlive) };
        return arguments.GetValue(_rekey) is { } limit ? options with { Rekey = options.Rekey with { Bytes = ByteCount.Parse(limit) } } : options;
    }

    private List<Credential> Credentials(ParseResult arguments, HostConfiguration host, string name)
    {
        List<Credential> credentials = _credentials.For(arguments, host, isTarget: name.Length == 0);
        if (!_passwords.TryGetValue(name, out PasswordCredential? password))
            return credentials;
        int questions = credentials.FindIndex(credential => credential is KeyboardInteractiveCredential); // who has typed it is not asked again first
        credentials.Insert(questions < 0 ? credentials.Count : questions, password);
        return credentials;
    }

    private static SshTarget Named(SshTarget target) => target with { User = target.User ?? Environment.UserName };

    private void Tell(HostConfiguration configuration)
    {
        if (configuration.LogLevel is "quiet" or "fatal" or "error")
            return;
        foreach (ConfigRemark remark in configuration.Remarks.Where(_told.Add))
            Console.Error.WriteLine($"lucid: warning: {remark}");
    }
}
