namespace LucidSsh.Tracing;

/// <summary>Where events go. A sink may be shared by several connections and is called from any thread.</summary>
public abstract class TraceSink : IDisposable
{
    /// <summary>What a sink takes unless told otherwise: everything but the socket.</summary>
    public const TraceMask DefaultMask = TraceMask.All & ~TraceMask.Socket;

    /// <summary>Which events this sink takes; it may be changed at any time and counts from the next event on.</summary>
    public TraceMask Mask { get; set; } = DefaultMask;

    /// <summary>Takes one event. It must return quickly and must not throw.</summary>
    /// <param name="stamp">Whose event it is, and when it happened.</param>
    /// <param name="traceEvent">The event.</param>
    public abstract void Write<TEvent>(in TraceStamp stamp, in TEvent traceEvent)
        where TEvent : struct, ITraceEvent;

    /// <summary>Waits until what has been taken so far is written.</summary>
    /// <param name="timeout">How long at most.</param>
    /// <returns>False where it took longer.</returns>
    public virtual bool Flush(TimeSpan timeout) => true;

    /// <summary>A sink that appends libssh2-shaped lines to a file, made readable by its owner alone.</summary>
    /// <param name="path">The file; made where it does not exist.</param>
    /// <param name="mask">Which events.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened, or cannot be made its owner's alone.</exception>
    public static TraceSink ToFile(string path, TraceMask mask = DefaultMask) => ToFile(path, new TraceFileOptions { Mask = mask });

    /// <summary>A sink that appends to a file, made readable by its owner alone. It never makes a connection wait: what the disk does
    /// not take in time is dropped, counted, and said in the trace.</summary>
    /// <param name="path">The file; made where it does not exist.</param>
    /// <param name="options">Format, events, size.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened, or cannot be made its owner's alone.</exception>
    public static TraceSink ToFile(string path, TraceFileOptions options) =>
        new QueuedTraceSink(TraceFormats.Create(options.Format), new TraceFile(path, options.MaximumBytes, options.KeptFiles)) { Mask = options.Mask };

    /// <summary>A sink that writes to <paramref name="writer"/>, which stays the caller's. The lines are written by a thread of the
    /// sink's, a moment later: <see cref="Flush"/> or dispose the sink before reading them. It never makes a connection wait: what
    /// the writer does not take in time is dropped, counted, and said in the trace.</summary>
    /// <param name="writer">Takes the lines; a writer that throws ends the trace.</param>
    /// <param name="mask">Which events.</param>
    /// <param name="format">How an event is written.</param>
    public static TraceSink ToWriter(TextWriter writer, TraceMask mask = DefaultMask, TraceFormat format = TraceFormat.Text) =>
        new QueuedTraceSink(TraceFormats.Create(format), new TraceWriter(writer)) { Mask = mask };

    /// <summary>Writes what has been taken, for two seconds at most, and closes what the sink owns.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes what has been taken, and closes what the sink owns.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
