namespace LucidSsh.Transport;

/// <summary>PINGs that wait for their PONGs, which come in the same order (ping@openssh.com).</summary>
internal sealed class PingQueue
{
    private readonly Queue<TaskCompletionSource> _waiting = new();

    /// <summary>Sends PING and returns the time until its PONG.</summary>
    public async Task<TimeSpan> PingAsync(SshTransport transport, CancellationToken cancellationToken)
    {
        TaskCompletionSource pong = new(TaskCreationOptions.RunContinuationsAsynchronously);
        long start = transport.Time.GetTimestamp();
        lock (_waiting)
        {
            _waiting.Enqueue(pong);
            transport.Send(new Ping([]));
        }

        Task first = await Task.WhenAny(pong.Task, transport.Ended).WaitAsync(cancellationToken).ConfigureAwait(false);
        return first == pong.Task ? transport.Time.GetElapsedTime(start) : throw await transport.Ended.ConfigureAwait(false);
    }

    /// <summary>A PONG came; one that nobody asked for is dropped.</summary>
    public void OnPong()
    {
        lock (_waiting)
        {
            if (_waiting.TryDequeue(out TaskCompletionSource? pong))
                pong.TrySetResult();
        }
    }
}
