using LucidSsh.Agent;

namespace LucidSsh.Client;

/// <summary>Lets programs on the server use an agent of this side. Whoever is root there, or takes over the account, can use the agent's keys
/// as long as the connection stands: forward only an agent whose keys may be used so, or keys that ask before each use
/// (<see cref="AgentConstraints.Confirm"/>) or are restricted to hosts. The keys themselves never leave the agent.</summary>
public sealed class AgentForwarding
{
    private const int DefaultConnections = 16;

    private readonly Func<AgentClientOptions, CancellationToken, Task<AgentClient>> _connect;

    private AgentForwarding(Func<AgentClientOptions, CancellationToken, Task<AgentClient>> connect) => _connect = connect;

    /// <summary>Forwards the default agent: <see cref="AgentClient.DefaultPath"/> at the moment it is used.</summary>
    public static AgentForwarding Default => ToSocket(null);

    /// <summary>Connections from the server at once; more are refused.</summary>
    public int MaximumConnections { get; private init; } = DefaultConnections;

    /// <summary>Forwards the agent at a Unix socket or named pipe.</summary>
    /// <param name="path">The socket's path, or <c>\\.\pipe\NAME</c>; null is the default agent.</param>
    /// <param name="maximumConnections">Connections from the server at once.</param>
    public static AgentForwarding ToSocket(string? path, int maximumConnections = DefaultConnections) =>
        new((options, token) => AgentClient.ConnectAsync(path, options, token)) { MaximumConnections = maximumConnections };

    /// <summary>Forwards an agent of this process.</summary>
    /// <param name="agent">The agent, which stays the caller's.</param>
    /// <param name="maximumConnections">Connections from the server at once.</param>
    public static AgentForwarding To(AgentServer agent, int maximumConnections = DefaultConnections)
    {
        ArgumentNullException.ThrowIfNull(agent);
        return new AgentForwarding((options, _) => Task.FromResult(new AgentClient(agent.Connect(), options))) { MaximumConnections = maximumConnections };
    }

    /// <summary>A new connection to the agent.</summary>
    internal Task<AgentClient> ConnectAsync(AgentClientOptions options, CancellationToken cancellationToken) => _connect(options, cancellationToken);
}
