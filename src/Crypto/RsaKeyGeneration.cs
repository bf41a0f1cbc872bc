using System.Security.Cryptography;

namespace LucidSsh.Crypto;

/// <summary>Makes RSA keys with e = 65537 from two random probable primes (FIPS 186-5 appendix A.1.3). What time shows is how
/// many candidates were thrown away, and by which test: they are independent of the primes that are kept. Everything done with
/// a candidate that is kept is constant-time.</summary>
internal static unsafe class RsaKeyGeneration
{
    private const uint PublicExponent = 65537; // itself a prime
    private const int CandidatesPerBit = 100; // one in 0.35 bits is a prime: without one in so many, the random source is broken
    private const int Rounds = 8; // for random candidates of 1024 bits, each of FIPS 186-5 table B.1 asks for fewer
    private const int LeadingBytesThatDiffer = 12;

    /// <summary>A new key.</summary>
    /// <param name="bits">The length of the modulus: 2048 to 16384, a multiple of 8. The time grows with its fourth power: 3072
    /// bits take about half a second, 8192 half a minute, 16384 many minutes.</param>
    /// <param name="random">Where the primes come from.</param>
    /// <exception cref="CryptographicException">The random source yields no primes.</exception>
    public static RsaPrivateKey Generate(int bits, IRandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, RsaPublicKey.SmallestBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, RsaPublicKey.LargestBits);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bits % 8, 0, nameof(bits));
        using Secret first = GeneratePrime(bits / 2, random), second = GeneratePrime(bits / 2, random);
        int order = first.Span.SequenceCompareTo(second.Span); // p > q, as everybody writes them; shows how long they begin alike
        Secret p = order > 0 ? first : second, q = order > 0 ? second : first;
        if (p.Span[..LeadingBytesThatDiffer].SequenceEqual(q.Span[..LeadingBytesThatDiffer]))
        {
            throw new CryptographicException("The random source gave two primes that begin alike: it repeats itself.");
        }
        return Assemble(p, q);
    }

    // n = p q, and d = 1 / e mod (p - 1)(q - 1), by (1 + k (p - 1)(q - 1)) / e for the k below e that makes it whole.
    private static RsaPrivateKey Assemble(Secret p, Secret q)
    {
        int half = Limbs.Count(p.Length * 8), whole = 2 * half;
        using LimbScratch scratch = new((2 * half) + (3 * whole) + 6);
        ulong* left = scratch.Start, right = left + half, modulus = right + half, totient = modulus + whole, dividend = totient + whole;
        ulong* factor = dividend + whole + 2, divisor = factor + 1, remainder = divisor + 1;
        Limbs.Read(p.Span, left, half);
        Limbs.Read(q.Span, right, half);
        Limbs.Multiply(modulus, left, half, right, half);
        left[0] ^= 1; // odd: minus 1
        right[0] ^= 1;
        Limbs.Multiply(totient, left, half, right, half);

        factor[0] = PublicExponent - Inverse(SmallModulus.Of(PublicExponent).Reduce(totient, whole));
        Limbs.Multiply(dividend, totient, whole, factor, 1);
        dividend[0] |= 1; // even: plus 1
        divisor[0] = PublicExponent;
        LongDivision.Divide(dividend, whole + 1, divisor, 1, dividend, remainder);

        using Secret publicModulus = new(2 * p.Length), privateExponent = new(2 * p.Length);
        Limbs.Write(modulus, whole, publicModulus.Span);
        Limbs.Write(dividend, whole, privateExponent.Span);
        return new RsaPrivateKey(publicModulus.Span, [1, 0, 1], privateExponent.Span, p.Span, q.Span);
    }

    /// <summary>A prime of exactly <paramref name="bits"/> bits whose two highest bits are set, so that a product of two has
    /// twice the length, and which is 3 modulo 4 and not 1 modulo e.</summary>
    internal static Secret GeneratePrime(int bits, IRandomSource random)
    {
        Secret candidate = new((bits + 7) / 8);
        for (int i = 0; i < CandidatesPerBit * bits; i++)
        {
            random.Fill(candidate.Span);
            int spare = (8 * candidate.Length) - bits;
            candidate.Span[0] &= (byte)(0xff >> spare);
            SetBit(candidate.Span, bits - 1);
            SetBit(candidate.Span, bits - 2);
            candidate.Span[^1] |= 3;
            if (HasNoSmallFactor(candidate.Span) && IsProbablePrime(candidate.Span, random))
            {
                return candidate;
            }
        }
        candidate.Dispose();
        throw new CryptographicException($"The random source gave no prime among {CandidatesPerBit * bits} numbers of {bits} bits.");
    }

    // The time tells at which small prime a candidate fell; one that is kept passes them all.
    private static bool HasNoSmallFactor(ReadOnlySpan<byte> candidate)
    {
        int n = Limbs.Count(candidate.Length * 8);
        using LimbScratch scratch = new(n);
        Limbs.Read(candidate, scratch.Start, n);
        foreach (SmallModulus prime in SmallModulus.OddPrimes)
        {
            if (prime.Reduce(scratch.Start, n) == 0)
            {
                return false;
            }
        }
        return SmallModulus.Of(PublicExponent).Reduce(scratch.Start, n) != 1;
    }

    /// <summary>Miller and Rabin's test with random bases. For a number that is 3 modulo 4 it asks whether
    /// base^((m - 1) / 2) is 1 or -1.</summary>
    internal static bool IsProbablePrime(ReadOnlySpan<byte> candidate, IRandomSource random)
    {
        MontgomeryModulus modulus = new(candidate);
        int n = modulus.LimbCount;
        using LimbScratch scratch = new(5 * n);
        ulong* exponent = scratch.Start, power = exponent + n, one = power + n, minusOne = one + n;
        Limbs.Copy(modulus.Modulus, minusOne, n);
        minusOne[0] ^= 1;
        one[0] = 1;
        for (int i = 0; i < n; i++)
        {
            exponent[i] = (minusOne[i] >> 1) | (i + 1 < n ? minusOne[i + 1] << 63 : 0);
        }
        using Secret witness = new(candidate.Length);
        bool probable = true;
        for (int round = 0; round < Rounds && probable; round++)
        {
            random.Fill(witness.Span);
            witness.Span[0] &= (byte)((1 << ((modulus.BitLength - 1) & 7)) - 1); // one bit shorter: below the modulus
            Limbs.Read(witness.Span, power, n);
            ModularPower.Compute(modulus, power, power, exponent, modulus.BitLength - 1);
            probable = (Limbs.Equal(power, one, n) | Limbs.Equal(power, minusOne, n)) != 0;
        }
        modulus.Zero();
        return probable;
    }

    // value^(e - 2) is 1 / value modulo the prime e; the steps depend on e alone.
    private static ulong Inverse(ulong value)
    {
        SmallModulus modulus = SmallModulus.Of(PublicExponent);
        ulong result = 1;
        for (int bit = 31; bit >= 0; bit--)
        {
            result = modulus.Reduce(result * result);
            if (((PublicExponent - 2) >> bit & 1) != 0)
            {
                result = modulus.Reduce(result * value);
            }
        }
        return result;
    }

    private static void SetBit(Span<byte> bigEndian, int bit) => bigEndian[^((bit >> 3) + 1)] |= (byte)(1 << (bit & 7));
}
