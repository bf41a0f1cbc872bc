using LucidSsh.Auth;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A proxy's address as people write it: a scheme and a target.</summary>
internal static class ProxyAddress
{
    private const string Forms = "Write socks5://[user@]host[:port], socks4a://[user@]host[:port] or http://[user@]host[:port].";

    public static Proxy Parse(string address, PasswordCredential? password)
    {
        int end = address.IndexOf("://", StringComparison.Ordinal);
        string scheme = end < 0 ? "" : address[..end].ToLowerInvariant();
        string rest = (end < 0 ? address : address[(end + 3)..]).TrimEnd('/');
        if (rest.LastIndexOf('@') is > 0 and int at && rest[..at].Contains(':', StringComparison.Ordinal))
        {
            throw new LocalMisuseException(
                SshErrorCode.Misuse,
                $"The address of the proxy {rest[(at + 1)..]} has a password in it, where logs and process lists would show it.",
                "Leave it out of the address and give it apart (lucid: --proxy-password-env VAR).");
        }

        (string? user, string host, int? port) = SshTarget.ParseParts(rest);
        return scheme switch
        {
            "socks5" or "socks5h" or "socks" => Proxy.Socks5(host, port ?? 1080, user, password),
            "socks4a" or "socks4" when password is null => Proxy.Socks4(host, port ?? 1080, user),
            "socks4a" or "socks4" => throw new LocalMisuseException(SshErrorCode.Misuse, "SOCKS 4 has no passwords.", "Use socks5:// where the proxy speaks it."),
            "http" => Proxy.Http(host, port ?? 8080, user, password),
            "" => throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{TerminalText.OneLine(address)}\" does not say what kind of proxy it is.", Forms),
            _ => throw new LocalMisuseException(SshErrorCode.Misuse, $"There is no proxy of the kind \"{TerminalText.OneLine(scheme)}\" here.", Forms),
        };
    }
}
