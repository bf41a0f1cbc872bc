using System.Buffers.Binary;

namespace LucidSsh.Crypto;

/// <summary>Reads DER (X.690) as key files use it. The first field that does not fit ends the reading with an exception that
/// names it. Lengths are definite and never size an allocation.</summary>
internal ref struct DerReader(ReadOnlySpan<byte> input, KeySource source)
{
    public const byte IntegerTag = 0x02;
    public const byte BitStringTag = 0x03;
    public const byte OctetStringTag = 0x04;
    public const byte NullTag = 0x05;
    public const byte ObjectIdentifierTag = 0x06;
    public const byte SequenceTag = 0x30;

    private ReadOnlySpan<byte> _rest = input;

    /// <summary>True when every byte was read.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>True when the next element has this tag.</summary>
    public readonly bool Is(byte tag) => !_rest.IsEmpty && _rest[0] == tag;

    /// <summary>The tag of a context-specific, constructed element.</summary>
    public static byte Context(int number) => (byte)(0xa0 | number);

    /// <summary>The content of the next element, which must have this tag.</summary>
    public ReadOnlySpan<byte> Element(byte tag, string field)
    {
        if (_rest.Length < 2 || _rest[0] != tag)
            throw source.Damaged(_rest.Length < 2 ? $"{field} is missing" : $"{field} has the DER tag {_rest[0]:x2}, {tag:x2} is expected");
        if (!TryMeasure(_rest, out int header, out int length))
            throw source.Damaged($"{field} is longer than what contains it");
        ReadOnlySpan<byte> content = _rest.Slice(header, length);
        _rest = _rest[(header + length)..];
        return content;
    }

    /// <summary>A reader of the next SEQUENCE's content.</summary>
    public DerReader Sequence(string field) => new(Element(SequenceTag, field), source);

    /// <summary>An INTEGER that must not be negative: its magnitude without leading zeros, at most 16384 bits.</summary>
    public ReadOnlySpan<byte> Integer(string field)
    {
        ReadOnlySpan<byte> content = Element(IntegerTag, field);
        if (content.IsEmpty || content[0] >= 0x80)
            throw source.Damaged($"{field} is {(content.IsEmpty ? "empty" : "a negative number")}");
        ReadOnlySpan<byte> magnitude = content.TrimStart((byte)0);
        return magnitude.Length <= 2048 ? magnitude : throw source.Damaged($"{field} has more than 16384 bits");
    }

    /// <summary>An INTEGER that fits an int; <see cref="int.MaxValue"/> where it is larger.</summary>
    public int SmallInteger(string field)
    {
        ReadOnlySpan<byte> magnitude = Integer(field);
        Span<byte> wide = stackalloc byte[4];
        wide.Clear();
        if (magnitude.Length > 4)
            return int.MaxValue;
        magnitude.CopyTo(wide[(4 - magnitude.Length)..]);
        return (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(wide), int.MaxValue);
    }

    /// <summary>A BIT STRING of whole bytes.</summary>
    public ReadOnlySpan<byte> BitString(string field)
    {
        ReadOnlySpan<byte> content = Element(BitStringTag, field);
        return content is [0, ..] ? content[1..] : throw source.Damaged($"{field} does not hold whole bytes");
    }

    /// <summary>Passes over the next element, whatever it is.</summary>
    public void Skip(string field)
    {
        if (!_rest.IsEmpty)
            Element(_rest[0], field);
    }

    /// <summary>Ends the reading: nothing may follow.</summary>
    public readonly void End(string field)
    {
        if (!_rest.IsEmpty)
            throw source.Damaged($"{_rest.Length} bytes follow {field}");
    }

    /// <summary>True where <paramref name="bytes"/> are exactly one SEQUENCE: what tells a right passphrase from a wrong one.</summary>
    public static bool IsOneSequence(ReadOnlySpan<byte> bytes) =>
        bytes is [SequenceTag, _, ..] && TryMeasure(bytes, out int header, out int length) && header + length == bytes.Length;

    /// <summary>The tags of what the one SEQUENCE that <paramref name="bytes"/> are contains, as many as fit; none where the bytes
    /// are something else.</summary>
    public static ReadOnlySpan<byte> TagsOf(ReadOnlySpan<byte> bytes, Span<byte> tags)
    {
        if (!IsOneSequence(bytes))
            return [];
        TryMeasure(bytes, out int header, out _);
        bytes = bytes[header..];
        int count = 0;
        for (; count < tags.Length && !bytes.IsEmpty; count++)
        {
            if (bytes.Length < 2 || !TryMeasure(bytes, out header, out int length))
                return [];
            tags[count] = bytes[0];
            bytes = bytes[(header + length)..];
        }

        return tags[..count];
    }

    private static bool TryMeasure(ReadOnlySpan<byte> element, out int header, out int length)
    {
        header = 2;
        length = element[1];
        if (length < 0x80)
            return length <= element.Length - header;

        int bytes = length & 0x7f;
        header += bytes;
        length = 0;
        if (bytes is 0 or > 3 || header > element.Length)
            return false;
        foreach (byte b in element[2..header])
            length = (length << 8) | b;
        return length <= element.Length - header;
    }
}
