using System.Collections;
using System.Text;
using LucidSsh.Tracing;

namespace LucidSsh.Logging;

/// <summary>An event's fields as a log record's state: name and value, the sentence last, as loggers expect them.</summary>
internal sealed class LogFields : ITraceFields, IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly string _event;
    private readonly List<KeyValuePair<string, object?>> _fields = [];
    private string? _text;

    public LogFields(in TraceStamp stamp, string name)
    {
        _event = name;
        _fields.Add(new("connection", stamp.Connection));
        _fields.Add(new("role", stamp.Role == TraceRole.Client ? "client" : "server"));
        _fields.Add(new("seconds", stamp.Elapsed.TotalSeconds));
    }

    public int Count => _fields.Count + 1;

    public KeyValuePair<string, object?> this[int index] => index < _fields.Count ? _fields[index] : new("{OriginalFormat}", _event);

    public void Add(string name, long value) => _fields.Add(new(name, value));

    public void Add(string name, string? value)
    {
        if (value is not null)
            _fields.Add(new(name, value));
    }

    // Names may repeat, which a record's fields may not: they become one text.
    public void Add(string name, IReadOnlyList<KeyValuePair<string, string>> fields) =>
        _fields.Add(new(name, string.Join(' ', fields.Select(field => $"{field.Key}={field.Value}"))));

    public void Add(string name, ReadOnlySpan<byte> bytes) => _fields.Add(new(name, Convert.ToHexStringLower(bytes)));

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The line for people: without the bytes.</summary>
    public override string ToString()
    {
        if (_text is not null)
            return _text;
        StringBuilder text = new(_event);
        foreach ((string name, object? value) in _fields)
        {
            if (name != "payload")
                text.Append(' ').Append(name).Append('=').Append(value);
        }

        return _text = text.ToString();
    }
}
