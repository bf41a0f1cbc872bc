namespace LucidSsh.Crypto;

/// <content>What verification needs: operands are public, so digits may be skipped and special cases branched on.</content>
internal sealed unsafe partial class CurveGroup<TField>
{
    private const int OddMultiples = 8; // P, 3 P, ... 15 P: non-adjacent form of width 5

    public override bool TryMultiplyAddPublic(ulong* a, ulong* b, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> sumX)
    {
        int size = 3 * _n;
        using LimbScratch scratch = new((((2 * OddMultiples) + 2) * size) + (Scratch * _n));
        ulong* baseTable = scratch.Start;
        ulong* pointTable = baseTable + (OddMultiples * size);
        ulong* sum = pointTable + (OddMultiples * size);
        ulong* negated = sum + size;
        ulong* work = negated + size;
        Load(_baseX, _baseY, baseTable);
        BuildOddTable(baseTable, sum, work);
        Load(x, y, pointTable);
        BuildOddTable(pointTable, sum, work);

        Span<sbyte> baseDigits = stackalloc sbyte[_scalarBits + 1];
        Span<sbyte> pointDigits = stackalloc sbyte[_scalarBits + 1];
        NonAdjacentForm(a, baseDigits);
        NonAdjacentForm(b, pointDigits);
        bool infinite = true;
        for (int i = _scalarBits; i >= 0; i--)
        {
            if (!infinite)
            {
                Double(sum, sum, work);
            }
            AddDigit(sum, ref infinite, baseTable, baseDigits[i], negated, work);
            AddDigit(sum, ref infinite, pointTable, pointDigits[i], negated, work);
        }
        if (!infinite)
        {
            WriteAffine(sum, sumX, default, work);
        }
        return !infinite;
    }

    private void BuildOddTable(ulong* table, ulong* twice, ulong* work)
    {
        int size = 3 * _n;
        Double(twice, table, work);
        for (int i = 1; i < OddMultiples; i++)
        {
            Add(table + (i * size), table + ((i - 1) * size), twice, work);
        }
    }

    /// <summary>Signed digits, least significant first: zero or odd and below 16 in absolute value, any two of them at least
    /// five places apart.</summary>
    private void NonAdjacentForm(ulong* scalar, Span<sbyte> digits)
    {
        int limbs = Limbs.Count(_scalarBits);
        digits.Clear();
        int carry = 0;
        for (int bit = 0; bit < digits.Length;)
        {
            int window = (int)Limbs.Window(scalar, limbs, bit, WindowBits) + carry;
            if ((window & 1) == 0)
            {
                bit++; // window and its carry say the same of the next bit
                continue;
            }
            carry = window >> (WindowBits - 1);
            digits[bit] = (sbyte)(window - (carry << WindowBits));
            bit += WindowBits;
        }
    }

    private void AddDigit(ulong* sum, ref bool infinite, ulong* table, int digit, ulong* negated, ulong* work)
    {
        int size = 3 * _n;
        if (digit == 0)
        {
            return;
        }
        ulong* point = table + (Math.Abs(digit) / 2 * size);
        if (digit < 0)
        {
            Limbs.Copy(point, negated, size);
            Limbs.Clear(work, _n);
            _field.Subtract(negated + _n, work, point + _n);
            point = negated;
        }
        if (infinite)
        {
            Limbs.Copy(point, sum, size);
            infinite = false;
            return;
        }
        ulong* before = work + (7 * _n);
        Limbs.Copy(sum, before, size);
        Add(sum, before, point, work);
        if (_field.IsZero(work) == 1) // the same x
        {
            infinite = _field.IsZero(work + _n) == 0;
            Double(sum, before, work);
        }
    }
}
