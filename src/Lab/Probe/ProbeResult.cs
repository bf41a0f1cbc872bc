using System.Collections.Immutable;
using System.Text.Json.Serialization;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>What a server shows to somebody who does not log in.</summary>
public sealed record ProbeResult
{
    /// <summary>The version of the JSON form.</summary>
    public const string SchemaName = "lucid-ssh.probe/1";

    /// <summary>Which JSON form this is.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>The host asked.</summary>
    public required string Host { get; init; }

    /// <summary>Its port.</summary>
    public required int Port { get; init; }

    /// <summary>The first sentence: what is there, and whether this client could speak with it.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What answers: <c>ssh</c>, <c>ssh-1</c>, another protocol (<c>ftp</c>, <c>ftps</c>, <c>tls</c>, <c>http</c>…), <c>unknown</c>, <c>silent</c>,
    /// <c>tarpit</c>, <c>closed</c> (accepted, and closed without a word), <c>refused</c>, <c>filtered</c> or <c>no-host</c>.</summary>
    public string Peer { get; init; } = "unknown";

    /// <summary>How the two sides agreed, or how far they came.</summary>
    public NegotiationReport? Negotiation { get; init; }

    /// <summary>What was offered in place of the usual, where the usual led to nothing: the lists a second attempt was made with that came further;
    /// null where the first did.</summary>
    public NegotiationReport? LegacyNegotiation { get; init; }

    /// <summary>True when the server waits for the client's identification before it sends its own (RFC 4253 section 4.2 has both send at
    /// once).</summary>
    public bool WaitsForClient { get; init; }

    /// <summary>Every host key of the server, one of each type.</summary>
    public ImmutableArray<HostKeyReport> HostKeys { get; init; } = [];

    /// <summary>The groups the server names in a group exchange.</summary>
    public ImmutableArray<GroupSize> GroupSizes { get; init; } = [];

    /// <summary>The user whose login methods were asked for; null where the probe did not get so far.</summary>
    public string? User { get; init; }

    /// <summary>The login methods offered to that user; empty where the server did not say.</summary>
    public ImmutableArray<string> LoginMethods { get; init; } = [];

    /// <summary>True when the server lets that user in without asking for anything.</summary>
    public bool NeedsNoLogin { get; init; }

    /// <summary>What the policy finds.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>The policy, and its date.</summary>
    public string Policy { get; init; } = "";

    /// <summary>Why this client could not speak with the server, or the probe ended early; null where all went well.</summary>
    public ProbeFailure? Failure { get; init; }

    /// <summary>What was left out for want of time or connections; empty where nothing was.</summary>
    public ImmutableArray<string> LeftOut { get; init; } = [];

    /// <summary>Connections made.</summary>
    public int Connections { get; init; }

    /// <summary>The time all of it took.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The first failure as it was thrown.</summary>
    [JsonIgnore]
    public SshException? Exception { get; init; }

    /// <summary>True when this client, with its lists as they are, can speak with the server.</summary>
    public bool Succeeded => Failure is null;
}

/// <summary>A failure as data.</summary>
/// <param name="Number">The code's number.</param>
/// <param name="Code">The code.</param>
/// <param name="Sentence">What happened.</param>
/// <param name="Remedy">What to do about it, or null.</param>
public sealed record ProbeFailure(int Number, SshErrorCode Code, string Sentence, string? Remedy)
{
    internal static ProbeFailure Of(SshException exception) => new((int)exception.Code, exception.Code, exception.Sentence, exception.Remedy);
}
