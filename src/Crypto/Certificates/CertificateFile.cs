using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>The textual form of a certificate: one line, as ssh-keygen writes it beside the key.</summary>
internal static class CertificateFile
{
    // The largest certificate in base64, its type and a long comment.
    private const int MaximumFileSize = 2 * Certificate.MaximumSize;

    /// <summary>Reads a file of one certificate.</summary>
    public static Certificate Read(string path)
    {
        KeySource source = new($"The certificate file {path}");
        string[] lines = [.. ReadText(path).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')];
        return lines.Length switch
        {
            1 => ReadLine(lines[0], source),
            0 => throw source.NotAKey("it is empty"),
            _ when KeyTypes.LooksLikeType(lines[0]) => throw source.Unsupported("holds several lines, and one certificate is expected", "Leave one line in it."),
            _ => throw NoCertificate(source),
        };
    }

    /// <summary>Reads one line: type, base64, comment.</summary>
    public static Certificate ReadLine(string line, KeySource source)
    {
        string[] parts = line.Split([' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 0 || !KeyTypes.LooksLikeType(parts[0]))
            throw NoCertificate(source);
        string type = TerminalText.OneLine(parts[0], WireLimits.Name);
        if (!parts[0].Contains("-cert-v", StringComparison.Ordinal))
        {
            throw source.Unsupported(
                $"holds a plain key of type {type}, and a certificate is expected", "ssh-keygen puts the certificate into a file with -cert in its name.");
        }

        if (parts.Length == 1)
            throw source.Damaged($"nothing follows its type {type}");
        using Secret blob = PemBlock.Decode(Encoding.UTF8.GetBytes(parts[1]), source);
        SshReader reader = new(blob.Span);
        string inside = reader.Name("certificate type");
        if (reader.Fault is null && inside != parts[0])
            throw source.Damaged($"its line says {type}, but the blob in it is {inside}");
        return Certificate.TryParse(blob.Span, out Certificate? certificate, out PublicKeyFault fault) ? certificate : throw source.Refused(fault);
    }

    private static LocalMisuseException NoCertificate(KeySource source) =>
        source.NotAKey("a certificate is one line that begins with its type, for example ssh-ed25519-cert-v01@openssh.com");

    private static string ReadText(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] content = new byte[MaximumFileSize + 1];
            int length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length <= MaximumFileSize
                ? Encoding.UTF8.GetString(content.AsSpan(0, length)).TrimStart('\ufeff')
                : throw new KeySource($"The certificate file {path}").NotAKey($"it has more than {MaximumFileSize} bytes");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            string sentence = failure is FileNotFoundException or DirectoryNotFoundException
                ? $"There is no certificate file {path}."
                : $"The certificate file {path} cannot be read: {(Directory.Exists(path) ? "it is a directory." : failure.Message)}";
            throw new LocalMisuseException(SshErrorCode.LocalFile, sentence, "Check the path; it is taken from the current directory.", failure);
        }
    }
}
