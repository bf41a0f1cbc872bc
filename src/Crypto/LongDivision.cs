using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>Division by an even or odd secret, one bit at a time: slow, constant-time, and only used when an RSA key is made or
/// read.</summary>
internal static unsafe class LongDivision
{
    /// <summary>value = quotient divisor + remainder. The quotient takes as many limbs as the value (null: not wanted) and may
    /// be the same memory; the remainder takes as many as the divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Divide(ulong* value, int valueCount, ulong* divisor, int divisorCount, ulong* quotient, ulong* remainder)
    {
        using LimbScratch scratch = new((2 * divisorCount) + valueCount);
        ulong* partial = scratch.Start;
        ulong* reduced = partial + divisorCount;
        ulong* digits = reduced + divisorCount;
        for (int bit = (valueCount * 64) - 1; bit >= 0; bit--)
        {
            ulong carry = (value[bit >> 6] >> (bit & 63)) & 1;
            for (int i = 0; i < divisorCount; i++)
            {
                ulong limb = partial[i];
                partial[i] = (limb << 1) | carry;
                carry = limb >> 63;
            }
            ulong borrow = Limbs.Subtract(reduced, partial, divisor, divisorCount);
            ulong fits = carry | (borrow ^ 1); // partial < 2 divisor: a carry out means that it is above the divisor
            Limbs.CopyIf(ConstantTime.Mask(fits), reduced, partial, divisorCount);
            digits[bit >> 6] |= fits << (bit & 63);
        }
        Limbs.Copy(partial, remainder, divisorCount);
        if (quotient != null)
        {
            Limbs.Copy(digits, quotient, valueCount);
        }
    }
}
