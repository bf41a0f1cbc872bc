using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace LucidSsh.Wire;

/// <summary>How two sides agreed, or why they could not: everything both said from the first byte to the end of the login, as data.
/// It never changes; a later look at the same connection gives another one. It holds no secret.</summary>
public sealed record NegotiationReport
{
    /// <summary>The version of the JSON form. Within it members may be added; none changes its meaning.</summary>
    public const string SchemaName = "lucid-ssh.negotiation-report/1";

    /// <summary>Which JSON form this is.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>The client's identification line, without CR LF; null until seen.</summary>
    public string? ClientVersion { get; init; }

    /// <summary>The server's identification line, without CR LF; null until seen.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>The program behind the client's line; null where it is not known.</summary>
    public PeerSoftware? ClientSoftware => PeerSoftware.Recognise(ClientVersion);

    /// <summary>The program behind the server's line; null where it is not known.</summary>
    public PeerSoftware? ServerSoftware => PeerSoftware.Recognise(ServerVersion);

    /// <summary>The lines the server sent before its identification line (RFC 4253 section 4.2), at most 16, made safe for a terminal.</summary>
    public ImmutableArray<string> LinesBeforeIdentification { get; init; } = [];

    /// <summary>Which key exchange of the connection the lists are of: 1 for the first, 0 before it.</summary>
    public int Round { get; init; }

    /// <summary>The client's KEXINIT; null until seen.</summary>
    public KexInitReport? ClientKexInit { get; init; }

    /// <summary>The server's KEXINIT; null until seen.</summary>
    public KexInitReport? ServerKexInit { get; init; }

    /// <summary>The markers of the client's first KEXINIT: later ones carry none.</summary>
    public ImmutableArray<string> ClientMarkers { get; init; } = [];

    /// <summary>The markers of the server's first KEXINIT.</summary>
    public ImmutableArray<string> ServerMarkers { get; init; } = [];

    /// <summary>The eight kinds in the order of RFC 4253 section 7.1; empty until both KEXINIT are known.</summary>
    public ImmutableArray<AlgorithmNegotiation> Algorithms { get; init; } = [];

    /// <summary>The first kind with nothing in common; null where there is none.</summary>
    public AlgorithmKind? FirstMismatch => Algorithms.FirstOrDefault(algorithm => algorithm.Failed)?.Kind;

    /// <summary>Who guessed the method; null until both KEXINIT are known.</summary>
    public KexGuess? Guess { get; init; }

    /// <summary>True when both sides use strict key exchange (the answer to CVE-2023-48795).</summary>
    public bool StrictKeyExchange { get; init; }

    /// <summary>The key exchange method in use; null until it is known.</summary>
    public KeyExchangeReport? KeyExchange { get; init; }

    /// <summary>The host key; null until seen.</summary>
    public HostKeyReport? HostKey { get; init; }

    /// <summary>What the client said in EXT_INFO (RFC 8308), in its order.</summary>
    public ImmutableArray<ExtensionReport> ClientExtensions { get; init; } = [];

    /// <summary>What the server said in EXT_INFO, in its order.</summary>
    public ImmutableArray<ExtensionReport> ServerExtensions { get; init; } = [];

    /// <summary>The texts of the peer's DEBUG messages, at most 16, made safe for a terminal.</summary>
    public ImmutableArray<string> DebugMessages { get; init; } = [];

    /// <summary>How the login went so far; null where none was begun.</summary>
    public LoginReport? Login { get; init; }

    /// <summary>How the connection ended; null while it stands.</summary>
    public ConnectionEnd? End { get; init; }

    /// <summary>The stages gone through, up to the end of the login, in order.</summary>
    public ImmutableArray<PhaseReport> Phases { get; init; } = [];

    /// <summary>The first packets, 64 at most, up to the end of the login, as this side sent and read them.</summary>
    public ImmutableArray<PacketReport> Packets { get; init; } = [];

    /// <summary>How many more packets there were up to the end of the login.</summary>
    public int PacketsOmitted { get; init; }

    /// <summary>The name chosen for <paramref name="kind"/>; null where none is, or none is needed.</summary>
    public string? Chosen(AlgorithmKind kind) => Algorithms.FirstOrDefault(a => a.Kind == kind)?.Chosen;

    /// <summary>The report as one JSON document.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, NegotiationJson.Readable.NegotiationReport);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="LocalMisuseException">The text is no such document; says where.</exception>
    public static NegotiationReport FromJson(string json)
    {
        try
        {
            JsonTypeInfo<NegotiationReport> type = NegotiationJson.Readable.NegotiationReport;
            JsonObject document = JsonDefaults.Complete(json, JsonSerializer.SerializeToNode(new NegotiationReport { Schema = "" }, type));
            if (document.Deserialize(type) is { Schema: SchemaName } report)
                return report;
            throw new LocalMisuseException(SshErrorCode.Misuse, $"The JSON document is no {SchemaName}.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException) // the latter for a member given twice
        {
            throw new LocalMisuseException(SshErrorCode.Misuse, $"The text is no {SchemaName}: {exception.Message}", inner: exception);
        }
    }

    /// <summary>A few lines for people, each after <paramref name="indent"/>.</summary>
    public string ToText(string indent = "")
    {
        StringBuilder text = new();
        Line($"client: {ClientVersion ?? "(nothing yet)"}");
        Line($"server: {ServerVersion ?? "(nothing yet)"}");
        foreach (AlgorithmNegotiation algorithm in Algorithms)
        {
            Line($"{Describe(algorithm.Kind)}: {algorithm.Chosen ?? (algorithm.Needed ? "NONE IN COMMON" : "not needed")}");
            if (!algorithm.Failed)
                continue;
            Line($"  client: {string.Join(',', algorithm.Client)}");
            Line($"  server: {string.Join(',', algorithm.Server)}");
        }

        if (Algorithms.Length > 0)
            Line($"strict key exchange: {(StrictKeyExchange ? "yes" : "no")}");
        if (KeyExchange?.Group is { Bits: > 0 } group)
            Line($"group: {group.Bits} bits");
        if (HostKey is not null)
            Line($"host key: {HostKey.Type} {HostKey.Bits} {HostKey.Certificate?.Key ?? HostKey.Sha256}");
        if (HostKey?.Certificate is { } certificate)
            Line($"  {certificate}");
        if (Login is not null)
            AddLogin(Login);
        return text.ToString();

        void Line(string line) => text.Append(indent).AppendLine(line);

        void AddLogin(LoginReport login)
        {
            Line($"login: {TerminalText.OneLine(login.User)}; offered: {string.Join(',', login.MethodsOffered)}");
            foreach (LoginAttempt attempt in login.Attempts)
                Line($"  {(attempt.Method.Length > 0 ? attempt.Method : "-")}: {attempt.Credential}: {attempt.Outcome}");
        }
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

/// <summary>One extension of an EXT_INFO (RFC 8308 section 2.3).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, a byte a character; made safe for a terminal.</param>
public sealed record ExtensionReport(string Name, string Value);
