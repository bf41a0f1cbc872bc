using System.Globalization;
using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Tracing;

/// <summary>Lines for people: those of the first connection as libssh2 writes them, those of further ones with their number,
/// <c>[lucid 2]</c>. It keeps its buffers, so that a line costs no allocation.</summary>
internal sealed class TextTraceFormat : ITraceFormat
{
    private readonly TraceLine _line = new();
    private readonly WireBuffer _bytes = new(1024);
    private long _firstConnection;

    public ReadOnlySpan<byte> Write<TEvent>(in TraceStamp stamp, in TEvent traceEvent)
        where TEvent : struct, ITraceEvent
    {
        if (_firstConnection == 0)
            _firstConnection = stamp.Connection;
        StringBuilder line = _line.Write(stamp.Connection == _firstConnection ? 0 : stamp.Connection, stamp.Elapsed, traceEvent).Append('\n');
        _bytes.Truncate(0);
        foreach (ReadOnlyMemory<char> chunk in line.GetChunks())
        {
            int written = Encoding.UTF8.GetBytes(chunk.Span, _bytes.GetSpan(Encoding.UTF8.GetMaxByteCount(chunk.Length)));
            _bytes.Advance(written);
        }

        return _bytes.Written;
    }
}

/// <summary>An event as one line of text, in the shape of libssh2's trace, <c>[lucid] 0.369332 Key Ex: …</c>: seconds and
/// microseconds since the connection began, the category, the event's name, its fields. Control characters in what a peer sent are
/// escaped.</summary>
internal sealed class TraceLine : ITraceFields
{
    private readonly StringBuilder _line = new(256);

    public static string Format<TEvent>(TimeSpan elapsed, in TEvent traceEvent)
        where TEvent : struct, ITraceEvent => new TraceLine().Write(0, elapsed, traceEvent).ToString();

    /// <summary>The event's name and fields alone.</summary>
    public static string Fields<TEvent>(in TEvent traceEvent)
        where TEvent : struct, ITraceEvent
    {
        TraceLine line = new();
        line._line.Append(TEvent.Name);
        traceEvent.Describe(line);
        return line._line.ToString();
    }

    /// <summary>The line without its end, valid until the next; a connection other than 0 is named.</summary>
    public StringBuilder Write<TEvent>(long connection, TimeSpan elapsed, in TEvent traceEvent)
        where TEvent : struct, ITraceEvent
    {
        _line.Clear().Append("[lucid");
        if (connection != 0)
            _line.Append(' ').Append(connection);
        _line.Append("] ").Append(elapsed.Ticks / TimeSpan.TicksPerSecond).Append('.');
        for (long unit = TimeSpan.TicksPerSecond / 10; unit >= TimeSpan.TicksPerMicrosecond; unit /= 10)
            _line.Append((char)('0' + (elapsed.Ticks / unit % 10)));
        _line.Append(' ').Append(TraceCategories.Name(TEvent.Category)).Append(": ").Append(TEvent.Name);
        traceEvent.Describe(this);
        return _line;
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
        bool quoted = value.Length == 0 || value.AsSpan().ContainsAny(' ', '"');
        if (quoted)
            _line.Append('"');
        AppendEscaped(value);
        if (quoted)
            _line.Append('"');
    }

    private void AppendEscaped(string value)
    {
        ReadOnlySpan<char> rest = value;
        while (rest.IndexOfAnyExcept(TerminalText.Plain) is >= 0 and int at)
        {
            _line.Append(rest[..at]);
            char c = rest[at];
            if (c is '"' or '\\')
                _line.Append('\\').Append(c);
            else if (!TerminalText.IsObeyed(c))
                _line.Append(c);
            else if (c <= '\xff')
                _line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                _line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            rest = rest[(at + 1)..];
        }

        _line.Append(rest);
    }
}
