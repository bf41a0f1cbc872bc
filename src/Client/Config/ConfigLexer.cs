using System.Text;

namespace LucidSsh.Client;

/// <summary>Takes a line of ssh_config(5) apart: a keyword, then blanks or one <c>=</c>, then words in which quotes and backslashes hold
/// blanks together.</summary>
internal static class ConfigLexer
{
    private static readonly char[] Blanks = [' ', '\t', '\r', '\n', '\f'];

    /// <summary>The keyword and what follows it; false for a blank line or a comment.</summary>
    public static bool TrySplit(string line, out string keyword, out string rest)
    {
        string text = line.Trim(Blanks);
        int end = text.IndexOfAny([.. Blanks, '=']);
        keyword = end < 0 ? text : text[..end];
        rest = end < 0 ? "" : text[end..].TrimStart(Blanks);
        if (rest.StartsWith('='))
            rest = rest[1..].TrimStart(Blanks);
        return keyword.Length > 0 && keyword[0] != '#';
    }

    /// <summary>The words up to the end, or to a <c>#</c> that begins one; null where a quote is not closed.</summary>
    public static List<string>? Words(string text)
    {
        List<string> words = [];
        int at = 0;
        while (true)
        {
            while (at < text.Length && text[at] is ' ' or '\t')
                at++;
            if (at == text.Length || text[at] == '#')
                return words;
            if (Word(text, ref at) is not { } word)
                return null;
            words.Add(word);
        }
    }

    /// <summary>A word that is read back as it is.</summary>
    public static string Quote(string word) => $"\"{word.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    // A backslash takes the meaning from a quote, a backslash and, outside quotes, a blank; before anything else it is itself.
    private static string? Word(string text, ref int at)
    {
        StringBuilder word = new();
        char quote = '\0';
        for (; at < text.Length; at++)
        {
            char c = text[at];
            char next = at + 1 < text.Length ? text[at + 1] : '\0';
            if (c == '\\' && (next is '\'' or '"' or '\\' || (quote == '\0' && next == ' ')))
            {
                word.Append(next);
                at++;
            }
            else if (quote == '\0' && c is ' ' or '\t')
            {
                break;
            }
            else if (quote == '\0' && c is '"' or '\'')
            {
                quote = c;
            }
            else if (quote != '\0' && c == quote)
            {
                quote = '\0';
            }
            else
            {
                word.Append(c);
            }
        }

        return quote == '\0' ? word.ToString() : null;
    }
}
