using System.Buffers;
using System.Globalization;
using System.Text;

namespace LucidSsh.Wire;

/// <summary>Text that a peer sent and a person will see. A terminal obeys control characters: a server could clear the screen,
/// change the title or write a false prompt with them.</summary>
internal static class TerminalText
{
    /// <summary>What needs no second look: printable US-ASCII but the quotation mark and the backslash.</summary>
    public static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    /// <summary>True for a character that a terminal obeys, or that changes how others look.</summary>
    public static bool IsObeyed(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>The text with line ends as <c>\n</c>, tabs kept, and every other control, line separator and
    /// direction-changing character made visible as <c>\u001b</c>.</summary>
    public static string Sanitize(string text)
    {
        StringBuilder safe = new(text.Length);
        foreach (char c in text.ReplaceLineEndings("\n"))
        {
            if (IsObeyed(c) && c is not ('\n' or '\t'))
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                safe.Append(c);
        }

        return safe.ToString();
    }

    /// <summary>The same on one line of at most <paramref name="length"/> characters, for a sentence.</summary>
    public static string OneLine(string text, int length = 200)
    {
        string line = Sanitize(text).Replace('\n', ' ').Replace('\t', ' ').Trim();
        return line.Length <= length ? line : $"{line[..length]}…";
    }
}
