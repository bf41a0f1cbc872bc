using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>The host names of one known_hosts line (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): patterns with commas between them, or
/// one hashed name.</summary>
internal sealed class HostNames
{
    /// <summary>The longest pattern, in characters, as OpenSSH.</summary>
    public const int MaximumPattern = 1024;

    /// <summary>The longest host name, in characters: NI_MAXHOST.</summary>
    private const int MaximumName = 1025;

    /// <summary>What a hashed name begins with: HMAC-SHA1 is the one kind there is.</summary>
    private const string HashMagic = "|1|";

    private const int HashLength = 20; // bytes of a SHA-1, and of the salt

    private static readonly SearchValues<char> NotInNames = SearchValues.Create("*?!,|@#");

    private readonly string[] _patterns;
    private readonly byte[]? _salt;
    private readonly byte[]? _hash;

    private HostNames(string[] patterns, byte[]? salt = null, byte[]? hash = null) => (_patterns, _salt, _hash) = (patterns, salt, hash);

    /// <summary>True for a hashed name, which only says whether it is a given one.</summary>
    public bool IsHashed => _hash is not null;

    /// <summary>True where the line is about more than one name: a list, a pattern, an exception.</summary>
    public bool IsComplex => _patterns.Length > 1 || _patterns.Any(pattern => pattern.AsSpan().ContainsAny('*', '?', '!'));

    /// <summary>The name that files know a host by: the host for port 22, else <c>[host]:port</c>.</summary>
    public static string NameOf(string host, int port) => port == SshTarget.DefaultPort ? Normalise(host) : $"[{Normalise(host)}]:{port}";

    /// <summary>A name without its brackets, in lower case.</summary>
    public static string Normalise(string host) => host.Trim('[', ']').ToLowerInvariant();

    /// <summary>Refuses what is no name of one host: a name that is a pattern would vouch for others when it is written, and one that
    /// is too long would pass by every pattern.</summary>
    /// <exception cref="LocalMisuseException">It is none.</exception>
    public static void Check(string host)
    {
        if (host.Length is > 0 and <= MaximumName && !host.AsSpan().ContainsAny(NotInNames) && !host.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            return;
        throw new LocalMisuseException(
            SshErrorCode.Misuse, $"\"{TerminalText.OneLine(host, 60)}\" is no name of a host: a known_hosts file could not tell it from a pattern.");
    }

    /// <summary>Reads the names of a line.</summary>
    public static bool TryParse(string field, [NotNullWhen(true)] out HostNames? names, [NotNullWhen(false)] out string? fault)
    {
        names = field.StartsWith('|') ? ParseHash(field) : ParsePatterns(field);
        fault = names is not null ? null
            : field.StartsWith('|') ? "its hashed name is damaged"
            : $"a name in it is longer than {MaximumPattern} characters";
        return names is not null;
    }

    /// <summary>A name as HashKnownHosts writes it: <c>|1|</c>, a salt, and the name's HMAC-SHA1 under it.</summary>
    public static string HashOf(string name, IRandomSource random)
    {
        byte[] salt = new byte[HashLength];
        random.Fill(salt);
        return $"{HashMagic}{Convert.ToBase64String(salt)}|{Convert.ToBase64String(Hmac.Compute(HashName.Sha1, salt, Encoding.UTF8.GetBytes(name)))}";
    }

    /// <summary>True when <paramref name="name"/>, as <see cref="NameOf"/> makes it, is one of these: some pattern matches, and no
    /// negated one does.</summary>
    public bool Contains(string name)
    {
        if (_hash is not null)
            return ConstantTime.Equal(Hmac.Compute(HashName.Sha1, _salt, Encoding.UTF8.GetBytes(name)), _hash);
        bool matched = false;
        foreach (string pattern in _patterns)
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

    private static HostNames? ParsePatterns(string field)
    {
        string[] patterns = field.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return patterns.Any(pattern => pattern.Length > MaximumPattern) ? null : new HostNames(patterns);
    }

    private static HostNames? ParseHash(string field)
    {
        if (!field.StartsWith(HashMagic, StringComparison.Ordinal) || field[HashMagic.Length..].Split('|') is not [string salt, string hash])
            return null;
        return Decode(salt) is { } saltBytes && Decode(hash) is { } hashBytes ? new HostNames([], saltBytes, hashBytes) : null;
    }

    private static byte[]? Decode(string base64)
    {
        byte[] bytes = new byte[HashLength + 4];
        return Convert.TryFromBase64String(base64, bytes, out int length) && length == HashLength ? bytes[..HashLength] : null;
    }
}
