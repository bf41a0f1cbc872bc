using System.IO.Pipelines;
using LucidSsh.Wire;

namespace LucidSsh.Connection;

/// <summary>What we send on one stream of a channel. A flush returns when the peer's window has taken everything and it is queued
/// for the network; there is one writer at a time, as with every PipeWriter.</summary>
internal sealed class ChannelWriter(Channel channel, uint? extendedType) : PipeWriter
{
    private readonly WireBuffer _buffer = new(4096);
    private readonly CancellationTokenSource _cancelled = new();
    private bool _completed;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _buffer.Length;

    public override void Advance(int bytes) => _buffer.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetSpan(sizeHint);

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_buffer.Length > 0)
        {
            await channel.SendAsync(_buffer.WrittenMemory, extendedType, cancellationToken).ConfigureAwait(false);
            _buffer.Truncate(0);
        }

        return new FlushResult(isCanceled: _cancelled.IsCancellationRequested, isCompleted: channel.IsClosed);
    }

    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await channel.SendAsync(source, extendedType, cancellationToken).ConfigureAwait(false);
        return new FlushResult(isCanceled: false, isCompleted: channel.IsClosed);
    }

    public override void CancelPendingFlush() => _cancelled.Cancel();

    /// <summary>Nothing follows on this stream; completing standard input, or a server's standard output, sends EOF.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_completed)
            return;
        _completed = true;
        if (extendedType is null && exception is null)
            channel.SendEof();
    }
}
