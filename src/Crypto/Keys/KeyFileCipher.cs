using System.Collections.Immutable;

namespace LucidSsh.Crypto;

/// <summary>A cipher of OpenSSH key files: its name, sizes in bytes, and both directions. A cipher without a tag always opens;
/// what comes out then shows whether the key was right.</summary>
internal sealed record KeyFileCipher(
    string Name, int KeySize, int IvSize, int BlockSize, int TagSize, KeyFileCipher.SealFunction Seal, KeyFileCipher.OpenFunction Open)
{
    public delegate void SealFunction(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag);

    public delegate bool OpenFunction(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext);

    /// <summary>No encryption.</summary>
    public const string None = "none";

    /// <summary>Every cipher that is read and written.</summary>
    public static ImmutableArray<KeyFileCipher> All { get; } =
    [
        //  name                             key iv  blk tag
        new(None,                            0,  0,  8,  0,  Copy,           Copy),
        new("aes256-ctr",                    32, 16, 16, 0,  Ctr,            Ctr),
        new("aes192-ctr",                    24, 16, 16, 0,  Ctr,            Ctr),
        new("aes128-ctr",                    16, 16, 16, 0,  Ctr,            Ctr),
        new("aes256-cbc",                    32, 16, 16, 0,  CbcSeal,        CbcOpen),
        new("aes192-cbc",                    24, 16, 16, 0,  CbcSeal,        CbcOpen),
        new("aes128-cbc",                    16, 16, 16, 0,  CbcSeal,        CbcOpen),
        new("3des-cbc",                      24, 8,  8,  0,  TripleDesSeal,  TripleDesOpen),
        new("aes256-gcm@openssh.com",        32, 12, 16, 16, GcmSeal,        GcmOpen),
        new("aes128-gcm@openssh.com",        16, 12, 16, 16, GcmSeal,        GcmOpen),
        new("chacha20-poly1305@openssh.com", 64, 0,  8,  16, ChaChaSeal,     ChaChaOpen),
    ];

    /// <summary>The row of <paramref name="name"/>, or null.</summary>
    public static KeyFileCipher? Find(string name) => All.FirstOrDefault(row => row.Name == name);

    private static void Copy(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag) =>
        plaintext.CopyTo(ciphertext);

    private static bool Copy(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        ciphertext.CopyTo(plaintext);
        return true;
    }

    private static void Ctr(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        using AesCtr cipher = new(key, iv);
        cipher.Transform(plaintext, ciphertext);
    }

    private static bool Ctr(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        using AesCtr cipher = new(key, iv);
        cipher.Transform(ciphertext, plaintext);
        return true;
    }

    private static void CbcSeal(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag) =>
        AesCbc.Encrypt(key, iv, plaintext, ciphertext);

    private static bool CbcOpen(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        AesCbc.Decrypt(key, iv, ciphertext, plaintext);
        return true;
    }

    private static void TripleDesSeal(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag) =>
        TripleDesCbc.Encrypt(key, iv, plaintext, ciphertext);

    private static bool TripleDesOpen(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        TripleDesCbc.Decrypt(key, iv, ciphertext, plaintext);
        return true;
    }

    private static void GcmSeal(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        using AesGcm cipher = new(key);
        cipher.Seal(iv, plaintext, ciphertext, tag, []);
    }

    private static bool GcmOpen(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        using AesGcm cipher = new(key);
        return cipher.Open(iv, ciphertext, plaintext, tag, []);
    }

    // chacha20-poly1305@openssh.com as OpenSSH uses it for a file: the cipher for packets with sequence number 0, but without
    // an encrypted length before the text, so that the second half of the key is not used.
    private static void ChaChaSeal(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20.NonceSize];
        nonce.Clear();
        ChaCha20.Transform(key[..ChaCha20.KeySize], nonce, 1, plaintext, ciphertext);
        ChaChaTag(key, nonce, ciphertext, tag);
    }

    private static bool ChaChaOpen(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[ChaCha20.NonceSize], expected = stackalloc byte[Poly1305.TagSize];
        nonce.Clear();
        ChaChaTag(key, nonce, ciphertext, expected);
        if (!ConstantTime.Equal(expected, tag))
            return false;

        ChaCha20.Transform(key[..ChaCha20.KeySize], nonce, 1, ciphertext, plaintext);
        return true;
    }

    private static void ChaChaTag(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, Span<byte> tag)
    {
        Span<byte> oneTimeKey = stackalloc byte[Poly1305.KeySize];
        oneTimeKey.Clear();
        ChaCha20.Transform(key[..ChaCha20.KeySize], nonce, 0, oneTimeKey, oneTimeKey);
        Poly1305.Mac(oneTimeKey, ciphertext, tag);
        ConstantTime.Zero(oneTimeKey);
    }
}
