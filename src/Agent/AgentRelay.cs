using System.IO.Pipelines;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>Carries an agent's conversation from one pipe to another. The pipes' own bounds hold back who sends faster than the other
/// takes.</summary>
internal static class AgentRelay
{
    /// <summary>Copies both ways until one side ends: an agent answers what it was asked, so that nobody is left to talk to then. It throws
    /// nothing; closing both pipes is the caller's.</summary>
    public static async Task RunAsync(IDuplexPipe one, IDuplexPipe other, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task there = CopyAsync(one.Input, other.Output, stop.Token);
        Task back = CopyAsync(other.Input, one.Output, stop.Token);
        await Task.WhenAny(there, back).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(there, back).ConfigureAwait(false);
    }

    private static async Task CopyAsync(PipeReader source, PipeWriter target, CancellationToken cancellationToken)
    {
        try
        {
            await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One of the two is gone, which is the end of both.
        }
    }
}
