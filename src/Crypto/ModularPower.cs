using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>Exponentiation modulo a <see cref="MontgomeryModulus"/>: fixed windows of five bits, each window's power selected
/// by reading the whole table under masks.</summary>
internal static unsafe class ModularPower
{
    private const int WindowBits = 5;
    private const int TableSize = 1 << WindowBits;

    /// <summary>result = value^exponent mod m, with all of value (below m), exponent and m secret and only the lengths public:
    /// <paramref name="exponentBits"/>, at least 1, is the number of bits processed, leading zeros included.</summary>
    public static void Compute(MontgomeryModulus modulus, ulong* result, ulong* value, ulong* exponent, int exponentBits) =>
        Compute(modulus.Arithmetic, result, value, exponent, exponentBits);

    /// <summary>The same with the arithmetic of the caller's choice.</summary>
    internal static void Compute(PowerArithmetic arithmetic, ulong* result, ulong* value, ulong* exponent, int exponentBits)
    {
        int size = arithmetic.Words;
        using LimbScratch scratch = new(((TableSize + 2) * size) + arithmetic.WorkWords);
        ulong* work = scratch.Start;
        ulong* table = work + arithmetic.WorkWords;
        ulong* power = table + (TableSize * size);
        ulong* selected = power + size;

        arithmetic.One(table, work);
        arithmetic.Enter(table + size, value, work);
        for (int i = 2; i < TableSize; i++)
        {
            arithmetic.Multiply(table + (i * size), table + ((i - 1) * size), table + size, work);
        }
        int exponentLimbs = Limbs.Count(exponentBits);
        int window = ((exponentBits + WindowBits - 1) / WindowBits) - 1;
        Select(table, Limbs.Window(exponent, exponentLimbs, window * WindowBits, WindowBits), power, size);
        while (--window >= 0)
        {
            for (int i = 0; i < WindowBits; i++)
            {
                arithmetic.Square(power, power, work);
            }
            Select(table, Limbs.Window(exponent, exponentLimbs, window * WindowBits, WindowBits), selected, size);
            arithmetic.Multiply(power, power, selected, work);
        }
        arithmetic.Leave(result, power, work);
    }

    /// <summary>result = value^exponent mod m, with value below m; the exponent is public and shapes the running time.</summary>
    public static void ComputePublic(MontgomeryModulus modulus, ulong* result, ulong* value, ReadOnlySpan<byte> exponent) =>
        ComputePublic(modulus.Arithmetic, result, value, exponent);

    /// <summary>The same with the arithmetic of the caller's choice.</summary>
    internal static void ComputePublic(PowerArithmetic arithmetic, ulong* result, ulong* value, ReadOnlySpan<byte> exponent)
    {
        int size = arithmetic.Words;
        using LimbScratch scratch = new((2 * size) + arithmetic.WorkWords);
        ulong* work = scratch.Start;
        ulong* power = work + arithmetic.WorkWords;
        ulong* entered = power + size;
        arithmetic.Enter(entered, value, work);
        arithmetic.One(power, work);
        bool started = false;
        for (int bit = (exponent.Length * 8) - 1; bit >= 0; bit--)
        {
            bool set = (exponent[^((bit >> 3) + 1)] >> (bit & 7) & 1) != 0;
            if (started)
            {
                arithmetic.Square(power, power, work);
            }
            if (set && started)
            {
                arithmetic.Multiply(power, power, entered, work);
            }
            else if (set)
            {
                Limbs.Copy(entered, power, size);
                started = true;
            }
        }
        arithmetic.Leave(result, power, work);
    }

    /// <summary>selected = table[index]: every entry is read, sixteen words of all of them at a time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Select(ulong* table, ulong index, ulong* selected, int size)
    {
        ulong* masks = stackalloc ulong[TableSize];
        for (int i = 0; i < TableSize; i++)
        {
            masks[i] = ConstantTime.Mask(ConstantTime.Equal(index, (ulong)i));
        }
        int start = 0;
        for (; start + 16 <= size; start += 16)
        {
            Vector256<ulong> first = default, second = default, third = default, fourth = default;
            ulong* entry = table + start;
            for (int i = 0; i < TableSize; i++, entry += size)
            {
                Vector256<ulong> mask = Vector256.Create(masks[i]);
                first |= Vector256.Load(entry) & mask;
                second |= Vector256.Load(entry + 4) & mask;
                third |= Vector256.Load(entry + 8) & mask;
                fourth |= Vector256.Load(entry + 12) & mask;
            }
            first.Store(selected + start);
            second.Store(selected + start + 4);
            third.Store(selected + start + 8);
            fourth.Store(selected + start + 12);
        }
        for (; start + 4 <= size; start += 4)
        {
            Vector256<ulong> words = default;
            for (int i = 0; i < TableSize; i++)
            {
                words |= Vector256.Load(table + (i * size) + start) & Vector256.Create(masks[i]);
            }
            words.Store(selected + start);
        }
        for (; start < size; start++)
        {
            ulong word = 0;
            for (int i = 0; i < TableSize; i++)
            {
                word |= table[(i * size) + start] & masks[i];
            }
            selected[start] = word;
        }
        Limbs.Zero(masks, TableSize);
    }
}
