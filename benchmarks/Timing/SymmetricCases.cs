using LucidSsh.Crypto;

namespace LucidSsh.Benchmarks.Timing;

/// <summary>Comparing, selecting, ciphers and the tags of packets.</summary>
internal static class SymmetricCases
{
    private const int PacketSize = 1024;

    public static IEnumerable<TimingCase> All() =>
        [Comparing(), Selecting(), Cipher(AesPath.Portable), Cipher(AesCipher.BestPath), OpeningGcm(), OpeningChaCha()];

    private static TimingCase Comparing()
    {
        byte[] expected = new byte[32];
        Random.Shared.NextBytes(expected);
        Input guess = new(expected.Length);
        return new TimingCase(
            "comparing 32 bytes", "wrong first byte", "wrong last byte", 40_000, 100,
            Input.Spoilt(guess, expected),
            () => ConstantTime.Equal(guess.Bytes, expected));
    }

    private static unsafe TimingCase Selecting()
    {
        const int Count = 32;
        ulong[] source = Limbs.Allocate(Count), destination = Limbs.Allocate(Count);
        ulong bit = 0;
        return new TimingCase(
            "selecting 32 words", "kept", "replaced", 40_000, 100,
            second => bit = second ? 1ul : 0ul,
            () =>
            {
                fixed (ulong* from = source, to = destination)
                    Limbs.CopyIf(ConstantTime.Mask(bit), from, to, Count);
            });
    }

    private static TimingCase Cipher(AesPath path)
    {
        byte[] zeros = new byte[AesCipher.BlockSize];
        AesCipher cipher = AesCipher.Create(new byte[32], path);
        Input block = new(zeros.Length);
        byte[] encrypted = new byte[zeros.Length];
        return new TimingCase(
            $"AES-256, one block ({path})", "zeros", "random", 40_000, 20,
            second => block.FixedOrRandom(second, zeros),
            () => cipher.Encrypt(block.Bytes, encrypted));
    }

    private static TimingCase OpeningGcm()
    {
        AesGcm gcm = new(new byte[32]);
        byte[] nonce = new byte[AesGcm.NonceSize], packet = new byte[PacketSize], body = new byte[PacketSize], tag = new byte[AesGcm.TagSize];
        gcm.Seal(nonce, packet, packet, tag, []);
        Input guess = new(tag.Length);
        return new TimingCase(
            "AES-256-GCM, refusing a packet", "wrong first byte of tag", "wrong last byte", 20_000, 2,
            Input.Spoilt(guess, tag),
            () => gcm.Open(nonce, packet, body, guess.Bytes, []));
    }

    private static TimingCase OpeningChaCha()
    {
        ChaCha20Poly1305OpenSsh cipher = new(new byte[ChaCha20Poly1305OpenSsh.KeySize]);
        byte[] packet = new byte[PacketSize], body = new byte[PacketSize], tag = new byte[ChaCha20Poly1305OpenSsh.TagSize];
        cipher.Seal(0, packet, tag);
        Input guess = new(tag.Length);
        return new TimingCase(
            "ChaCha20-Poly1305, refusing a packet", "wrong first byte of tag", "wrong last byte", 20_000, 2,
            Input.Spoilt(guess, tag),
            () => cipher.Open(0, packet, guess.Bytes, body));
    }
}
