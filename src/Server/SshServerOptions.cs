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

    /// <summary>Certificates of these host keys, for clients that trust their authority (known_hosts' @cert-authority); other clients get the
    /// plain key.</summary>
    public ImmutableArray<Certificate> HostCertificates { get; init; } = [];

    /// <summary>Tells clients that have logged in all host keys, so that they know the next one before it is needed (OpenSSH's clients learn
    /// them: UpdateHostKeys). A key can then be replaced: add the new one, wait until the users have logged in, remove the old one.</summary>
    public bool TellHostKeys { get; init; } = true;

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

    /// <summary>How clients log in: attempts, time, algorithms. The time holds for the first key exchange too, and then again for the
    /// login. The client's address is put in for each connection.</summary>
    public ServerLoginOptions Login { get; init; } = new();

    /// <summary>Patterns of the environment variables a client may set, as OpenSSH's AcceptEnv; what sets a language by default, and
    /// nothing that could change what a program loads.</summary>
    public ImmutableArray<string> AcceptEnvironment { get; init; } = ["LANG", "LC_*"];

    /// <summary>Patterns of the environment variables that the option <c>environment=</c> of a key may set; none by default, as
    /// OpenSSH's PermitUserEnvironment.</summary>
    public ImmutableArray<string> PermitKeyEnvironment { get; init; } = [];

    /// <summary>Whether a client's agent may be used by its commands, where the client offers it and its keys allow it; false by
    /// default.</summary>
    public bool AllowAgentForwarding { get; init; }

    /// <summary>Connections to the client's agent at once, of one session.</summary>
    public int MaximumAgentConnections { get; init; } = 16;

    /// <summary>What one place may take of the server: connections at once, and chances to log in.</summary>
    public SourceLimits Sources { get; init; } = new();

    /// <summary>Connections at once; more are turned away as they come.</summary>
    public int MaximumConnections { get; init; } = 1000;

    /// <summary>Sessions at once on one connection, as OpenSSH's MaxSessions.</summary>
    public int MaximumSessions { get; init; } = 10;

    /// <summary>How long nothing may arrive before a client is asked for a sign of life; zero never asks.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
