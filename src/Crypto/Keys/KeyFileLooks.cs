using System.Text;

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
        if (content.StartsWith<byte>([0xff, 0xfe]) || content.StartsWith<byte>([0xfe, 0xff]))
            return ("it is UTF-16 text", "Save it again as UTF-8 or ANSI text.");
        if (content[0] == 0x30 && content.Length > 2 && content[1] >= 0x80)
        {
            return ("it is binary (DER, or a PKCS#12 container)",
                "Convert it: openssl pkey -inform DER -in FILE -out FILE.pem, or openssl pkcs12 -nodes -nocerts -in FILE -out FILE.pem");
        }

        string text = Encoding.Latin1.GetString(start[..Math.Min(start.Length, 400)]);
        return DescribeText(text) ?? ($"its first bytes are {FirstBytes(content)}", null);
    }

    private static (string Found, string? Remedy)? DescribeText(string text)
    {
        const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;
        if (text.StartsWith("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY", StringComparison.Ordinal))
            return ("it is a private key in the format of ssh.com's Tectia", "Convert it: ssh-keygen -i -f FILE > NEWFILE");
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
        string[] words = text.Split('\n')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length >= 3 && KeyTypes.LooksLikeType(words[1])
            ? ("it looks like a known_hosts or authorized_keys file", "Give the private key's own file.")
            : null;
    }

    private static (string Found, string? Remedy) DescribeLabel(string label) => label switch
    {
        "CERTIFICATE" or "TRUSTED CERTIFICATE" or "X509 CERTIFICATE" =>
            ("it is an X.509 certificate", "Give the private key that the certificate was made for."),
        "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST" =>
            ("it is a request for an X.509 certificate", "Give the private key that the request was made with."),
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
