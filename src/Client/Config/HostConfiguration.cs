using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>What a configuration says of one host: the values that won, of the keywords that mean something here. What nobody has said is
/// null or empty.</summary>
public sealed class HostConfiguration
{
    private readonly Dictionary<string, List<ConfigValue>> _values;

    internal HostConfiguration(
        SshConfiguration configuration, string givenHost, Dictionary<string, List<ConfigValue>> values, IReadOnlyList<ConfigRemark> remarks)
    {
        (Configuration, GivenHost, _values) = (configuration, givenHost, values);
        Remarks = [.. configuration.Remarks, .. remarks, .. ConfiguredAlgorithms.Remarks(this)];
        string host = Value("HostName") is { } value ? ConfigTokens.ExpandHostName(value.Word, givenHost, value.Place) : givenHost;
        if (!HostAddress.IsValid(host))
            throw (Value("HostName")?.Place ?? new ConfigPlace("the target", 0)).Unusable($"\"{TerminalText.OneLine(host, 60)}\" is no host name");
        Target = new SshTarget(Text("User"), host, Number("Port") ?? SshTarget.DefaultPort);
        Tokens = new ConfigTokens(GivenHost, host, Target.Port, Target.User ?? Environment.UserName, HostKeyAlias, ProxyJump ?? "");
    }

    /// <summary>The host as it was given.</summary>
    public string GivenHost { get; }

    /// <summary>Where to connect, and as whom.</summary>
    public SshTarget Target { get; }

    /// <summary>What is worth knowing, with file and line; nothing of it stops anything.</summary>
    public IReadOnlyList<ConfigRemark> Remarks { get; }

    /// <summary>The first value of a keyword, its words joined by blanks, as it stands in the file; null where there is none.</summary>
    public string? this[string keyword] => Value(keyword) is { } value ? string.Join(' ', value.Words) : null;

    /// <summary>Private key files in order (IdentityFile), their tokens replaced; empty where none is named, and then ssh's default ones are
    /// meant.</summary>
    public IReadOnlyList<string> IdentityFiles => FilesOf("IdentityFile");

    /// <summary>True where files were named, even if the only one is <c>none</c>: the default ones are not meant.</summary>
    public bool HasIdentityFiles => _values.ContainsKey("IdentityFile");

    /// <summary>Certificate files in order (CertificateFile).</summary>
    public IReadOnlyList<string> CertificateFiles => FilesOf("CertificateFile");

    /// <summary>True where of an agent's keys only those of the named files may be used (IdentitiesOnly).</summary>
    public bool IdentitiesOnly => IsYes("IdentitiesOnly") ?? false;

    /// <summary>The agent's socket (IdentityAgent): a path, <c>none</c>, or null for the environment's.</summary>
    public string? IdentityAgent => Value("IdentityAgent") is not { } value || value.Word == "SSH_AUTH_SOCK" ? null
        : ValueForm.IsNone(value.Word) ? "none"
        : value.Word.StartsWith('$') && !value.Word.StartsWith("${", StringComparison.Ordinal) ? Environment.GetEnvironmentVariable(value.Word[1..])
        : Tokens.ExpandFile(value.Word, value.Place);

    /// <summary>Whether the server may use the agent (ForwardAgent).</summary>
    public bool ForwardAgent => Text("ForwardAgent") is { } text && ValueForm.Canonical(text) != "no";

    /// <summary>The jump hosts with commas, the first to be connected to first (ProxyJump); null where there are none.</summary>
    public string? ProxyJump => Text("ProxyJump") is { } text && !ValueForm.IsNone(text) ? text : null;

    /// <summary>The command that leads to the host (ProxyCommand), its tokens as they stand; null where there is none.</summary>
    public string? ProxyCommand => Text("ProxyCommand") is { } text && !ValueForm.IsNone(text) ? text : null;

    /// <summary>What is done with unknown hosts (StrictHostKeyChecking): <c>yes</c>, <c>no</c>, <c>ask</c>, <c>accept-new</c>.</summary>
    public string? StrictHostKeyChecking => Choice("StrictHostKeyChecking") is { } choice ? choice == "off" ? "no" : choice : null;

    /// <summary>The user's files of known hosts (UserKnownHostsFile); null where nothing is said, empty for <c>none</c>.</summary>
    public IReadOnlyList<string>? UserKnownHostsFiles => KnownHostsFiles("UserKnownHostsFile");

    /// <summary>The system's files of known hosts (GlobalKnownHostsFile); null where nothing is said, empty for <c>none</c>.</summary>
    public IReadOnlyList<string>? GlobalKnownHostsFiles => KnownHostsFiles("GlobalKnownHostsFile");

    /// <summary>The name to look for in these files (HostKeyAlias).</summary>
    public string? HostKeyAlias => Text("HostKeyAlias");

    /// <summary>New entries hide the host's name (HashKnownHosts).</summary>
    public bool HashKnownHosts => IsYes("HashKnownHosts") ?? false;

    /// <summary>Whether announced keys are taken over (UpdateHostKeys): <c>yes</c>, <c>no</c>, <c>ask</c>.</summary>
    public string? UpdateHostKeys => Choice("UpdateHostKeys");

    /// <summary>A file of refused host keys (RevokedHostKeys).</summary>
    public string? RevokedHostKeys => Value("RevokedHostKeys") is { } value && !ValueForm.IsNone(value.Word) ? Tokens.ExpandFile(value.Word, value.Place) : null;

    /// <summary>Login methods in the order they are to be tried (PreferredAuthentications); empty where nothing is said.</summary>
    public IReadOnlyList<string> PreferredAuthentications => Text("PreferredAuthentications")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Whether a login method is allowed, by its keyword: <c>PubkeyAuthentication</c>, <c>PasswordAuthentication</c>,
    /// <c>KbdInteractiveAuthentication</c>, <c>GSSAPIAuthentication</c>; null where nothing is said.</summary>
    public bool? Allows(string keyword) => Choice(keyword) is { } choice ? choice != "no" : null;

    /// <summary>How often a person is asked for a password (NumberOfPasswordPrompts): 3 where nothing is said.</summary>
    public int NumberOfPasswordPrompts => Number("NumberOfPasswordPrompts") ?? 3;

    /// <summary>Nobody is asked for anything (BatchMode).</summary>
    public bool BatchMode => IsYes("BatchMode") ?? false;

    /// <summary>The command that runs where none is given (RemoteCommand), its tokens replaced; null where there is none.</summary>
    public string? RemoteCommand => Value("RemoteCommand") is { } value && !ValueForm.IsNone(value.Word) ? Tokens.ExpandLongCommand(value.Word, value.Place) : null;

    /// <summary>Whether a terminal is asked for (RequestTTY): <c>no</c>, <c>yes</c>, <c>force</c>, <c>auto</c>; null where nothing is said.</summary>
    public string? RequestTty => Choice("RequestTTY");

    /// <summary>How much is told (LogLevel), in small letters; null where nothing is said.</summary>
    public string? LogLevel => Choice("LogLevel");

    /// <summary>The environment that commands get: SetEnv, and what SendEnv's patterns find in this process's environment.</summary>
    public IReadOnlyDictionary<string, string> CommandEnvironment => ConfigEnvironment.Of(this);

    internal SshConfiguration Configuration { get; }

    internal ConfigTokens Tokens { get; }

    internal ConfigValue? Value(string keyword) => _values.GetValueOrDefault(keyword)?[0];

    /// <summary>All words of all lines that count, as they stand.</summary>
    internal IEnumerable<string> Values(string keyword) => (_values.GetValueOrDefault(keyword) ?? []).SelectMany(value => value.Words);

    internal string? Text(string keyword) => Value(keyword)?.Word;

    internal int? Number(string keyword) => Text(keyword) is { } text ? int.Parse(text) : null;

    internal TimeSpan? Time(string keyword) => Text(keyword) is { } text ? ValueForm.ParseTime(text) : null;

    internal bool? IsYes(string keyword) => Choice(keyword) is { } choice ? choice == "yes" : null;

    private string? Choice(string keyword) => Text(keyword) is { } text ? ValueForm.Canonical(text) : null;

    private ImmutableArray<string> FilesOf(string keyword) =>
        [.. (_values.GetValueOrDefault(keyword) ?? []).Where(value => !ValueForm.IsNone(value.Word)).Select(value => Tokens.ExpandFile(value.Word, value.Place))];

    private ImmutableArray<string>? KnownHostsFiles(string keyword) =>
        Value(keyword) is { } value ? [.. value.Words.Where(word => !ValueForm.IsNone(word)).Select(word => Tokens.ExpandFile(word, value.Place))] : null;

    /// <summary>Makes options of it: the way, the algorithms, the times, whom to trust, and which of the credentials may be used.</summary>
    /// <param name="defaults">What the configuration does not say: credentials above all, trace, limits.</param>
    /// <param name="jumpHost">The same for each jump host on the way; null takes <paramref name="defaults"/>.</param>
    /// <exception cref="LocalMisuseException">The host is reached by a command, which is not allowed, or a value cannot be used.</exception>
    public SshClientOptions ToOptions(SshClientOptions defaults, Func<HostConfiguration, SshClientOptions>? jumpHost = null) =>
        ConfiguredOptions.Of(this, defaults, jumpHost ?? (_ => defaults));
}
