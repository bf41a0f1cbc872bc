using System.Buffers.Binary;
using System.Text;

namespace LucidSsh.Wire;

/// <summary>Writes SSH's types (RFC 4251 section 5) to the end of a buffer.</summary>
internal readonly ref struct SshWriter(WireBuffer buffer)
{
    /// <summary>Where the bytes go.</summary>
    public WireBuffer Buffer { get; } = buffer;

    /// <summary>byte.</summary>
    public void Byte(byte value) => Buffer.Extend(1)[0] = value;

    /// <summary>boolean.</summary>
    public void Boolean(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>uint32.</summary>
    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Buffer.Extend(4), value);

    /// <summary>uint64.</summary>
    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Buffer.Extend(8), value);

    /// <summary>Raw bytes without a length.</summary>
    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Buffer.Extend(value.Length));

    /// <summary>string.</summary>
    public void String(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        Bytes(value);
    }

    /// <summary>string of text, UTF-8.</summary>
    public void Text(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        UInt32((uint)length);
        Encoding.UTF8.GetBytes(value, Buffer.Extend(length));
    }

    /// <summary>name-list.</summary>
    public void NameList(IEnumerable<string> names) => Text(string.Join(',', names));

    /// <summary>mpint that is not negative, from its big-endian magnitude; leading zeros are dropped and a zero byte is put
    /// before a magnitude whose highest bit is set (RFC 4251 section 5). The time depends on the number of leading zero bytes.</summary>
    public void MpInt(ReadOnlySpan<byte> magnitude)
    {
        ReadOnlySpan<byte> digits = magnitude.TrimStart((byte)0);
        bool padded = !digits.IsEmpty && digits[0] >= 0x80;
        UInt32((uint)digits.Length + (padded ? 1u : 0u));
        if (padded)
            Byte(0);
        Bytes(digits);
    }

    /// <summary>Begins a string whose length is not known yet. Until <see cref="EndString"/> its length field holds an impossible
    /// value, so that an interrupted write cannot pass for a finished one.</summary>
    public int BeginString()
    {
        UInt32(uint.MaxValue);
        return Buffer.Length;
    }

    /// <summary>Ends the string begun at <paramref name="start"/>.</summary>
    public void EndString(int start) =>
        BinaryPrimitives.WriteUInt32BigEndian(Buffer.Written[(start - 4)..], (uint)(Buffer.Length - start));
}
