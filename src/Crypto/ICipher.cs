namespace LucidSsh.Crypto;

/// <summary>A cipher that does not authenticate, its state going on from call to call. An object encrypts or decrypts, never
/// both.</summary>
internal interface ICipher : IDisposable
{
    /// <summary>Bytes of block; the lengths of everything encrypted and decrypted are multiples of it.</summary>
    int BlockSize { get; }

    /// <summary>Encrypts the next bytes. The two spans are the same memory or do not overlap.</summary>
    void Encrypt(ReadOnlySpan<byte> source, Span<byte> destination);

    /// <summary>Decrypts the next bytes. The two spans are the same memory or do not overlap.</summary>
    void Decrypt(ReadOnlySpan<byte> source, Span<byte> destination);
}
