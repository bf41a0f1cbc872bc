using System.IO.Pipelines;

namespace LucidSsh.Tests.Harness;

/// <summary>A pipe on which sending can be made to fail while receiving goes on, as on a socket whose peer has closed.</summary>
internal sealed class BreakablePipe(IDuplexPipe pipe) : IDuplexPipe
{
    private readonly Writer _writer = new(pipe.Output);

    public PipeReader Input => pipe.Input;

    public PipeWriter Output => _writer;

    /// <summary>Completes when something could not be sent.</summary>
    public Task Broke => _writer.Failed.Task;

    /// <summary>From now on nothing can be sent.</summary>
    public void Break() => _writer.IsBroken = true;

    private sealed class Writer(PipeWriter writer) : PipeWriter
    {
        public TaskCompletionSource Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsBroken { get; set; }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            if (!IsBroken)
                return writer.WriteAsync(source, cancellationToken);
            Failed.TrySetResult();
            throw new IOException("the cable is out");
        }

        public override void Advance(int bytes) => writer.Advance(bytes);

        public override void CancelPendingFlush() => writer.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => writer.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => writer.FlushAsync(cancellationToken);

        public override Memory<byte> GetMemory(int sizeHint = 0) => writer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => writer.GetSpan(sizeHint);
    }
}
