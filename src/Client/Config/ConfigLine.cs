using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Where something stands.</summary>
/// <param name="File">The file, or <c>the command line</c>.</param>
/// <param name="Line">The line's number from 1; 0 where there are no lines.</param>
public readonly record struct ConfigPlace(string File, int Line)
{
    /// <summary><c>FILE, line N</c>.</summary>
    public override string ToString() => Line == 0 ? File : $"{File}, line {Line}";

    internal LocalMisuseException Unusable(string what, string? remedy = null) =>
        new(SshErrorCode.ConfigurationUnusable, $"{this}: {what}.", remedy ?? "Mend the line; lucid -F none connects without any configuration.");
}

/// <summary>Something in a configuration that somebody may want to know, and that stops nothing.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Text">What it is, in one sentence.</param>
public sealed record ConfigRemark(ConfigPlace Place, string Text)
{
    /// <summary>The place and the sentence.</summary>
    public override string ToString() => $"{Place}: {Text}";
}

/// <summary>One line that says something.</summary>
internal abstract record ConfigLine(ConfigPlace Place);

/// <summary>A keyword with its value.</summary>
internal sealed record SettingLine(ConfigPlace Place, ConfigKeyword Keyword, ImmutableArray<string> Words) : ConfigLine(Place);

/// <summary>What follows is for some hosts.</summary>
internal sealed record HostLine(ConfigPlace Place, ImmutableArray<string> Patterns) : ConfigLine(Place);

/// <summary>What follows is for connections that meet conditions.</summary>
internal sealed record MatchLine(ConfigPlace Place, ImmutableArray<MatchCondition> Conditions) : ConfigLine(Place);

/// <summary>Other files stand in this place.</summary>
internal sealed record IncludeLine(ConfigPlace Place, ImmutableArray<ConfigFile> Files) : ConfigLine(Place);

/// <summary>A file that has been read.</summary>
internal sealed record ConfigFile(string Path, ImmutableArray<ConfigLine> Lines);
