using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>Writes DER (X.690) as key files use it, to the end of a buffer that the caller zeroes.</summary>
internal readonly ref struct DerWriter(WireBuffer buffer)
{
    /// <summary>Begins an element; its length is written by <see cref="End"/>, which takes what this returns.</summary>
    public int Begin(byte tag)
    {
        buffer.Extend(1)[0] = tag;
        return buffer.Length;
    }

    /// <summary>Ends the element begun at <paramref name="start"/>: puts the length before its content.</summary>
    public void End(int start)
    {
        int length = buffer.Length - start;
        int header = length switch { < 0x80 => 1, < 0x100 => 2, < 0x1_0000 => 3, _ => 4 };
        buffer.Extend(header);
        Span<byte> place = buffer.Written[start..];
        place[..length].CopyTo(place[header..]);
        place[0] = header == 1 ? (byte)length : (byte)(0x80 | (header - 1));
        for (int i = header - 1; i > 0; i--, length >>= 8)
            place[i] = (byte)length;
    }

    /// <summary>One element with this content.</summary>
    public void Element(byte tag, ReadOnlySpan<byte> content)
    {
        int start = Begin(tag);
        content.CopyTo(buffer.Extend(content.Length));
        End(start);
    }

    /// <summary>An INTEGER from its big-endian magnitude.</summary>
    public void Integer(ReadOnlySpan<byte> magnitude)
    {
        ReadOnlySpan<byte> digits = magnitude.TrimStart((byte)0);
        int start = Begin(DerReader.IntegerTag);
        if (digits.IsEmpty || digits[0] >= 0x80)
            buffer.Extend(1)[0] = 0;
        digits.CopyTo(buffer.Extend(digits.Length));
        End(start);
    }

    /// <summary>A small INTEGER.</summary>
    public void Integer(int value) =>
        Integer([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);

    /// <summary>Begins a BIT STRING of whole bytes.</summary>
    public int BeginBitString()
    {
        int start = Begin(DerReader.BitStringTag);
        buffer.Extend(1)[0] = 0; // bits that do not count
        return start;
    }

    /// <summary>A BIT STRING of whole bytes.</summary>
    public void BitString(ReadOnlySpan<byte> content)
    {
        int start = BeginBitString();
        content.CopyTo(buffer.Extend(content.Length));
        End(start);
    }
}
