using LucidSsh.Crypto;

namespace LucidSsh.Benchmarks.Comparison;

/// <summary>One row of the table against OpenSSL.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Operation">Does it, in this library.</param>
/// <param name="Goal">What fraction of OpenSSL's speed it shall have.</param>
/// <param name="GoalAvx2">The same where neither may use AVX-512.</param>
/// <param name="IsPacket">True when an operation is a packet of <see cref="OpenSslSpeed.PacketLength"/> bytes.</param>
internal sealed record DuelRow(string Name, Action Operation, double Goal, double GoalAvx2, bool IsPacket = false);

/// <summary>Rows that one measurement of OpenSSL answers.</summary>
/// <param name="OpenSsl">Takes OpenSSL's operations per second, one figure for each row.</param>
/// <param name="Rows">The rows.</param>
internal sealed record Duel(Func<double[]> OpenSsl, params DuelRow[] Rows)
{
    private const int Sequence = 7;

    /// <summary>Every duel.</summary>
    public static Duel[] All() => [.. Symmetric(), .. Curves(), .. Numbers()];

    private static IEnumerable<Duel> Symmetric()
    {
        byte[] packet = new byte[OpenSslSpeed.PacketLength];
        byte[] sealedPacket = new byte[packet.Length];
        byte[] nonce = new byte[AesGcm.NonceSize];
        byte[] tag = new byte[AesGcm.TagSize];
        byte[] header = new byte[sizeof(uint)];
        byte[] digest = new byte[64];

        AesCtr counter = new(new byte[32], new byte[16]);
        AesGcm galois = new(new byte[32]);
        ChaCha20Poly1305OpenSsh chaCha = new(new byte[ChaCha20Poly1305OpenSsh.KeySize]);
        Hash sha512 = Hash.Create(HashName.Sha512), sha256 = Hash.Create(HashName.Sha256);
        galois.Seal(nonce, packet, sealedPacket, tag, header);
        byte[] rightTag = [.. tag];

        yield return new(() => OpenSslSpeed.Packets("aes-256-ctr"), new DuelRow("AES-256-CTR", () => counter.Transform(packet, packet), 1.0, 1.0, true));
        yield return new(
            () => OpenSslSpeed.Packets("aes-256-gcm"),
            new DuelRow("AES-256-GCM, seal", () => galois.Seal(nonce, packet, packet, tag, header), 1.3, 1.0, true));
        yield return new(
            () => OpenSslSpeed.Packets("aes-256-gcm -decrypt"),
            new DuelRow("AES-256-GCM, open", () => galois.Open(nonce, sealedPacket, packet, rightTag, header), 1.3, 1.0, true));
        yield return new(
            () => OpenSslSpeed.Packets("chacha20-poly1305"),
            new DuelRow("ChaCha20-Poly1305, seal", () => chaCha.Seal(Sequence, packet, tag), 1.0, 0.85, true));
        yield return new(() => OpenSslSpeed.Packets("sha512"), new DuelRow("SHA-512", () => Digest(sha512), 1.0, 0.7, true));
        yield return new(() => OpenSslSpeed.Packets("sha256"), new DuelRow("SHA-256", () => Digest(sha256), 0.35, 0.35, true));

        void Digest(Hash hash)
        {
            hash.Append(packet);
            hash.Finish(digest);
        }
    }

    private static IEnumerable<Duel> Curves()
    {
        byte[] seed = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        byte[] message = new byte[32];
        byte[] shared = new byte[32];
        byte[] peer = new byte[32];
        X25519.DerivePublicKey(seed, peer);
        yield return new(
            () => OpenSslSpeed.SharedSecrets("ecdhx25519"), new DuelRow("X25519, shared secret", () => X25519.TryAgree(seed, peer, shared), 0.9, 0.85));

        byte[] publicKey = new byte[Ed25519.PublicKeyLength];
        byte[] signature = new byte[Ed25519.SignatureLength];
        Ed25519.DerivePublicKey(seed, publicKey);
        Ed25519.Sign(seed, publicKey, message, signature);
        yield return new(
            () => OpenSslSpeed.Signatures("ed25519"),
            new DuelRow("Ed25519, sign", () => Ed25519.Sign(seed, publicKey, message, signature), 1.5, 1.5),
            new DuelRow("Ed25519, verify", () => Ed25519.Verify(publicKey, message, signature), 1.2, 1.2));

        byte[] point = new byte[NistCurve.P256.PointLength];
        NistCurve.P256.DerivePublicKey(seed, point);
        yield return new(
            () => OpenSslSpeed.SharedSecrets("ecdhp256"), new DuelRow("P-256, shared secret", () => NistCurve.P256.TryAgree(seed, point, shared), 0.6, 0.6));

        byte[] r = new byte[32], s = new byte[32];
        Ecdsa.Sign(NistCurve.P256, seed, HashName.Sha256, message, null, r, s);
        yield return new(
            () => OpenSslSpeed.Signatures("ecdsap256"),
            new DuelRow("ECDSA P-256, sign", () => Ecdsa.Sign(NistCurve.P256, seed, HashName.Sha256, message, null, r, s), 0.55, 0.55),
            new DuelRow("ECDSA P-256, verify", () => Ecdsa.Verify(NistCurve.P256, point, HashName.Sha256, message, r, s), 0.6, 0.6));
    }

    private static IEnumerable<Duel> Numbers()
    {
        yield return Rsa(3072, 1.0, 0.7);
        yield return Rsa(2048, 0.4, 0.4);

        DiffieHellmanGroup group = DiffieHellmanGroup.Group14;
        Secret exponent = group.GenerateExponent(SystemRandom.Shared);
        byte[] peer = new byte[group.ByteLength];
        byte[] shared = new byte[group.ByteLength];
        group.ComputePublic(exponent, peer);
        OpenSslPower power = new(peer, exponent.Span.ToArray(), Convert.FromHexString(DiffieHellmanPrimes.Group14));
        yield return new(
            () => [Stopwatches.PerSecond(power.Compute, Comparison.Turn)],
            new DuelRow("Diffie-Hellman group 14, shared secret", () => group.TryAgree(exponent, peer, shared), 0.75, 0.7));
    }

    private static Duel Rsa(int bits, double goal, double goalAvx2)
    {
        PrivateKey key = PrivateKey.Generate("ssh-rsa", bits);
        byte[] message = new byte[32];
        return new(
            () => OpenSslSpeed.Signatures($"rsa{bits}")[..1],
            new DuelRow($"RSA-{bits}, sign", () => key.Sign("rsa-sha2-256", message, SystemRandom.Shared), goal, goalAvx2));
    }
}
