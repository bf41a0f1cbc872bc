using System.Collections.Immutable;

namespace LucidSsh.Crypto;

/// <summary>Remainders of secret numbers by a small public one, without a division instruction, whose time depends on its
/// operands: Barrett's way, a multiplication by 2^64 / m and one masked correction.</summary>
internal readonly unsafe struct SmallModulus
{
    private const int LargestPrime = 10_000; // beyond, a test costs more than the Miller-Rabin rounds it saves

    private readonly ulong _modulus; // at most 17 bits
    private readonly ulong _reciprocal;

    private SmallModulus(uint modulus)
    {
        _modulus = modulus;
        _reciprocal = ulong.MaxValue / modulus;
    }

    /// <summary>The odd primes below 10,000.</summary>
    public static ImmutableArray<SmallModulus> OddPrimes { get; } = [.. Sieve()];

    /// <summary>The modulus <paramref name="modulus"/>: odd, of at most 17 bits.</summary>
    public static SmallModulus Of(uint modulus) => new(modulus);

    /// <summary>value mod m, for a value below 2^50: the estimated quotient is the true one or one less.</summary>
    public ulong Reduce(ulong value)
    {
        ulong remainder = value - (Limbs.MultiplyHigh(value, _reciprocal) * _modulus);
        ulong less = remainder - _modulus;
        return ConstantTime.Select(ConstantTime.Mask(Limbs.Less(remainder, _modulus)), remainder, less);
    }

    /// <summary>value mod m, 32 bits at a time from the top.</summary>
    public ulong Reduce(ulong* value, int count)
    {
        ulong remainder = 0;
        for (int i = count - 1; i >= 0; i--)
        {
            remainder = Reduce((remainder << 32) | (value[i] >> 32));
            remainder = Reduce((remainder << 32) | (uint)value[i]);
        }
        return remainder;
    }

    private static List<SmallModulus> Sieve()
    {
        bool[] composite = new bool[LargestPrime];
        List<SmallModulus> primes = [];
        for (int i = 3; i < LargestPrime; i += 2)
        {
            if (composite[i])
            {
                continue;
            }
            primes.Add(new SmallModulus((uint)i));
            for (int multiple = i * i; multiple < LargestPrime; multiple += i)
            {
                composite[multiple] = true;
            }
        }
        return primes;
    }
}
