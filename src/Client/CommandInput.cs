using System.Buffers;
using System.IO.Pipelines;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Feeds a command's standard input.</summary>
internal static class CommandInput
{
    /// <summary>Sends all of <paramref name="input"/>, then end of file. A command that ends without reading it all is no failure.</summary>
    public static async Task FeedAsync(PipeWriter standardInput, Stream? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
                await input.CopyToAsync(standardInput, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SshException { Code: SshErrorCode.ChannelClosed })
        {
            // The command has ended; what is left has nobody to read it.
        }

        await standardInput.CompleteAsync().ConfigureAwait(false);
    }
}

/// <summary>Collects streams up to one limit for all of them.</summary>
internal sealed class OutputCollector(int limit)
{
    private readonly TaskCompletionSource _limitReached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _collected;

    /// <summary>Completes when there is more than the limit.</summary>
    public Task LimitReached => _limitReached.Task;

    /// <summary>Everything up to the stream's end.</summary>
    public async Task<byte[]> CollectAsync(PipeReader stream, CancellationToken cancellationToken)
    {
        WireBuffer collected = new();
        while (true)
        {
            ReadResult read = await stream.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (Interlocked.Add(ref _collected, read.Buffer.Length) > limit)
                _limitReached.TrySetResult();
            if (!_limitReached.Task.IsCompleted)
                read.Buffer.CopyTo(collected.Extend((int)read.Buffer.Length));
            stream.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return collected.Written.ToArray();
        }
    }
}
