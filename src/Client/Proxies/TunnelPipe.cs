using System.IO.Pipelines;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A pipe through something that can end by itself. Its reader says then what happened there, in place of an end of the stream
/// that the connection inside would have to guess about.</summary>
/// <param name="pipe">The bytes.</param>
/// <param name="explain">Asked when the stream has ended: null where that was the far end's own doing. It may wait a moment.</param>
/// <param name="end">Ends what the pipe runs through; called once.</param>
internal sealed class TunnelPipe(IDuplexPipe pipe, Func<Exception?, ValueTask<SshException?>> explain, Func<ValueTask> end) : IDuplexPipe, IAsyncDisposable, IDisposable
{
    private int _ended;

    public PipeReader Input { get; } = new Reader(pipe.Input, explain);

    public PipeWriter Output { get; } = new Writer(pipe.Output);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
            await end().ConfigureAwait(false);
    }

    // For those who cannot wait: the end goes on by itself, and whatever it meets is nobody's business any more.
    public void Dispose() => _ = Task.Run(async () => await DisposeAsync().ConfigureAwait(false));

    private sealed class Reader(PipeReader inner, Func<Exception?, ValueTask<SshException?>> explain) : PipeReader
    {
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            ReadResult read;
            try
            {
                read = await inner.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SshException or IOException or InvalidOperationException)
            {
                if (await explain(exception).ConfigureAwait(false) is { } reason)
                    throw reason;
                throw;
            }

            if (read.IsCompleted && read.Buffer.IsEmpty && await explain(null).ConfigureAwait(false) is { } ended)
                throw ended;
            return read;
        }

        // What is complete goes the way that can explain it.
        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }

    // To the transport above, what breaks while it sends is a broken network, whose reason its reader will tell.
    private sealed class Writer(PipeWriter inner) : PipeWriter
    {
        public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.WriteAsync(source, cancellationToken).ConfigureAwait(false);
            }
            catch (SshException exception)
            {
                throw new IOException(exception.Sentence, exception);
            }
        }

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SshException exception)
            {
                throw new IOException(exception.Sentence, exception);
            }
        }

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
