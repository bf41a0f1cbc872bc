using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>Finds what both sides have in common: a pure function of both KEXINIT (RFC 4253 section 7.1).</summary>
internal static class Negotiation
{
    /// <summary>For each kind the first of the client's names that the server has too.</summary>
    public static Negotiated Choose(KexInit client, KexInit server)
    {
        AlgorithmNegotiation cipherOut = First(AlgorithmKind.CipherClientToServer, client.EncryptionClientToServer, server.EncryptionClientToServer);
        AlgorithmNegotiation cipherIn = First(AlgorithmKind.CipherServerToClient, client.EncryptionServerToClient, server.EncryptionServerToClient);
        ImmutableArray<AlgorithmNegotiation> algorithms =
        [
            First(AlgorithmKind.KeyExchange, client.KexAlgorithms, server.KexAlgorithms),
            First(AlgorithmKind.HostKey, client.ServerHostKeyAlgorithms, server.ServerHostKeyAlgorithms),
            cipherOut,
            cipherIn,
            First(AlgorithmKind.MacClientToServer, client.MacClientToServer, server.MacClientToServer, NeedsMac(cipherOut)),
            First(AlgorithmKind.MacServerToClient, client.MacServerToClient, server.MacServerToClient, NeedsMac(cipherIn)),
            First(AlgorithmKind.CompressionClientToServer, client.CompressionClientToServer, server.CompressionClientToServer),
            First(AlgorithmKind.CompressionServerToClient, client.CompressionServerToClient, server.CompressionServerToClient),
        ];

        // RFC 4253 section 7: a guess is right when both first methods and both first host key algorithms agree.
        bool guessWasRight =
            client.KexAlgorithms.FirstOrDefault() == server.KexAlgorithms.FirstOrDefault()
            && client.ServerHostKeyAlgorithms.FirstOrDefault() == server.ServerHostKeyAlgorithms.FirstOrDefault();
        return new Negotiated(algorithms, guessWasRight);
    }

    private static AlgorithmNegotiation First(AlgorithmKind kind, ImmutableArray<string> client, ImmutableArray<string> server, bool needed = true) =>
        new(kind, client, server, needed ? client.FirstOrDefault(name => !KexMarkers.IsMarker(name) && server.Contains(name)) : null, needed);

    // A cipher that authenticates by itself has no MAC; the lists are not even looked at then.
    private static bool NeedsMac(AlgorithmNegotiation cipher) =>
        cipher.Chosen is null || CipherTable.Find(cipher.Chosen) is not { IsAuthenticated: true };
}

/// <summary>What came of a negotiation, complete also where it failed.</summary>
/// <param name="Algorithms">The eight kinds in the order of RFC 4253 section 7.1.</param>
/// <param name="GuessWasRight">Whether a guess either side made was right.</param>
internal sealed record Negotiated(ImmutableArray<AlgorithmNegotiation> Algorithms, bool GuessWasRight)
{
    /// <summary>The rows of everything chosen.</summary>
    /// <param name="role">Who we are: for the words of the error.</param>
    /// <exception cref="PeerIncompatibleException">A kind has nothing in common; names the kind and both lists.</exception>
    public NegotiatedAlgorithms RequireAll(TransportRole role)
    {
        if (Algorithms.FirstOrDefault(algorithm => algorithm.Failed) is { } failed)
            throw NoCommonAlgorithm(failed, [.. Algorithms.Where(algorithm => algorithm.Failed && algorithm != failed)], role);
        return new NegotiatedAlgorithms(
            KexTable.Find(Chosen(AlgorithmKind.KeyExchange)!)!,
            HostKeyTable.Find(Chosen(AlgorithmKind.HostKey)!)!,
            Direction(AlgorithmKind.CipherClientToServer, AlgorithmKind.MacClientToServer),
            Direction(AlgorithmKind.CipherServerToClient, AlgorithmKind.MacServerToClient));
    }

    /// <summary>The name chosen for a kind; null where there is none.</summary>
    public string? Chosen(AlgorithmKind kind) => Algorithms.First(algorithm => algorithm.Kind == kind).Chosen;

    private DirectionAlgorithms Direction(AlgorithmKind cipher, AlgorithmKind mac) =>
        new(CipherTable.Find(Chosen(cipher)!)!, Chosen(mac) is { } name ? MacTable.Find(name) : null);

    private static PeerIncompatibleException NoCommonAlgorithm(AlgorithmNegotiation failed, AlgorithmNegotiation[] others, TransportRole role)
    {
        (IEnumerable<string> ours, IEnumerable<string> theirs, string peer) = role == TransportRole.Client
            ? (failed.Client, failed.Server, "server")
            : (failed.Server, failed.Client, "client");
        (ours, theirs) = (ours.Where(name => !KexMarkers.IsMarker(name)), theirs.Where(name => !KexMarkers.IsMarker(name)));
        string sentence = $"No common {NegotiationReport.Describe(failed.Kind)}: this side offers {Join(ours)}; the {peer} offers {Join(theirs)}.";
        if (others.Length > 0)
            sentence += $" Nor is there a common {string.Join(" or ", others.Select(other => NegotiationReport.Describe(other.Kind)))}.";

        string[] possible = [.. theirs.Where(AlgorithmCatalogue.Of(failed.Kind).All.Contains)];
        string remedy = role == TransportRole.Server && failed.Kind == AlgorithmKind.HostKey
            ? $"This server has no host key for any of {Join(theirs)}: give it one."
            : possible.Length > 0
            ? $"This side could offer {Join(possible)} and was not asked to: allow it by name ({Option(failed.Kind)} +{possible[0]}), or have the {peer} enable one of ours."
            : $"The {peer} has to enable one of {Join(ours)}.";
        return new PeerIncompatibleException(SshErrorCode.NoCommonAlgorithm, sentence, remedy);
    }

    private static string Join(IEnumerable<string> names) => string.Join(",", names) is { Length: > 0 } list ? list : "(nothing)";

    private static string Option(AlgorithmKind kind) => kind switch
    {
        AlgorithmKind.KeyExchange => "--kex",
        AlgorithmKind.HostKey => "--host-key-algorithms",
        AlgorithmKind.CipherClientToServer or AlgorithmKind.CipherServerToClient => "--ciphers",
        AlgorithmKind.MacClientToServer or AlgorithmKind.MacServerToClient => "--macs",
        _ => "--compression",
    };
}

/// <summary>What both sides will use.</summary>
internal sealed record NegotiatedAlgorithms(
    KexMethod KeyExchange, HostKeyAlgorithm HostKey, DirectionAlgorithms ClientToServer, DirectionAlgorithms ServerToClient);
