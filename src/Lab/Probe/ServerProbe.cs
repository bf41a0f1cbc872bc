using LucidSsh.Client;

namespace LucidSsh.Lab;

/// <summary>Studies a server without logging in. It is polite: few connections, one after the other, each ended with a goodbye; nothing that costs
/// the server more than an ordinary client does.</summary>
public static class ServerProbe
{
    /// <summary>Probes a server. A server that cannot be spoken with is a result, not an exception.</summary>
    /// <param name="target">The server, and the user whose login methods are asked for.</param>
    /// <param name="options">Algorithms, policy, limits.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<ProbeResult> RunAsync(SshTarget target, ProbeOptions? options = null, CancellationToken cancellationToken = default) =>
        new ProbeRun(target, options ?? new ProbeOptions()).RunAsync(cancellationToken);
}
