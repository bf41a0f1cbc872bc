using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>The textual forms of a public key: OpenSSH's one line, RFC 4716, and PEM.</summary>
internal static class PublicKeyFile
{
    /// <summary>Which public form <paramref name="text"/> has, or null; its label where it is PEM.</summary>
    public static KeyFileFormat? Recognise(ReadOnlySpan<char> text, string? pemLabel)
    {
        if (text.StartsWith(Rfc4716.Begin))
            return KeyFileFormat.Rfc4716Public;
        if (pemLabel is "PUBLIC KEY" or "RSA PUBLIC KEY")
            return KeyFileFormat.PemPublic;
        ReadOnlySpan<char> line = FirstLine(text);
        if (pemLabel is not null || !KeyTypes.LooksLikeType(line))
            return null;
        int type = line.IndexOfAny(' ', '\t');
        return type > 0 && Certificate.IsCertificateType(line[..type].ToString()) ? KeyFileFormat.Certificate : KeyFileFormat.OpenSshPublic;
    }

    /// <summary>Reads a file with one certificate.</summary>
    public static KeyFileInfo ReadCertificate(ReadOnlySpan<byte> content, KeySource source)
    {
        if (KeyLines(Encoding.UTF8.GetString(content)) is not [string line])
            throw source.Unsupported("holds several certificates or keys, and one is expected", "Leave one line in it.");
        Certificate certificate = CertificateFile.ReadLine(line, source);
        string[] parts = line.Split([' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new KeyFileInfo
        {
            Format = KeyFileFormat.Certificate,
            IsPrivate = false,
            Type = certificate.Key.Type,
            PublicKey = certificate.Key,
            Certificate = certificate,
            Comment = parts.Length > 2 ? parts[2] : null,
        };
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

        if (format == KeyFileFormat.Rfc4716Public)
        {
            using Secret blob = Rfc4716.Read(content, source, out comment);
            return Parse(blob.Span, source);
        }

        return KeyLines(Encoding.UTF8.GetString(content)) is [string only]
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

    /// <summary>Writes <c>BEGIN PUBLIC KEY</c>: SubjectPublicKeyInfo (RFC 5280 section 4.1).</summary>
    public static string WritePem(PublicKey key)
    {
        if (!KeyTypes.HasPrivateKeys(key.Type))
        {
            throw new LocalMisuseException(
                SshErrorCode.KeyUnsupported, $"PEM has no form for a public key of type {key.Type}.",
                "Write it as one line, or in the format of RFC 4716.");
        }

        WireBuffer der = new(), text = new();
        DerKeys.WriteSubjectPublicKeyInfo(new DerWriter(der), key);
        PemBlock.Write(text, "PUBLIC KEY", der.Written, width: 64);
        return Encoding.ASCII.GetString(text.Written);
    }

    /// <summary>Writes RFC 4716.</summary>
    public static string WriteRfc4716(PublicKey key, string comment) => Rfc4716.Write(key.Blob.Span, comment);

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

    /// <summary>The first line that is neither blank nor a comment; empty where there is none.</summary>
    public static ReadOnlySpan<char> FirstLine(ReadOnlySpan<char> text)
    {
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            if (!line.IsWhiteSpace() && line.TrimStart()[0] != '#')
                return line.TrimStart();
        }

        return default;
    }
}
