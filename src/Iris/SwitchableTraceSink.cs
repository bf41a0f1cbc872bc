using LucidSsh.Tracing;

namespace LucidSsh.Iris;

/// <summary>A sink whose file and mask may change while a connection uses it.</summary>
internal sealed class SwitchableTraceSink : TraceSink
{
    private volatile TraceSink? _file;

    public SwitchableTraceSink() => Mask = TraceMask.None;

    /// <summary>Takes a new mask, and a new file where one is named. One caller at a time.</summary>
    public void Switch(TraceMask mask, string file)
    {
        if (file.Length > 0)
        {
            TraceSink? old = _file;
            _file = ToFile(file, TraceMask.All);
            old?.Dispose();
        }

        Mask = _file is null ? TraceMask.None : mask;
    }

    public override void Write<TEvent>(in TraceStamp stamp, in TEvent traceEvent) => _file?.Write(stamp, traceEvent);

    public override bool Flush(TimeSpan timeout) => _file?.Flush(timeout) ?? true;

    protected override void Dispose(bool disposing)
    {
        Mask = TraceMask.None;
        _file?.Dispose();
        _file = null;
        base.Dispose(disposing);
    }
}
