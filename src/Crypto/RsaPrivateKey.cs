using System.Security.Cryptography;

namespace LucidSsh.Crypto;

/// <summary>An RSA private key of two primes (RFC 8017 section 3.2) and its PKCS #1 v1.5 signatures: exponentiation modulo each
/// prime, the base blinded, the result verified before it is released, so that a fault gives no factor away. Constant-time
/// throughout; the lengths are public. May be used by several threads.</summary>
internal sealed unsafe class RsaPrivateKey : IDisposable
{
    private readonly RsaCrt _crt;
    private readonly RsaBlinding _blinding;

    /// <summary>Reads a key and checks that its parts belong together: n = p q and e d = 1 modulo p - 1 and q - 1. The primes are
    /// taken for primes; where one is not, no signature is ever released. All values big-endian.</summary>
    /// <exception cref="CryptographicException">A part is malformed or does not belong to the others; the message says which.</exception>
    public RsaPrivateKey(
        ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> publicExponent, ReadOnlySpan<byte> privateExponent, ReadOnlySpan<byte> p, ReadOnlySpan<byte> q)
    {
        PublicKey = new RsaPublicKey(modulus, publicExponent);
        _crt = new RsaCrt(PublicKey, privateExponent.TrimStart((byte)0), p.TrimStart((byte)0), q.TrimStart((byte)0));
        _blinding = new RsaBlinding(PublicKey, _crt);
    }

    /// <summary>The public half.</summary>
    public RsaPublicKey PublicKey { get; }

    /// <summary>d, big-endian.</summary>
    public ReadOnlySpan<byte> PrivateExponent => _crt.PrivateExponent.Span;

    /// <summary>p, big-endian.</summary>
    public ReadOnlySpan<byte> P => _crt.P.Span;

    /// <summary>q, big-endian.</summary>
    public ReadOnlySpan<byte> Q => _crt.Q.Span;

    /// <summary>d mod (p - 1), big-endian, as long as p.</summary>
    public ReadOnlySpan<byte> ExponentP => _crt.ExponentP.Span;

    /// <summary>d mod (q - 1), big-endian, as long as q.</summary>
    public ReadOnlySpan<byte> ExponentQ => _crt.ExponentQ.Span;

    /// <summary>1 / q mod p, big-endian, as long as p (OpenSSH's iqmp, PKCS #1's coefficient).</summary>
    public ReadOnlySpan<byte> Coefficient => _crt.Coefficient.Span;

    /// <summary>Signs <paramref name="message"/> into the first <see cref="RsaPublicKey.SignatureLength"/> bytes.</summary>
    /// <param name="hash">The hash of the message; SHA-1 or SHA-2.</param>
    /// <param name="message">The bytes to sign.</param>
    /// <param name="random">Feeds the blinding; the signature does not depend on it.</param>
    /// <param name="signature">Receives the signature, with leading zeros.</param>
    /// <exception cref="CryptographicException">The modulus is too short for the hash, or the result did not verify.</exception>
    public void Sign(HashName hash, ReadOnlySpan<byte> message, IRandomSource random, Span<byte> signature)
    {
        ObjectDisposedException.ThrowIf(_crt.IsDisposed, this);
        signature = signature[..PublicKey.SignatureLength];
        MontgomeryModulus modulus = PublicKey.Montgomery;
        int n = modulus.LimbCount;
        Span<byte> encoded = stackalloc byte[signature.Length];
        if (!RsaEncoding.TryEncode(hash, message, encoded))
        {
            throw new CryptographicException($"The RSA key of {PublicKey.ModulusBits} bits is too short to sign with {hash}.");
        }
        using LimbScratch scratch = new(5 * n);
        ulong* representative = scratch.Start, result = representative + n, check = result + n, blind = check + n, unblind = blind + n;
        Limbs.Read(encoded, representative, n);
        _blinding.Next(random, blind, unblind);
        modulus.Multiply(result, representative, blind);
        _crt.Power(result, result);
        modulus.Multiply(result, result, unblind);
        ModularPower.ComputePublic(modulus, check, result, PublicKey.Exponent);
        if (Limbs.Equal(check, representative, n) == 0)
        {
            throw new CryptographicException(
                "The RSA signature was withheld: it does not verify under its own public key. The private key is damaged, or the computation was disturbed.");
        }
        Limbs.Write(result, n, signature);
        GC.KeepAlive(_crt);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        _crt.Dispose();
        _blinding.Dispose();
    }
}
