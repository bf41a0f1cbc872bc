namespace LucidSsh.Tracing;

/// <summary>Something that happened, as a small struct declared by the layer that emits it. It names its fields; a secret has no
/// field to go in.</summary>
public interface ITraceEvent
{
    /// <summary>What happened, in a few words, for example <c>packet sent</c>; the same for every event of the type.</summary>
    static abstract string Name { get; }

    /// <summary>The one mask bit of the type.</summary>
    static abstract TraceMask Category { get; }

    /// <summary>Names every field once, in a fixed order.</summary>
    void Describe(ITraceFields fields);
}

/// <summary>Takes an event's fields: a text line, a JSON object.</summary>
public interface ITraceFields
{
    /// <summary>A number; its unit is in its name.</summary>
    void Add(string name, long value);

    /// <summary>A name or a sentence.</summary>
    void Add(string name, string? value);

    /// <summary>A message's own fields, name and value, as they stand on the wire; names may repeat.</summary>
    void Add(string name, IReadOnlyList<KeyValuePair<string, string>> fields);

    /// <summary>Bytes from the wire. A sink for people may leave them out.</summary>
    void Add(string name, ReadOnlySpan<byte> bytes);
}
