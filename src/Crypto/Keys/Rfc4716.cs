using System.Text;

namespace LucidSsh.Crypto;

/// <summary>The SSH public key file format (RFC 4716): two marker lines, headers, and base64, in lines of at most 72 bytes. A header
/// goes on in the next line after a backslash.</summary>
internal static class Rfc4716
{
    public const string Begin = "---- BEGIN SSH2 PUBLIC KEY ----";

    private const string End = "---- END SSH2 PUBLIC KEY ----";
    private const int LineLength = 72; // section 3: bytes, without the line end
    private const int Base64Length = 70;
    private const int LongestHeader = 1024; // section 3.3: bytes of a header's value

    /// <summary>Writes the format, with the comment (section 3.3.2) in quotes; one that is too long is cut.</summary>
    public static string Write(ReadOnlySpan<byte> blob, string comment)
    {
        StringBuilder text = new();
        text.Append(Begin).Append('\n');
        if (!string.IsNullOrWhiteSpace(comment))
            AppendHeader(text, $"Comment: \"{Cut(comment.ReplaceLineEndings(" ").Trim(), LongestHeader - 2)}\"");
        ReadOnlySpan<char> base64 = Convert.ToBase64String(blob);
        for (; base64.Length > Base64Length; base64 = base64[Base64Length..])
            text.Append(base64[..Base64Length]).Append('\n');
        return text.Append(base64).Append('\n').Append(End).Append('\n').ToString();
    }

    /// <summary>Reads the format: the key's blob, and its comment without the quotes.</summary>
    public static Secret Read(ReadOnlySpan<byte> content, KeySource source, out string comment)
    {
        // Bytes become characters of the same number until a header is whole: a fold may part what UTF-8 belongs together.
        string text = Encoding.Latin1.GetString(content);
        int end = text.IndexOf(End, StringComparison.Ordinal);
        if (end < 0)
            throw source.Damaged($"it has no line {End}");

        comment = "";
        StringBuilder base64 = new(), header = new();
        foreach (ReadOnlySpan<char> line in text.AsSpan(Begin.Length, end - Begin.Length).EnumerateLines())
        {
            if (header.Length == 0 && !line.Contains(':'))
            {
                base64.Append(line).Append('\n');
                continue;
            }

            bool continues = line.EndsWith("\\");
            header.Append(continues ? line[..^1] : line);
            if (continues)
                continue;
            string whole = header.ToString();
            if (whole.StartsWith("Comment:", StringComparison.OrdinalIgnoreCase))
                comment = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Unquote(whole["Comment:".Length..].Trim())));
            header.Clear();
        }

        return PemBlock.Decode(Encoding.Latin1.GetBytes(base64.ToString()), source);
    }

    // Section 3.3.2: quotes around the whole are no part of it.
    private static string Unquote(string value) => value.Length > 1 && value[0] == '"' && value[^1] == '"' ? value[1..^1] : value;

    // Folds between characters, so that every line is valid UTF-8. A colon and a blank are parted where they stand in a line that goes
    // on, because ssh-keygen takes such a line for another header.
    private static void AppendHeader(StringBuilder text, string header)
    {
        int length = 0;
        bool isFolded = false;
        foreach (Rune rune in header.EnumerateRunes())
        {
            bool looksLikeHeader = isFolded && rune.Value == ' ' && text[^1] == ':';
            if (looksLikeHeader || length + rune.Utf8SequenceLength > LineLength - 1)
            {
                text.Append("\\\n");
                length = 0;
                isFolded = true;
            }

            text.Append(rune.ToString());
            length += rune.Utf8SequenceLength;
        }

        text.Append('\n');
    }

    private static string Cut(string text, int bytes)
    {
        int length = 0, end = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            length += rune.Utf8SequenceLength;
            if (length > bytes)
                break;
            end += rune.Utf16SequenceLength;
        }

        return text[..end];
    }
}
