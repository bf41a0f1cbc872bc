using System.Collections.Immutable;

namespace LucidSsh.Wire;

/// <summary>What is negotiated separately (RFC 4253 section 7.1).</summary>
public enum AlgorithmKind
{
    /// <summary>Key exchange method.</summary>
    KeyExchange,

    /// <summary>Server host key algorithm.</summary>
    HostKey,

    /// <summary>Cipher, client to server.</summary>
    CipherClientToServer,

    /// <summary>Cipher, server to client.</summary>
    CipherServerToClient,

    /// <summary>MAC, client to server; not asked for where the cipher authenticates by itself.</summary>
    MacClientToServer,

    /// <summary>MAC, server to client; not asked for where the cipher authenticates by itself.</summary>
    MacServerToClient,

    /// <summary>Compression, client to server.</summary>
    CompressionClientToServer,

    /// <summary>Compression, server to client.</summary>
    CompressionServerToClient,
}

/// <summary>One kind's negotiation: what each side offers, in its order of preference, and what came of it.</summary>
/// <param name="Kind">What is negotiated.</param>
/// <param name="Client">The client's list.</param>
/// <param name="Server">The server's list.</param>
/// <param name="Chosen">The first of the client's names that the server has too; null where there is none, or where none is needed.</param>
/// <param name="Needed">False for a MAC beside a cipher that authenticates by itself.</param>
public sealed record AlgorithmNegotiation(
    AlgorithmKind Kind, ImmutableArray<string> Client, ImmutableArray<string> Server, string? Chosen, bool Needed)
{
    /// <summary>True when this kind keeps the two sides apart.</summary>
    public bool Failed => Needed && Chosen is null;

    /// <summary>The names that both sides have, in the client's order; markers are left out.</summary>
    public ImmutableArray<string> Common => [.. Client.Where(name => !KexMarkers.IsMarker(name)).Intersect(Server)];

    /// <summary>The names that the client prefers to the chosen one and that the server does not have: why it is not one of them.
    /// All of the client's names where none is chosen; empty where none is needed.</summary>
    public ImmutableArray<string> PassedOver =>
        Needed ? [.. Client.TakeWhile(name => name != Chosen).Where(name => !KexMarkers.IsMarker(name))] : [];

    /// <summary>Why it came out so, in one sentence.</summary>
    public string Explanation
    {
        get
        {
            if (!Needed)
                return $"No {Noun} is negotiated: the cipher authenticates by itself.";
            if (Chosen is null && (Client.IsEmpty || Server.IsEmpty))
                return $"The {(Client.IsEmpty ? "client" : "server")} offers no {Noun} at all.";
            if (Chosen is null)
                return $"None of the client's names is among the server's: there is no common {Noun}.";
            return PassedOver.IsEmpty
                ? $"{Chosen} is the client's first choice, and the server has it."
                : $"{Chosen} is the first of the client's names that the server has; it does not have {string.Join(", ", PassedOver)}.";
        }
    }

    private string Noun => NegotiationReport.Describe(Kind);
}
