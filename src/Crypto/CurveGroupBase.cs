using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <content>Multiples of the base point, from tables computed at their first use.
/// <para>A secret scalar's digits to the base w = 16, 32 or 64 are taken from the lowest up, each from its own w / 2 multiples of w^j G,
/// so that nothing is doubled. Why the incomplete addition is enough: before digit d of place j the accumulator is m G, m the
/// lower digits' value, |m| &lt;= w^j / 2 &lt; |d| w^j. So m ± d w^j is not 0, and but in the last place J below (w + 1) w^j / 2 &lt; n.
/// There d &gt; 0 and m + d w^J is the scalar, no multiple of n. d w^J - m = scalar - 2 m is below n + w^J &lt; 2 n; were it n, then
/// m = (scalar - n) / 2 &lt; 0, and n's remainder modulo w^J would be -m, at most w^J / 2: but in the three orders the bit below
/// place J is one, and ones follow it.</para></content>
internal sealed unsafe partial class CurveGroup<TField>
{
    /// <summary>The bits of a digit of P-256's scalars in the table's multiples.</summary>
    public const int LongBaseDigitBits = 6;

    private const int OddBaseMultiples = 32; // G, 3 G, .. 63 G: non-adjacent form of width 7

    private readonly Lazy<ulong[]> _base;
    private readonly Lazy<ulong[]> _baseOdd;

    /// <summary>The longer the numbers, the dearer the table: 108 KiB for P-256, 154 and 180 for the others.</summary>
    private int BaseDigitBits => _scalarBits switch { <= 256 => LongBaseDigitBits, <= 384 => 5, _ => 4 };

    private int RowLength => 1 << (BaseDigitBits - 1);

    public override void MultiplyBase(ulong* scalar, Span<byte> productX, Span<byte> productY)
    {
        int n = _field.LimbCount, size = Size;
        ulong[] owner = _base.Value;
        ulong* row = (ulong*)Unsafe.AsPointer(ref owner[0]);
        using LimbScratch scratch = new((3 * size) + (Scratch * n));
        ulong* accumulator = scratch.Start;
        ulong* selected = accumulator + size;
        ulong* sum = selected + size;
        ulong* work = sum + size;
        ulong started = 0; // all ones once a digit was not zero
        for (int bit = 0; bit <= _scalarBits; bit += BaseDigitBits, row += RowLength * 2 * n)
        {
            ulong digit = Recode(scalar, _scalarLimbs, bit, BaseDigitBits, out ulong negative);
            Select(row, 2 * n, RowLength, digit, negative, selected, work);
            Limbs.Copy(One, selected + (2 * n), n);
            AddAffine(sum, accumulator, selected, work);
            started = Accept(accumulator, sum, selected, digit, started);
        }
        WriteAffine(accumulator, productX, productY, work);
        GC.KeepAlive(owner);
    }

    /// <summary>(x, y) of i w^j G, in rows of w / 2.</summary>
    public ulong[] BaseTable => _base.Value;

    /// <summary>(x, y) of G, 3 G .. 63 G.</summary>
    public ulong[] OddBaseTable => _baseOdd.Value;

    private ulong[] BuildBaseTable()
    {
        int size = Size, rows = DigitCount(_scalarBits, BaseDigitBits), count = rows * RowLength;
        using LimbScratch scratch = new((count * size) + (Scratch * _field.LimbCount));
        ulong* points = scratch.Start;
        ulong* work = points + (count * size);
        Limbs.Copy(BasePoint, points, 2 * _field.LimbCount);
        Limbs.Copy(One, points + (2 * _field.LimbCount), _field.LimbCount);
        for (int j = 0; j < rows; j++)
        {
            ulong* row = points + (j * RowLength * size);
            BuildTable(row, RowLength, work);
            if (j + 1 < rows)
            {
                Double(row + (RowLength * size), row + ((RowLength - 1) * size), work);
            }
        }
        return ToAffine(points, count, work);
    }

    private ulong[] BuildOddBaseTable()
    {
        int size = Size;
        using LimbScratch scratch = new(((OddBaseMultiples + 1) * size) + (Scratch * _field.LimbCount));
        ulong* points = scratch.Start;
        ulong* twice = points + (OddBaseMultiples * size);
        Limbs.Copy(BasePoint, points, 2 * _field.LimbCount);
        Limbs.Copy(One, points + (2 * _field.LimbCount), _field.LimbCount);
        BuildOddTable(points, OddBaseMultiples, twice, twice + size);
        return ToAffine(points, OddBaseMultiples, twice + size);
    }

    /// <summary>Divides by Z with one inversion for all: the inverse of the product, multiplied back one factor at a time.</summary>
    private ulong[] ToAffine(ulong* points, int count, ulong* work)
    {
        int n = _field.LimbCount, size = Size;
        ulong[] table = Limbs.Allocate(count * 2 * n);
        ulong* entry = (ulong*)Unsafe.AsPointer(ref table[0]);
        ulong* inverse = work, power = inverse + n, inverseOfZ = power + n;
        for (int i = 0; i < count; i++)
        {
            // The product of the Z so far, for now where the entry's x will be.
            ulong* z = points + (i * size) + (2 * n);
            _field.Multiply(entry + (i * 2 * n), i == 0 ? One : entry + ((i - 1) * 2 * n), z);
        }
        Invert(inverse, entry + ((count - 1) * 2 * n), power);
        for (int i = count - 1; i >= 0; i--)
        {
            ulong* point = points + (i * size);
            ulong* place = entry + (i * 2 * n);
            _field.Multiply(inverseOfZ, inverse, i == 0 ? One : place - (2 * n));
            _field.Multiply(inverse, inverse, point + (2 * n));
            _field.Square(power, inverseOfZ);
            _field.Multiply(place, point, power);
            _field.Multiply(power, power, inverseOfZ);
            _field.Multiply(place + n, point + n, power);
        }
        return table;
    }
}
