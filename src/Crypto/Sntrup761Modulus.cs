using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>One of the two moduli of sntrup761, with the numbers that replace division by it. Residues are centered: from
/// -(m - 1)/2 to (m - 1)/2. Constant time.</summary>
internal sealed class Sntrup761Modulus
{
    private const int Shift = 40;

    private readonly long _reciprocal; // 2^40 / m, rounded

    private Sntrup761Modulus(short value)
    {
        Value = value;
        _reciprocal = ((1L << Shift) + value / 2) / value;

        // Newton's iteration: each step doubles the bits that are right; m itself is its inverse modulo 8.
        short inverse = value;
        for (int i = 0; i < 4; i++)
            inverse = (short)(inverse * (2 - value * inverse));
        MontgomeryInverse = inverse;
    }

    /// <summary>q = 4591.</summary>
    public static Sntrup761Modulus Q { get; } = new(4591);

    /// <summary>3, the modulus of small polynomials.</summary>
    public static Sntrup761Modulus Three { get; } = new(3);

    public short Value { get; }

    /// <summary>1/m modulo 2^16.</summary>
    public short MontgomeryInverse { get; }

    /// <summary>The centered residue of a number within 2^24 of zero. The reciprocal's error shifts the quotient by less than
    /// 2^-17, and a quotient by an odd number is at least 1/(2 m) away from where rounding changes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public short Freeze(int value) =>
        (short)(value - (int)((value * _reciprocal + (1L << (Shift - 1))) >> Shift) * Value);

    /// <summary>a b / 2^16 modulo m, within m of zero; a b within 2^15 m of zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public short MontgomeryMultiply(short a, short b)
    {
        int product = a * b;
        short quotient = (short)(product * MontgomeryInverse);
        return (short)((product - quotient * Value) >> 16);
    }

    /// <summary>1/a = a^(m-2) modulo the prime m; 0 for 0.</summary>
    public short Invert(short a)
    {
        short power = 1;
        short square = a;
        for (int exponent = Value - 2; exponent != 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
                power = Freeze(power * square);
            square = Freeze(square * square);
        }

        return power;
    }
}
