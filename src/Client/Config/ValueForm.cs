using System.Globalization;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>What a keyword's value looks like, and what is wrong with one that does not.</summary>
/// <param name="Description">For people, as in the table of keywords.</param>
/// <param name="Fault">What is wrong with a word; null where nothing is.</param>
internal sealed record ValueForm(string Description, Func<string, string?> Fault)
{
    private const int LongestPort = 65535;

    /// <summary>How many words at most.</summary>
    public int MaximumWords { get; init; } = 1;

    /// <summary>The value is the rest of the line as it stands, quotes included: a command.</summary>
    public bool IsRestOfLine { get; init; }

    /// <summary>Every line adds to those before it; else the first line wins.</summary>
    public bool Accumulates { get; init; }

    /// <summary>Any word.</summary>
    public static ValueForm Text { get; } = new("text", _ => null);

    /// <summary>Any words; the first line that has some wins.</summary>
    public static ValueForm Words { get; } = new("words", _ => null) { MaximumWords = int.MaxValue };

    /// <summary>A file; each line adds one.</summary>
    public static ValueForm EachFile { get; } = new("a file; each line adds one", _ => null) { Accumulates = true };

    /// <summary>Files; the first line wins.</summary>
    public static ValueForm Files { get; } = new("files", _ => null) { MaximumWords = int.MaxValue };

    /// <summary>Words of which each line adds some.</summary>
    public static ValueForm EachWords { get; } = new("names; each line adds some", _ => null) { MaximumWords = int.MaxValue, Accumulates = true };

    /// <summary>A command.</summary>
    public static ValueForm Command { get; } = new("a command", _ => null) { IsRestOfLine = true, MaximumWords = int.MaxValue };

    /// <summary><c>yes</c> or <c>no</c>, also <c>true</c> and <c>false</c>.</summary>
    public static ValueForm YesNo { get; } = Choice("yes", "no");

    /// <summary>A TCP port.</summary>
    public static ValueForm Port { get; } = Number(1, LongestPort);

    /// <summary>A time.</summary>
    public static ValueForm Time { get; } = new("a time: seconds, or 1m30s, 2h, 1d, 1w", word => ParseTime(word) is null ? "is no time (seconds, or 1m30s, 2h, 1d, 1w)" : null);

    /// <summary>A time or none.</summary>
    public static ValueForm TimeOrNone { get; } = new("a time, or none", word => IsNone(word) ? null : Time.Fault(word));

    /// <summary>A list with commas, and perhaps <c>+ - ^</c> before it.</summary>
    public static ValueForm Algorithms { get; } = new("names with commas; + appends, - removes, ^ prefers", word => word.TrimStart('+', '-', '^').Trim(',').Length == 0 ? "names no algorithm" : null);

    /// <summary><c>NAME=VALUE</c>, several.</summary>
    public static ValueForm Assignments { get; } = new("NAME=VALUE, several", word => word.IndexOf('=', StringComparison.Ordinal) < 1 ? "is no NAME=VALUE" : null) { MaximumWords = int.MaxValue };

    /// <summary>An amount of data and perhaps a time.</summary>
    public static ValueForm Rekey { get; } = new("bytes (K, M, G) or default, and a time or none", word => ParseBytes(word) is null && !IsNone(word) && !IsDefault(word) && ParseTime(word) is null ? "is no amount of data and no time" : null) { MaximumWords = 2 };

    /// <summary>A whole number within bounds.</summary>
    public static ValueForm Number(int least, int most) => new(
        $"a number from {least} to {most}",
        word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most ? null : $"is no number from {least} to {most}");

    /// <summary>One of these words, whatever their case; with <c>yes</c> and <c>no</c> also <c>true</c> and <c>false</c>.</summary>
    public static ValueForm Choice(params string[] words) => new(
        string.Join(", ", words),
        word => words.Contains(Canonical(word), StringComparer.Ordinal) ? null : $"is none of {string.Join(", ", words)}");

    /// <summary>The same, or a text that stands for itself where it begins with one of these characters.</summary>
    public static ValueForm ChoiceOr(string description, Func<string, bool> other, params string[] words) => new(
        $"{string.Join(", ", words)}, {description}",
        word => other(word) || words.Contains(Canonical(word), StringComparer.Ordinal) ? null : $"is none of {string.Join(", ", words)}, and not {description}");

    /// <summary>A choice in one spelling.</summary>
    public static string Canonical(string word) => word.ToLowerInvariant() switch
    {
        "true" => "yes",
        "false" => "no",
        var lower => lower,
    };

    public static bool IsNone(string word) => word.Equals("none", StringComparison.OrdinalIgnoreCase);

    private static bool IsDefault(string word) => word.Equals("default", StringComparison.OrdinalIgnoreCase);

    /// <summary>A time as sshd_config(5), TIME FORMATS, has it; null where it is none.</summary>
    public static TimeSpan? ParseTime(string word)
    {
        long total = 0;
        long number = -1;
        foreach (char c in word)
        {
            if (char.IsAsciiDigit(c))
            {
                number = (Math.Max(number, 0) * 10) + (c - '0');
                if (number > int.MaxValue)
                    return null;
                continue;
            }

            long unit = char.ToLowerInvariant(c) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, 'w' => 604800, _ => 0 };
            if (unit == 0 || number < 0)
                return null;
            total += number * unit;
            number = -1;
        }

        total += Math.Max(number, 0);
        return word.Length == 0 || total > int.MaxValue ? null : TimeSpan.FromSeconds(total);
    }

    /// <summary>A number of bytes with K, M or G behind it; null where it is none.</summary>
    public static long? ParseBytes(string word)
    {
        if (word.Length == 0)
            return null;
        int shift = char.ToUpperInvariant(word[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        return long.TryParse(shift == 0 ? word : word[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= long.MaxValue >> shift
            ? number << shift
            : null;
    }

    /// <summary>What is wrong with the words of a line; null where nothing is.</summary>
    public string? FaultOf(IReadOnlyList<string> words)
    {
        if (words.Count == 0)
            return "it has no value";
        if (words.Count > MaximumWords)
            return $"\"{TerminalText.OneLine(words[MaximumWords], 60)}\" is one word too many";
        foreach (string word in words)
        {
            if (Fault(word) is { } fault)
                return $"\"{TerminalText.OneLine(word, 60)}\" {fault}";
        }

        return null;
    }
}
