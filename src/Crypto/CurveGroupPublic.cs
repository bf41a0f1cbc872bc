using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <content>What verification needs: operands are public, so digits may be skipped and special cases branched on.</content>
internal sealed unsafe partial class CurveGroup<TField>
{
    /// <summary>The width of the base point's non-adjacent form.</summary>
    public const int BaseWidth = 7;

    private const int OddMultiples = 8; // P, 3 P, ... 15 P: non-adjacent form of width 5
    private const int PointWidth = 5;

    public override bool TryMultiplyAddPublic(ulong* a, ulong* b, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> sumX)
    {
        int size = Size;
        using LimbScratch scratch = new(((OddMultiples + 3) * size) + (Scratch * _field.LimbCount));
        ulong* table = scratch.Start;
        ulong* point = table + (OddMultiples * size);
        ulong* sum = point + size;
        ulong* next = sum + size;
        ulong* work = next + size;
        ulong[] owner = _baseOdd.Value;
        ulong* baseTable = (ulong*)Unsafe.AsPointer(ref owner[0]);
        Load(x, y, table);
        BuildOddTable(table, OddMultiples, point, work);

        Span<sbyte> baseDigits = stackalloc sbyte[_scalarBits + 1];
        Span<sbyte> pointDigits = stackalloc sbyte[_scalarBits + 1];
        NonAdjacentForm(a, _scalarLimbs, BaseWidth, baseDigits);
        NonAdjacentForm(b, _scalarLimbs, PointWidth, pointDigits);
        bool infinite = true;
        for (int i = _scalarBits; i >= 0; i--)
        {
            if (!infinite)
            {
                Double(sum, sum, work);
            }
            if (pointDigits[i] != 0)
            {
                ReadOdd(table, size, pointDigits[i], point, work);
                AddPublic(ref sum, ref next, ref infinite, point, affine: false, work);
            }
            if (baseDigits[i] != 0)
            {
                ReadOdd(baseTable, 2 * _field.LimbCount, baseDigits[i], point, work);
                Limbs.Copy(One, point + (2 * _field.LimbCount), _field.LimbCount);
                AddPublic(ref sum, ref next, ref infinite, point, affine: true, work);
            }
        }
        if (!infinite)
        {
            WriteAffine(sum, sumX, default, work);
        }
        GC.KeepAlive(owner);
        return !infinite;
    }

    /// <summary>From P in the first place, P, 3 P, 5 P...</summary>
    private void BuildOddTable(ulong* table, int count, ulong* twice, ulong* work)
    {
        int size = Size;
        Double(twice, table, work);
        for (int i = 1; i < count; i++)
        {
            Add(table + (i * size), table + ((i - 1) * size), twice, work);
        }
    }

    private void ReadOdd(ulong* table, int size, int digit, ulong* point, ulong* work)
    {
        int n = _field.LimbCount;
        Limbs.Copy(table + (Math.Abs(digit) / 2 * size), point, size);
        if (digit < 0)
        {
            Limbs.Clear(work, n);
            _field.Subtract(work, work, point + n);
            _field.Tighten(point + n, work);
        }
    }

    private void AddPublic(ref ulong* sum, ref ulong* next, ref bool infinite, ulong* point, bool affine, ulong* work)
    {
        int n = _field.LimbCount;
        if (infinite)
        {
            Limbs.Copy(point, sum, Size);
            infinite = false;
            return;
        }
        if (affine)
        {
            AddAffine(next, sum, point, work);
        }
        else
        {
            Add(next, sum, point, work);
        }
        if (_field.IsZero(next + (2 * n)) == 1) // the same x
        {
            _field.Tighten(work, work);
            infinite = _field.IsZero(work) == 0;
            Double(next, sum, work);
        }
        ulong* previous = sum;
        sum = next;
        next = previous;
    }
}
