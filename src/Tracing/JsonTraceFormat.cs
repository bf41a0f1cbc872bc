using System.Text.Encodings.Web;
using System.Text.Json;
using LucidSsh.Wire;

namespace LucidSsh.Tracing;

/// <summary>JSON Lines (docs/trace.md): one object an event, of version <see cref="Version"/> of the schema. It keeps its buffers, so
/// that a line costs no allocation.</summary>
internal sealed class JsonTraceFormat : ITraceFormat, ITraceFields
{
    /// <summary>The schema's version: raised when a reader of the old one would misread the new one; a new event or field is no
    /// reason.</summary>
    public const int Version = 1;

    // What a peer sent stays readable: control characters and the like are escaped, "+" and "<" are not, as this is no HTML.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly WireBuffer _bytes = new(1024);
    private readonly Utf8JsonWriter _json;

    public JsonTraceFormat() => _json = new Utf8JsonWriter(_bytes, Options);

    public ReadOnlySpan<byte> Write<TEvent>(in TraceStamp stamp, in TEvent traceEvent)
        where TEvent : struct, ITraceEvent
    {
        _bytes.Truncate(0);
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("v"u8, Version);
        _json.WriteNumber("c"u8, stamp.Connection);
        _json.WriteNumber("t"u8, stamp.Elapsed.TotalSeconds);
        _json.WriteString("at"u8, stamp.Time.UtcDateTime);
        _json.WriteString("role"u8, stamp.Role == TraceRole.Client ? "client"u8 : "server"u8);
        _json.WriteString("layer"u8, TraceCategories.Layer(TEvent.Category));
        _json.WriteString("event"u8, TEvent.Name);
        traceEvent.Describe(this);
        _json.WriteEndObject();
        _json.Flush();
        _bytes.Extend(1)[0] = (byte)'\n';
        return _bytes.Written;
    }

    public void Add(string name, long value) => _json.WriteNumber(name, value);

    public void Add(string name, string? value)
    {
        if (value is not null)
            _json.WriteString(name, value);
    }

    public void Add(string name, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        _json.WriteStartArray(name);
        foreach ((string field, string value) in fields)
        {
            _json.WriteStartArray();
            _json.WriteStringValue(field);
            _json.WriteStringValue(value);
            _json.WriteEndArray();
        }

        _json.WriteEndArray();
    }

    public void Add(string name, ReadOnlySpan<byte> bytes) => _json.WriteString(name, Convert.ToHexStringLower(bytes));
}
