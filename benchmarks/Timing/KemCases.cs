using LucidSsh.Crypto;

namespace LucidSsh.Benchmarks.Timing;

/// <summary>Decapsulation: of what encapsulation made, and of the same with one bit changed, which gives another secret and must
/// take the same time.</summary>
internal static class KemCases
{
    private const int Ciphertexts = 64;

    private delegate void Encapsulate(Span<byte> ciphertext, Span<byte> secret);

    public static IEnumerable<TimingCase> All() => [MlKem(), Sntrup()];

    private static TimingCase MlKem()
    {
        byte[] publicKey = new byte[MlKem768.PublicKeyLength], privateKey = new byte[MlKem768.PrivateKeyLength];
        MlKem768.GenerateKeyPair(SystemRandom.Shared, publicKey, privateKey);
        return Case(
            "ML-KEM-768 decapsulation", MlKem768.CiphertextLength, 40_000,
            (ciphertext, secret) => MlKem768.TryEncapsulate(publicKey, SystemRandom.Shared, ciphertext, secret),
            (ciphertext, secret) => MlKem768.Decapsulate(privateKey, ciphertext, secret));
    }

    private static TimingCase Sntrup()
    {
        byte[] publicKey = new byte[Sntrup761.PublicKeyLength], privateKey = new byte[Sntrup761.PrivateKeyLength];
        Sntrup761.GenerateKeyPair(SystemRandom.Shared, publicKey, privateKey);
        return Case(
            "sntrup761 decapsulation", Sntrup761.CiphertextLength, 30_000,
            (ciphertext, secret) => Sntrup761.TryEncapsulate(publicKey, SystemRandom.Shared, ciphertext, secret),
            (ciphertext, secret) => Sntrup761.Decapsulate(privateKey, ciphertext, secret));
    }

    private static TimingCase Case(string name, int length, int samples, Encapsulate encapsulate, Action<byte[], byte[]> decapsulate)
    {
        byte[] secret = new byte[32];
        byte[][] whole = new byte[Ciphertexts][], spoilt = new byte[Ciphertexts][];
        for (int i = 0; i < Ciphertexts; i++)
        {
            whole[i] = new byte[length];
            spoilt[i] = new byte[length];
            encapsulate(whole[i], secret);
            encapsulate(spoilt[i], secret);
            spoilt[i][Random.Shared.Next(length)] ^= (byte)(1 << Random.Shared.Next(8));
        }

        Input ciphertext = new(length);
        return new TimingCase(
            name, "valid ciphertexts", "one bit wrong", samples, 1,
            second => ciphertext.OneOf(second ? spoilt : whole),
            () => decapsulate(ciphertext.Bytes, secret));
    }
}
