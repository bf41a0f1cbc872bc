using LucidSsh.Wire;

namespace LucidSsh.Tracing;

/// <summary>Makes lines on the caller's thread and writes them on its own, so that no connection ever waits for a disk or a
/// terminal. What is not written yet has a bound; what does not fit is dropped and counted, and the count stands in the trace where
/// the events would have.</summary>
internal sealed class QueuedTraceSink(ITraceFormat format, ITraceOutput output, int capacity = QueuedTraceSink.Capacity) : TraceSink
{
    /// <summary>Bytes of lines that wait at most, those that are just being written not counted.</summary>
    public const int Capacity = 4 * 1024 * 1024;

    // The thread lets lines gather for so long, or until there are so many bytes of them: waking it for each would cost more than
    // the line itself.
    private const int GatherMilliseconds = 50;
    private const int GatherBytes = 256 * 1024;

    // Kept free for saying what was dropped.
    private const int DroppedLine = 256;

    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _some = new(false);
    private readonly AutoResetEvent _now = new(false);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(long Position, TaskCompletionSource Reached)> _flushes = [];
    private WireBuffer _pending = new(4096);
    private long _pendingEvents;
    private long _taken; // bytes since the beginning
    private long _written;
    private long _dropped;
    private TraceStamp _lastDropped;
    private bool _isRunning;
    private bool _isClosing;

    public override void Write<TEvent>(in TraceStamp stamp, in TEvent traceEvent)
    {
        lock (_gate)
        {
            if (_isClosing)
                return;
            if (_pending.Length > capacity - DroppedLine || !TryAppend(stamp, traceEvent))
            {
                _dropped++;
                _lastDropped = stamp;
                return;
            }

            if (_pending.Length >= GatherBytes || TEvent.Category == TraceMask.Error)
                _now.Set();
        }
    }

    public override bool Flush(TimeSpan timeout)
    {
        TaskCompletionSource reached;
        lock (_gate)
        {
            if (_written == _taken)
                return true;
            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _flushes.Add((_taken, reached));
            _now.Set();
        }

        return reached.Task.Wait(timeout);
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (_isClosing)
                return;
            Mask = TraceMask.None;
            SayWhatWasDropped();
            _isClosing = true;
            if (_isRunning)
            {
                _some.Set();
                _now.Set();
            }
            else
            {
                output.Dispose();
                _closed.SetResult();
            }
        }

        // A writer that hangs keeps the thread, which ends with the process; nobody waits for it any more.
        _closed.Task.Wait(CloseTime);
        base.Dispose(disposing);
    }

    private bool TryAppend<TEvent>(in TraceStamp stamp, in TEvent traceEvent)
        where TEvent : struct, ITraceEvent
    {
        if (_dropped > 0)
            SayWhatWasDropped();
        ReadOnlySpan<byte> line = format.Write(stamp, traceEvent);
        if (_pending.Length + line.Length > capacity)
            return false;
        Append(line);
        return true;
    }

    private void SayWhatWasDropped()
    {
        if (_dropped == 0)
            return;
        Append(format.Write(_lastDropped, new EventsDropped(_dropped)));
        _dropped = 0;
    }

    private void Append(ReadOnlySpan<byte> line)
    {
        line.CopyTo(_pending.Extend(line.Length));
        _taken += line.Length;
        if (_pendingEvents++ > 0)
            return;
        if (!_isRunning)
        {
            _isRunning = true;
            new Thread(Run) { IsBackground = true, Name = "Lucid SSH trace" }.Start();
        }

        _some.Set();
    }

    private void Run()
    {
        WireBuffer writing = new(4096);
        bool closing = false;
        while (!closing)
        {
            _some.WaitOne();
            _now.WaitOne(GatherMilliseconds);
            long events;
            lock (_gate)
            {
                (writing, _pending) = (_pending, writing);
                events = _pendingEvents;
                _pendingEvents = 0;
                closing = _isClosing;
            }

            Write(writing, events);
        }

        CloseOutput();
        _some.Dispose();
        _now.Dispose();
        _closed.SetResult();
    }

#pragma warning disable CA1031 // whatever a caller's writer throws, it is the trace that ends, never the process
    private void Write(WireBuffer lines, long events)
    {
        try
        {
            output.Write(lines.Written);
        }
        catch (Exception)
        {
            Mask = TraceMask.None; // until somebody sets it again: the disk may have room then
            lock (_gate)
                _dropped += events;
        }

        lock (_gate)
        {
            _written += lines.Length;
            _flushes.RemoveAll(flush => flush.Position <= _written && flush.Reached.TrySetResult());
        }

        lines.Truncate(0);
    }

    private void CloseOutput()
    {
        try
        {
            output.Dispose();
        }
        catch (Exception)
        {
            // What could not be written is lost.
        }
    }
#pragma warning restore CA1031
}
