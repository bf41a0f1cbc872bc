namespace LucidSsh.Crypto;

/// <summary>ML-KEM-1024 of FIPS 203 section 8: what it says of lengths, errors and time, <see cref="MlKem"/> says of all parameter
/// sets.</summary>
internal static class MlKem1024
{
    /// <summary>The length of an encapsulation key in bytes.</summary>
    public const int PublicKeyLength = 1568;

    /// <summary>The length of a decapsulation key in bytes.</summary>
    public const int PrivateKeyLength = 3168;

    /// <summary>The length of a ciphertext in bytes.</summary>
    public const int CiphertextLength = 1568;

    /// <summary>The length of a shared secret in bytes.</summary>
    public const int SharedSecretLength = MlKem.SharedSecretLength;

    private static readonly MlKem s_kem = new(rank: 4, bitsOfU: 11, bitsOfV: 5, MlKemRing.Best);

    /// <summary>A new key pair.</summary>
    public static void GenerateKeyPair(IRandomSource random, Span<byte> publicKey, Span<byte> privateKey) =>
        s_kem.GenerateKeyPair(random, publicKey, privateKey);

    /// <summary>The key pair of the seeds d and z of FIPS 203 algorithm 16.</summary>
    public static void GenerateKeyPair(ReadOnlySpan<byte> d, ReadOnlySpan<byte> z, Span<byte> publicKey, Span<byte> privateKey) =>
        s_kem.GenerateKeyPair(d, z, publicKey, privateKey);

    /// <summary>A new secret, and what tells it to the owner of the public key; false for a key that fails the check of FIPS 203
    /// section 7.2.</summary>
    public static bool TryEncapsulate(
        ReadOnlySpan<byte> publicKey, IRandomSource random, Span<byte> ciphertext, Span<byte> sharedSecret) =>
        s_kem.TryEncapsulate(publicKey, random, ciphertext, sharedSecret);

    /// <summary>The secret of the seed m of FIPS 203 algorithm 17, after the same check.</summary>
    public static bool TryEncapsulate(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> m, Span<byte> ciphertext, Span<byte> sharedSecret) =>
        s_kem.TryEncapsulate(publicKey, m, ciphertext, sharedSecret);

    /// <summary>The secret in a ciphertext; for a wrong ciphertext, one that nobody else has.</summary>
    public static void Decapsulate(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret) =>
        s_kem.Decapsulate(privateKey, ciphertext, sharedSecret);
}
