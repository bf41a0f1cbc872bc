using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>What the transport knows, in the form of the <see cref="NegotiationReport"/>.</summary>
internal static class ReportParts
{
    /// <summary>Texts and lines of the peer's that are kept.</summary>
    public const int Texts = 16;

    /// <summary>A KEXINIT, but for its cookie.</summary>
    public static KexInitReport Of(KexInit message) => new()
    {
        KeyExchange = message.KexAlgorithms,
        HostKeys = message.ServerHostKeyAlgorithms,
        CiphersClientToServer = message.EncryptionClientToServer,
        CiphersServerToClient = message.EncryptionServerToClient,
        MacsClientToServer = message.MacClientToServer,
        MacsServerToClient = message.MacServerToClient,
        CompressionClientToServer = message.CompressionClientToServer,
        CompressionServerToClient = message.CompressionServerToClient,
        LanguagesClientToServer = message.LanguagesClientToServer,
        LanguagesServerToClient = message.LanguagesServerToClient,
        FirstKexPacketFollows = message.FirstKexPacketFollows,
        Reserved = message.Reserved,
    };

    /// <summary>The negotiation of one key exchange: both lists and what came of them.</summary>
    public static NegotiationReport WithNegotiation(this NegotiationReport report, KexInit client, KexInit server, Negotiated result)
    {
        (KexInitReport clientInit, KexInitReport serverInit) = (Of(client), Of(server));
        return report with
        {
            Round = report.Round + 1,
            ClientKexInit = clientInit,
            ServerKexInit = serverInit,
            ClientMarkers = report.Round == 0 ? clientInit.Markers : report.ClientMarkers,
            ServerMarkers = report.Round == 0 ? serverInit.Markers : report.ServerMarkers,
            Algorithms = result.Algorithms,
            Guess = new KexGuess(client.FirstKexPacketFollows, server.FirstKexPacketFollows, result.GuessWasRight),
            KeyExchange = result.Chosen(AlgorithmKind.KeyExchange) is { } name && KexTable.Find(name) is { } method ? Of(method) : null,
        };
    }

    /// <summary>The group of a group exchange.</summary>
    public static NegotiationReport WithGroup(this NegotiationReport report, KexGexRequest request, int bits) => report with
    {
        KeyExchange = report.KeyExchange! with
        {
            Group = new GroupExchangeReport(Bits(request.Minimum), Bits(request.Preferred), Bits(request.Maximum)) { Bits = bits },
        },
    };

    /// <summary>What a side said in EXT_INFO; what it says again replaces what it said.</summary>
    public static NegotiationReport WithExtensions(this NegotiationReport report, ExtInfo message, TransportRole from)
    {
        ImmutableArray<ExtensionReport> before = from == TransportRole.Client ? report.ClientExtensions : report.ServerExtensions;
        ImmutableArray<ExtensionReport> said =
            [.. message.Extensions.Select(extension => new ExtensionReport(extension.Key, TerminalText.OneLine(extension.Value, WireLimits.Text)))];
        said = [.. before.Where(old => !said.Any(extension => extension.Name == old.Name)), .. said];
        return from == TransportRole.Client ? report with { ClientExtensions = said } : report with { ServerExtensions = said };
    }

    /// <summary>How the connection ended.</summary>
    /// <param name="role">Which side this is.</param>
    /// <param name="reason">Why it ended.</param>
    /// <param name="peerClosed">The peer's stream had come to its end.</param>
    /// <param name="peerSaid">The peer's DISCONNECT, or null.</param>
    /// <param name="told">True when the peer is told a reason.</param>
    public static ConnectionEnd End(TransportRole role, SshException reason, bool peerClosed, Disconnect? peerSaid, bool told)
    {
        (ConnectionSide us, ConnectionSide peer) =
            role == TransportRole.Client ? (ConnectionSide.Client, ConnectionSide.Server) : (ConnectionSide.Server, ConnectionSide.Client);
        ConnectionSide by =
            peerClosed || peerSaid is not null ? peer
            : reason.Code == SshErrorCode.ConnectionLost ? ConnectionSide.Network
            : us;
        return new ConnectionEnd(by, reason.Code, reason.Sentence)
        {
            Reason = peerSaid?.Reason ?? (told ? reason.TellPeer : null),
            Text = peerSaid is { } said ? TerminalText.OneLine(said.Description) : told && reason.TellPeer is not null ? reason.Sentence : null,
        };
    }

    /// <summary>A host key or certificate, also one of a type that cannot be read.</summary>
    public static HostKeyReport HostKey(ReadOnlySpan<byte> blob, string algorithm)
    {
        SshReader reader = new(blob);
        string type = reader.Name("key type");
        Certificate? certificate = null;
        PublicKey? key;
        bool isRead = Certificate.IsCertificateType(type)
            ? Certificate.TryParse(blob, out certificate, out PublicKeyFault fault) & (key = certificate?.Key) is not null
            : PublicKey.TryParse(blob, out key, out fault);
        return new HostKeyReport(type, Convert.ToBase64String(blob))
        {
            Bits = key?.Bits ?? 0,
            Certificate = certificate is null ? null : Of(certificate),
            Fault = isRead ? null : fault.Text,
            Algorithm = algorithm,
            Sha256 = "SHA256:" + Convert.ToBase64String(Hash.Digest(HashName.Sha256, blob)).TrimEnd('='),
            Sha1 = Convert.ToHexStringLower(Hash.Digest(HashName.Sha1, blob)),
            Md5 = string.Join(':', Hash.Digest(HashName.Md5, blob).Select(b => $"{b:x2}")),
        };
    }

    private static CertificateReport Of(Certificate certificate) =>
        new(TerminalText.OneLine(certificate.KeyId), $"{certificate.Serial}", certificate.Kind == CertificateKind.Host ? "host" : "user")
        {
            Principals = [.. certificate.Principals.Select(principal => TerminalText.OneLine(principal))],
            ValidAfter = certificate.ValidAfter == 0 ? null : Time(certificate.ValidAfter),
            ValidBefore = certificate.ValidBefore == ulong.MaxValue ? null : Time(certificate.ValidBefore),
            Key = certificate.Key.Fingerprint,
            AuthorityType = certificate.SignatureKey.Type,
            Authority = certificate.SignatureKey.Fingerprint,
            SignatureAlgorithm = certificate.SignatureAlgorithm,
            CriticalOptions = [.. certificate.CriticalOptions.Select(option => TerminalText.OneLine(option.Name))],
            Extensions = [.. certificate.Extensions.Select(option => TerminalText.OneLine(option.Name))],
        };

    // A calendar ends where these seconds do not.
    private static DateTimeOffset Time(ulong seconds) =>
        DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    /// <summary>A list of the peer's texts with one more, made safe, up to the limit.</summary>
    public static ImmutableArray<string> With(this ImmutableArray<string> texts, string text) =>
        texts.Length < Texts ? texts.Add(TerminalText.OneLine(text)) : texts;

    private static KeyExchangeReport Of(KexMethod method) => new(
        method.Name,
        method.Hash switch
        {
            HashName.Md5 => "MD5",
            HashName.Sha1 => "SHA-1",
            HashName.Sha256 => "SHA-256",
            HashName.Sha384 => "SHA-384",
            _ => "SHA-512",
        },
        method is HybridKex);

    private static int Bits(uint bits) => (int)Math.Min(bits, int.MaxValue);
}
