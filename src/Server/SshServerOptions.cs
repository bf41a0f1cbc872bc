using System.Collections.Immutable;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Sftp;
using LucidSsh.Tracing;
using LucidSsh.Transport;

namespace LucidSsh.Server;

/// <summary>What a server shows, whom it lets in, and what they may do.</summary>
public sealed record SshServerOptions
{
    /// <summary>The host keys; one of each type at most is used.</summary>
    public required ImmutableArray<PrivateKey> HostKeys { get; init; }

    /// <summary>Who may log in, and how.</summary>
    public required Authenticator Authenticator { get; init; }

    /// <summary>Runs commands and shells; null refuses them.</summary>
    public ICommandHandler? Commands { get; init; }

    /// <summary>The files of a user's SFTP session; null refuses SFTP.</summary>
    public Func<string, ISftpFileSystem>? Files { get; init; }

    /// <summary>What is offered in the negotiation, in order of preference.</summary>
    public AlgorithmPreferences Algorithms { get; init; } = AlgorithmPreferences.Default;

    /// <summary>When this side starts exchanging new keys.</summary>
    public RekeyLimits Rekey { get; init; } = RekeyLimits.Default;

    /// <summary>Where the trace goes, or null.</summary>
    public TraceSink? Trace { get; init; }

    /// <summary>The time a client has for the first key exchange, and then again for its login.</summary>
    public TimeSpan LoginGrace { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Failed attempts before a client is cut off.</summary>
    public int MaximumAttempts { get; init; } = 6;

    /// <summary>Connections at once; more are closed as they come.</summary>
    public int MaximumConnections { get; init; } = 1000;

    /// <summary>Sessions at once on one connection, as OpenSSH's MaxSessions.</summary>
    public int MaximumSessions { get; init; } = 10;

    /// <summary>How long nothing may arrive before a client is asked for a sign of life; zero never asks.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
