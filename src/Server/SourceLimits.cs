using LucidSsh.Auth;

namespace LucidSsh.Server;

/// <summary>What one place may take of a server: connections at once, and chances to log in. A place is a network: a client with a whole
/// /64 of IPv6 addresses is one place, as one with a single IPv4 address is.</summary>
public sealed record SourceLimits
{
    /// <summary>Connections that are not logged in yet, from everywhere together, as OpenSSH's <c>MaxStartups</c>; more are turned away
    /// as they come.</summary>
    public int MaximumLoggingIn { get; init; } = 100;

    /// <summary>Of these, from one place, as OpenSSH's <c>PerSourceMaxStartups</c>.</summary>
    public int MaximumLoggingInPerSource { get; init; } = 20;

    /// <summary>Connections from one place, logged in or not.</summary>
    public int MaximumPerSource { get; init; } = 200;

    /// <summary>The bits of an IPv4 address that make a place, 0 to 32.</summary>
    public int IPv4PrefixLength { get; init; } = 32;

    /// <summary>The bits of an IPv6 address that make a place, 0 to 128.</summary>
    public int IPv6PrefixLength { get; init; } = 64;

    /// <summary>Added to a place's penalty by a connection that ended after refused attempts, without a login.</summary>
    public TimeSpan RefusedLoginPenalty { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Added by a connection that used up the time for its login.</summary>
    public TimeSpan TimedOutPenalty { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Added by a connection that broke the protocol before it was logged in.</summary>
    public TimeSpan MisbehaviourPenalty { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Added by a connection that ended without trying to log in.</summary>
    public TimeSpan NoLoginPenalty { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A penalty turns nobody away before it has grown to this.</summary>
    public TimeSpan MinimumPenalty { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>It grows no further than to this.</summary>
    public TimeSpan MaximumPenalty { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Places with a penalty that are remembered; the one whose penalty ends first is forgotten for a new one.</summary>
    public int MaximumPenalised { get; init; } = 65536;

    /// <summary>Addresses without limits and penalties of their own; this machine's, because whoever comes through a proxy or a tunnel on it
    /// comes from there. Null exempts nobody.</summary>
    public AddressPatterns? Exempt { get; init; } = AddressPatterns.Parse("127.0.0.0/8,::1");
}
