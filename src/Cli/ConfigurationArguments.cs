using System.CommandLine;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>The configuration: files in OpenSSH's format, and the options that say the same on the command line and win.</summary>
internal sealed class ConfigurationArguments
{
    private readonly Option<string?> _file = new("-F") { Description = "the configuration file, instead of ~/.ssh/config and /etc/ssh/ssh_config; none reads none", HelpName = "FILE" };
    private readonly Option<string[]> _settings = new("-o") { Description = "a setting of ssh_config(5); may be given several times", HelpName = "KEYWORD=VALUE" };
    private readonly Option<string?> _jump = new("-J") { Description = "jump hosts, with commas", HelpName = "[USER@]HOST[:PORT]" };
    private readonly Option<string?> _proxy = new("--proxy") { Description = "socks5://, socks4a:// or http:// and [user@]host[:port]", HelpName = "ADDRESS" };
    private readonly Option<string?> _proxyPassword = new("--proxy-password-env") { Description = "the environment variable with the proxy's password", HelpName = "VAR" };
    private readonly Option<bool> _allowCommands = new("--allow-commands") { Description = "run the commands of the configuration (ProxyCommand, Match exec)", Arity = ArgumentArity.Zero };
    private readonly Option<string?> _knownHosts = new("--known-hosts") { Description = "the known_hosts file", HelpName = "FILE" };
    private readonly Option<string?> _hostKey = new("--host-key") { Description = "strict, ask, accept-new, SHA256:… or insecure-any; without it a terminal is asked, and elsewhere it is strict", HelpName = "POLICY" };
    private readonly Option<string?> _kex = new("--kex") { Description = "key exchange methods: a list, or + - ^ and a list", HelpName = "LIST" };
    private readonly Option<string?> _hostKeyAlgorithms = new("--host-key-algorithms") { Description = "host key algorithms", HelpName = "LIST" };
    private readonly Option<string?> _ciphers = new("--ciphers") { Description = "ciphers", HelpName = "LIST" };
    private readonly Option<string?> _macs = new("--macs") { Description = "MACs", HelpName = "LIST" };
    private readonly Option<string?> _compression = new("--compression") { Description = "compression methods", HelpName = "LIST" };

    private SshConfiguration? _configuration;

    /// <summary>The options, for a subcommand.</summary>
    public IEnumerable<Option> All =>
        [_file, _settings, _jump, _proxy, _proxyPassword, _allowCommands, _knownHosts, _hostKey, _kex, _hostKeyAlgorithms, _ciphers, _macs, _compression];

    /// <summary>The files with what the command line puts before them; read once.</summary>
    public SshConfiguration Configuration(ParseResult arguments)
    {
        SshConfigurationOptions options = new()
        {
            Settings = [.. Settings(arguments)],
            AllowCommands = arguments.GetValue(_allowCommands),
            HostKeyAsker = Terminal.IsInteractive ? Terminal.AskAboutHostAsync : null,
            CommandErrors = line => Console.Error.WriteLine(line),
        };
        return _configuration ??= arguments.GetValue(_file) switch
        {
            null => SshConfiguration.LoadDefault(options),
            "none" => SshConfiguration.Empty(options),
            { } file => SshConfiguration.Load([file], options, checkRights: false),
        };
    }

    /// <summary>What has no keyword in ssh_config, on top of what the configuration came to.</summary>
    public SshClientOptions Apply(ParseResult arguments, SshClientOptions options) => options with
    {
        Proxy = arguments.GetValue(_proxy) is { } proxy ? Proxy(arguments, proxy) : options.Proxy,
        HostKeys = arguments.GetValue(_hostKey) switch
        {
            null or "strict" or "ask" or "accept-new" => options.HostKeys,
            "insecure-any" => HostKeyPolicy.InsecureAcceptAny(),
            { } fingerprint => HostKeyPolicy.Pinned(fingerprint),
        },
        Algorithms = options.Algorithms.Apply(compression: arguments.GetValue(_compression)),
    };

    private Proxy Proxy(ParseResult arguments, string address)
    {
        if (arguments.GetValue(_jump) is not null)
            throw new LocalMisuseException(SshErrorCode.Misuse, "-J and --proxy are both ways to the target.", "To reach a jump host through a proxy, give it a ProxyCommand in the configuration.");
        string? password = CredentialArguments.FromEnvironment(arguments.GetValue(_proxyPassword));
        return Client.Proxy.Parse(address, password is null ? null : new PasswordCredential(password));
    }

    // Options that are ssh_config's keywords in other words.
    private IEnumerable<string> Settings(ParseResult arguments)
    {
        (string? kex, string? hostKeys, string? ciphers, string? macs) =
            (arguments.GetValue(_kex), arguments.GetValue(_hostKeyAlgorithms), arguments.GetValue(_ciphers), arguments.GetValue(_macs));
        AlgorithmPreferences.Default.Apply(kex, hostKeys, ciphers, macs); // here a name that is unknown is a mistake
        (string Keyword, string? Value)[] settings =
        [
            ("KexAlgorithms", kex), ("HostKeyAlgorithms", hostKeys), ("Ciphers", ciphers), ("MACs", macs),
            ("ProxyJump", arguments.GetValue(_proxy) is null ? arguments.GetValue(_jump) : "none"),
            ("UserKnownHostsFile", arguments.GetValue(_knownHosts)?.Replace("%", "%%", StringComparison.Ordinal)),
            ("GlobalKnownHostsFile", arguments.GetValue(_knownHosts) is null ? null : "none"),
            ("StrictHostKeyChecking", arguments.GetValue(_hostKey) switch { "strict" => "yes", "ask" => "ask", "accept-new" => "accept-new", _ => null }),
        ];
        return settings.Where(setting => setting.Value is not null)
            .Select(setting => $"{setting.Keyword} {ConfigLexer.Quote(setting.Value!)}")
            .Concat(arguments.GetValue(_settings) ?? []);
    }
}
