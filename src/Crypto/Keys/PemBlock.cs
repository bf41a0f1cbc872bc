using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace LucidSsh.Crypto;

/// <summary>One block of a textual file: <c>-----BEGIN label-----</c>, perhaps headers (RFC 1421 section 4.6), base64, and
/// <c>-----END label-----</c> (RFC 7468). Line breaks may be anything white, also where a line break became a blank. The same
/// bytes without the text around them (DER) are a block too: their structure says what their label would.</summary>
internal sealed class PemBlock : IDisposable
{
    private const int MaximumHeaders = 32; // two are written

    private static ReadOnlySpan<byte> Dashes => "-----"u8;

    private static ReadOnlySpan<byte> Begin => "-----BEGIN "u8;

    private PemBlock(string label, Dictionary<string, string> headers, Secret body) =>
        (Label, Headers, Body) = (label, headers, body);

    /// <summary>What stands after BEGIN, for example RSA PRIVATE KEY.</summary>
    public string Label { get; }

    /// <summary>The headers before the base64, by lower-case name; usually none.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The decoded bytes; they may be a secret.</summary>
    public Secret Body { get; }

    /// <summary>True where <paramref name="content"/> has a block of any label.</summary>
    public static bool IsIn(ReadOnlySpan<byte> content) => content.IndexOf(Begin) >= 0 || LabelOfDer(content) is not null;

    /// <summary>The label of the block that <see cref="Read"/> reads.</summary>
    public static string LabelOf(ReadOnlySpan<byte> content, KeySource source)
    {
        if (LabelOfDer(content) is { } implied)
            return implied;
        Choose(content, source, out string label);
        return label;
    }

    /// <summary>Reads the block that holds the private key, or where no label speaks of one, the first block.</summary>
    public static PemBlock Read(ReadOnlySpan<byte> content, KeySource source)
    {
        if (LabelOfDer(content) is { } implied)
            return new PemBlock(implied, [], new Secret(content));
        ReadOnlySpan<byte> inside = Choose(content, source, out string label);
        Dictionary<string, string> headers = CutHeaders(ref inside, source);
        return new PemBlock(label, headers, Decode(inside, source));
    }

    /// <summary>Writes a block in lines of <paramref name="width"/> characters, with headers where there are any.</summary>
    public static void Write(IBufferWriter<byte> output, string label, ReadOnlySpan<byte> body, int width, params string[] headers)
    {
        output.Write(Encoding.ASCII.GetBytes($"-----BEGIN {label}-----\n"));
        foreach (string header in headers)
            output.Write(Encoding.ASCII.GetBytes($"{header}\n"));
        if (headers.Length > 0)
            output.Write("\n"u8);
        WriteBase64(output, body, width);
        output.Write(Encoding.ASCII.GetBytes($"-----END {label}-----\n"));
    }

    /// <summary>Writes base64 in lines of <paramref name="width"/> characters.</summary>
    public static void WriteBase64(IBufferWriter<byte> output, ReadOnlySpan<byte> body, int width)
    {
        int bytesPerLine = width / 4 * 3;
        while (!body.IsEmpty)
        {
            ReadOnlySpan<byte> line = body[..Math.Min(bytesPerLine, body.Length)];
            Span<byte> text = output.GetSpan(width + 1);
            Base64.EncodeToUtf8(line, text, out _, out int written);
            text[written] = (byte)'\n';
            output.Advance(written + 1);
            body = body[line.Length..];
        }
    }

    /// <summary>Decodes base64 that is strewn with white space.</summary>
    public static Secret Decode(ReadOnlySpan<byte> base64, KeySource source)
    {
        using Secret decoded = new(base64.Length / 4 * 3 + 3);
        if (Base64.DecodeFromUtf8(base64, decoded.Span, out _, out int written) == OperationStatus.Done)
            return new Secret(decoded.Span[..written]);

        throw base64.IndexOf("\\n"u8) >= 0 || base64.IndexOf("\\r"u8) >= 0
            ? source.Damaged("it holds a backslash and the letter n where a line break belongs")
            : source.Damaged(WhyNotBase64(base64));
    }

    /// <inheritdoc />
    public void Dispose() => Body.Dispose();

    // Says where, never what: the characters may be a secret's.
    private static string WhyNotBase64(ReadOnlySpan<byte> text)
    {
        int characters = 0;
        for (int i = 0, line = 1; i < text.Length; i++)
        {
            byte c = text[i];
            line += c == '\n' ? 1 : 0;
            if (char.IsAsciiLetterOrDigit((char)c) || c is (byte)'+' or (byte)'/' or (byte)'=')
                characters++;
            else if (c is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                return $"line {line} of its base64 holds a character that is not base64";
        }

        return characters % 4 == 0
            ? "its base64 does not end as base64 ends"
            : $"its base64 has {characters} characters, which is no multiple of 4: some are missing";
    }

    // What a SEQUENCE contains tells the structures of keys apart.
    private static string? LabelOfDer(ReadOnlySpan<byte> der)
    {
        const byte Integer = DerReader.IntegerTag, Octets = DerReader.OctetStringTag, Bits = DerReader.BitStringTag, Sequence = DerReader.SequenceTag;
        Span<byte> tags = stackalloc byte[10];
        return DerReader.TagsOf(der, tags) switch
        {
            [Integer, Sequence, Octets, ..] => Pkcs8KeyFile.Label,
            [Sequence, Octets] => Pkcs8KeyFile.EncryptedLabel,
            [Integer, Octets, ..] => PemKeyFile.EcLabel,
            [Integer, Integer, Integer, Integer, Integer, Integer, Integer, Integer, Integer, ..] => PemKeyFile.RsaLabel,
            [Integer, Integer, Integer, Integer, Integer, Integer] => "DSA PRIVATE KEY",
            [Sequence, Bits] => "PUBLIC KEY",
            [Integer, Integer] => "RSA PUBLIC KEY",
            [Sequence, Sequence, Bits] => "CERTIFICATE",
            [Integer, Sequence, Sequence] or [Integer, Sequence] => "PKCS12",
            _ => null,
        };
    }

    private static ReadOnlySpan<byte> Choose(ReadOnlySpan<byte> content, KeySource source, out string chosenLabel)
    {
        ReadOnlySpan<byte> chosen = default;
        chosenLabel = "";
        while (TryCut(ref content, source, out string label, out ReadOnlySpan<byte> inside))
        {
            bool isPrivate = label.EndsWith("PRIVATE KEY", StringComparison.Ordinal);
            if (chosenLabel.Length == 0 || isPrivate)
            {
                chosenLabel = label;
                chosen = inside;
            }

            if (isPrivate)
                break;
        }

        return chosen;
    }

    private static bool TryCut(scoped ref ReadOnlySpan<byte> content, KeySource source, out string label, out ReadOnlySpan<byte> inside)
    {
        label = "";
        inside = default;
        int begin = content.IndexOf(Begin);
        if (begin < 0)
            return false;

        content = content[(begin + Begin.Length)..];
        int labelEnd = content.IndexOf(Dashes);
        if (labelEnd is < 1 or > 64)
            throw source.Damaged("its line -----BEGIN …----- is not complete");
        label = Encoding.ASCII.GetString(content[..labelEnd]);
        content = content[(labelEnd + Dashes.Length)..];
        int end = content.IndexOf(Encoding.ASCII.GetBytes($"-----END {label}-----"));
        if (end < 0)
            throw source.Damaged($"it has no line -----END {label}-----: it was cut off, or its last line was changed");
        inside = content[..end];
        content = content[(end + label.Length + "-----END -----".Length)..];
        return true;
    }

    // Header lines hold a colon, which base64 never does; an empty line follows the last.
    private static Dictionary<string, string> CutHeaders(scoped ref ReadOnlySpan<byte> body, KeySource source)
    {
        Dictionary<string, string> headers = new(StringComparer.Ordinal);
        body = body.TrimStart(" \t\r\n"u8);
        while (body.IndexOfAny((byte)'\n', (byte)'\r') is var end and >= 0)
        {
            ReadOnlySpan<byte> line = body[..end];
            int colon = line.IndexOf((byte)':');
            if (colon < 0)
                break;
            if (headers.Count == MaximumHeaders)
                throw source.Damaged($"it has more than {MaximumHeaders} header lines before its base64");
            string name = Encoding.UTF8.GetString(line[..colon]).Trim().ToLowerInvariant();
            headers[name] = Encoding.UTF8.GetString(line[(colon + 1)..]).Trim();
            bool carriageReturnLineFeed = body[end..].StartsWith("\r\n"u8);
            body = body[(end + (carriageReturnLineFeed ? 2 : 1))..];
        }

        return headers;
    }
}
