namespace LucidSsh.Crypto;

/// <summary>CBC with the padding of PKCS#7 (RFC 8018 section 6.1.1), as PEM and PKCS#8 encrypt: the IV's length tells AES (16)
/// from triple DES (8).</summary>
internal static class CbcKeyCipher
{
    /// <summary>Decrypts whole blocks and returns how many bytes are left without the padding; 0 where it is not padding, which
    /// is how a wrong key shows itself most of the time.</summary>
    public static int Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (iv.Length == 8)
            TripleDesCbc.Decrypt(key, iv, ciphertext, plaintext);
        else
            AesCbc.Decrypt(key, iv, ciphertext, plaintext);
        int padding = plaintext[^1];
        return padding > 0 && padding <= iv.Length && !plaintext[^padding..].ContainsAnyExcept((byte)padding)
            ? plaintext.Length - padding
            : 0;
    }

    /// <summary>Encrypts; the ciphertext has room for the padding: up to the next multiple of the IV's length.</summary>
    public static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        using Secret padded = new(ciphertext.Length);
        padded.Span.Fill((byte)(padded.Length - plaintext.Length));
        plaintext.CopyTo(padded.Span);
        if (iv.Length == 8)
            TripleDesCbc.Encrypt(key, iv, padded.Span, ciphertext);
        else
            AesCbc.Encrypt(key, iv, padded.Span, ciphertext);
    }
}
