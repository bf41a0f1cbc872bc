using System.Collections.Immutable;
using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Reads files in the format of ssh_config(5), and those they include.</summary>
/// <param name="remarks">Gets what is worth knowing.</param>
internal sealed class ConfigReader(List<ConfigRemark> remarks)
{
    // As OpenSSH: a file that includes itself ends here.
    private const int DeepestInclude = 16;

    // Far above any configuration; what is larger is something else.
    private const long MaximumBytes = 16 * 1024 * 1024;
    private const int MostFiles = 4096;

    private readonly List<string> _ignored = [];
    private int _files;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isUsers">Included names are looked for in ~/.ssh, not beside the system's files.</param>
    /// <param name="checkRights">A file that others may write to is refused.</param>
    /// <returns>Null where there is no such file.</returns>
    /// <exception cref="LocalMisuseException">It cannot be used; names file and line.</exception>
    public ConfigFile? ReadFile(string path, bool isUsers, bool checkRights) => ReadFile(path, isUsers, checkRights, depth: 0);

    /// <summary>Reads a text.</summary>
    /// <exception cref="LocalMisuseException">It cannot be used; names the line.</exception>
    public ConfigFile ReadText(string name, TextReader text) => Read(name, text, isUsers: true, depth: 0);

    /// <summary>Reads one setting, as on the command line: <c>Keyword=value</c> or <c>Keyword value</c>.</summary>
    /// <exception cref="LocalMisuseException">It is none.</exception>
    public static SettingLine? ReadSetting(ConfigPlace place, string text)
    {
        if (!ConfigLexer.TrySplit(text, out string keyword, out string rest) || rest.Length == 0)
            throw place.Unusable($"\"{TerminalText.OneLine(text, 60)}\" is no setting", "Write Keyword=value, as in ssh_config(5).");
        if (ConfigKeywords.Find(keyword) is not { } known)
            throw place.Unusable($"ssh_config knows no keyword \"{TerminalText.OneLine(keyword, 60)}\"", "See docs/ssh-config.md for those that are known.");
        if (known.Effect == KeywordEffect.Structure)
            throw place.Unusable($"{known.Name} divides a file and has no meaning here");
        return Setting(place, known, rest);
    }

    private ConfigFile? ReadFile(string path, bool isUsers, bool checkRights, int depth)
    {
        ConfigPlace place = new(path, 0);
        if (++_files > MostFiles)
            throw place.Unusable($"more than {MostFiles} files are included");
        try
        {
            if (!File.Exists(path))
                return null;
            if (checkRights && FileRights.WhoElseMayWrite(path) is { } others)
                throw place.Unusable($"the file may be changed by {others}", $"Make it yours alone (chmod go-w {path}), as ssh demands it too.");
            if (new FileInfo(path).Length > MaximumBytes)
                throw place.Unusable($"the file is larger than {MaximumBytes / (1024 * 1024)} MiB");
            using StreamReader reader = new(path, Encoding.UTF8);
            return Read(path, reader, isUsers, depth);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw place.Unusable($"the file cannot be read: {exception.Message.TrimEnd('.')}");
        }
    }

    private ConfigFile Read(string path, TextReader reader, bool isUsers, int depth)
    {
        ImmutableArray<ConfigLine>.Builder lines = ImmutableArray.CreateBuilder<ConfigLine>();
        for (int number = 1; reader.ReadLine() is { } text; number++)
        {
            if (ConfigLexer.TrySplit(text, out string keyword, out string rest) && ReadLine(new ConfigPlace(path, number), keyword, rest, isUsers, depth) is { } line)
                lines.Add(line);
        }

        return new ConfigFile(path, lines.ToImmutable());
    }

    private ConfigLine? ReadLine(ConfigPlace place, string keyword, string rest, bool isUsers, int depth)
    {
        if (ConfigKeywords.Find(keyword) is not { } known)
        {
            if (!_ignored.Exists(pattern => Wildcard.Matches(pattern, keyword)))
                remarks.Add(new ConfigRemark(place, $"the keyword \"{TerminalText.OneLine(keyword, 60)}\" is unknown and has no effect (IgnoreUnknown keeps this quiet)."));
            return null;
        }

        if (known.Effect is not KeywordEffect.Structure)
            return Setting(place, known, rest);
        if (ConfigLexer.Words(rest) is not { } words)
            throw place.Unusable($"{known.Name}: a quotation mark is not closed");
        if (known.Form.FaultOf(words) is { } fault)
            throw place.Unusable($"{known.Name}: {fault}");
        switch (known.Name)
        {
            case "Host":
                return new HostLine(place, [.. words]);
            case "Match":
                return new MatchLine(place, MatchCondition.Parse(place, words));
            case "Include":
                return new IncludeLine(place, Include(place, words, isUsers, depth));
            default: // IgnoreUnknown, for what follows it
                _ignored.AddRange(words[0].Split(',', StringSplitOptions.RemoveEmptyEntries));
                return null;
        }
    }

    private static SettingLine? Setting(ConfigPlace place, ConfigKeyword keyword, string rest)
    {
        if (keyword.Form.IsRestOfLine)
            return rest.Length > 0 ? new SettingLine(place, keyword, [rest]) : throw place.Unusable($"{keyword.Name}: it has no value");
        if (ConfigLexer.Words(rest) is not { } words)
            throw place.Unusable($"{keyword.Name}: a quotation mark is not closed");
        if (keyword.Effect == KeywordEffect.Recognised)
            return null;
        return keyword.Form.FaultOf(words) is { } fault
            ? throw place.Unusable($"{keyword.Name}: {fault}", $"It wants {keyword.Form.Description}.")
            : new SettingLine(place, keyword, [.. words]);
    }

    private ImmutableArray<ConfigFile> Include(ConfigPlace place, IReadOnlyList<string> patterns, bool isUsers, int depth)
    {
        if (depth >= DeepestInclude)
            throw place.Unusable($"files include each other more than {DeepestInclude} deep", "Look for a file that includes itself.");
        ImmutableArray<ConfigFile>.Builder files = ImmutableArray.CreateBuilder<ConfigFile>();
        foreach (string pattern in patterns)
        {
            if (!isUsers && pattern.StartsWith('~'))
                throw place.Unusable($"\"{TerminalText.OneLine(pattern, 60)}\" has no meaning in the system's configuration, which is nobody's");
            string path = Path.Combine(isUsers ? UserFiles.SshDirectory : UserFiles.SystemDirectory, UserFiles.ExpandHome(ConfigTokens.ExpandEnvironment(pattern, place)));
            foreach (string file in FileGlob.Expand(path))
            {
                if (ReadFile(file, isUsers, checkRights: true, depth + 1) is { } read)
                    files.Add(read);
            }
        }

        return files.ToImmutable();
    }
}
