using System.Collections.Immutable;

namespace LucidSsh.Wire;

/// <summary>One side's KEXINIT as it was sent (RFC 4253 section 7.1): every list complete and in order, markers included. The cookie
/// says nothing and is left out.</summary>
public sealed record KexInitReport
{
    /// <summary>Key exchange methods, and the markers among them (ext-info-c, kex-strict-s-v00@openssh.com…).</summary>
    public ImmutableArray<string> KeyExchange { get; init; } = [];

    /// <summary>Host key algorithms.</summary>
    public ImmutableArray<string> HostKeys { get; init; } = [];

    /// <summary>Ciphers, client to server.</summary>
    public ImmutableArray<string> CiphersClientToServer { get; init; } = [];

    /// <summary>Ciphers, server to client.</summary>
    public ImmutableArray<string> CiphersServerToClient { get; init; } = [];

    /// <summary>MACs, client to server.</summary>
    public ImmutableArray<string> MacsClientToServer { get; init; } = [];

    /// <summary>MACs, server to client.</summary>
    public ImmutableArray<string> MacsServerToClient { get; init; } = [];

    /// <summary>Compression methods, client to server.</summary>
    public ImmutableArray<string> CompressionClientToServer { get; init; } = [];

    /// <summary>Compression methods, server to client.</summary>
    public ImmutableArray<string> CompressionServerToClient { get; init; } = [];

    /// <summary>Languages, client to server (RFC 3066 tags); empty with every implementation known.</summary>
    public ImmutableArray<string> LanguagesClientToServer { get; init; } = [];

    /// <summary>Languages, server to client.</summary>
    public ImmutableArray<string> LanguagesServerToClient { get; init; } = [];

    /// <summary>True when this side guessed the method and sent its first packet at once (RFC 4253 section 7).</summary>
    public bool FirstKexPacketFollows { get; init; }

    /// <summary>The reserved number; 0 in every version so far.</summary>
    public uint Reserved { get; init; }

    /// <summary>The announcements among the key exchange methods.</summary>
    public ImmutableArray<string> Markers => [.. KeyExchange.Where(KexMarkers.IsMarker)];

    /// <summary>This side's list of a kind, markers included.</summary>
    public ImmutableArray<string> List(AlgorithmKind kind) => kind switch
    {
        AlgorithmKind.KeyExchange => KeyExchange,
        AlgorithmKind.HostKey => HostKeys,
        AlgorithmKind.CipherClientToServer => CiphersClientToServer,
        AlgorithmKind.CipherServerToClient => CiphersServerToClient,
        AlgorithmKind.MacClientToServer => MacsClientToServer,
        AlgorithmKind.MacServerToClient => MacsServerToClient,
        AlgorithmKind.CompressionClientToServer => CompressionClientToServer,
        _ => CompressionServerToClient,
    };
}

/// <summary>Who guessed the key exchange method before the negotiation was over (RFC 4253 section 7), and whether a guess was right:
/// both sides' first methods and both sides' first host key algorithms are the same.</summary>
/// <param name="ByClient">The client guessed.</param>
/// <param name="ByServer">The server guessed.</param>
/// <param name="WasRight">A guess is, or would have been, right.</param>
public sealed record KexGuess(bool ByClient, bool ByServer, bool WasRight);
