namespace LucidSsh.Wire;

/// <summary>The fields of one message in words, in the order in which they were read: what a trace shows of it. A secret field
/// leaves its name alone.</summary>
internal sealed class FieldLog
{
    /// <summary>Bytes of a field that are shown; a longer one ends with how many there are.</summary>
    private const int ShownBytes = 256;

    private readonly List<KeyValuePair<string, string>> _fields = [];

    /// <summary>Name and value of each field.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>True when a field was a secret: the message's bytes must not be shown.</summary>
    public bool HasSecret { get; private set; }

    /// <summary>Reads a payload for its fields alone; one that is malformed gives those before the fault, and the fault.</summary>
    public static FieldLog Of<TMessage>(ReadOnlySpan<byte> payload)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        FieldLog log = new();
        SshReader reader = new(payload.IsEmpty ? payload : payload[1..], log);
        TMessage message = TMessage.Read(ref reader);
        if (!reader.Complete())
            log._fields.Add(new("(malformed)", reader.Fault!));
        return log;
    }

    public void Add(string field, string value) => _fields.Add(new(field, value));

    public void Add(string field, ReadOnlySpan<byte> value) => Add(field, value.Length <= ShownBytes
        ? Convert.ToHexStringLower(value)
        : $"{Convert.ToHexStringLower(value[..ShownBytes])}... ({value.Length} bytes)");

    public void AddSecret(string field)
    {
        HasSecret = true;
        Add(field, "(hidden)");
    }
}
