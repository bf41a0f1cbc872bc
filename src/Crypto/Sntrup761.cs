namespace LucidSsh.Crypto;

/// <summary>The key-encapsulation mechanism sntrup761, streamlined NTRU Prime (Bernstein, Chuengsatiansup, Lange, van Vredendaal:
/// "NTRU Prime", round 3, 2020), as the key exchange sntrup761x25519-sha512 uses it.</summary>
internal static class Sntrup761
{
    /// <summary>The length of a public key in bytes.</summary>
    public const int PublicKeyLength = 1158;

    /// <summary>The length of a private key in bytes.</summary>
    public const int PrivateKeyLength = 1763;

    /// <summary>The length of a ciphertext in bytes.</summary>
    public const int CiphertextLength = 1039;

    /// <summary>The length of a shared secret in bytes.</summary>
    public const int SharedSecretLength = 32;

    private static readonly Sntrup761Kem s_kem = new(Sntrup761Ring.Best);

    /// <summary>A new key pair.</summary>
    public static void GenerateKeyPair(IRandomSource random, Span<byte> publicKey, Span<byte> privateKey) =>
        s_kem.GenerateKeyPair(random, publicKey, privateKey);

    /// <summary>A new secret, and what tells it to the owner of the public key; false for a key of another length. Keys of the right
    /// length are all keys.</summary>
    public static bool TryEncapsulate(
        ReadOnlySpan<byte> publicKey, IRandomSource random, Span<byte> ciphertext, Span<byte> sharedSecret) =>
        s_kem.TryEncapsulate(publicKey, random, ciphertext, sharedSecret);

    /// <summary>The secret in a ciphertext; for a wrong ciphertext, one that nobody else has.</summary>
    public static void Decapsulate(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret) =>
        s_kem.Decapsulate(privateKey, ciphertext, sharedSecret);
}
