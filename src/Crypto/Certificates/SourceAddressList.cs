using System.Net;
using System.Net.Sockets;

namespace LucidSsh.Crypto;

/// <summary>Addresses and networks as a certificate's source-address has them: a comma-separated list of addresses and of networks in
/// CIDR form, for example <c>192.0.2.0/24,2001:db8::7</c>; no wildcards and no names. A list with one entry that is none of these, or with
/// none at all, is no list.</summary>
internal sealed class SourceAddressList
{
    private readonly List<IPNetwork> _networks;

    private SourceAddressList(List<IPNetwork> networks) => _networks = networks;

    /// <summary>Reads a list; null where it is none.</summary>
    public static SourceAddressList? Parse(string text)
    {
        List<IPNetwork> networks = [];
        foreach (string entry in text.Split(','))
        {
            if (ParseNetwork(entry) is not { } network)
                return null;
            networks.Add(network);
        }

        return new SourceAddressList(networks);
    }

    /// <summary>True where the address is on the list. An IPv4 address that came in IPv6's clothes is an IPv4 address.</summary>
    public bool Contains(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _networks.Exists(network => network.Contains(plain));
    }

    /// <summary>Reads one address or network; null where it is neither.</summary>
    public static IPNetwork? ParseNetwork(string entry)
    {
        int slash = entry.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? entry : entry[..slash];
        if (!IPAddress.TryParse(host, out IPAddress? address) || !IsFullForm(host, address))
            return null;
        int bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        int prefix = bits;
        if (slash >= 0 && (!int.TryParse(entry.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out prefix) || prefix > bits))
            return null;

        // Bits set beyond the prefix are a mistake in one of the two, as OpenSSH sees it too.
        IPNetwork network = IPNetwork.Parse($"{address}/{prefix}");
        return network.BaseAddress.Equals(address) ? network : null;
    }

    // The base library reads "10.1" and "0x7f.1" as addresses; nobody who writes a list means that. Nor does a list have zones.
    private static bool IsFullForm(string text, IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? text == address.ToString()
        : !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal);
}
