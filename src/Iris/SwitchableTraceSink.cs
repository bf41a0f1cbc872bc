using LucidSsh.Tracing;

namespace LucidSsh.Iris;

/// <summary>A sink whose file and mask may change while a connection uses it.</summary>
internal sealed class SwitchableTraceSink : TraceSink
{
    private readonly Lock _gate = new();
    private TraceSink? _file;

    public SwitchableTraceSink() => Mask = TraceMask.None;

    /// <summary>Takes a new mask, and a new file where one is named.</summary>
    public void Switch(TraceMask mask, string file)
    {
        lock (_gate)
        {
            if (file.Length > 0)
            {
                TraceSink opened = ToFile(file, TraceMask.All);
                _file?.Dispose();
                _file = opened;
            }

            Mask = _file is null ? TraceMask.None : mask;
        }
    }

    public override void Write<TEvent>(in TraceStamp stamp, in TEvent traceEvent)
    {
        lock (_gate)
            _file?.Write(stamp, traceEvent);
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
            Mask = TraceMask.None;
        }

        base.Dispose(disposing);
    }
}
