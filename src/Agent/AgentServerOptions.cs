using LucidSsh.Crypto;
using LucidSsh.Tracing;

namespace LucidSsh.Agent;

/// <summary>What an agent in this process does.</summary>
public sealed record AgentServerOptions
{
    /// <summary>Asks a person whether a key may be used now. Without it, keys that are added with the constraint to ask are
    /// refused.</summary>
    public Func<AgentConfirmation, CancellationToken, ValueTask<bool>>? Confirm { get; init; }

    /// <summary>The time a person has; then the answer is no.</summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>False lets clients use keys, but neither add nor remove any, nor lock the agent: for an agent whose program alone decides what
    /// it holds.</summary>
    public bool ClientsMayChange { get; init; } = true;

    /// <summary>How long a key that is added without a lifetime stays; null is for ever.</summary>
    public TimeSpan? DefaultLifetime { get; init; }

    /// <summary>Keys at once; more are refused.</summary>
    public int MaximumKeys { get; init; } = 1000;

    /// <summary>Connections at once; more are closed as they come.</summary>
    public int MaximumConnections { get; init; } = 64;

    /// <summary>The time from a message's first byte to its last, and for a client to take its answer.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where the trace goes (mask 256), or null. The sink stays the caller's.</summary>
    public TraceSink? Trace { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>What a person is asked.</summary>
/// <param name="Key">The key that is to sign.</param>
/// <param name="Comment">What it is called.</param>
/// <param name="User">Who logs in with it, where it is a login that is signed; else null.</param>
/// <param name="HostKey">The host that is logged in to, where the client has proved it; else null.</param>
/// <param name="IsForwarded">True where the request comes over a connection that was forwarded to another machine.</param>
public sealed record AgentConfirmation(PublicKey Key, string Comment, string? User, PublicKey? HostKey, bool IsForwarded);
