namespace LucidSsh.Crypto;

/// <summary>AES in counter mode as SSH uses it (RFC 4344 section 4; SP 800-38A section 6.5): one key stream over the life of the
/// object, its counter a 128-bit big-endian number that wraps.</summary>
internal sealed class AesCtr : ICipher
{
    private readonly AesCipher _cipher;
    private readonly Secret _keystream = new(AesCipher.BlockSize);
    private UInt128 _counter;

    /// <summary>How many bytes of <see cref="_keystream"/> are used up; all of them when no block is begun.</summary>
    private int _used = AesCipher.BlockSize;

    /// <summary>Begins at the counter <paramref name="iv"/> (16 bytes) under <paramref name="key"/> (16, 24 or 32 bytes).</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public AesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
        : this(key, iv, AesCipher.BestPath)
    {
    }

    /// <summary>The same on a chosen path.</summary>
    internal AesCtr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, AesPath path)
    {
        AesCipher.CheckIv(iv, AesCipher.BlockSize, nameof(iv));
        _counter = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(iv);
        _cipher = AesCipher.Create(key, path);
    }

    /// <summary>Encrypts or decrypts the next bytes; any length. The two spans are the same memory or do not overlap.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than the source, or they overlap.</exception>
    /// <exception cref="ObjectDisposedException">After disposal.</exception>
    public void Transform(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        AesCipher.CheckRoom(source, destination);
        ObjectDisposedException.ThrowIf(_keystream.Length == 0, this);
        int begun = Math.Min(AesCipher.BlockSize - _used, source.Length);
        UseKeystream(source[..begun], destination);
        source = source[begun..];
        destination = destination[begun..];

        int whole = source.Length & ~(AesCipher.BlockSize - 1);
        if (whole != 0)
            _cipher.Counter(ref _counter, source[..whole], destination);
        if (whole != source.Length)
        {
            ConstantTime.Zero(_keystream.Span);
            _cipher.Counter(ref _counter, _keystream.Span, _keystream.Span);
            _used = 0;
            UseKeystream(source[whole..], destination[whole..]);
        }
    }

    /// <inheritdoc />
    int ICipher.BlockSize => AesCipher.BlockSize;

    /// <inheritdoc />
    void ICipher.Encrypt(ReadOnlySpan<byte> source, Span<byte> destination) => Transform(source, destination);

    /// <inheritdoc />
    void ICipher.Decrypt(ReadOnlySpan<byte> source, Span<byte> destination) => Transform(source, destination);

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _cipher.Dispose();
        _keystream.Dispose();
    }

    private void UseKeystream(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ReadOnlySpan<byte> keystream = _keystream.Span[_used..];
        for (int i = 0; i < source.Length; i++)
            destination[i] = (byte)(source[i] ^ keystream[i]);
        _used += source.Length;
    }
}
