using System.Buffers;
using System.IO.Pipelines;

namespace LucidSsh.Connection;

/// <summary>What the peer sends on one stream of a channel. Consuming it gives the peer its window back; what is not consumed is
/// held back by the window, so that the pipe inside never holds more than one window. After <see cref="Complete"/> everything
/// that still comes is dropped and counts as consumed, so that the other stream goes on.</summary>
internal sealed class ChannelReader(Action<long> consumed) : PipeReader
{
    // The window is the bound; the pipe never stops its writer, the read loop.
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: 64 * 1024, useSynchronizationContext: false));
    private readonly Lock _gate = new();
    private ReadOnlySequence<byte> _shown;
    private long _unconsumed;
    private bool _dropping;

    /// <summary>Takes arrived bytes; called by the read loop alone.</summary>
    public void Deliver(ReadOnlySpan<byte> data)
    {
        bool drop;
        lock (_gate)
        {
            drop = _dropping;
            if (!drop)
                _unconsumed += data.Length;
        }

        if (drop)
        {
            consumed(data.Length);
            return;
        }

        data.CopyTo(_pipe.Writer.GetSpan(data.Length));
        _pipe.Writer.Advance(data.Length);
        ValueTask<FlushResult> flushed = _pipe.Writer.FlushAsync(CancellationToken.None);
        if (flushed.IsCompleted) // always: there is no threshold to wait for
            _ = flushed.Result;
    }

    /// <summary>Nothing more arrives; with a reason it was not by EOF.</summary>
    public void End(Exception? reason) => _pipe.Writer.Complete(reason);

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ReadResult result = await _pipe.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        _shown = result.Buffer;
        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        bool any = _pipe.Reader.TryRead(out result);
        if (any)
            _shown = result.Buffer;
        return any;
    }

    public override void AdvanceTo(SequencePosition consumedTo) => AdvanceTo(consumedTo, consumedTo);

    public override void AdvanceTo(SequencePosition consumedTo, SequencePosition examined)
    {
        long bytes = _shown.Slice(_shown.Start, consumedTo).Length;
        _shown = default;
        _pipe.Reader.AdvanceTo(consumedTo, examined);
        lock (_gate)
            _unconsumed -= bytes;
        if (bytes > 0)
            consumed(bytes);
    }

    public override void CancelPendingRead() => _pipe.Reader.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        long dropped;
        lock (_gate)
        {
            if (_dropping)
                return;
            _dropping = true;
            dropped = _unconsumed;
            _unconsumed = 0;
        }

        _pipe.Reader.Complete(exception);
        if (dropped > 0)
            consumed(dropped);
    }
}
