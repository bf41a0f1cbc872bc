using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>Makes our KEXINIT: the lists we offer, and, in the first one alone, the markers that are no algorithms.</summary>
internal sealed class KexInitFactory(TransportRole role, TransportOptions options, IRandomSource random)
{
    /// <summary>The payload of a KEXINIT.</summary>
    public byte[] Make(bool first)
    {
        AlgorithmPreferences offer = options.Algorithms;
        ImmutableArray<string> keyExchange = offer.KeyExchange;
        if (first)
        {
            keyExchange = role == TransportRole.Client
                ? [.. keyExchange, KexMarkers.ExtensionsClient, KexMarkers.StrictClient]
                : [.. keyExchange, KexMarkers.ExtensionsServer, KexMarkers.StrictServer];
        }

        byte[] cookie = new byte[16];
        random.Fill(cookie);
        return Message.ToArray(new KexInit
        {
            Cookie = cookie,
            KexAlgorithms = keyExchange,
            ServerHostKeyAlgorithms = HostKeyAlgorithms(offer),
            EncryptionClientToServer = offer.Ciphers,
            EncryptionServerToClient = offer.Ciphers,
            MacClientToServer = offer.Macs,
            MacServerToClient = offer.Macs,
            CompressionClientToServer = offer.Compression,
            CompressionServerToClient = offer.Compression,
        });
    }

    // A server offers what it has keys and certificates for, in the order of its preferences.
    private ImmutableArray<string> HostKeyAlgorithms(AlgorithmPreferences offer) =>
        role == TransportRole.Client
            ? offer.HostKeys
            : [.. offer.HostKeys.Where(name => ServerHostKey.Find(options, HostKeyTable.Find(name)!) is not null)];
}
