using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>EdDSA over edwards25519 with SHA-512: Ed25519 of RFC 8032 section 5.1, as SSH uses it (RFC 8709). Signing is constant
/// time; verification, of public data, is not.
/// <para>What is accepted. Verification is the equation without cofactor, [S]B = R + [k]A, checked by encoding [S]B - [k]A and
/// comparing bytes with R, as OpenSSH does; hence an R that is not encoded canonically never matches. S must be below L, A must be
/// encoded canonically (RFC 8032 section 5.1.3), and A must not be one of the eight points of small order, under which one
/// signature would fit many messages.</para></summary>
internal static class Ed25519
{
    /// <summary>The length of a private key, the seed of RFC 8032, in bytes.</summary>
    public const int SeedLength = 32;

    /// <summary>The length of a public key in bytes.</summary>
    public const int PublicKeyLength = 32;

    /// <summary>The length of a signature in bytes.</summary>
    public const int SignatureLength = 64;

    private const int HashLength = 64;

    /// <summary>RFC 8032 section 5.1.5.</summary>
    [SkipLocalsInit]
    public static void DerivePublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedLength, nameof(seed));
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, PublicKeyLength, nameof(publicKey));

        Span<byte> expanded = stackalloc byte[HashLength];
        Expand(seed, expanded);
        EncodeBaseMultiple(expanded[..32], publicKey);
        ConstantTime.Zero(expanded);
    }

    /// <summary>RFC 8032 section 5.1.6. <paramref name="publicKey"/> must belong to <paramref name="seed"/>: signatures of one
    /// message under two public keys give the seed's scalar away, so a key file's public half is checked when it is read.</summary>
    [SkipLocalsInit]
    public static void Sign(
        ReadOnlySpan<byte> seed, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seed.Length, SeedLength, nameof(seed));
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, PublicKeyLength, nameof(publicKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature.Length, SignatureLength, nameof(signature));

        Span<byte> expanded = stackalloc byte[HashLength];
        Span<byte> nonce = stackalloc byte[Scalar25519.Length];
        Span<byte> challenge = stackalloc byte[Scalar25519.Length];
        Expand(seed, expanded);
        HashToScalar(expanded[32..], message, [], nonce);
        EncodeBaseMultiple(nonce, signature[..32]);
        HashToScalar(signature[..32], publicKey, message, challenge);
        Scalar25519.MultiplyAdd(challenge, expanded[..32], nonce, signature[32..]);
        ConstantTime.Zero(expanded);
        ConstantTime.Zero(nonce);
    }

    /// <summary>RFC 8032 section 5.1.7, under the rules of this class.</summary>
    /// <returns>False for a signature or a key that is wrong in any way, including its length.</returns>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeyLength || signature.Length != SignatureLength)
            return false;
        ReadOnlySpan<byte> r = signature[..32];
        ReadOnlySpan<byte> s = signature[32..];
        if (!Scalar25519.IsCanonical(s) || !EdwardsPoint.TryDecode(publicKey, out EdwardsPoint a) || a.IsOfSmallOrder())
            return false;

        Span<byte> challenge = stackalloc byte[Scalar25519.Length];
        HashToScalar(r, publicKey, message, challenge);
        EdwardsDoubleScalar.Multiply(out EdwardsPoint expected, challenge, a.Negate(), s);
        Span<byte> encoded = stackalloc byte[EdwardsPoint.EncodedLength];
        expected.Encode(encoded);
        return encoded.SequenceEqual(r);
    }

    /// <summary>The secret scalar, clamped, then the prefix from which nonces are made: RFC 8032 section 5.1.5.</summary>
    private static void Expand(ReadOnlySpan<byte> seed, Span<byte> expanded)
    {
        Hash.Digest(HashName.Sha512, seed, expanded);
        X25519.Clamp(expanded[..32], expanded[..32]);
    }

    private static void EncodeBaseMultiple(ReadOnlySpan<byte> scalar, Span<byte> encoded)
    {
        EdwardsBase.Multiply(out EdwardsPoint point, scalar);
        point.Encode(encoded);
        ConstantTime.Zero(ref point);
    }

    /// <summary>SHA-512 of the parts, modulo L.</summary>
    private static void HashToScalar(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, Span<byte> scalar)
    {
        Span<byte> digest = stackalloc byte[HashLength];
        using (Hash hash = Hash.Create(HashName.Sha512))
        {
            hash.Append(first);
            hash.Append(second);
            hash.Append(third);
            hash.Finish(digest);
        }

        Scalar25519.Reduce(digest, scalar);
        ConstantTime.Zero(digest);
    }
}
