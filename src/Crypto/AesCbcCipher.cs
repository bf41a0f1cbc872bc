using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>AES in cipher block chaining mode (SP 800-38A section 6.2), the chain going on from call to call as the transport of
/// RFC 4253 section 6.3 has it. An object encrypts or decrypts, never both.</summary>
internal sealed class AesCbcCipher : ICipher
{
    /// <summary>Decrypted at once, so that a path which works on several blocks can.</summary>
    private const int ChunkSize = 32 * AesCipher.BlockSize;

    private readonly AesCipher _cipher;
    private Vector128<byte> _chain;

    /// <summary>Begins with <paramref name="iv"/> (16 bytes) under <paramref name="key"/> (16, 24 or 32 bytes).</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public AesCbcCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
        : this(key, iv, AesCipher.BestPath)
    {
    }

    /// <summary>The same on a chosen path.</summary>
    internal AesCbcCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, AesPath path)
    {
        AesCipher.CheckIv(iv, AesCipher.BlockSize, nameof(iv));
        _chain = Vector128.Create(iv);
        _cipher = AesCipher.Create(key, path);
    }

    /// <inheritdoc />
    public int BlockSize => AesCipher.BlockSize;

    /// <summary>Encrypts the next whole blocks. The two spans are the same memory or do not overlap.</summary>
    /// <exception cref="ArgumentException">Not whole blocks, a destination too short, or an overlap.</exception>
    /// <exception cref="ObjectDisposedException">After disposal.</exception>
    public void Encrypt(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        AesCipher.CheckBlocks(source, destination);
        for (int offset = 0; offset < source.Length; offset += AesCipher.BlockSize)
        {
            Span<byte> block = destination.Slice(offset, AesCipher.BlockSize);
            (_chain ^ Vector128.Create(source.Slice(offset, AesCipher.BlockSize))).CopyTo(block);
            _cipher.Encrypt(block, block);
            _chain = Vector128.Create<byte>(block);
        }
    }

    /// <summary>Decrypts the next whole blocks. The two spans are the same memory or do not overlap.</summary>
    /// <exception cref="ArgumentException">Not whole blocks, a destination too short, or an overlap.</exception>
    /// <exception cref="ObjectDisposedException">After disposal.</exception>
    public void Decrypt(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        AesCipher.CheckBlocks(source, destination);
        Span<byte> chunk = stackalloc byte[ChunkSize];
        for (int offset = 0; offset < source.Length; offset += ChunkSize)
        {
            int length = Math.Min(ChunkSize, source.Length - offset);
            _cipher.Decrypt(source.Slice(offset, length), chunk[..length]);
            ReadOnlySpan<Vector128<byte>> ciphertext = MemoryMarshal.Cast<byte, Vector128<byte>>(source.Slice(offset, length));
            ReadOnlySpan<Vector128<byte>> decrypted = MemoryMarshal.Cast<byte, Vector128<byte>>(chunk[..length]);
            Span<Vector128<byte>> plaintext = MemoryMarshal.Cast<byte, Vector128<byte>>(destination.Slice(offset, length));
            for (int i = 0; i < ciphertext.Length; i++)
            {
                // In place the plaintext overwrites the ciphertext: it is kept for the next block first.
                Vector128<byte> previous = _chain;
                _chain = ciphertext[i];
                plaintext[i] = decrypted[i] ^ previous;
            }
        }

        ConstantTime.Zero(chunk);
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose() => _cipher.Dispose();
}
