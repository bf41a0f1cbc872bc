using System.Collections.Immutable;
using System.Diagnostics;
using LucidSsh.Wire;

namespace LucidSsh.Tracing;

/// <summary>One connection's events: the ring of the last ones is always kept, for the exception that may come; sinks take what
/// their masks let through.</summary>
internal sealed class Tracer(TimeProvider time, ImmutableArray<TraceSink> sinks, TraceRole role = TraceRole.Client)
{
    // The number tells connections apart in a sink they share, across every client and server of the process.
    private static long s_connections;

    private readonly TraceStamp _stamp = new(Interlocked.Increment(ref s_connections), role, time.GetUtcNow(), TimeSpan.Zero);
    private readonly long _start = time.GetTimestamp();
    private readonly TraceRing _ring = new();

    /// <summary>A tracer that keeps the ring alone.</summary>
    public Tracer(TimeProvider time)
        : this(time, [])
    {
    }

    /// <summary>The connection's clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Which side of the conversation this is.</summary>
    public TraceRole Role => role;

    /// <summary>The server's name, as the client calls it; null in a server.</summary>
    public string? ServerAddress { get; init; }

    /// <summary>The server's port.</summary>
    public int ServerPort { get; init; }

    /// <summary>The span in which the connection was made: others link to it.</summary>
    public ActivityContext ConnectionSpan { get; init; }

    /// <summary>Time since the connection began.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>True when some sink takes this category: for events that are costly to make.</summary>
    public bool IsOn(TraceMask category)
    {
        foreach (TraceSink sink in sinks)
        {
            if ((sink.Mask & category) != 0)
                return true;
        }

        return false;
    }

    /// <summary>Records an event. Without a sink it costs a copy into the ring and allocates nothing for plain structs.</summary>
    public void Emit<TEvent>(in TEvent traceEvent)
        where TEvent : struct, ITraceEvent
    {
        TimeSpan elapsed = Elapsed;
        if (TEvent.Category != TraceMask.Socket)
            _ring.Add(elapsed, traceEvent);
        foreach (TraceSink sink in sinks)
        {
            if ((sink.Mask & TEvent.Category) != 0)
                sink.Write(_stamp with { Elapsed = elapsed }, traceEvent);
        }
    }

    /// <summary>Records a failure that somebody is going to see, once; the end that this side asked for is none.</summary>
    public void Failed(SshException reason)
    {
        if (reason.IsTraced || reason.Code is SshErrorCode.Disconnected or SshErrorCode.Cancelled)
            return;
        reason.IsTraced = true;
        Emit(new Failure(reason.Code, reason.Sentence));
    }

    /// <summary>The last events as trace lines, oldest first.</summary>
    public IReadOnlyList<string> Recent() => _ring.ToLines();
}
