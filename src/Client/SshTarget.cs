using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Where to connect and as whom: <c>[user@]host[:port]</c>, an IPv6 address in brackets.</summary>
/// <param name="User">The user name; null means the name of the user who runs the program.</param>
/// <param name="Host">A host name or an address, without brackets.</param>
/// <param name="Port">The TCP port, 1 to 65535.</param>
public sealed record SshTarget(string? User, string Host, int Port = SshTarget.DefaultPort)
{
    /// <summary>SSH's port (RFC 4253 section 4).</summary>
    public const int DefaultPort = 22;

    /// <summary>Reads a target.</summary>
    /// <exception cref="LocalMisuseException">The text is no target; says which part.</exception>
    public static SshTarget Parse(string text)
    {
        (string? user, string host, int? port) = ParseParts(text);
        return new SshTarget(user, host, port ?? DefaultPort);
    }

    /// <summary>The parts; null for those that are not there.</summary>
    /// <exception cref="LocalMisuseException">The text is no target; says which part.</exception>
    internal static (string? User, string Host, int? Port) ParseParts(string text)
    {
        int at = text.LastIndexOf('@'); // a user name may hold an @, a host name may not
        string? user = at > 0 ? text[..at] : null;
        string rest = text[(at + 1)..];
        string host = rest;
        string? port = null;
        if (rest.StartsWith('['))
        {
            int close = rest.IndexOf(']', StringComparison.Ordinal);
            if (close < 0)
                throw Bad(text, "the bracket of an IPv6 address is not closed");
            host = rest[1..close];
            string behind = rest[(close + 1)..];
            port = behind.StartsWith(':') ? behind[1..] : behind.Length == 0 ? null : throw Bad(text, $"\"{behind}\" follows the address");
        }
        else if (rest.Count(c => c == ':') == 1)
        {
            int colon = rest.IndexOf(':', StringComparison.Ordinal);
            (host, port) = (rest[..colon], rest[(colon + 1)..]);
        }

        if (host.Length == 0 || at == 0)
            throw Bad(text, at == 0 ? "the user name is empty" : "the host name is empty");
        if (port is null)
            return (user, host, null);
        if (!int.TryParse(port, out int number) || number is < 1 or > 65535)
            throw Bad(text, $"\"{port}\" is no port number (1 to 65535)");
        return (user, host, number);
    }

    /// <summary>The target as <see cref="Parse"/> reads it.</summary>
    public override string ToString() =>
        $"{(User is null ? "" : User + "@")}{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";

    private static LocalMisuseException Bad(string text, string why) =>
        new(SshErrorCode.Misuse, $"\"{text}\" is no target: {why}.", "Write [user@]host[:port], an IPv6 address in brackets.");
}
