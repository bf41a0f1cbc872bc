using System.Collections.Immutable;
using System.Text;

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
}

/// <summary>How two sides agreed, or why they could not: everything both put on the wire before the first key.</summary>
public sealed record NegotiationReport
{
    /// <summary>The client's identification line, without CR LF; null until seen.</summary>
    public string? ClientVersion { get; init; }

    /// <summary>The server's identification line, without CR LF; null until seen.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>The eight kinds in the order of RFC 4253 section 7.1; empty until both KEXINIT are known.</summary>
    public ImmutableArray<AlgorithmNegotiation> Algorithms { get; init; } = [];

    /// <summary>True when both sides use strict key exchange (the answer to CVE-2023-48795).</summary>
    public bool StrictKeyExchange { get; init; }

    /// <summary>The size in bits of the group the server chose in a group exchange (RFC 4419); 0 where there was none.</summary>
    public int GroupBits { get; init; }

    /// <summary>The host key's type as its blob names it; null until seen.</summary>
    public string? HostKeyType { get; init; }

    /// <summary>The host key's size in bits; 0 until seen.</summary>
    public int HostKeyBits { get; init; }

    /// <summary>The host key's fingerprint, <c>SHA256:…</c>; null until seen.</summary>
    public string? HostKeyFingerprint { get; init; }

    /// <summary>The name chosen for <paramref name="kind"/>; null where none is, or none is needed.</summary>
    public string? Chosen(AlgorithmKind kind) => Algorithms.FirstOrDefault(a => a.Kind == kind)?.Chosen;

    /// <summary>A few lines for people, each after <paramref name="indent"/>.</summary>
    public string ToText(string indent = "")
    {
        StringBuilder text = new();
        text.Append(indent).AppendLine($"client: {ClientVersion ?? "(nothing yet)"}");
        text.Append(indent).AppendLine($"server: {ServerVersion ?? "(nothing yet)"}");
        foreach (AlgorithmNegotiation algorithm in Algorithms)
        {
            text.Append(indent).AppendLine(
                $"{Describe(algorithm.Kind)}: {algorithm.Chosen ?? (algorithm.Needed ? "NONE IN COMMON" : "not needed")}");
            if (!algorithm.Failed)
                continue;
            text.Append(indent).AppendLine($"  client: {string.Join(',', algorithm.Client)}");
            text.Append(indent).AppendLine($"  server: {string.Join(',', algorithm.Server)}");
        }

        if (Algorithms.Length > 0)
            text.Append(indent).AppendLine($"strict key exchange: {(StrictKeyExchange ? "yes" : "no")}");
        if (GroupBits > 0)
            text.Append(indent).AppendLine($"group: {GroupBits} bits");
        if (HostKeyType is not null)
            text.Append(indent).AppendLine($"host key: {HostKeyType} {HostKeyBits} {HostKeyFingerprint}");
        return text.ToString();
    }

    /// <summary>The kind as people write it, for example <c>cipher (client to server)</c>.</summary>
    public static string Describe(AlgorithmKind kind) => kind switch
    {
        AlgorithmKind.KeyExchange => "key exchange",
        AlgorithmKind.HostKey => "host key",
        AlgorithmKind.CipherClientToServer => "cipher (client to server)",
        AlgorithmKind.CipherServerToClient => "cipher (server to client)",
        AlgorithmKind.MacClientToServer => "MAC (client to server)",
        AlgorithmKind.MacServerToClient => "MAC (server to client)",
        AlgorithmKind.CompressionClientToServer => "compression (client to server)",
        _ => "compression (server to client)",
    };
}
