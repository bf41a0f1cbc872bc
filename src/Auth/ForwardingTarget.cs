using System.Collections.Immutable;
using System.Globalization;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>A host and a port that may be forwarded to, or listened on: an entry of <c>permitopen</c> or <c>permitlisten</c>.</summary>
/// <param name="Host">The host's name or address as a client must write it; in permitlisten a pattern with * and ?.</param>
/// <param name="Port">The port; null for any.</param>
public sealed record ForwardingTarget(string Host, int? Port)
{
    /// <summary>As it is written: <c>host:port</c>, an IPv6 address in brackets, * for any port.</summary>
    public override string ToString() =>
        $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port?.ToString(CultureInfo.InvariantCulture) ?? "*"}";

    /// <summary>Reads <c>host:port</c> or <c>[address]:port</c>; a port alone where <paramref name="allowsBarePort"/>, which means
    /// any host.</summary>
    /// <exception cref="LocalMisuseException">The text is not of that form.</exception>
    internal static ForwardingTarget Parse(string text, bool allowsBarePort)
    {
        if (allowsBarePort && !text.Contains(':', StringComparison.Ordinal))
            text = $"*:{text}";
        int colon = text.StartsWith('[') ? text.IndexOf("]:", StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || (!text.StartsWith('[') && text.LastIndexOf(':') != colon))
            throw Bad(text);
        string host = text.StartsWith('[') ? text[1..(colon - 1)] : text[..colon];
        string port = text[(colon + 1)..];
        if (host.Length == 0 || host.Any(char.IsWhiteSpace))
            throw Bad(text);
        if (port == "*")
            return new ForwardingTarget(host, null);
        return int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 65535
            ? new ForwardingTarget(host, number)
            : throw Bad(text);
    }

    /// <summary>True when a client may open a connection there: the host is compared as text.</summary>
    internal bool IsDestination(string host, int port) =>
        (Port is null || Port == port) && (Host == "*" || Host == host);

    /// <summary>True when a client may ask to listen there. A client that asks for any address says so with an empty name or *.</summary>
    internal bool IsListener(string host, int port) => (Port is null || Port == port) && Wildcard.Matches(Host, host);

    /// <summary>Whether a list permits; an empty one permits everything.</summary>
    internal static bool Permits(ImmutableArray<ForwardingTarget> targets, Func<ForwardingTarget, bool> isIt) => targets.IsEmpty || targets.Any(isIt);

    private static LocalMisuseException Bad(string text) =>
        new(SshErrorCode.Misuse, $"“{TerminalText.OneLine(text, 80)}” is no host and port.", "Write for example “localhost:8080” or “[::1]:*”.");
}
