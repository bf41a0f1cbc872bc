using System.Buffers.Binary;

namespace LucidSsh.Crypto;

/// <summary>chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305): the packet length under one key, the body and
/// the one-time Poly1305 key under another, the sequence number as the nonce of both. The tag covers the encrypted length and
/// the ciphertext, and is checked before any of the body is decrypted.</summary>
internal sealed class ChaCha20Poly1305OpenSsh : IDisposable
{
    public const int KeySize = 64;
    public const int TagSize = 16;
    public const int LengthSize = 4;

    private readonly Secret _key;

    /// <param name="key">64 bytes: K_2 for body and tag, then K_1 for the length.</param>
    public ChaCha20Poly1305OpenSsh(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        _key = new Secret(key);
    }

    private ReadOnlySpan<byte> BodyKey => _key.Span[..ChaCha20.KeySize];

    private ReadOnlySpan<byte> LengthKey => _key.Span[ChaCha20.KeySize..];

    /// <summary>The packet length that <paramref name="encryptedLength"/> (4 bytes) hides. Nobody has vouched for it yet.</summary>
    public uint PeekLength(uint sequence, ReadOnlySpan<byte> encryptedLength)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20.NonceSize];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, sequence);
        Span<byte> length = stackalloc byte[LengthSize];
        ChaCha20.Transform(LengthKey, nonce, 0, encryptedLength[..LengthSize], length);
        GC.KeepAlive(_key);
        return BinaryPrimitives.ReadUInt32BigEndian(length);
    }

    /// <summary>Encrypts a packet (4 length bytes and the body) in place and writes its 16-byte tag.</summary>
    public void Seal(uint sequence, Span<byte> packet, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20.NonceSize];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, sequence);
        Span<byte> length = packet[..LengthSize], body = packet[LengthSize..];
        ChaCha20.Transform(LengthKey, nonce, 0, length, length);
        ChaCha20.Transform(BodyKey, nonce, 1, body, body);
        Authenticate(nonce, packet, tag);
    }

    /// <summary>Decrypts a packet (4 encrypted length bytes and the ciphertext), if its tag is right; if not, false, and
    /// <paramref name="body"/> is untouched.</summary>
    /// <param name="sequence">The packet's sequence number.</param>
    /// <param name="packet">The encrypted length and the ciphertext.</param>
    /// <param name="tag">16 bytes.</param>
    /// <param name="body">Takes the plaintext, 4 bytes less than the packet; it may be the ciphertext's own memory.</param>
    public bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20.NonceSize];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, sequence);
        Span<byte> expected = stackalloc byte[TagSize];
        Authenticate(nonce, packet, expected);
        if (!ConstantTime.Equal(expected, tag))
        {
            return false;
        }
        ChaCha20.Transform(BodyKey, nonce, 1, packet[LengthSize..], body);
        GC.KeepAlive(_key);
        return true;
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose() => _key.Dispose();

    private void Authenticate(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> encrypted, Span<byte> tag)
    {
        Span<byte> oneTimeKey = stackalloc byte[Poly1305.KeySize];
        oneTimeKey.Clear();
        ChaCha20.Transform(BodyKey, nonce, 0, oneTimeKey, oneTimeKey);
        Poly1305.Mac(oneTimeKey, encrypted, tag);
        ConstantTime.Zero(oneTimeKey);
        GC.KeepAlive(_key); // whose finalizer zeroes it
    }
}
