using LucidSsh.Crypto;

namespace LucidSsh.Benchmarks.Timing;

/// <summary>Key agreement and signing: a key of extreme form against random ones, a message against random ones.</summary>
internal static class PublicKeyCases
{
    private const int Keys = 64;

    public static IEnumerable<TimingCase> All() =>
        [MontgomeryLadder(), NistAgreement(), DiffieHellman(), RsaSigning(), NistSigning(), EdwardsSigning()];

    private static TimingCase MontgomeryLadder()
    {
        byte[] zeros = new byte[X25519.KeyLength], peer = new byte[X25519.KeyLength], shared = new byte[X25519.KeyLength];
        Input key = new(zeros.Length);
        peer[0] = 9;
        return new TimingCase(
            "X25519", "key of one bit", "random key", 40_000, 1,
            second => key.FixedOrRandom(second, zeros),
            () => X25519.TryAgree(key.Bytes, peer, shared));
    }

    private static TimingCase NistAgreement()
    {
        NistCurve curve = NistCurve.P256;
        byte[] one = new byte[curve.ScalarLength], peer = new byte[curve.PointLength], shared = new byte[curve.FieldLength];
        one[^1] = 1;
        using (Secret peerKey = curve.GeneratePrivateKey(SystemRandom.Shared))
            curve.DerivePublicKey(peerKey.Span, peer);
        Input key = new(one.Length);
        return new TimingCase(
            "ECDH P-256", "key 1", "random key", 15_000, 1,
            second =>
            {
                key.FixedOrRandom(second, one);
                key.Bytes[0] &= 0x7f; // below the order
            },
            () => curve.TryAgree(key.Bytes, peer, shared));
    }

    private static TimingCase DiffieHellman()
    {
        DiffieHellmanGroup group = DiffieHellmanGroup.Group14;
        byte[] peer = new byte[group.ByteLength], shared = new byte[group.ByteLength], light = new byte[64];
        Random.Shared.NextBytes(peer);
        peer[0] = 0;
        light[0] = 0x80;
        Input bits = new(light.Length);
        Secret exponent = new(light.Length);
        return new TimingCase(
            "Diffie-Hellman, group 14", "exponent of one bit", "random exponent", 4_000, 1,
            second =>
            {
                bits.FixedOrRandom(second, light);
                bits.Bytes[0] |= 0x80;
                bits.Bytes.CopyTo(exponent.Span);
            },
            () => group.TryAgree(exponent, peer, shared));
    }

    private static TimingCase RsaSigning()
    {
        RsaPrivateKey key = RsaKeyGeneration.Generate(2048, SystemRandom.Shared);
        byte[] zeros = new byte[32], signature = new byte[key.PublicKey.SignatureLength];
        Input message = new(zeros.Length);
        return new TimingCase(
            "RSA-2048 signing", "one message", "random messages", 4_000, 1,
            second => message.FixedOrRandom(second, zeros),
            () => key.Sign(HashName.Sha256, message.Bytes, SystemRandom.Shared, signature));
    }

    private static TimingCase NistSigning()
    {
        NistCurve curve = NistCurve.P256;
        byte[] one = new byte[curve.ScalarLength], message = new byte[32], r = new byte[curve.ScalarLength], s = new byte[curve.ScalarLength];
        one[^1] = 1;
        Input key = new(one.Length);
        return new TimingCase(
            "ECDSA P-256 signing", "key 1", "random key", 15_000, 1,
            second =>
            {
                key.FixedOrRandom(second, one);
                key.Bytes[0] &= 0x7f; // below the order
            },
            () => Ecdsa.Sign(curve, key.Bytes, HashName.Sha256, message, null, r, s));
    }

    private static TimingCase EdwardsSigning()
    {
        byte[] message = new byte[32], signature = new byte[Ed25519.SignatureLength];
        byte[][] keys = [.. Enumerable.Range(0, Keys).Select(_ => NewEd25519Key())];
        Input key = new(Ed25519.SeedLength + Ed25519.PublicKeyLength);
        return new TimingCase(
            "Ed25519 signing", "one key", "many keys", 40_000, 1,
            second => key.OneOf(second ? keys : keys[..1]),
            () => Ed25519.Sign(key.Bytes.AsSpan(0, Ed25519.SeedLength), key.Bytes.AsSpan(Ed25519.SeedLength), message, signature));
    }

    /// <summary>Seed, then public key.</summary>
    private static byte[] NewEd25519Key()
    {
        byte[] key = new byte[Ed25519.SeedLength + Ed25519.PublicKeyLength];
        SystemRandom.Shared.Fill(key.AsSpan(0, Ed25519.SeedLength));
        Ed25519.DerivePublicKey(key.AsSpan(0, Ed25519.SeedLength), key.AsSpan(Ed25519.SeedLength));
        return key;
    }
}
