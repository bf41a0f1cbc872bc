using System.Security.Cryptography;

namespace LucidSsh.Crypto;

/// <summary>The secret half of an RSA key: exponentiation modulo p and q, put together by Garner's formula
/// (RFC 8017 section 5.1.2, 2b).</summary>
internal sealed unsafe class RsaCrt : IDisposable
{
    private readonly RsaPublicKey _key;
    private readonly MontgomeryModulus _p;
    private readonly MontgomeryModulus _q;

    public RsaCrt(RsaPublicKey key, ReadOnlySpan<byte> privateExponent, ReadOnlySpan<byte> p, ReadOnlySpan<byte> q)
    {
        _key = key;
        if (p.IsEmpty || q.IsEmpty || (p[^1] & q[^1] & 1) == 0 || (p.Length + q.Length - key.Modulus.Length) is not (0 or 1))
        {
            throw new CryptographicException("The RSA private key is damaged: its primes do not multiply to its modulus.");
        }
        if (privateExponent.IsEmpty || privateExponent.Length > key.Modulus.Length)
        {
            throw new CryptographicException("The RSA private key is damaged: its private exponent is empty or longer than its modulus.");
        }
        if (p is [1] || q is [1])
        {
            throw new CryptographicException("The RSA private key is damaged: one of its primes is 1.");
        }
        _p = new MontgomeryModulus(p);
        _q = new MontgomeryModulus(q);
        PrivateExponent = new Secret(privateExponent);
        P = new Secret(p);
        Q = new Secret(q);
        ExponentP = new Secret(p.Length);
        ExponentQ = new Secret(q.Length);
        Coefficient = new Secret(p.Length);
        try
        {
            CheckProduct();
            DeriveExponent(_p, ExponentP);
            DeriveExponent(_q, ExponentQ);
            DeriveCoefficient();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    ~RsaCrt() => ZeroModuli();

    public Secret PrivateExponent { get; }

    public Secret P { get; }

    public Secret Q { get; }

    public Secret ExponentP { get; }

    public Secret ExponentQ { get; }

    public Secret Coefficient { get; }

    public bool IsDisposed { get; private set; }

    /// <summary>result = value^d mod n, for value below n; n's limbs.</summary>
    public void Power(ulong* result, ulong* value) => Power(result, value, ExponentP, ExponentQ);

    /// <summary>result = 1 / value mod n, by Fermat modulo each prime: value^(p - 2), value^(q - 2).</summary>
    public void Invert(ulong* result, ulong* value)
    {
        using Secret exponentP = LessTwo(_p);
        using Secret exponentQ = LessTwo(_q);
        Power(result, value, exponentP, exponentQ);
    }

    public void Dispose()
    {
        IsDisposed = true;
        PrivateExponent.Dispose();
        P.Dispose();
        Q.Dispose();
        ExponentP.Dispose();
        ExponentQ.Dispose();
        Coefficient.Dispose();
        ZeroModuli();
        GC.SuppressFinalize(this);
    }

    private void ZeroModuli()
    {
        _p?.Zero();
        _q?.Zero();
    }

    /// <summary>p - 2: p is odd, so that it borrows only for p = 1.</summary>
    private static Secret LessTwo(MontgomeryModulus prime)
    {
        int n = prime.LimbCount;
        using LimbScratch scratch = new(2 * n);
        scratch.Start[0] = 2;
        Limbs.Subtract(scratch.Start + n, prime.Modulus, scratch.Start, n);
        Secret exponent = new(prime.ByteLength);
        Limbs.Write(scratch.Start + n, n, exponent.Span);
        GC.KeepAlive(prime);
        return exponent;
    }

    private static void PowerModulo(MontgomeryModulus prime, ulong* result, ulong* value, int valueCount, Secret exponent)
    {
        int exponentLimbs = Limbs.Count(exponent.Length * 8);
        using LimbScratch scratch = new(exponentLimbs);
        Limbs.Read(exponent.Span, scratch.Start, exponentLimbs);
        prime.Reduce(result, value, valueCount);
        ModularPower.Compute(prime, result, result, scratch.Start, prime.BitLength);
    }

    private void Power(ulong* result, ulong* value, Secret exponentP, Secret exponentQ)
    {
        int n = _key.Montgomery.LimbCount, pLimbs = _p.LimbCount, qLimbs = _q.LimbCount;
        using LimbScratch scratch = new((3 * pLimbs) + qLimbs + pLimbs + qLimbs);
        ulong* modP = scratch.Start;
        ulong* other = modP + pLimbs;
        ulong* coefficient = other + pLimbs;
        ulong* modQ = coefficient + pLimbs;
        ulong* product = modQ + qLimbs;
        PowerModulo(_p, modP, value, n, exponentP);
        PowerModulo(_q, modQ, value, n, exponentQ);

        // h = (modP - modQ) / q mod p; the result is modQ + q h, below n.
        _p.Reduce(other, modQ, qLimbs);
        _p.Subtract(modP, modP, other);
        Limbs.Read(Coefficient.Span, coefficient, pLimbs);
        _p.Enter(coefficient, coefficient);
        _p.Multiply(modP, modP, coefficient);
        Limbs.Multiply(product, modP, pLimbs, _q.Modulus, qLimbs);
        ulong carry = Limbs.Add(product, product, modQ, qLimbs);
        for (int i = qLimbs; i < pLimbs + qLimbs; i++)
        {
            product[i] += carry;
            carry = Limbs.Less(product[i], carry);
        }
        Limbs.Copy(product, result, n);
        GC.KeepAlive(this);
    }

    private void CheckProduct()
    {
        int pLimbs = _p.LimbCount, qLimbs = _q.LimbCount;
        using LimbScratch scratch = new(pLimbs + qLimbs);
        Limbs.Multiply(scratch.Start, _p.Modulus, pLimbs, _q.Modulus, qLimbs);
        using Secret product = new((pLimbs + qLimbs) * 8);
        Limbs.Write(scratch.Start, pLimbs + qLimbs, product.Span);
        using Secret expected = new(product.Length);
        _key.Modulus.CopyTo(expected.Span[^_key.Modulus.Length..]);
        if (!ConstantTime.Equal(product.Span, expected.Span))
        {
            throw new CryptographicException("The RSA private key is damaged: its primes do not multiply to its modulus.");
        }
    }

    /// <summary>exponent = d mod (prime - 1), and e exponent = 1 mod (prime - 1).</summary>
    private void DeriveExponent(MontgomeryModulus prime, Secret exponent)
    {
        int n = prime.LimbCount, dLimbs = Limbs.Count(PrivateExponent.Length * 8), eLimbs = Limbs.Count(_key.Exponent.Length * 8);
        using LimbScratch scratch = new((3 * n) + dLimbs + (2 * eLimbs));
        ulong* less = scratch.Start, derived = less + n, d = derived + n, e = d + dLimbs, product = e + eLimbs;
        Limbs.Copy(prime.Modulus, less, n);
        less[0] ^= 1; // odd: minus 1
        Limbs.Read(PrivateExponent.Span, d, dLimbs);
        LongDivision.Divide(d, dLimbs, less, n, null, derived);
        Limbs.Write(derived, n, exponent.Span);
        Limbs.Read(_key.Exponent, e, eLimbs);
        Limbs.Multiply(product, derived, n, e, eLimbs);
        LongDivision.Divide(product, n + eLimbs, less, n, null, derived);
        derived[0] ^= 1;
        if (Limbs.IsZero(derived, n) == 0)
        {
            throw new CryptographicException("The RSA private key is damaged: its private exponent does not invert its public exponent.");
        }
    }

    /// <summary>1 / q mod p = q^(p - 2), which for a prime p gives 1 times q.</summary>
    private void DeriveCoefficient()
    {
        int pLimbs = _p.LimbCount, qLimbs = _q.LimbCount;
        using LimbScratch scratch = new(3 * pLimbs);
        ulong* inverse = scratch.Start, q = inverse + pLimbs, one = q + pLimbs;
        using Secret exponent = LessTwo(_p);
        PowerModulo(_p, inverse, _q.Modulus, qLimbs, exponent);
        Limbs.Write(inverse, pLimbs, Coefficient.Span);
        _p.Reduce(q, _q.Modulus, qLimbs);
        _p.Enter(q, q);
        _p.Multiply(q, q, inverse);
        one[0] = 1;
        if (Limbs.Equal(q, one, pLimbs) == 0)
        {
            throw new CryptographicException("The RSA private key is damaged: p is not a prime, or equals q.");
        }
    }
}
