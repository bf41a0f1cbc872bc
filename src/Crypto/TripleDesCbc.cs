namespace LucidSsh.Crypto;

/// <summary>Triple DES in cipher block chaining mode over a whole message of whole blocks, as in old PEM key files. Padding is the
/// caller's.</summary>
internal static class TripleDesCbc
{
    /// <summary>Encrypts under <paramref name="key"/> (24 bytes) from <paramref name="iv"/> (8 bytes); in place allowed.</summary>
    /// <exception cref="ArgumentException">A length that does not fit.</exception>
    public static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        using TripleDesCbcCipher cipher = new(key, iv);
        cipher.Encrypt(source, destination);
    }

    /// <summary>Decrypts under <paramref name="key"/> (24 bytes) from <paramref name="iv"/> (8 bytes); in place allowed.</summary>
    /// <exception cref="ArgumentException">A length that does not fit.</exception>
    public static void Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        using TripleDesCbcCipher cipher = new(key, iv);
        cipher.Decrypt(source, destination);
    }
}
