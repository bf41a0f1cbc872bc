using System.CommandLine;
using LucidSsh.Auth;
using LucidSsh.Client;

namespace LucidSsh.Cli;

/// <summary>Where a connection leads, how it is made, and what the configuration says besides.</summary>
internal sealed record ConfiguredConnection(SshTarget Target, SshClientOptions Options, HostConfiguration Configuration);

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
    public ConfiguredConnection Resolve(ParseResult arguments, string target)
    {
        (string? user, string host, int? port) = SshTarget.ParseParts(target);
        HostConfiguration configuration = _configuration.Configuration(arguments).For(host, arguments.GetValue(_user) ?? user, arguments.GetValue(_port) ?? port);
        Tell(configuration);
        SshClientOptions options = configuration.ToOptions(
            Options(arguments) with { Credentials = _credentials.For(arguments, configuration, isTarget: true) },
            hop =>
            {
                Tell(hop);
                return Defaults(arguments) with { Credentials = _credentials.For(arguments, hop, isTarget: false) };
            });
        options = Explicit(arguments, _configuration.Apply(arguments, options));
        return new ConfiguredConnection(configuration.Target with { User = configuration.Target.User ?? Environment.UserName }, options, configuration);
    }

    /// <summary>Connects and logs in as the options say.</summary>
    public Task<SshClient> ConnectAsync(ParseResult arguments, CancellationToken cancellationToken) =>
        ConnectAsync(arguments, Resolve(arguments), cancellationToken);

    /// <summary>Connects and logs in.</summary>
    public async Task<SshClient> ConnectAsync(ParseResult arguments, ConfiguredConnection connection, CancellationToken cancellationToken)
    {
        (SshTarget target, SshClientOptions options, HostConfiguration configuration) = connection;
        for (int asked = 0; ; asked++)
        {
            try
            {
                return await SshClient.ConnectAsync(target, options, cancellationToken).ConfigureAwait(false);
            }
            catch (LoginException refused) when (refused.FailedHop is null
                && asked < configuration.NumberOfPasswordPrompts
                && _credentials.AsksForPassword(arguments, configuration)
                && refused.Report.CanContinue.Contains(LoginMethods.Password))
            {
                // Somebody is there to type it, and only now is it known that the server wants it, or another one.
                options = options with { Credentials = [.. options.Credentials.Where(credential => credential is not PasswordCredential), Terminal.Password(target)] };
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

    private void Tell(HostConfiguration configuration)
    {
        if (configuration.LogLevel is "quiet" or "fatal" or "error")
            return;
        foreach (ConfigRemark remark in configuration.Remarks.Where(_told.Add))
            Console.Error.WriteLine($"lucid: warning: {remark}");
    }
}
