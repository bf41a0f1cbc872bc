using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>sntrup761 on one form of its ring. Functions carry the names of the specification's where it has any. A private key is
/// f, 1/g modulo 3, the public key, rho (what a wrong ciphertext's secret comes from) and the public key's hash.</summary>
internal sealed class Sntrup761Kem(Sntrup761Ring ring)
{
    private const int Padded = Sntrup761Ring.PaddedLength;
    private const int Small = Sntrup761Encoding.SmallLength;
    private const int Rounded = Sntrup761Encoding.RoundedLength;
    private const int HashLength = 32;

    // Where the parts of a private key begin.
    private const int InverseAt = Small;
    private const int PublicAt = 2 * Small;
    private const int RhoAt = PublicAt + Sntrup761.PublicKeyLength;
    private const int CacheAt = RhoAt + Small;

    // The first byte of what is hashed.
    private const byte PrefixRejected = 0;
    private const byte PrefixSession = 1;
    private const byte PrefixConfirm = 2;
    private const byte PrefixInputs = 3;
    private const byte PrefixPublicKey = 4;

    /// <summary>A new key pair: h = g / (3 f) modulo q.</summary>
    [SkipLocalsInit]
    public void GenerateKeyPair(IRandomSource random, Span<byte> publicKey, Span<byte> privateKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, Sntrup761.PublicKeyLength, nameof(publicKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, Sntrup761.PrivateKeyLength, nameof(privateKey));
        Span<short> memory = stackalloc short[5 * Padded];
        Span<short> f = memory[..Padded];
        Span<short> g = memory.Slice(Padded, Padded);
        Span<short> inverseOfG = memory.Slice(2 * Padded, Padded);
        Span<short> inverseOfF = memory.Slice(3 * Padded, Padded);
        Span<short> h = memory.Slice(4 * Padded, Padded);

        // How often g has to be drawn says nothing about the g that is kept.
        do
            Sntrup761Sampling.SampleSmall(g, random);
        while (ring.Invert(inverseOfG, g, 1, Sntrup761Modulus.Three) == 0);

        Sntrup761Sampling.SampleShort(f, random); // has an inverse: X^761 - X - 1 is irreducible modulo q
        ring.Invert(inverseOfF, f, Sntrup761Modulus.Q.Invert(3), Sntrup761Modulus.Q);
        ring.Multiply(h, inverseOfF, g, Sntrup761Modulus.Q);
        Sntrup761Encoding.EncodeQ(publicKey, h);

        Sntrup761Encoding.EncodeSmall(privateKey[..Small], f);
        Sntrup761Encoding.EncodeSmall(privateKey.Slice(InverseAt, Small), inverseOfG);
        publicKey.CopyTo(privateKey[PublicAt..]);
        random.Fill(privateKey.Slice(RhoAt, Small));
        HashPrefix(privateKey[CacheAt..], PrefixPublicKey, publicKey);
        ConstantTime.Zero(MemoryMarshal.AsBytes(memory));
    }

    /// <summary>A new secret for the owner of the public key; false when the key has another length.</summary>
    [SkipLocalsInit]
    public bool TryEncapsulate(
        ReadOnlySpan<byte> publicKey, IRandomSource random, Span<byte> ciphertext, Span<byte> sharedSecret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(ciphertext.Length, Sntrup761.CiphertextLength, nameof(ciphertext));
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSecret.Length, Sntrup761.SharedSecretLength, nameof(sharedSecret));
        if (publicKey.Length != Sntrup761.PublicKeyLength)
            return false;

        Span<short> r = stackalloc short[Padded];
        Span<byte> encodedR = stackalloc byte[Small];
        Span<byte> cache = stackalloc byte[HashLength];
        HashPrefix(cache, PrefixPublicKey, publicKey);
        Sntrup761Sampling.SampleShort(r, random);
        Hide(ciphertext, encodedR, r, publicKey, cache);
        HashSession(sharedSecret, PrefixSession, encodedR, ciphertext);
        ConstantTime.Zero(MemoryMarshal.AsBytes(r));
        ConstantTime.Zero(encodedR);
        return true;
    }

    /// <summary>The secret in a ciphertext, or, in the same time, one from rho where the ciphertext is not what encapsulation makes of
    /// what it decrypts to.</summary>
    [SkipLocalsInit]
    public void Decapsulate(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext, Span<byte> sharedSecret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, Sntrup761.PrivateKeyLength, nameof(privateKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(ciphertext.Length, Sntrup761.CiphertextLength, nameof(ciphertext));
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSecret.Length, Sntrup761.SharedSecretLength, nameof(sharedSecret));
        ReadOnlySpan<byte> publicKey = privateKey.Slice(PublicAt, Sntrup761.PublicKeyLength);
        ReadOnlySpan<byte> rho = privateKey.Slice(RhoAt, Small);

        Span<short> r = stackalloc short[Padded];
        Span<byte> encodedR = stackalloc byte[Small];
        Span<byte> expected = stackalloc byte[Sntrup761.CiphertextLength];
        Decrypt(r, privateKey, ciphertext);
        Hide(expected, encodedR, r, publicKey, privateKey[CacheAt..]);

        int difference = 0;
        for (int i = 0; i < expected.Length; i++)
            difference |= expected[i] ^ ciphertext[i];
        ulong equal = ConstantTime.IsZero((ulong)difference);
        ulong mask = ConstantTime.Mask(equal);
        for (int i = 0; i < Small; i++)
            encodedR[i] = (byte)ConstantTime.Select(mask, encodedR[i], rho[i]);
        HashSession(sharedSecret, (byte)ConstantTime.Select(mask, PrefixSession, PrefixRejected), encodedR, ciphertext);
        ConstantTime.Zero(MemoryMarshal.AsBytes(r));
        ConstantTime.Zero(encodedR);
        ConstantTime.Zero(expected);
    }

    /// <summary>r = (3 f c modulo q) / g modulo 3, or, where that has not the weight of a short polynomial, 286 ones.</summary>
    [SkipLocalsInit]
    private void Decrypt(Span<short> r, ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> ciphertext)
    {
        Span<short> memory = stackalloc short[3 * Padded];
        Span<short> c = memory[..Padded];
        Span<short> e = memory.Slice(Padded, Padded);
        Span<short> small = memory.Slice(2 * Padded, Padded);
        Sntrup761Encoding.DecodeRounded(c, ciphertext[..Rounded]);
        Sntrup761Encoding.DecodeSmall(small, privateKey[..Small]);
        ring.Multiply(e, c, small, Sntrup761Modulus.Q);
        foreach (ref short coefficient in e)
            coefficient = Sntrup761Modulus.Three.Freeze(Sntrup761Modulus.Q.Freeze(3 * coefficient));

        Sntrup761Encoding.DecodeSmall(small, privateKey.Slice(InverseAt, Small));
        ring.Multiply(r, e, small, Sntrup761Modulus.Three);
        int weight = 0;
        for (int i = 0; i < Sntrup761Ring.Coefficients; i++)
            weight += r[i] & 1;
        int right = (int)ConstantTime.Mask(ConstantTime.Equal((ulong)weight, Sntrup761Sampling.Weight));
        for (int i = 0; i < Sntrup761Ring.Coefficients; i++)
            r[i] = (short)((right & r[i]) | (~right & (i < Sntrup761Sampling.Weight ? 1 : 0)));
        ConstantTime.Zero(MemoryMarshal.AsBytes(memory));
    }

    /// <summary>The ciphertext of r: h r modulo q, rounded to multiples of 3, then a hash that confirms r.</summary>
    [SkipLocalsInit]
    private void Hide(
        Span<byte> ciphertext, Span<byte> encodedR, ReadOnlySpan<short> r, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> cache)
    {
        Span<short> h = stackalloc short[Padded];
        Span<short> product = stackalloc short[Padded];
        Sntrup761Encoding.EncodeSmall(encodedR, r);
        Sntrup761Encoding.DecodeQ(h, publicKey);
        ring.Multiply(product, h, r, Sntrup761Modulus.Q);
        foreach (ref short coefficient in product)
            coefficient -= Sntrup761Modulus.Three.Freeze(coefficient);
        Sntrup761Encoding.EncodeRounded(ciphertext[..Rounded], product);

        Span<byte> confirmed = stackalloc byte[2 * HashLength];
        HashPrefix(confirmed[..HashLength], PrefixInputs, encodedR);
        cache.CopyTo(confirmed[HashLength..]);
        HashPrefix(ciphertext[Rounded..], PrefixConfirm, confirmed);
        ConstantTime.Zero(MemoryMarshal.AsBytes(product));
        ConstantTime.Zero(confirmed);
    }

    [SkipLocalsInit]
    private static void HashSession(
        Span<byte> secret, byte prefix, ReadOnlySpan<byte> encodedR, ReadOnlySpan<byte> ciphertext)
    {
        Span<byte> input = stackalloc byte[HashLength + Sntrup761.CiphertextLength];
        HashPrefix(input[..HashLength], PrefixInputs, encodedR);
        ciphertext.CopyTo(input[HashLength..]);
        HashPrefix(secret, prefix, input);
        ConstantTime.Zero(input);
    }

    /// <summary>The first 32 bytes of SHA-512 of the prefix and the input.</summary>
    private static void HashPrefix(Span<byte> output, byte prefix, ReadOnlySpan<byte> input)
    {
        Span<byte> digest = stackalloc byte[64];
        using (Hash hash = Hash.Create(HashName.Sha512))
        {
            hash.Append([prefix]);
            hash.Append(input);
            hash.Finish(digest);
        }

        digest[..HashLength].CopyTo(output);
        ConstantTime.Zero(digest);
    }
}
