namespace LucidSsh.Tracing;

/// <summary>Where events go. A sink may be shared by several connections and is called from any thread.</summary>
public abstract class TraceSink : IDisposable
{
    /// <summary>Which events this sink takes; it may be changed at any time and counts from the next event on.</summary>
    public TraceMask Mask { get; set; } = TraceMask.All & ~TraceMask.Socket;

    /// <summary>Takes one event. It must return quickly and must not throw.</summary>
    /// <param name="elapsed">Time since the connection's tracer was made.</param>
    /// <param name="traceEvent">The event.</param>
    public abstract void Write<TEvent>(TimeSpan elapsed, in TEvent traceEvent)
        where TEvent : struct, ITraceEvent;

    /// <summary>A sink that appends libssh2-shaped lines to a file, made readable by its owner alone.</summary>
    /// <param name="path">The file; made where it does not exist.</param>
    /// <param name="mask">Which events.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static TraceSink ToFile(string path, TraceMask mask = TraceMask.All & ~TraceMask.Socket)
    {
        FileStreamOptions options = new() { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new TextTraceSink(new StreamWriter(path, options) { AutoFlush = true }, ownsWriter: true) { Mask = mask };
    }

    /// <summary>A sink that writes libssh2-shaped lines to <paramref name="writer"/>, which stays the caller's.</summary>
    public static TraceSink ToWriter(TextWriter writer, TraceMask mask = TraceMask.All & ~TraceMask.Socket) =>
        new TextTraceSink(writer, ownsWriter: false) { Mask = mask };

    /// <summary>Flushes and closes what the sink owns.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Flushes and closes what the sink owns.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
