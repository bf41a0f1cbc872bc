using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>The key-encapsulation mechanism ML-KEM of FIPS 203, for one parameter set (section 8): the rank k of its module and the
/// bits d_u, d_v to which ciphertexts are compressed; eta_1 = eta_2 = 2, which excludes ML-KEM-512. Secret data meets no branch, no
/// index and no division.</summary>
internal sealed class MlKem
{
    /// <summary>The length of a shared secret in bytes.</summary>
    public const int SharedSecretLength = 32;

    /// <summary>The length of each of the seeds d, z and m in bytes.</summary>
    public const int SeedLength = 32;

    private readonly MlKemEncryption _encryption;

    public MlKem(int rank, int bitsOfU, int bitsOfV, MlKemRing ring) =>
        _encryption = new MlKemEncryption(rank, bitsOfU, bitsOfV, ring);

    /// <summary>The length of an encapsulation key ek in bytes.</summary>
    public int PublicKeyLength => _encryption.PublicKeyLength;

    /// <summary>The length of a decapsulation key dk in bytes.</summary>
    public int PrivateKeyLength => _encryption.PrivateKeyLength + PublicKeyLength + SharedSecretLength + SeedLength;

    /// <summary>The length of a ciphertext in bytes.</summary>
    public int CiphertextLength => _encryption.CiphertextLength;

    /// <summary>ML-KEM.KeyGen, FIPS 203 algorithm 19.</summary>
    [SkipLocalsInit]
    public void GenerateKeyPair(IRandomSource random, Span<byte> publicKey, Span<byte> privateKey)
    {
        Span<byte> seeds = stackalloc byte[2 * SeedLength];
        random.Fill(seeds);
        GenerateKeyPair(seeds[..SeedLength], seeds[SeedLength..], publicKey, privateKey);
        ConstantTime.Zero(seeds);
    }

    /// <summary>ML-KEM.KeyGen_internal, FIPS 203 algorithm 16: the keys of the seeds d and z.</summary>
    public void GenerateKeyPair(ReadOnlySpan<byte> d, ReadOnlySpan<byte> z, Span<byte> publicKey, Span<byte> privateKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(d.Length, SeedLength, nameof(d));
        ArgumentOutOfRangeException.ThrowIfNotEqual(z.Length, SeedLength, nameof(z));
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, PublicKeyLength, nameof(publicKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, PrivateKeyLength, nameof(privateKey));

        // dk = dk_PKE, ek, H(ek), z
        _encryption.GenerateKeyPair(d, publicKey, privateKey[.._encryption.PrivateKeyLength]);
        Span<byte> rest = privateKey[_encryption.PrivateKeyLength..];
        publicKey.CopyTo(rest);
        H(publicKey, rest.Slice(PublicKeyLength, SharedSecretLength));
        z.CopyTo(rest[(PublicKeyLength + SharedSecretLength)..]);
    }

    /// <summary>ML-KEM.Encaps with its input check, FIPS 203 algorithm 20.</summary>
    /// <returns>False when the peer's key has another length or a coefficient that is not below q; nothing is written then.</returns>
    [SkipLocalsInit]
    public bool TryEncapsulate(
        ReadOnlySpan<byte> publicKey, IRandomSource random, Span<byte> ciphertext, Span<byte> sharedSecret)
    {
        Span<byte> m = stackalloc byte[SeedLength];
        random.Fill(m);
        bool accepted = TryEncapsulate(publicKey, m, ciphertext, sharedSecret);
        ConstantTime.Zero(m);
        return accepted;
    }

    /// <summary>ML-KEM.Encaps_internal, FIPS 203 algorithm 17, for the seed m, after the check of section 7.2.</summary>
    /// <returns>False as above.</returns>
    [SkipLocalsInit]
    public bool TryEncapsulate(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> m, Span<byte> ciphertext, Span<byte> sharedSecret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(m.Length, SeedLength, nameof(m));
        ArgumentOutOfRangeException.ThrowIfNotEqual(ciphertext.Length, CiphertextLength, nameof(ciphertext));
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSecret.Length, SharedSecretLength, nameof(sharedSecret));
        if (publicKey.Length != PublicKeyLength || !_encryption.IsCanonical(publicKey))
            return false;

        Span<byte> secretAndCoins = stackalloc byte[2 * SharedSecretLength];
        Span<byte> hash = stackalloc byte[SharedSecretLength];
        H(publicKey, hash);
        G(m, hash, secretAndCoins);
        _encryption.Encrypt(publicKey, m, secretAndCoins[SharedSecretLength..], ciphertext);
        secretAndCoins[..SharedSecretLength].CopyTo(sharedSecret);
        ConstantTime.Zero(secretAndCoins);
        return true;
    }

    /// <summary>ML-KEM.Decaps, FIPS 203 algorithms 18 and 21. A ciphertext nobody made with our public key gives a secret nobody
    /// else has, in the same time: the mistake shows only in what is protected with it.</summary>
    [SkipLocalsInit]
    public void Decapsulate(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, PrivateKeyLength, nameof(privateKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(ciphertext.Length, CiphertextLength, nameof(ciphertext));
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSecret.Length, SharedSecretLength, nameof(sharedSecret));
        ReadOnlySpan<byte> publicKey = privateKey.Slice(_encryption.PrivateKeyLength, PublicKeyLength);
        ReadOnlySpan<byte> hash = privateKey.Slice(_encryption.PrivateKeyLength + PublicKeyLength, SharedSecretLength);
        ReadOnlySpan<byte> z = privateKey[^SeedLength..];

        Span<byte> m = stackalloc byte[SeedLength];
        Span<byte> secretAndCoins = stackalloc byte[2 * SharedSecretLength];
        Span<byte> rejected = stackalloc byte[SharedSecretLength];
        Span<byte> expected = stackalloc byte[CiphertextLength];
        _encryption.Decrypt(privateKey[.._encryption.PrivateKeyLength], ciphertext, m);
        G(m, hash, secretAndCoins);
        _encryption.Encrypt(publicKey, m, secretAndCoins[SharedSecretLength..], expected);
        J(z, ciphertext, rejected);

        ulong mask = ConstantTime.Mask(AreEqual(ciphertext, expected));
        for (int i = 0; i < sharedSecret.Length; i++)
            sharedSecret[i] = (byte)ConstantTime.Select(mask, secretAndCoins[i], rejected[i]);
        ConstantTime.Zero(m);
        ConstantTime.Zero(secretAndCoins);
        ConstantTime.Zero(rejected);
        ConstantTime.Zero(expected);
    }

    /// <summary>1 when the two are equal, else 0; of one length, a multiple of eight bytes.</summary>
    private static ulong AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        ReadOnlySpan<ulong> leftWords = MemoryMarshal.Cast<byte, ulong>(left);
        ReadOnlySpan<ulong> rightWords = MemoryMarshal.Cast<byte, ulong>(right);
        ulong difference = 0;
        for (int i = 0; i < leftWords.Length; i++)
            difference |= leftWords[i] ^ rightWords[i];
        return ConstantTime.IsZero(difference);
    }

    /// <summary>SHA3-256: FIPS 203 section 4.1.</summary>
    private static void H(ReadOnlySpan<byte> input, Span<byte> output)
    {
        using Keccak sponge = Keccak.Sha3With256Bits();
        sponge.Absorb(input);
        sponge.Squeeze(output);
    }

    /// <summary>SHA3-512: FIPS 203 section 4.1.</summary>
    private static void G(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> output)
    {
        using Keccak sponge = Keccak.Sha3With512Bits();
        sponge.Absorb(first);
        sponge.Absorb(second);
        sponge.Squeeze(output);
    }

    /// <summary>SHAKE256 to 32 bytes: FIPS 203 section 4.1.</summary>
    private static void J(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> output)
    {
        using Keccak sponge = Keccak.Shake256();
        sponge.Absorb(first);
        sponge.Absorb(second);
        sponge.Squeeze(output);
    }
}
