using LucidSsh.Client;

namespace LucidSsh.Lab;

/// <summary>How a server is probed.</summary>
public sealed record ProbeOptions
{
    /// <summary>Algorithms, timeouts, trace. Credentials and the host key policy are not used: nothing secret is sent.</summary>
    public SshClientOptions Client { get; init; } = new();

    /// <summary>What findings are graded against.</summary>
    public ProbePolicy Policy { get; init; } = ProbePolicy.BuiltIn;

    /// <summary>The time for everything.</summary>
    public TimeSpan TotalTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the first connection waits for the server to speak first.</summary>
    public TimeSpan ListenTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Connections at most, one after the other. OpenSSH 9.8 and later blocks an address for a while after 15 connections that did not
    /// log in (PerSourcePenalties); a server with three host keys and a group exchange takes about twelve.</summary>
    public int MaximumConnections { get; init; } = 14;
}
