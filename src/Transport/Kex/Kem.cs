using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>A key-encapsulation mechanism as key exchange sees it. The shared secret has <see cref="SecretLength"/> bytes in all
/// of them.</summary>
/// <param name="PublicKeyLength">Bytes of the client's half.</param>
/// <param name="PrivateKeyLength">Bytes of the key that opens the server's.</param>
/// <param name="CiphertextLength">Bytes of the server's half.</param>
/// <param name="GenerateKeyPair">Makes both keys.</param>
/// <param name="TryEncapsulate">Makes a secret and its ciphertext; false for a public key that cannot be.</param>
/// <param name="Decapsulate">Opens a ciphertext. A wrong one gives a secret that nobody else has: the exchange hash shows it.</param>
internal sealed record Kem(
    int PublicKeyLength,
    int PrivateKeyLength,
    int CiphertextLength,
    Action<IRandomSource, Span<byte>, Span<byte>> GenerateKeyPair,
    Func<ReadOnlySpan<byte>, IRandomSource, Span<byte>, Span<byte>, bool> TryEncapsulate,
    Action<ReadOnlySpan<byte>, ReadOnlySpan<byte>, Span<byte>> Decapsulate)
{
    public const int SecretLength = 32;

    /// <summary>ML-KEM-768 (FIPS 203).</summary>
    public static Kem MlKem768 { get; } = new(
        Crypto.MlKem768.PublicKeyLength, Crypto.MlKem768.PrivateKeyLength, Crypto.MlKem768.CiphertextLength,
        Crypto.MlKem768.GenerateKeyPair, Crypto.MlKem768.TryEncapsulate, Crypto.MlKem768.Decapsulate);

    /// <summary>ML-KEM-1024 (FIPS 203).</summary>
    public static Kem MlKem1024 { get; } = new(
        Crypto.MlKem1024.PublicKeyLength, Crypto.MlKem1024.PrivateKeyLength, Crypto.MlKem1024.CiphertextLength,
        Crypto.MlKem1024.GenerateKeyPair, Crypto.MlKem1024.TryEncapsulate, Crypto.MlKem1024.Decapsulate);

    /// <summary>Streamlined NTRU Prime, sntrup761.</summary>
    public static Kem Sntrup761 { get; } = new(
        Crypto.Sntrup761.PublicKeyLength, Crypto.Sntrup761.PrivateKeyLength, Crypto.Sntrup761.CiphertextLength,
        Crypto.Sntrup761.GenerateKeyPair, Crypto.Sntrup761.TryEncapsulate, Crypto.Sntrup761.Decapsulate);
}
