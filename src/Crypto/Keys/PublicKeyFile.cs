using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>The textual forms of a public key: OpenSSH's one line, RFC 4716, and PEM.</summary>
internal static class PublicKeyFile
{
    private const string Rfc4716Begin = "---- BEGIN SSH2 PUBLIC KEY ----";
    private const string Rfc4716End = "---- END SSH2 PUBLIC KEY ----";

    /// <summary>Which public form <paramref name="text"/> has, or null; its label where it is PEM.</summary>
    public static KeyFileFormat? Recognise(ReadOnlySpan<char> text, string? pemLabel)
    {
        if (text.StartsWith(Rfc4716Begin))
            return KeyFileFormat.Rfc4716Public;
        if (pemLabel is "PUBLIC KEY" or "RSA PUBLIC KEY")
            return KeyFileFormat.PemPublic;
        return pemLabel is null && KeyTypes.LooksLikeType(FirstLine(text)) ? KeyFileFormat.OpenSshPublic : null;
    }

    /// <summary>Reads a file that <see cref="Recognise"/> has recognised.</summary>
    public static PublicKey Read(KeyFileFormat format, ReadOnlySpan<byte> content, KeySource source, out string comment)
    {
        comment = "";
        if (format == KeyFileFormat.PemPublic)
        {
            using PemBlock block = PemBlock.Read(content, source);
            return block.Label == "PUBLIC KEY"
                ? DerKeys.ReadSubjectPublicKeyInfo(block.Body.Span, source)
                : DerKeys.ReadRsaPublic(block.Body.Span, source);
        }

        string text = Encoding.UTF8.GetString(content);
        if (format == KeyFileFormat.Rfc4716Public)
            return ReadRfc4716(text, source, out comment);
        return KeyLines(text) is [string only]
            ? ReadLine(only, source, out comment)
            : throw source.Unsupported("holds several public keys, and one is expected", "Leave one line in it.");
    }

    /// <summary>Reads one line: type, base64, comment.</summary>
    public static PublicKey ReadLine(string line, KeySource source, out string comment)
    {
        string[] parts = line.Split([' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        comment = parts.Length > 2 ? parts[2] : "";
        if (parts.Length == 0 || !KeyTypes.LooksLikeType(parts[0]))
            throw source.NotAKey("a public key line begins with the key's type, for example ssh-ed25519");
        if (parts.Length == 1)
            throw source.Damaged($"nothing follows its type {TerminalText.OneLine(parts[0], WireLimits.Name)}");

        using Secret blob = PemBlock.Decode(Encoding.UTF8.GetBytes(parts[1]), source);
        SshReader reader = new(blob.Span);
        string type = reader.Name("key type");
        if (reader.Fault is null && type != parts[0])
            throw source.Damaged($"its line says {TerminalText.OneLine(parts[0], WireLimits.Name)}, but the key in it is {type}");
        return Parse(blob.Span, source);
    }

    /// <summary>Writes RFC 4716: lines of 72 bytes at most, the comment in a header.</summary>
    public static string WriteRfc4716(PublicKey key, string comment)
    {
        StringBuilder text = new();
        text.Append(Rfc4716Begin).Append('\n');
        string header = $"Comment: \"{comment.ReplaceLineEndings(" ").Replace("\"", "'", StringComparison.Ordinal)}\"";
        if (comment.Length > 0)
            AppendWrapped(text, header, 71, "\\\n");
        AppendWrapped(text, Convert.ToBase64String(key.Blob.Span), 70, "\n");
        return text.Append(Rfc4716End).Append('\n').ToString();
    }

    // RFC 4716 section 3.3: headers are lines with a colon, continued by a backslash at the end; the rest is base64.
    private static PublicKey ReadRfc4716(string text, KeySource source, out string comment)
    {
        comment = "";
        int end = text.IndexOf(Rfc4716End, StringComparison.Ordinal);
        if (end < 0)
            throw source.Damaged($"it has no line {Rfc4716End}");

        StringBuilder base64 = new(), header = new();
        foreach (ReadOnlySpan<char> line in text.AsSpan(Rfc4716Begin.Length, end - Rfc4716Begin.Length).EnumerateLines())
        {
            if (header.Length == 0 && !line.Contains(':'))
            {
                base64.Append(line);
                continue;
            }

            bool continues = line.EndsWith("\\");
            header.Append(continues ? line[..^1] : line);
            if (continues)
                continue;
            string whole = header.ToString();
            if (whole.StartsWith("Comment:", StringComparison.OrdinalIgnoreCase))
                comment = whole["Comment:".Length..].Trim().Trim('"');
            header.Clear();
        }

        using Secret blob = PemBlock.Decode(Encoding.UTF8.GetBytes(base64.ToString()), source);
        return Parse(blob.Span, source);
    }

    private static PublicKey Parse(ReadOnlySpan<byte> blob, KeySource source) =>
        PublicKey.TryParse(blob, out PublicKey? key, out PublicKeyFault fault) ? key : throw source.Refused(fault);

    private static List<string> KeyLines(string text)
    {
        List<string> lines = [];
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (!line.IsWhiteSpace() && line.TrimStart()[0] != '#')
                lines.Add(line.Trim().ToString());
        }

        return lines;
    }

    private static ReadOnlySpan<char> FirstLine(ReadOnlySpan<char> text)
    {
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            if (!line.IsWhiteSpace() && line.TrimStart()[0] != '#')
                return line.TrimStart();
        }

        return default;
    }

    private static void AppendWrapped(StringBuilder text, ReadOnlySpan<char> line, int width, string lineBreak)
    {
        for (; line.Length > width; line = line[width..])
            text.Append(line[..width]).Append(lineBreak);
        text.Append(line).Append('\n');
    }
}
