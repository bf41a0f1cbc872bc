using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>Diffie-Hellman over Curve25519: X25519 of RFC 7748 section 5, as SSH uses it (RFC 8731). A Montgomery ladder with
/// masked swaps, the same steps for every key, on vectors where the machine has AVX2. Public keys are made on the Edwards form of the curve, whose base point has a
/// table.</summary>
internal static class X25519
{
    /// <summary>The length in bytes of private keys, public keys and shared secrets.</summary>
    public const int KeyLength = 32;

    // (A + 2) / 4 - 1 of the curve v^2 = u^3 + A u^2 + u, A = 486662: RFC 7748 section 5.
    internal const uint A24 = 121665;

    /// <summary>The shared secret of our private key and the peer's public key. A public key of any 32 bytes is taken: bit 255 is
    /// ignored and the rest read modulo p (RFC 7748 section 5).</summary>
    /// <returns>False when the peer's key is not 32 bytes, or is one of the points of small order, where the result would be all
    /// zero for every private key (RFC 7748 section 6.1, RFC 8731 section 3); the secret is then zero.</returns>
    public static bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, KeyLength, nameof(privateKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(sharedSecret.Length, KeyLength, nameof(sharedSecret));
        if (peerPublicKey.Length != KeyLength)
        {
            ConstantTime.Zero(sharedSecret);
            return false;
        }

        if (X25519Avx2.IsSupported)
            X25519Avx2.Multiply(privateKey, peerPublicKey, sharedSecret);
        else
            MultiplyPortable(privateKey, peerPublicKey, sharedSecret);
        return !IsAllZero(sharedSecret);
    }

    /// <summary>The public key of a private key of any 32 bytes: X25519(k, 9), RFC 7748 section 6.1.</summary>
    public static void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, KeyLength, nameof(privateKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(publicKey.Length, KeyLength, nameof(publicKey));

        Span<byte> scalar = stackalloc byte[KeyLength];
        Clamp(privateKey, scalar);
        EdwardsBase.Multiply(out EdwardsPoint point, scalar);
        point.EncodeMontgomery(publicKey);
        ConstantTime.Zero(ref point);
        ConstantTime.Zero(scalar);
    }

    /// <summary>The function X25519 of RFC 7748 section 5 in plain 64-bit words.</summary>
    [SkipLocalsInit]
    internal static void MultiplyPortable(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey, Span<byte> result)
    {
        Span<byte> scalar = stackalloc byte[KeyLength];
        Clamp(privateKey, scalar);

        FieldElement25519 x1 = FieldElement25519.Decode(publicKey);
        Ladder ladder = new(x1);
        ulong swapped = 0;
        for (int bit = 254; bit >= 0; bit--)
        {
            ulong wanted = (ulong)(scalar[bit >> 3] >> (bit & 7)) & 1;
            ladder.Swap(ConstantTime.Mask(swapped ^ wanted));
            swapped = wanted;
            ladder.Step(x1);
        }

        ladder.Swap(ConstantTime.Mask(swapped));
        ladder.Encode(result);
        ConstantTime.Zero(ref ladder);
        ConstantTime.Zero(scalar);
    }

    /// <summary>decodeScalar25519 of RFC 7748 section 5: a multiple of the cofactor 8, with bit 254 as its highest.</summary>
    internal static void Clamp(ReadOnlySpan<byte> privateKey, Span<byte> scalar)
    {
        privateKey.CopyTo(scalar);
        scalar[0] &= 248;
        scalar[31] &= 127;
        scalar[31] |= 64;
    }

    private static bool IsAllZero(ReadOnlySpan<byte> secret)
    {
        ulong bits = 0;
        foreach (byte value in secret)
            bits |= value;
        return ConstantTime.IsZero(bits) == 1;
    }

    /// <summary>The two points of the ladder, (x2 : z2) = n P and (x3 : z3) = (n + 1) P, and room for one step.</summary>
    private struct Ladder(in FieldElement25519 x1)
    {
        private FieldElement25519 _x2 = new(1);
        private FieldElement25519 _z2 = new(0);
        private FieldElement25519 _x3 = x1;
        private FieldElement25519 _z3 = new(1);
        private FieldElement25519 _a;
        private FieldElement25519 _b;
        private FieldElement25519 _c;
        private FieldElement25519 _d;

        public void Swap(ulong mask)
        {
            FieldElement25519.Swap(mask, ref _x2, ref _x3);
            FieldElement25519.Swap(mask, ref _z2, ref _z3);
        }

        /// <summary>One step of the formulas of RFC 7748 section 5; x1, x2, z2, x3, z3 tight, before and after.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Step(in FieldElement25519 x1)
        {
            FieldElement25519.Add(out _a, _x2, _z2);
            FieldElement25519.Subtract(out _b, _x2, _z2);
            FieldElement25519.Add(out _c, _x3, _z3);
            FieldElement25519.Subtract(out _d, _x3, _z3);
            FieldElement25519.Multiply(out _d, _d, _a);
            FieldElement25519.Multiply(out _c, _c, _b);
            FieldElement25519.Square(out _a, _a);
            FieldElement25519.Square(out _b, _b);

            FieldElement25519.Add(out _x3, _d, _c);
            FieldElement25519.Square(out _x3, _x3);
            FieldElement25519.Subtract(out _z3, _d, _c);
            FieldElement25519.Square(out _z3, _z3);
            FieldElement25519.Multiply(out _z3, _z3, x1);

            FieldElement25519.Multiply(out _x2, _a, _b);
            FieldElement25519.Subtract(out _b, _a, _b);
            FieldElement25519.MultiplySmall(out _z2, _b, A24);
            FieldElement25519.Add(out _z2, _z2, _a);
            FieldElement25519.Multiply(out _z2, _z2, _b);
        }

        /// <summary>Writes x2 / z2, or 0 where z2 is 0.</summary>
        public void Encode(Span<byte> result)
        {
            FieldElement25519.Invert(out _a, _z2);
            FieldElement25519.Multiply(out _a, _a, _x2);
            _a.Encode(result);
        }
    }
}
