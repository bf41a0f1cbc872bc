namespace LucidSsh.Transport;

/// <summary>The time limit of the first key exchange. It is the network's: while somebody decides about the host key it stands still, and
/// then begins again.</summary>
internal static class HandshakeDeadline
{
    /// <summary>Waits until the connection is established, or has failed.</summary>
    /// <param name="established">Completes then.</param>
    /// <param name="decision">The decision about the host key, once it has begun.</param>
    /// <param name="limit">The time limit.</param>
    /// <param name="time">Its clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TimeoutException">It took longer.</exception>
    public static async Task WaitAsync(Task established, Func<Task?> decision, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await established.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException) when (decision() is { IsCompleted: false } deciding)
            {
                await Task.WhenAny(deciding, established).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
