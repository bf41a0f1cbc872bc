using LucidSsh.Crypto;
using LucidSsh.Transport;

namespace LucidSsh.Benchmarks.Comparison;

/// <summary>One row of the table of what things may cost by themselves.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Unit">The unit of figure and limit.</param>
/// <param name="Measure">Measures it, with the median of what the given sampler yields where time is concerned.</param>
/// <param name="Limit">What it may be at most, or must be at least.</param>
/// <param name="AtLeast">True when more is better.</param>
internal sealed record Budget(string Name, string Unit, Func<Func<Action, double>, double> Measure, double Limit, bool AtLeast = false)
{
    private const int SmallPacket = 64;

    /// <summary>Every row.</summary>
    public static Budget[] All() => [.. SmallPackets(), .. Kem(), .. Handshakes(), Allocation()];

    private static IEnumerable<Budget> SmallPackets()
    {
        byte[] packet = new byte[sizeof(uint) + SmallPacket];
        byte[] body = new byte[SmallPacket];
        byte[] nonce = new byte[AesGcm.NonceSize];
        byte[] tag = new byte[AesGcm.TagSize];

        AesGcm galois = new(new byte[32]);
        byte[] ciphertext = new byte[SmallPacket], rightTag = new byte[AesGcm.TagSize];
        galois.Seal(nonce, body, ciphertext, rightTag, packet.AsSpan(0, sizeof(uint)));
        yield return Time(
            $"AES-256-GCM, seal {SmallPacket} bytes", "ns", () => galois.Seal(nonce, body, body, tag, packet.AsSpan(0, sizeof(uint))), 200);
        yield return Time(
            $"AES-256-GCM, open {SmallPacket} bytes", "ns", () => galois.Open(nonce, ciphertext, body, rightTag, packet.AsSpan(0, sizeof(uint))), 200);

        ChaCha20Poly1305OpenSsh chaCha = new(new byte[ChaCha20Poly1305OpenSsh.KeySize]);
        byte[] sealedPacket = new byte[packet.Length], sealedTag = new byte[AesGcm.TagSize];
        chaCha.Seal(7, sealedPacket, sealedTag);
        yield return Time($"chacha20-poly1305@openssh.com, seal {SmallPacket} bytes", "ns", () => chaCha.Seal(7, packet, tag), 200);
        yield return Time($"chacha20-poly1305@openssh.com, open {SmallPacket} bytes", "ns", Open, 200);

        void Open()
        {
            chaCha.PeekLength(7, sealedPacket.AsSpan(0, sizeof(uint)));
            chaCha.Open(7, sealedPacket, sealedTag, body);
        }
    }

    private static IEnumerable<Budget> Kem()
    {
        byte[] seed = new byte[32];
        byte[] publicKey = new byte[MlKem768.PublicKeyLength];
        byte[] privateKey = new byte[MlKem768.PrivateKeyLength];
        byte[] ciphertext = new byte[MlKem768.CiphertextLength];
        byte[] secret = new byte[MlKem768.SharedSecretLength];
        MlKem768.GenerateKeyPair(seed, seed, publicKey, privateKey);
        MlKem768.TryEncapsulate(publicKey, seed, ciphertext, secret);
        yield return Time("ML-KEM-768, key pair", "µs", () => MlKem768.GenerateKeyPair(seed, seed, publicKey, privateKey), 20);
        yield return Time("ML-KEM-768, encapsulate", "µs", () => MlKem768.TryEncapsulate(publicKey, seed, ciphertext, secret), 20);
        yield return Time("ML-KEM-768, decapsulate", "µs", () => MlKem768.Decapsulate(privateKey, ciphertext, secret), 20);
    }

    private static IEnumerable<Budget> Handshakes()
    {
        DefaultHandshake handshake = new();
        yield return new("Default handshake, both sides' cryptography", "per second and core", perSecond => perSecond(handshake.Run), 6000, AtLeast: true);
        yield return new("First handshake of a process: compiling its cryptography", "ms", _ => FirstHandshake.CompilationMilliseconds(), 60);
    }

    private static Budget Allocation()
    {
        PacketPair[] pairs =
        [
            .. from cipher in CipherTable.All
               from mac in cipher.IsAuthenticated ? [null] : MacTable.All.AsEnumerable<Mac?>()
               select new PacketPair(new DirectionAlgorithms(cipher, mac), SmallPacket),
        ];
        return new($"Allocation per packet, sealed and opened, the most of {pairs.Length} protections", "bytes", _ => pairs.Max(Allocated), 0);
    }

    private static double Allocated(PacketPair pair)
    {
        const int Packets = 1000;
        pair.SealAndOpen();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Packets; i++)
            pair.SealAndOpen();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Packets;
    }

    private static Budget Time(string name, string unit, Action operation, double limit) =>
        new(name, unit, perSecond => (unit == "ns" ? 1e9 : 1e6) / perSecond(operation), limit);
}
