using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>The plain text form of a revocation list: one public key a line, as in a .pub file. A certificate there stands for the key it
/// certifies, as for sshd.</summary>
internal static class RevokedKeyLines
{
    /// <summary>Reads the list; a line that is no key refuses it whole.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Read(string text, RevokedKeys keys)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> whole in text.AsSpan().TrimStart('\ufeff').EnumerateLines())
        {
            number++;
            string line = whole.Trim().ToString();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (ReadBlob(line) is not { } blob)
                return $"its line {number} is neither a public key nor a comment";
            keys.AddBlob(blob);
        }

        return null;
    }

    // A key of a type that is not supported is as good as any: it is only compared.
    private static byte[]? ReadBlob(string line)
    {
        string[] parts = line.Split([' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2)
            return null;
        byte[] decoded = new byte[parts[1].Length];
        if (!Convert.TryFromBase64String(parts[1], decoded, out int length))
            return null;
        byte[] blob = decoded[..length];
        SshReader reader = new(blob);
        if (reader.Name("key type") != parts[0])
            return null;
        if (!Certificate.IsCertificateType(parts[0]))
            return blob;
        return Certificate.TryParse(blob, out Certificate? certificate, out _) ? certificate.Key.Blob.ToArray() : null;
    }
}
