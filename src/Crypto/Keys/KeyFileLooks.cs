using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>What a file is that holds no private key: people give the wrong file far more often than a damaged one.</summary>
internal static class KeyFileLooks
{
    /// <summary>What <paramref name="content"/> looks like, and what to do; <paramref name="label"/> is that of its PEM block, if
    /// it has one. Of a file's own bytes no more than four are shown, for they may be a secret.</summary>
    public static (string Found, string? Remedy) Describe(ReadOnlySpan<byte> content, string? label)
    {
        ReadOnlySpan<byte> start = content.TrimStart(" \t\r\n"u8);
        if (start.IsEmpty)
            return (content.IsEmpty ? "it is empty" : "it holds nothing but blanks", null);
        if (label is not null)
            return DescribeLabel(label);
        if (content[0] == 0x30 && content.Length > 2 && content[1] >= 0x80)
            return ("it begins as DER does, but is none of the structures of keys, or was cut off", null);
        if (content.StartsWith("SQLite format 3"u8) || content.StartsWith("PK\u0003\u0004"u8))
            return ("it is a database or an archive", "Take the key's own file out of it.");

        string text = Encoding.Latin1.GetString(start[..Math.Min(start.Length, 4096)]);
        return DescribeText(text) ?? ($"its first bytes are {FirstBytes(content)}", null);
    }

    /// <summary>What a file with a public key is, where the private key was expected.</summary>
    public static (string Found, string Remedy) DescribePublic(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<char> line = PublicKeyFile.FirstLine(Encoding.Latin1.GetString(content[..Math.Min(content.Length, 4096)]));
        int end = line.IndexOfAny(' ', '\t');
        string type = end < 0 ? "" : TerminalText.OneLine(line[..end].ToString(), WireLimits.Name);
        return KeyTypes.LooksLikeType(type) && type.Contains("-cert-v", StringComparison.Ordinal)
            ? ($"it is a certificate ({type})",
                "The private key is mostly the file of the same name without -cert.pub; its certificate is found beside it.")
            : ("it is a public key", "The private key is mostly the file of the same name without .pub.");
    }

    private static (string Found, string? Remedy)? DescribeText(string text)
    {
        const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;
        if (text.StartsWith("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY", StringComparison.Ordinal))
            return ("it is a private key in the format of ssh.com's Tectia", "Convert it: puttygen FILE -O private-openssh-new -o NEWFILE");
        if (text.StartsWith("SSH PRIVATE KEY FILE FORMAT 1.1", StringComparison.Ordinal))
            return ("it is a key of SSH version 1, which no server takes any more", $"{KeyTypes.MakeAnother}.");
        if (text.StartsWith("b3BlbnNzaC1rZXktdjE", StringComparison.Ordinal))
        {
            return ("it is the base64 of an OpenSSH private key without its first and last line",
                $"Put the lines -----BEGIN {OpenSshKeyFile.Label}----- and -----END {OpenSshKeyFile.Label}----- around it.");
        }

        if (text.StartsWith("<!doctype html", AnyCase) || text.StartsWith("<html", AnyCase))
            return ("it is an HTML page", "A download that needs a login often ends so: fetch the key again and look at it.");
        if (text.StartsWith("<?xml", AnyCase))
            return ("it is XML", null);
        if (text[0] is '{' or '[')
            return ("it looks like JSON", null);
        return DescribeKeyList(PublicKeyFile.FirstLine(text).ToString());
    }

    // known_hosts begins a line with names or a marker, authorized_keys with options.
    private static (string Found, string? Remedy)? DescribeKeyList(string line)
    {
        string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        int type = Array.FindIndex(words, static word => KeyTypes.LooksLikeType(word));
        if (type < 1 || type + 1 >= words.Length || !words[type + 1].StartsWith("AAAA", StringComparison.Ordinal))
            return null;
        bool hasOptions = type > 1 || words[0].Contains('=', StringComparison.Ordinal) || words[0].StartsWith("no-", StringComparison.Ordinal)
            || words[0] is "restrict" or "cert-authority" or "verify-required";
        return hasOptions && words[0][0] is not ('@' or '|')
            ? ("it is a list of authorized keys (authorized_keys)", "Give the key's own file.")
            : ("it is a list of known hosts (known_hosts)", "Give the key's own file.");
    }

    private static (string Found, string? Remedy) DescribeLabel(string label) => label switch
    {
        "CERTIFICATE" or "TRUSTED CERTIFICATE" or "X509 CERTIFICATE" =>
            ("it is an X.509 certificate", "Give the private key that the certificate was made for."),
        "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST" =>
            ("it is a request for an X.509 certificate", "Give the private key that the request was made with."),
        "PKCS12" => ("it is a PKCS#12 container (.p12, .pfx)",
            "Take the key out of it: openssl pkcs12 -in FILE -nocerts -out FILE.pem"),
        "PKCS7" => ("it is a PKCS#7 file, which holds certificates only", "Give the private key that the certificates were made for."),
        "SSH SIGNATURE" => ("it is a signature (ssh-keygen -Y sign)", "Give the key that signed it."),
        "EC PARAMETERS" => ("it holds the parameters of a curve, but no key", null),
        _ when label.StartsWith("PGP", StringComparison.Ordinal) => ($"it is a PGP file ({label})", "SSH keys are made by ssh-keygen."),
        _ => ($"it is PEM of the kind {Printable(label)}", null),
    };

    private static string FirstBytes(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> first = content[..Math.Min(4, content.Length)];
        bool isText = !first.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e);
        return Convert.ToHexStringLower(first) + (isText ? $" (\"{Encoding.ASCII.GetString(first)}\")" : "");
    }

    private static string Printable(string label) =>
        new([.. label.Select(static c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' ? c : '?')]);
}
