using System.Buffers;
using System.Security.Cryptography;

namespace LucidSsh.Wire;

/// <summary>A growing byte array with a write position: what messages are encoded into. It is not thread-safe.</summary>
internal sealed class WireBuffer(int capacity = 256) : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[capacity];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written; valid until the next write.</summary>
    public Span<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The bytes written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>Appends <paramref name="count"/> bytes of unknown content and returns them for filling.</summary>
    public Span<byte> Extend(int count)
    {
        Reserve(count);
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }

    /// <summary>Takes back everything from position <paramref name="length"/> on.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length);
        Length = length;
    }

    /// <summary>Removes the first <paramref name="count"/> bytes; the others move to the front.</summary>
    public void RemoveFront(int count)
    {
        Written[count..].CopyTo(_bytes);
        Length -= count;
    }

    /// <summary>Overwrites everything written with zeros and empties the buffer.</summary>
    public void Zero()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        Length = 0;
    }

    /// <inheritdoc />
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - Length));
        Length += count;
    }

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Length);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    private void Reserve(int count)
    {
        if (count <= _bytes.Length - Length)
            return;

        byte[] larger = new byte[Math.Max(checked(Length + count), Math.Min(2 * _bytes.Length, Array.MaxLength))];
        Written.CopyTo(larger);
        CryptographicOperations.ZeroMemory(_bytes); // the old array may hold a secret and is not seen again
        _bytes = larger;
    }
}
