using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>What <see cref="VectorModulus{TKernel}"/> needs of a vector unit. A block is as many digits as there are lanes; all
/// digits are below 2^30, so that the 32-bit multiplier takes them.</summary>
internal unsafe interface IVectorKernel
{
    /// <summary>The 64-bit lanes of a vector.</summary>
    static abstract int Lanes { get; }

    /// <summary>lowest = the first block of a (b_0 + radix b_1 + …), for the first block of a and one block of b.</summary>
    static abstract void MultiplyLowest(ulong* lowest, ulong* a, ulong* b);

    /// <summary>The quotient digits that make the lowest block of <paramref name="sum"/> + <paramref name="lowest"/> + N q - q vanish,
    /// and as the result what that block carries into the next. As N = 0 modulo the radix, the digit of a column is the lowest digit
    /// of what stands there before it is subtracted, and the rest is the carry. <paramref name="multiple"/> is N, and
    /// <paramref name="zeros"/>, from 1 to 3, how many of its lowest digits are zero.</summary>
    static abstract ulong Quotients(ulong carry, ulong* sum, ulong* lowest, ulong* multiple, int zeros, ulong* quotients, int radixBits);

    /// <summary>sum = sum + a (b_0 + radix b_1 + …) + N (q_0 + radix q_1 + …), each block but the lowest put one lower. Blocks of a
    /// before <paramref name="start"/> are zero and left out; <paramref name="shifted"/> is N laid out for the purpose;
    /// <paramref name="blocks"/> are in a number, and one of zeros above.</summary>
    static abstract void AddRows(ulong* sum, ulong* a, ulong* b, ulong* shifted, ulong* quotients, int start, int blocks);

    /// <summary>product = the digits of a sum whose lanes are below 2^64, by two passes of carries from each lane to the next: they
    /// leave less than radix + 2^13.</summary>
    static abstract void Normalise(ulong* product, ulong* sum, int digitCount, int radixBits);
}

/// <summary>Montgomery multiplication in vector lanes. Numbers are digits of 26 to 28 bits, one to each 64-bit lane, so that the
/// vector unit's 32-bit multiplier makes their products and sums need no carries; they are multiplied in blocks of as many rows
/// as there are lanes, product and reduction interleaved.
/// <para>Not m itself is the modulus but M = c m with M = -1 modulo the radix, so that with N = M + 1 a Montgomery step adds
/// M q = N q - q: the quotient digit q is the lowest digit of the sum itself, and subtracting it needs no arithmetic. Where the
/// digits leave room for a larger c, M = -1 modulo a power of the radix, and N has more zeros. With R = radix^L &gt; 4 M for L
/// digits, operands below 2 M give products below (4 M^2 + R M) / R &lt; 2 M, and nothing is ever subtracted before
/// <see cref="Leave"/>.</para>
/// <para>A column gathers at most L products a_i b_j, as many N_i q_j, and a carry of less than 2^(65 - bits); a digit is below
/// radix + 2^13, what <see cref="IVectorKernel.Normalise"/> leaves. The radix is the largest for which that stays below 2^64:
/// 28 bits for moduli up to some 3300 bits, 27 up to 13000, then 26.</para></summary>
internal sealed unsafe class VectorModulus<TKernel> : PowerArithmetic
    where TKernel : struct, IVectorKernel
{
    private const int AlignmentWords = 8; // 64 bytes, a cache line and the widest vector

    private const int MostZeros = 3; // c has at most 84 bits
    private const int FactorLimbs = 2;

    private readonly MontgomeryModulus _modulus;
    private readonly int _blocks; // L / lanes
    private readonly ulong[] _words; // pinned; from the first 64-byte boundary: the shifted N, N, R^2 mod m, 2^(64 n) mod m
    private readonly ulong* _shifted;
    private readonly ulong* _rSquared;
    private readonly ulong* _limbR;

    /// <param name="modulus">Of at least two limbs, that is, of more than 64 bits.</param>
    public VectorModulus(MontgomeryModulus modulus)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(modulus.LimbCount, FactorLimbs, nameof(modulus));
        _modulus = modulus;
        (RadixBits, DigitCount) = Choose(modulus.BitLength);
        ZeroDigits = Math.Min(((DigitCount * RadixBits) - 2 - modulus.BitLength) / RadixBits, MostZeros);
        _blocks = DigitCount / TKernel.Lanes;
        int shiftedWords = DigitCount * TKernel.Lanes;
        _words = Limbs.Allocate(shiftedWords + (3 * Words) + AlignmentWords);
        nuint start = (nuint)Unsafe.AsPointer(ref _words[0]);
        _shifted = (ulong*)((start + (AlignmentWords * sizeof(ulong)) - 1) & ~(nuint)((AlignmentWords * sizeof(ulong)) - 1));
        Multiple = _shifted + shiftedWords;
        _rSquared = Multiple + Words;
        _limbR = _rSquared + Words;
        ComputeMultiple();
        ToDigits(modulus.One, modulus.LimbCount, _limbR);
        ComputeRSquared();
    }

    /// <summary>The bits of a digit: 28, 27 or 26.</summary>
    public int RadixBits { get; }

    /// <summary>L, a multiple of the lanes.</summary>
    public int DigitCount { get; }

    /// <summary>The digits of N that are zero: as many as leave R > 4 M, but 3 at most.</summary>
    public int ZeroDigits { get; }

    /// <summary>N = c m + 1.</summary>
    public ulong* Multiple { get; }

    /// <summary>L digits and, always zero, a block above them.</summary>
    public override int Words => DigitCount + TKernel.Lanes;

    /// <summary>A sum, an operand of a squaring, a block of quotient digits and the lowest block of a product.</summary>
    public override int WorkWords => (2 * Words) + (2 * TKernel.Lanes);

    public override void Enter(ulong* result, ulong* value, ulong* work)
    {
        ToDigits(value, _modulus.LimbCount, result);
        Multiply(result, result, _rSquared, work);
    }

    public override void One(ulong* result, ulong* work)
    {
        Limbs.Clear(result, Words);
        result[0] = 1;
        Multiply(result, result, _rSquared, work);
    }

    public override void Multiply(ulong* product, ulong* a, ulong* b, ulong* work) => Multiply(product, a, b, work, squaring: false);

    public override void Square(ulong* product, ulong* a, ulong* work) => Multiply(product, a, a, work, squaring: true);

    /// <summary>v R in the form, times 2^(64 n) / R, is v 2^(64 n) modulo m and below 2 M = 2 c m, c below 2^84: a reduction by
    /// 64-bit limbs takes it to v below m.</summary>
    public override void Leave(ulong* result, ulong* value, ulong* work)
    {
        Multiply(value, value, _limbR, work);
        using LimbScratch scratch = new(_modulus.LimbCount + FactorLimbs);
        FromDigits(value, scratch.Start, _modulus.LimbCount + FactorLimbs);
        _modulus.LeaveWide(result, scratch.Start);
    }

    public override void Zero() => ConstantTime.Zero(_words.AsSpan());

    private static (int RadixBits, int DigitCount) Choose(int modulusBits)
    {
        for (int radixBits = 28; ; radixBits--)
        {
            // M has at most modulusBits + radixBits bits; two more make R > 4 M.
            int digits = (modulusBits + radixBits + 2 + radixBits - 1) / radixBits;
            digits = (digits + TKernel.Lanes - 1) / TKernel.Lanes * TKernel.Lanes;
            ulong digit = (1ul << radixBits) + (1ul << 13);
            UInt128 largestColumn = (2 * (UInt128)digits * digit * digit) + (UInt128.One << (65 - radixBits));
            if (largestColumn <= ulong.MaxValue)
            {
                return (radixBits, digits);
            }
        }
    }

    /// <summary>Block by block of b: quotient digits, then a row of products for each digit. In a squaring, the products of two
    /// blocks of a are taken once and doubled: at b's block i, <paramref name="a"/> has zeros for the blocks before i, block i
    /// itself, and twice the blocks after it. A column's sum never differs from a multiplication's but by what comes earlier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(ulong* product, ulong* a, ulong* b, ulong* work, bool squaring)
    {
        int lanes = TKernel.Lanes;
        ulong* sum = work, operand = squaring ? sum + Words : a, quotients = sum + (2 * Words), lowest = quotients + lanes;
        Clear(sum, Words);
        if (squaring)
        {
            Double(operand, a, Words);
            Copy(operand, a, lanes);
        }
        TKernel.MultiplyLowest(lowest, operand, b);
        ulong carry = 0;
        for (int block = 0; block < _blocks; block++)
        {
            ulong* rows = b + (block * lanes);
            carry = TKernel.Quotients(carry, sum, lowest, Multiple, ZeroDigits, quotients, RadixBits);
            if (!squaring)
            {
                // What the next quotients need of the vector unit comes before its long work, so that they need not wait for that.
                // For the last block this reads the zeros above b.
                TKernel.MultiplyLowest(lowest, operand, rows + lanes);
                TKernel.AddRows(sum, operand, rows, _shifted, quotients, 0, _blocks);
                continue;
            }
            Clear(lowest, lanes); // every further product of two digits of these columns is of a block before
            TKernel.AddRows(sum, operand, rows, _shifted, quotients, block, _blocks);
            Clear(operand + (block * lanes), lanes);
            Copy(operand + ((block + 1) * lanes), a + ((block + 1) * lanes), lanes);
        }
        sum[0] += carry;
        TKernel.Normalise(product, sum, DigitCount, RadixBits);
        GC.KeepAlive(this);
    }

    /// <summary>Spreads limbs over digits; the words after them become zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ToDigits(ulong* limbs, int count, ulong* digits)
    {
        for (int i = 0; i < Words; i++)
        {
            digits[i] = Limbs.Window(limbs, count, i * RadixBits, RadixBits);
        }
    }

    /// <summary>Gathers digits, with whatever carries they hold, into limbs; the value must fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FromDigits(ulong* digits, ulong* limbs, int count)
    {
        Limbs.Clear(limbs, count);
        ulong mask = (1ul << RadixBits) - 1, carry = 0;
        for (int i = 0; i < DigitCount; i++)
        {
            carry += digits[i];
            int bit = i * RadixBits, limb = bit >> 6, shift = bit & 63;
            ulong digit = carry & mask;
            carry >>= RadixBits;
            if (limb < count)
            {
                limbs[limb] |= digit << shift;
            }
            if (shift + RadixBits > 64 && limb + 1 < count)
            {
                limbs[limb + 1] |= digit >> (64 - shift);
            }
        }
    }

    /// <summary>N = c m + 1, c = -1 / m modulo radix^zeros; and for each block of a sum from the second on, the blocks of N that
    /// rows 0, 1, … add to it.</summary>
    private void ComputeMultiple()
    {
        int n = _modulus.LimbCount, lanes = TKernel.Lanes, bits = ZeroDigits * RadixBits;
        using LimbScratch scratch = new((2 * (n + FactorLimbs)) + FactorLimbs);
        ulong* product = scratch.Start, one = product + n + FactorLimbs, factor = one + n + FactorLimbs;
        UInt128 inverse = _modulus.NegativeInverse; // modulo 2^64, and by one step of Newton's modulo 2^128
        inverse *= 2 + (inverse * new UInt128(_modulus.Modulus[1], _modulus.Modulus[0]));
        inverse &= (UInt128.One << bits) - 1;
        factor[0] = (ulong)inverse;
        factor[1] = (ulong)(inverse >> 64);
        one[0] = 1;
        Limbs.Multiply(product, _modulus.Modulus, n, factor, FactorLimbs);
        Limbs.Add(product, product, one, n + FactorLimbs);
        ToDigits(product, n + FactorLimbs, Multiple);
        ulong* shifted = _shifted;
        for (int block = 1; block <= _blocks; block++)
        {
            for (int row = 0; row < lanes; row++, shifted += lanes)
            {
                Limbs.Copy(Multiple + (block * lanes) - row, shifted, lanes);
            }
        }
    }

    /// <summary>R 2^k by doubling 2^(bits - 1) modulo m; squared s times it is R 2^(k 2^s): R^2 for log2 R = k 2^s.</summary>
    private void ComputeRSquared()
    {
        int n = _modulus.LimbCount, log = DigitCount * RadixBits, squarings = BitOperations.TrailingZeroCount(log);
        using LimbScratch scratch = new(WorkWords + n);
        ulong* power = scratch.Start + WorkWords;
        power[(_modulus.BitLength - 1) >> 6] = 1ul << ((_modulus.BitLength - 1) & 63);
        for (int i = _modulus.BitLength - 1; i < log + (log >> squarings); i++)
        {
            _modulus.Add(power, power, power);
        }
        ToDigits(power, n, _rSquared);
        for (int i = 0; i < squarings; i++)
        {
            Square(_rSquared, _rSquared, scratch.Start);
        }
    }

    // Stores as wide as the kernel's loads: what was stored in parts reaches a load of the whole only by way of the cache.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Clear(ulong* destination, int words)
    {
        for (int i = 0; i < words; i += TKernel.Lanes)
        {
            if (TKernel.Lanes == Vector512<ulong>.Count)
            {
                Vector512<ulong>.Zero.Store(destination + i);
            }
            else
            {
                Vector256<ulong>.Zero.Store(destination + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(ulong* destination, ulong* source, int words)
    {
        for (int i = 0; i < words; i += TKernel.Lanes)
        {
            if (TKernel.Lanes == Vector512<ulong>.Count)
            {
                Vector512.Load(source + i).Store(destination + i);
            }
            else
            {
                Vector256.Load(source + i).Store(destination + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Double(ulong* destination, ulong* source, int words)
    {
        for (int i = 0; i < words; i += TKernel.Lanes)
        {
            if (TKernel.Lanes == Vector512<ulong>.Count)
            {
                Vector512<ulong> digits = Vector512.Load(source + i);
                (digits + digits).Store(destination + i);
            }
            else
            {
                Vector256<ulong> digits = Vector256.Load(source + i);
                (digits + digits).Store(destination + i);
            }
        }
    }
}
