using System.Buffers.Binary;

namespace LucidSsh.Crypto;

/// <summary>Triple DES in cipher block chaining mode, the chain going on from call to call as the transport of RFC 4253 section
/// 6.3 has it. An object encrypts or decrypts, never both.</summary>
internal sealed class TripleDesCbcCipher : ICipher
{
    private readonly TripleDes _cipher;
    private ulong _chain;

    /// <summary>Begins with <paramref name="iv"/> (8 bytes) under <paramref name="key"/> (24 bytes).</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public TripleDesCbcCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
    {
        AesCipher.CheckIv(iv, TripleDes.BlockSize, nameof(iv));
        _chain = BinaryPrimitives.ReadUInt64BigEndian(iv);
        _cipher = new TripleDes(key);
    }

    /// <inheritdoc />
    public int BlockSize => TripleDes.BlockSize;

    /// <summary>Encrypts the next whole blocks. The two spans are the same memory or do not overlap.</summary>
    /// <exception cref="ArgumentException">Not whole blocks, a destination too short, or an overlap.</exception>
    /// <exception cref="ObjectDisposedException">After disposal.</exception>
    public void Encrypt(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        CheckBlocks(source, destination);
        for (int offset = 0; offset < source.Length; offset += TripleDes.BlockSize)
        {
            _chain = _cipher.Encrypt(BinaryPrimitives.ReadUInt64BigEndian(source[offset..]) ^ _chain);
            BinaryPrimitives.WriteUInt64BigEndian(destination[offset..], _chain);
        }
    }

    /// <summary>Decrypts the next whole blocks. The two spans are the same memory or do not overlap.</summary>
    /// <exception cref="ArgumentException">Not whole blocks, a destination too short, or an overlap.</exception>
    /// <exception cref="ObjectDisposedException">After disposal.</exception>
    public void Decrypt(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        CheckBlocks(source, destination);
        for (int offset = 0; offset < source.Length; offset += TripleDes.BlockSize)
        {
            ulong block = BinaryPrimitives.ReadUInt64BigEndian(source[offset..]);
            BinaryPrimitives.WriteUInt64BigEndian(destination[offset..], _cipher.Decrypt(block) ^ _chain);
            _chain = block;
        }
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose() => _cipher.Dispose();

    private static void CheckBlocks(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (source.Length % TripleDes.BlockSize != 0)
        {
            throw new ArgumentException(
                $"Triple DES was given {source.Length} bytes; it takes whole blocks of {TripleDes.BlockSize}.", nameof(source));
        }

        AesCipher.CheckRoom(source, destination);
    }
}
