using System.Security.Cryptography;

namespace LucidSsh.Crypto;

/// <summary>ECDSA (FIPS 186-4 section 6) with the nonce of RFC 6979, which no failing random source can spoil. The arithmetic on
/// nonce and private key is constant-time; verification is not.</summary>
internal static unsafe class Ecdsa
{
    private const int LongestDigest = 64;
    private const int HedgeLength = 32;

    /// <summary>Signs the hash of <paramref name="message"/>.</summary>
    /// <param name="curve">The key's curve.</param>
    /// <param name="privateKey">From 1 to n - 1, big-endian.</param>
    /// <param name="hash">Hashes the message, and drives the nonce.</param>
    /// <param name="message">The bytes to sign.</param>
    /// <param name="hedge">When given, 32 bytes of it enter the nonce (RFC 6979 section 3.6): the signature is no longer a
    /// function of the message, and a fault in one of two computations gives no key away.</param>
    /// <param name="r">Receives <see cref="NistCurve.ScalarLength"/> bytes.</param>
    /// <param name="s">Receives <see cref="NistCurve.ScalarLength"/> bytes.</param>
    /// <exception cref="CryptographicException">The private key is out of range.</exception>
    public static void Sign(
        NistCurve curve, ReadOnlySpan<byte> privateKey, HashName hash, ReadOnlySpan<byte> message, IRandomSource? hedge, Span<byte> r, Span<byte> s)
    {
        int n = curve.Order.LimbCount;
        ulong* limbs = stackalloc ulong[4 * n];
        ulong* key = limbs, digest = key + n, nonce = digest + n, point = nonce + n;
        Span<byte> x = stackalloc byte[curve.FieldLength];
        Span<byte> extra = stackalloc byte[HedgeLength];
        extra = hedge is null ? default : extra;
        hedge?.Fill(extra);
        curve.ReadScalar(privateKey, key);
        ReadDigest(curve, hash, message, digest);
        using DeterministicNonce nonces = new(curve.Order, hash, key, digest, extra);
        do
        {
            nonces.Next(nonce);
            curve.MultiplyBase(nonce, x);
            Limbs.Read(x, point, n); // the prime and the order are of one length
            curve.Order.Reduce(point, point, n);
        }
        while (!TryComplete(curve, key, digest, nonce, point)); // chance 2^-256 of a second turn
        Limbs.Write(point, n, r[..curve.ScalarLength]);
        Limbs.Write(nonce, n, s[..curve.ScalarLength]);
        Limbs.Zero(limbs, 4 * n);
    }

    /// <summary>Whether (r, s), big-endian of any length, signs <paramref name="message"/> under the public key
    /// <paramref name="point"/>. False for anything malformed: a point not on the curve, r or s not from 1 to n - 1.</summary>
    public static bool Verify(
        NistCurve curve, ReadOnlySpan<byte> point, HashName hash, ReadOnlySpan<byte> message, ReadOnlySpan<byte> r, ReadOnlySpan<byte> s)
    {
        MontgomeryModulus order = curve.Order;
        int n = order.LimbCount;
        ulong* limbs = stackalloc ulong[4 * n];
        ulong* expected = limbs, inverse = expected + n, baseScalar = inverse + n, pointScalar = baseScalar + n;
        if (!curve.IsValidPoint(point) || !curve.TryReadScalar(r, expected) || !curve.TryReadScalar(s, inverse))
        {
            return false;
        }
        ReadDigest(curve, hash, message, baseScalar);
        Invert(curve, inverse, inverse);
        order.Multiply(baseScalar, baseScalar, inverse);
        order.Multiply(pointScalar, expected, inverse);
        Span<byte> x = stackalloc byte[curve.FieldLength];
        if (!curve.TryMultiplyAddPublic(baseScalar, pointScalar, point, x))
        {
            return false;
        }
        Limbs.Read(x, baseScalar, n);
        order.Reduce(baseScalar, baseScalar, n);
        return Limbs.Equal(baseScalar, expected, n) == 1;
    }

    /// <summary>nonce = s = (digest + r key) / nonce mod n; false when r or s is zero.</summary>
    private static bool TryComplete(NistCurve curve, ulong* key, ulong* digest, ulong* nonce, ulong* r)
    {
        MontgomeryModulus order = curve.Order;
        int n = order.LimbCount;
        ulong* product = stackalloc ulong[n];
        order.Enter(product, key);
        order.Multiply(product, product, r);
        order.Add(product, product, digest);
        Invert(curve, nonce, nonce);
        order.Multiply(nonce, nonce, product);
        Limbs.Zero(product, n);
        return (Limbs.IsZero(r, n) | Limbs.IsZero(nonce, n)) == 0;
    }

    /// <summary>R / a mod n, so that a product with it is an ordinary residue again.</summary>
    private static void Invert(NistCurve curve, ulong* inverse, ulong* a)
    {
        curve.OrderInversion.Compute(inverse, a);
        curve.Order.Enter(inverse, inverse);
    }

    /// <summary>The leftmost bits of the digest as an integer modulo n (FIPS 186-4 section 6.4).</summary>
    private static void ReadDigest(NistCurve curve, HashName hash, ReadOnlySpan<byte> message, ulong* digest)
    {
        Span<byte> bytes = stackalloc byte[LongestDigest];
        bytes = bytes[..Hash.SizeOf(hash)];
        Hash.Digest(hash, message, bytes);
        DeterministicNonce.BitsToInteger(curve.Order, bytes, digest);
        curve.Order.Reduce(digest, digest, curve.Order.LimbCount);
    }
}
