using System.Diagnostics.CodeAnalysis;
using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>One entry: which hosts, which key, and whether the key is revoked.</summary>
internal sealed record KnownHostsLine(int Number, string Hosts, PublicKey Key, bool IsRevoked)
{
    private const int SaltAndHashLength = 20; // SHA-1

    /// <summary>Reads a line; comments, blank lines, certificate authorities and keys of unknown types are none.</summary>
    public static bool TryParse(string text, int number, [NotNullWhen(true)] out KnownHostsLine? line)
    {
        line = null;
        string[] parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        bool revoked = parts is ["@revoked", ..];
        if (revoked)
            parts = parts[1..];
        if (parts.Length < 3 || parts[0][0] is '#' or '@')
            return false;
        byte[] blob = new byte[parts[2].Length];
        if (!Convert.TryFromBase64String(parts[2], blob, out int length))
            return false;
        try
        {
            PublicKey key = PublicKey.Parse(blob.AsSpan(0, length));
            if (key.Type != parts[1])
                return false;
            line = new KnownHostsLine(number, parts[0], key, revoked);
            return true;
        }
        catch (SshException)
        {
            return false;
        }
    }

    /// <summary>True when the line is about the host: some pattern matches, and no negated one does.</summary>
    public bool Matches(string host, int port)
    {
        string name = KnownHostsFile.HostName(host, port);
        if (Hosts.StartsWith("|1|", StringComparison.Ordinal))
            return MatchesHash(name);
        bool matched = false;
        foreach (string pattern in Hosts.Split(','))
        {
            bool negated = pattern.StartsWith('!');
            if (!Wildcard.Matches(negated ? pattern[1..] : pattern, name))
                continue;
            if (negated)
                return false;
            matched = true;
        }

        return matched;
    }

    // |1|base64 of a salt|base64 of HMAC-SHA1(salt, name)
    private bool MatchesHash(string name)
    {
        string[] parts = Hosts.Split('|');
        Span<byte> salt = stackalloc byte[64];
        Span<byte> expected = stackalloc byte[64];
        if (parts.Length != 4
            || !Convert.TryFromBase64String(parts[2], salt, out int saltLength) || saltLength != SaltAndHashLength
            || !Convert.TryFromBase64String(parts[3], expected, out int hashLength) || hashLength != SaltAndHashLength)
        {
            return false;
        }

        byte[] actual = Hmac.Compute(HashName.Sha1, salt[..saltLength], Encoding.UTF8.GetBytes(name));
        return ConstantTime.Equal(actual, expected[..hashLength]);
    }
}
