using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>What a configuration may do besides telling.</summary>
public sealed record SshConfigurationOptions
{
    internal const string HowToAllow = "lucid --allow-commands; SshConfigurationOptions.AllowCommands";

    /// <summary>Settings that come before those of all files, as on a command line: <c>Keyword=value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Lets the configuration start programs: ProxyCommand and Match exec. Off by default: then a host that needs the former is not
    /// reached, and blocks of the latter are not used.</summary>
    public bool AllowCommands { get; init; }

    /// <summary>Decides about unknown hosts where the configuration says <c>ask</c> or nothing (StrictHostKeyChecking), and not BatchMode; null
    /// refuses them.</summary>
    public HostKeyAsker? HostKeyAsker { get; init; }

    /// <summary>Called with each line that such a ProxyCommand writes to standard error; null keeps the last ones for the error text alone. It
    /// must not block.</summary>
    public Action<string>? CommandErrors { get; init; }
}

/// <summary>Configuration files in OpenSSH's format (ssh_config(5)). Nothing is read before it is loaded; then
/// <see cref="For(string)"/> tells what they say of a host, and <see cref="HostConfiguration.ToOptions"/> makes options of it.</summary>
public sealed class SshConfiguration
{
    private readonly ImmutableArray<SettingLine> _settings;
    private readonly ImmutableArray<ConfigFile> _files;

    private SshConfiguration(IEnumerable<ConfigFile> files, SshConfigurationOptions options, List<ConfigRemark> remarks)
    {
        ConfigPlace commandLine = new("the command line", 0);
        _settings = [.. options.Settings.Select(text => ConfigReader.ReadSetting(commandLine, text)).OfType<SettingLine>()];
        (_files, Options, Remarks) = ([.. files], options, [.. remarks]);
    }

    /// <summary>What is worth knowing of the files: keywords that are unknown, with file and line. Nothing of it stops anything.</summary>
    public IReadOnlyList<ConfigRemark> Remarks { get; }

    internal SshConfigurationOptions Options { get; }

    /// <summary>No file at all: the settings alone.</summary>
    /// <exception cref="LocalMisuseException">A setting is none.</exception>
    public static SshConfiguration Empty(SshConfigurationOptions? options = null) => new([], options ?? new SshConfigurationOptions(), []);

    /// <summary>Reads files; of each keyword the first value wins.</summary>
    /// <param name="paths">The files, the most important first. Each must be there.</param>
    /// <exception cref="LocalMisuseException">A file is not there, cannot be used, or may be changed by others; names file and line.</exception>
    public static SshConfiguration Load(params IReadOnlyList<string> paths) => Load(paths, new SshConfigurationOptions());

    /// <inheritdoc cref="Load(IReadOnlyList{string})"/>
    /// <param name="paths">The files, the most important first.</param>
    /// <param name="options">What they may do, and what comes before them.</param>
    public static SshConfiguration Load(IReadOnlyList<string> paths, SshConfigurationOptions options)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Load(paths, options, checkRights: true);
    }

    /// <summary>The same for a file that a person names at this very moment, whoever may change it: as ssh -F.</summary>
    internal static SshConfiguration Load(IReadOnlyList<string> paths, SshConfigurationOptions options, bool checkRights)
    {
        List<ConfigRemark> remarks = [];
        return new SshConfiguration(
            paths.Select(path => new ConfigReader(remarks).ReadFile(path, isUsers: true, checkRights)
                ?? throw new LocalMisuseException(SshErrorCode.ConfigurationUnusable, $"There is no configuration file {path}.", "Check its path.")).ToArray(),
            options,
            remarks);
    }

    /// <summary>Reads what ssh reads: the user's <c>~/.ssh/config</c>, then the system's <c>/etc/ssh/ssh_config</c>, where they are
    /// there.</summary>
    /// <exception cref="LocalMisuseException">One of them cannot be used, or the user's may be changed by others; names file and line.</exception>
    public static SshConfiguration LoadDefault(SshConfigurationOptions? options = null)
    {
        List<ConfigRemark> remarks = [];
        ConfigFile?[] files =
        [
            new ConfigReader(remarks).ReadFile(UserFiles.Configuration, isUsers: true, checkRights: true),
            new ConfigReader(remarks).ReadFile(UserFiles.SystemConfiguration, isUsers: false, checkRights: false),
        ];
        return new SshConfiguration(files.OfType<ConfigFile>(), options ?? new SshConfigurationOptions(), remarks);
    }

    /// <summary>Reads a text, wherever it comes from.</summary>
    /// <param name="text">Lines in the format of ssh_config(5).</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="options">What it may do, and what comes before it.</param>
    /// <exception cref="LocalMisuseException">It cannot be used; names the line.</exception>
    public static SshConfiguration Parse(string text, string name = "the configuration", SshConfigurationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<ConfigRemark> remarks = [];
        using StringReader reader = new(text);
        return new SshConfiguration([new ConfigReader(remarks).ReadText(name, reader)], options ?? new SshConfigurationOptions(), remarks);
    }

    /// <summary>What the configuration says of a host.</summary>
    /// <param name="target"><c>[user@]host[:port]</c>, also <c>ssh://[user@]host[:port]</c>; the host may be a name that means something here
    /// alone. What it names wins over the configuration.</param>
    /// <exception cref="LocalMisuseException">No target, or a value that cannot be used; names file and line.</exception>
    public HostConfiguration For(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        (string? user, string host, int? port) = Parts(target);
        return For(host, user, port);
    }

    /// <inheritdoc cref="For(string)"/>
    /// <param name="host">The host, as a person would give it.</param>
    /// <param name="user">The user; null where the configuration says.</param>
    /// <param name="port">The port; null where the configuration says.</param>
    public HostConfiguration For(string host, string? user, int? port)
    {
        ArgumentNullException.ThrowIfNull(host);
        return For(host, First(user, port, jump: null).Concat(_settings), last: []);
    }

    // What of the command line holds for jump hosts too, where the files say nothing of them: whom to trust and what to log in with, never
    // where to and as whom.
    private static readonly string[] OfEveryHop =
    [
        "StrictHostKeyChecking", "UserKnownHostsFile", "GlobalKnownHostsFile", "HashKnownHosts", "UpdateHostKeys", "RevokedHostKeys", "IdentityFile",
        "CertificateFile", "IdentitiesOnly", "IdentityAgent", "ConnectTimeout", "BatchMode",
    ];

    /// <summary>What the configuration says of a jump host.</summary>
    /// <param name="target">The jump host, as it stands in ProxyJump.</param>
    /// <param name="before">Those before it, with commas; null where it is the first and may have a way of its own.</param>
    internal HostConfiguration ForJumpHost(string target, string? before)
    {
        (string? user, string host, int? port) = Parts(target);
        return For(host, First(user, port, before is null ? null : $"ProxyJump {before}"), _settings.Where(setting => OfEveryHop.Contains(setting.Keyword.Name)));
    }

    private HostConfiguration For(string host, IEnumerable<SettingLine> first, IEnumerable<SettingLine> last)
    {
        List<ConfigRemark> remarks = [];
        Dictionary<string, List<ConfigValue>> values = ConfigEvaluation.Run(host, first, _files, last, Options, remarks);
        return new HostConfiguration(this, host, values, remarks);
    }

    private static (string? User, string Host, int? Port) Parts(string target) =>
        SshTarget.ParseParts(target.StartsWith("ssh://", StringComparison.OrdinalIgnoreCase) ? target[6..].TrimEnd('/') : target);

    private static IEnumerable<SettingLine> First(string? user, int? port, string? jump)
    {
        ConfigPlace place = new("the target", 0);
        string?[] settings = [port is null ? null : $"Port {port}", jump];
        IEnumerable<SettingLine> lines = settings.OfType<string>().Select(text => ConfigReader.ReadSetting(place, text)).OfType<SettingLine>();
        return user is null ? lines : lines.Prepend(new SettingLine(place, ConfigKeywords.Find("User")!, [user])); // whatever characters it has
    }
}
