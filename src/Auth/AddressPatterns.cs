using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Where a client may come from, in the form of <c>from=</c> in sshd(8): a comma-separated list of addresses, networks in CIDR
/// form and patterns with * and ?, each with ! in front to forbid. What is forbidden is so wherever it stands in the list; what is not
/// mentioned is forbidden too.</summary>
public sealed class AddressPatterns
{
    private const int MaximumEntries = 1024;

    private readonly ImmutableArray<Entry> _entries;
    private readonly string _text;

    private AddressPatterns(string text, ImmutableArray<Entry> entries) => (_text, _entries) = (text, entries);

    /// <summary>Reads a list of 1 to 1024 entries.</summary>
    /// <exception cref="LocalMisuseException">An entry is empty or a network is none; the message says which.</exception>
    public static AddressPatterns Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(',');
        if (parts.Length > MaximumEntries)
            throw new LocalMisuseException(SshErrorCode.Misuse, $"The list of addresses has {parts.Length} entries, at most {MaximumEntries} are allowed.");
        return new AddressPatterns(text, [.. parts.Select(part => Entry.Parse(part.Trim()))]);
    }

    /// <summary>True when the list lets a client with this address in.</summary>
    /// <param name="address">The client's address; null where it is not known: then nothing is let in.</param>
    /// <param name="hostName">The client's name, where the server's host has looked it up and trusts it; null otherwise.</param>
    public bool Permits(IPAddress? address, string? hostName = null)
    {
        if (address is null)
            return false;
        IPAddress plain = Normalize(address);
        string text = plain.ToString();
        bool mentioned = false;
        foreach (Entry entry in _entries)
        {
            if (!entry.Matches(plain, text, hostName))
                continue;
            if (entry.Forbids)
                return false;
            mentioned = true;
        }

        return mentioned;
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => _text;

    /// <summary>The address as it is compared: an IPv4 address that travelled in an IPv6 one is the IPv4 address, and a scope is
    /// left out.</summary>
    internal static IPAddress Normalize(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? new IPAddress(address.GetAddressBytes())
        : address;

    // A network where there is one, otherwise a pattern.
    private readonly record struct Entry(bool Forbids, IPNetwork? Network, string Pattern)
    {
        public static Entry Parse(string text)
        {
            bool forbids = text.StartsWith('!');
            string pattern = forbids ? text[1..] : text;
            if (pattern.Length == 0 || pattern.Contains(' ', StringComparison.Ordinal))
                throw Bad(pattern, "is neither an address nor a pattern");
            if (SourceAddressList.ParseNetwork(pattern) is { } network)
                return new Entry(forbids, network, pattern);
            return pattern.Contains('/', StringComparison.Ordinal)
                ? throw Bad(pattern, "is no network: an address, a slash and a prefix length are expected, and no bits beyond the prefix")
                : new Entry(forbids, null, pattern);
        }

        public bool Matches(IPAddress address, string text, string? hostName) =>
            Network is { } network ? network.Contains(address)
            : Wildcard.Matches(Pattern, text) || (hostName is not null && Wildcard.Matches(Pattern, hostName));

        private static LocalMisuseException Bad(string pattern, string why) =>
            new(SshErrorCode.Misuse, $"“{TerminalText.OneLine(pattern, 80)}” {why}.", "Write for example “192.0.2.0/24,!192.0.2.7,*.example.org”.");
    }
}
