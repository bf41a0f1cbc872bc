using System.Globalization;
using System.Text;

namespace LucidSsh.Tracing;

/// <summary>One line per event in the shape of libssh2's trace, <c>[lucid] 0.369332 Key Ex: …</c>: seconds and microseconds since
/// the connection began, the category, the event's name, its fields. Control characters in what a peer sent are escaped.</summary>
internal sealed class TextTraceSink(TextWriter writer, bool ownsWriter) : TraceSink
{
    private readonly Lock _gate = new();

    public override void Write<TEvent>(TimeSpan elapsed, in TEvent traceEvent)
    {
        string line = TraceLine.Format(elapsed, traceEvent);
        lock (_gate)
        {
            try
            {
                writer.WriteLine(line);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                Mask = TraceMask.None; // a full disk or a closed writer ends the trace, never the connection
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        Mask = TraceMask.None;
        lock (_gate)
        {
            if (ownsWriter)
                writer.Dispose();
            else
                writer.Flush();
        }

        base.Dispose(disposing);
    }
}

/// <summary>An event as one line of text.</summary>
internal sealed class TraceLine : ITraceFields
{
    private readonly StringBuilder _line;

    private TraceLine(StringBuilder line) => _line = line;

    public static string Format<TEvent>(TimeSpan elapsed, in TEvent traceEvent)
        where TEvent : struct, ITraceEvent
    {
        StringBuilder line = new("[lucid] ");
        line.Append(CultureInfo.InvariantCulture, $"{(long)elapsed.TotalSeconds}.{elapsed.Ticks % TimeSpan.TicksPerSecond / 10:D6} ");
        line.Append(TraceCategories.Name(TEvent.Category)).Append(": ").Append(TEvent.Name);
        traceEvent.Describe(new TraceLine(line));
        return line.ToString();
    }

    /// <summary>The event's name and fields alone.</summary>
    public static string Fields<TEvent>(in TEvent traceEvent)
        where TEvent : struct, ITraceEvent
    {
        StringBuilder line = new(TEvent.Name);
        traceEvent.Describe(new TraceLine(line));
        return line.ToString();
    }

    public void Add(string name, long value) => _line.Append(' ').Append(name).Append('=').Append(value);

    public void Add(string name, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        foreach ((string field, string value) in fields)
            Add(field.Replace(' ', '-'), value);
    }

    public void Add(string name, ReadOnlySpan<byte> bytes)
    {
        // A line is for reading; the other formats keep the bytes.
    }

    public void Add(string name, string? value)
    {
        if (value is null)
            return;
        _line.Append(' ').Append(name).Append('=');
        bool quoted = value.Length == 0 || value.Contains(' ', StringComparison.Ordinal);
        if (quoted)
            _line.Append('"');
        foreach (char c in value)
        {
            if (c < ' ' || c is '\x7f' or (>= '\x80' and <= '\x9f'))
                _line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                _line.Append(c);
        }

        if (quoted)
            _line.Append('"');
    }
}
