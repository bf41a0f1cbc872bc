using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>Exponentiation modulo a <see cref="MontgomeryModulus"/>: fixed windows of five bits, each window's power selected
/// by reading the whole table under masks.</summary>
internal static unsafe class ModularPower
{
    private const int WindowBits = 5;
    private const int TableSize = 1 << WindowBits;

    /// <summary>result = value^exponent mod m, with all of value (below m), exponent and m secret and only the lengths public:
    /// <paramref name="exponentBits"/> is the number of bits processed, leading zeros included.</summary>
    public static void Compute(MontgomeryModulus modulus, ulong* result, ulong* value, ulong* exponent, int exponentBits)
    {
        int n = modulus.LimbCount;
        using LimbScratch scratch = new((TableSize + 2) * n);
        ulong* table = scratch.Start;
        ulong* power = table + (TableSize * n);
        ulong* selected = power + n;

        Limbs.Copy(modulus.One, table, n);
        modulus.Enter(table + n, value);
        for (int i = 2; i < TableSize; i++)
        {
            modulus.Multiply(table + (i * n), table + ((i - 1) * n), table + n);
        }
        Limbs.Copy(modulus.One, power, n);
        int exponentLimbs = Limbs.Count(exponentBits);
        for (int window = (exponentBits + WindowBits - 1) / WindowBits - 1; window >= 0; window--)
        {
            for (int i = 0; i < WindowBits; i++)
            {
                modulus.Multiply(power, power, power);
            }
            Select(table, Limbs.Window(exponent, exponentLimbs, window * WindowBits, WindowBits), selected, n);
            modulus.Multiply(power, power, selected);
        }
        modulus.Leave(result, power);
    }

    /// <summary>result = value^exponent mod m, with value below m; the exponent is public and shapes the running time.</summary>
    public static void ComputePublic(MontgomeryModulus modulus, ulong* result, ulong* value, ReadOnlySpan<byte> exponent)
    {
        int n = modulus.LimbCount;
        using LimbScratch scratch = new(2 * n);
        ulong* power = scratch.Start;
        ulong* entered = power + n;
        modulus.Enter(entered, value);
        Limbs.Copy(modulus.One, power, n);
        bool started = false;
        for (int bit = (exponent.Length * 8) - 1; bit >= 0; bit--)
        {
            bool set = (exponent[^((bit >> 3) + 1)] >> (bit & 7) & 1) != 0;
            if (started)
            {
                modulus.Multiply(power, power, power);
            }
            if (set)
            {
                modulus.Multiply(power, power, entered);
                started = true;
            }
        }
        modulus.Leave(result, power);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Select(ulong* table, ulong index, ulong* selected, int n)
    {
        Limbs.Clear(selected, n);
        for (int i = 0; i < TableSize; i++)
        {
            ulong mask = ConstantTime.Mask(ConstantTime.Equal(index, (ulong)i));
            ulong* entry = table + (i * n);
            for (int j = 0; j < n; j++)
            {
                selected[j] |= entry[j] & mask;
            }
        }
    }
}
