using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A value and where it stands.</summary>
internal sealed record ConfigValue(ConfigPlace Place, ImmutableArray<string> Words)
{
    /// <summary>The first word.</summary>
    public string Word => Words[0];
}

/// <summary>What a configuration says of one connection: walks the lines, asks the conditions, and keeps the first value of each keyword
/// (of some, all).</summary>
internal sealed class ConfigEvaluation
{
    private readonly SshConfigurationOptions _options;
    private readonly List<ConfigRemark> _remarks;
    private readonly string _givenHost;
    private readonly Dictionary<string, List<ConfigValue>> _values = new(StringComparer.OrdinalIgnoreCase);
    private string _host;
    private bool _isFinal;
    private bool _wantsFinal;

    private ConfigEvaluation(string host, SshConfigurationOptions options, List<ConfigRemark> remarks) =>
        (_givenHost, _host, _options, _remarks) = (host, host, options, remarks);

    /// <summary>The values of one connection.</summary>
    /// <param name="host">The host as given.</param>
    /// <param name="settings">What comes before all files.</param>
    /// <param name="files">The files, the first first.</param>
    /// <param name="last">What comes behind all files.</param>
    /// <param name="options">What is allowed.</param>
    /// <param name="remarks">Gets what is worth knowing.</param>
    /// <exception cref="LocalMisuseException">A value cannot be used; names file and line.</exception>
    public static Dictionary<string, List<ConfigValue>> Run(
        string host,
        IEnumerable<SettingLine> settings,
        IReadOnlyList<ConfigFile> files,
        IEnumerable<SettingLine> last,
        SshConfigurationOptions options,
        List<ConfigRemark> remarks)
    {
        ConfigEvaluation evaluation = new(host, options, remarks);
        foreach (SettingLine setting in settings)
            evaluation.Take(setting);
        evaluation.Walk(files);
        if (evaluation._wantsFinal)
        {
            // The second time patterns meet the name that HostName has put in the place of the given one.
            evaluation._isFinal = true;
            evaluation._host = evaluation.HostName;
            evaluation.Walk(files);
        }

        foreach (SettingLine setting in last)
            evaluation.Take(setting);
        return evaluation._values;
    }

    private string HostName => First("HostName") is { } value ? ConfigTokens.ExpandHostName(value.Word, _givenHost, value.Place) : _host;

    private void Walk(IReadOnlyList<ConfigFile> files)
    {
        foreach (ConfigFile file in files)
            Walk(file, active: true, mayMatch: true);
    }

    // A file that is included where nothing matches is read on in silence, and what it begins ends with it.
    private void Walk(ConfigFile file, bool active, bool mayMatch)
    {
        foreach (ConfigLine line in file.Lines)
        {
            switch (line)
            {
                case HostLine host:
                    active = mayMatch && Matches(host.Patterns, _host);
                    break;
                case MatchLine match:
                    active = mayMatch && Meets(match);
                    break;
                case IncludeLine include:
                    foreach (ConfigFile included in include.Files)
                        Walk(included, active, active);
                    break;
                case SettingLine setting when active:
                    Take(setting);
                    break;
            }
        }
    }

    private ConfigValue? First(string keyword) => _values.GetValueOrDefault(keyword)?[0];

    private void Take(SettingLine line)
    {
        if (_values.TryGetValue(line.Keyword.Name, out List<ConfigValue>? values))
        {
            // A file named twice is one; a second walk brings every line again.
            if (line.Keyword.Form.Accumulates && !values.Exists(value => value.Words.SequenceEqual(line.Words)))
                values.Add(new ConfigValue(line.Place, line.Words));
            return;
        }

        // No time is what there is where nothing is said, so that a later line still counts, as in OpenSSH.
        if (line.Keyword.Form == ValueForm.TimeOrNone && ValueForm.IsNone(line.Words[0]))
            return;

        // Of the two ways the one that is named first wins, as in OpenSSH.
        string? other = line.Keyword.Name switch { "ProxyJump" => "ProxyCommand", "ProxyCommand" => "ProxyJump", _ => null };
        if (other is null || !_values.ContainsKey(other))
            _values.Add(line.Keyword.Name, [new ConfigValue(line.Place, line.Words)]);
    }

    /// <summary>True where some pattern matches and none with ! before it does.</summary>
    public static bool Matches(IEnumerable<string> patterns, string text)
    {
        bool matched = false;
        foreach (string pattern in patterns)
        {
            bool negated = pattern.StartsWith('!');
            if (!Wildcard.Matches(negated ? pattern[1..] : pattern, text))
                continue;
            if (negated)
                return false;
            matched = true;
        }

        return matched;
    }

    // All conditions are asked only as long as they are met: a command does not run for nothing.
    private bool Meets(MatchLine match)
    {
        _wantsFinal |= match.Conditions.Any(condition => condition.Subject == MatchSubject.Final);
        return match.Conditions.All(condition => Answer(condition, match.Place) is { } answer && answer != condition.Negated);
    }

    // Null where there is no answer: then neither the condition nor its contrary is met.
    private bool? Answer(MatchCondition condition, ConfigPlace place) => condition.Subject switch
    {
        MatchSubject.All => true,
        MatchSubject.Canonical or MatchSubject.Final => _isFinal,
        MatchSubject.Host => Matches(condition.Argument.Split(','), HostName),
        MatchSubject.OriginalHost => Matches(condition.Argument.Split(','), _givenHost),
        MatchSubject.User => Matches(condition.Argument.Split(','), First("User")?.Word ?? Environment.UserName),
        MatchSubject.LocalUser => Matches(condition.Argument.Split(','), Environment.UserName),
        MatchSubject.Tagged => Matches(condition.Argument.Split(','), First("Tag")?.Word ?? ""),
        _ => Run(condition.Argument, place),
    };

    private bool? Run(string command, ConfigPlace place)
    {
        if (!_options.AllowCommands)
        {
            ConfigRemark remark = new(place, $"Match exec is not asked, and its block not used: commands of the configuration do not run unless that is allowed ({SshConfigurationOptions.HowToAllow}).");
            if (!_remarks.Contains(remark))
                _remarks.Add(remark);
            return null;
        }

        ConfigTokens tokens = new(
            _givenHost, HostName, First("Port") is { } port ? int.Parse(port.Word) : SshTarget.DefaultPort, First("User")?.Word ?? Environment.UserName,
            First("HostKeyAlias")?.Word, First("ProxyJump")?.Word ?? "");
        return MatchExec.Succeeds(tokens.ExpandLongCommand(command, place), place);
    }
}
