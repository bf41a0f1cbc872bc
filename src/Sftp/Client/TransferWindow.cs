namespace LucidSsh.Sftp;

/// <summary>Runs the pieces of a transfer, so many at once, until one fails: then no new one starts, those under way are waited for,
/// and the first failure is what comes out.</summary>
internal sealed class TransferWindow(int pieces)
{
    private readonly SemaphoreSlim _free = new(pieces, pieces);
    private readonly HashSet<Task> _running = [];
    private Exception? _failure;

    /// <summary>True when a piece has failed and no more need be begun.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>Waits for a place; false when the transfer has failed.</summary>
    public async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!HasFailed)
            return true;
        _free.Release();
        return false;
    }

    /// <summary>Runs a piece in the place that was waited for.</summary>
    public void Run(Task piece)
    {
        lock (_running)
            _running.Add(piece);
        _ = piece.ContinueWith(
            done =>
            {
                if (done.Exception?.InnerException is { } exception)
                    Fail(exception);
                else if (done.IsCanceled)
                    Fail(new OperationCanceledException());
                lock (_running)
                    _running.Remove(done);
                _free.Release();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>The transfer has failed.</summary>
    public void Fail(Exception exception) => Interlocked.CompareExchange(ref _failure, exception, null);

    /// <summary>Waits for every piece under way.</summary>
    /// <returns>The first failure, or null.</returns>
    public async Task<Exception?> DrainAsync()
    {
        Task[] running;
        lock (_running)
            running = [.. _running];
        try
        {
            await Task.WhenAll(running).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Fail(exception);
        }

        return _failure;
    }
}
