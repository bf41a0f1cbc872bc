using System.Net;
using System.Net.Sockets;

namespace LucidSsh.Client;

/// <summary>Host names as they are handed on: to servers, proxies, files.</summary>
internal static class HostAddress
{
    /// <summary>The longest: SOCKS counts it in one byte, and DNS ends at 253.</summary>
    public const int Longest = 255;

    /// <summary>True for what may be a host name or an address: printable, without blanks, and nothing that could begin a new field or
    /// line where it is written.</summary>
    public static bool IsValid(string host) =>
        host.Length is > 0 and <= Longest && host.All(c => c > ' ' && c is not ('\x7f' or '/' or '\\' or '@' or '"' or '\'')) && !host.Any(char.IsControl);

    /// <summary><c>host:port</c>, an IPv6 address in brackets.</summary>
    public static string WithPort(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";

    /// <summary>The address that a literal is; null for a name.</summary>
    public static IPAddress? Literal(string host) =>
        IPAddress.TryParse(host, out IPAddress? address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || host.Count(c => c == '.') == 3) ? address : null;
}
