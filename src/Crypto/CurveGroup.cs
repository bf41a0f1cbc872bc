using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>The group of points of a curve y^2 = x^3 - 3 x + b of prime order, as <see cref="NistCurve"/> uses it. Coordinates
/// come in and go out as big-endian bytes of the field's length; scalars are limbs.</summary>
internal abstract unsafe class CurveGroup
{
    /// <summary>Whether (x, y), both below the prime, lies on the curve. Every such point has the group's order.</summary>
    public abstract bool IsOnCurve(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y);

    /// <summary>The coordinates of scalar (x, y), for a secret scalar from 1 to the order minus 1 and a point on the curve.</summary>
    public abstract void Multiply(ulong* scalar, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> productX, Span<byte> productY);

    /// <summary>The coordinates of scalar G, for a secret scalar from 1 to the order minus 1.</summary>
    public abstract void MultiplyBase(ulong* scalar, Span<byte> productX, Span<byte> productY);

    /// <summary>The x coordinate of a G + b (x, y), all of it public (the running time tells it), for scalars below the order
    /// and a point on the curve; false when the sum is the point at infinity.</summary>
    public abstract bool TryMultiplyAddPublic(ulong* a, ulong* b, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> sumX);

    /// <summary>The number of signed digits a scalar below 2^bits has.</summary>
    private protected static int DigitCount(int bits, int width) => (bits + 1 + width - 1) / width;

    /// <summary>The <paramref name="width"/> bits from <paramref name="bit"/> up as a signed digit, the bit below them carried in
    /// (Booth's recoding): its absolute value, 0..2^(width - 1), and a mask that says it is negative.</summary>
    private protected static ulong Recode(ulong* scalar, int limbs, int bit, int width, out ulong negative)
    {
        ulong window = bit == 0
            ? Limbs.Window(scalar, limbs, 0, width) << 1
            : Limbs.Window(scalar, limbs, bit - 1, width + 1);
        negative = ConstantTime.Mask(window >> width);
        ulong digit = (window >> 1) + (window & 1); // 0..2^width: as signed digit minus 2^width if the upper bit is set
        return ConstantTime.Select(negative, (1ul << width) - digit, digit);
    }

    /// <summary>Signed digits of a public scalar, least significant first: zero or odd and below 2^(width - 1) in absolute value, any
    /// two of them at least width places apart.</summary>
    private protected static void NonAdjacentForm(ulong* scalar, int limbs, int width, Span<sbyte> digits)
    {
        digits.Clear();
        int carry = 0;
        for (int bit = 0; bit < digits.Length;)
        {
            int window = (int)Limbs.Window(scalar, limbs, bit, width) + carry;
            if ((window & 1) == 0)
            {
                bit++; // window and its carry say the same of the next bit
                continue;
            }
            carry = window >> (width - 1);
            digits[bit] = (sbyte)(window - (carry << width));
            bit += width;
        }
    }
}

/// <summary>Points in Jacobian coordinates, (X : Y : Z) for x = X / Z^2, y = Y / Z^3, laid out X, Y, Z, all tight
/// (<see cref="IPrimeField"/>).
/// <para>Multiplication by a secret takes signed windows of five bits (Booth's recoding: digits -16..16), the multiples 1..16
/// read under masks. Why the incomplete addition is enough: before a digit d is added the accumulator is m P with m a
/// multiple of 32 and 0 &lt; m (or it is infinity, which a mask handles, as it does d = 0), while |d| &lt;= 16. P has the
/// prime order n, so m P = ±d P only if n divides m - d or m + d, both above 0. m + d is a prefix of the scalar's
/// recoding, rounded up at most, below n until the last digit and the scalar itself after it: never a multiple of n.
/// m - d = n is possible in the last step alone (scalar = n + 2 d for some curves), so the last addition is complete.</para></summary>
internal sealed unsafe partial class CurveGroup<TField> : CurveGroup
    where TField : struct, IPrimeField
{
    private const int WindowBits = 5;
    private const int Multiples = 1 << (WindowBits - 1);
    private const int Scratch = 10; // field elements a formula works with

    private readonly TField _field;
    private readonly MontgomeryModulus _prime;
    private readonly ModularInverse _inversion;
    private readonly int _scalarBits;
    private readonly int _scalarLimbs;
    private readonly ulong[] _constants; // b, 3, 1 and the base point's coordinates in the field's form

    public CurveGroup(
        TField field, MontgomeryModulus prime, int scalarBits, ReadOnlySpan<byte> b, ReadOnlySpan<byte> baseX, ReadOnlySpan<byte> baseY)
    {
        _field = field;
        _prime = prime;
        _inversion = new ModularInverse(prime.Modulus, prime.BitLength);
        _scalarBits = scalarBits;
        _scalarLimbs = Limbs.Count(scalarBits);
        _constants = Limbs.Allocate(5 * field.LimbCount);
        Read(b, B);
        Read([3], Three);
        Read([1], One);
        Read(baseX, BasePoint);
        Read(baseY, BasePoint + field.LimbCount);
        _base = new Lazy<ulong[]>(BuildBaseTable);
        _baseOdd = new Lazy<ulong[]>(BuildOddBaseTable);
    }

    private int Size => 3 * _field.LimbCount;

    private ulong* B => (ulong*)Unsafe.AsPointer(ref _constants[0]);

    private ulong* Three => B + _field.LimbCount;

    private ulong* One => B + (2 * _field.LimbCount);

    private ulong* BasePoint => B + (3 * _field.LimbCount);

    public override bool IsOnCurve(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        int n = _field.LimbCount;
        ulong* left = stackalloc ulong[3 * n];
        ulong* right = left + n;
        ulong* ordinate = right + n;
        Read(x, ordinate);
        _field.Square(right, ordinate);
        _field.Subtract(right, right, Three);
        _field.Multiply(right, right, ordinate);
        _field.Add(right, right, B);
        _field.Tighten(right, right);
        Read(y, left);
        _field.Square(left, left);
        _field.Subtract(left, left, right);
        _field.Tighten(left, left);
        return _field.IsZero(left) == 1;
    }

    public override void Multiply(
        ulong* scalar, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> productX, Span<byte> productY)
    {
        int size = Size;
        using LimbScratch scratch = new(((Multiples + 3) * size) + (Scratch * _field.LimbCount));
        ulong* table = scratch.Start;
        ulong* accumulator = table + (Multiples * size);
        ulong* selected = accumulator + size;
        ulong* sum = selected + size;
        ulong* work = sum + size;
        Load(x, y, table);
        BuildTable(table, Multiples, work);

        ulong started = 0; // all ones once a digit was not zero
        for (int bit = (DigitCount(_scalarBits, WindowBits) - 1) * WindowBits; bit >= 0; bit -= WindowBits)
        {
            ulong digit = Recode(scalar, _scalarLimbs, bit, WindowBits, out ulong negative);
            Select(table, size, Multiples, digit, negative, selected, work);
            if (bit == 0)
            {
                AddComplete(sum, accumulator, selected, work);
            }
            else
            {
                Add(sum, accumulator, selected, work);
            }
            started = Accept(accumulator, sum, selected, digit, started);
            for (int i = 0; i < WindowBits && bit > 0; i++)
            {
                Double(accumulator, accumulator, work);
            }
        }
        WriteAffine(accumulator, productX, productY, work);
    }

    /// <summary>What the accumulator is after a digit: itself where the digit is 0, the multiple alone where it is the first that is
    /// not, else the sum.</summary>
    private ulong Accept(ulong* accumulator, ulong* sum, ulong* selected, ulong digit, ulong started)
    {
        ulong present = ConstantTime.IsZero(digit) - 1;
        Limbs.CopyIf(present & started, sum, accumulator, Size);
        Limbs.CopyIf(present & ~started, selected, accumulator, Size);
        return started | present;
    }

    /// <summary>selected = digit P from a table of P, 2 P, 3 P.., every entry <paramref name="size"/> limbs and read whatever the digit,
    /// with y negated under the mask; zeros when the digit is 0.</summary>
    private void Select(ulong* table, int size, int entries, ulong digit, ulong negative, ulong* selected, ulong* work)
    {
        int n = _field.LimbCount;
        Limbs.Select(table, size, entries, digit, selected);
        Limbs.Clear(work, n);
        _field.Subtract(work, work, selected + n);
        _field.Tighten(work, work);
        Limbs.CopyIf(negative, work, selected + n, n);
    }

    /// <summary>Reads coordinates below the prime, tight.</summary>
    public void ReadPoint(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, ulong* point)
    {
        Read(x, point);
        Read(y, point + _field.LimbCount);
    }

    /// <summary>Writes the affine coordinates of a point other than infinity.</summary>
    public void WriteAffine(ulong* point, Span<byte> x, Span<byte> y)
    {
        using LimbScratch work = new(Scratch * _field.LimbCount);
        WriteAffine(point, x, y, work.Start);
    }

    private void Load(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, ulong* point)
    {
        ReadPoint(x, y, point);
        Limbs.Copy(One, point + (2 * _field.LimbCount), _field.LimbCount);
    }

    /// <summary>From P in the first place, P, 2 P, 3 P... No addition meets equal or opposite points: the order is a large prime.</summary>
    private void BuildTable(ulong* table, int count, ulong* work)
    {
        int size = Size;
        for (int i = 2; i <= count; i++)
        {
            ulong* entry = table + ((i - 1) * size);
            if ((i & 1) == 0)
            {
                Double(entry, table + (((i / 2) - 1) * size), work);
            }
            else
            {
                Add(entry, entry - size, table, work);
            }
        }
    }

    private void WriteAffine(ulong* point, Span<byte> x, Span<byte> y, ulong* work)
    {
        int n = _field.LimbCount;
        ulong* inverse = work, square = inverse + n, t = square + n;
        Invert(inverse, point + (2 * n), t);
        _field.Square(square, inverse);
        _field.Multiply(t, point, square);
        Write(t, x);
        if (!y.IsEmpty)
        {
            _field.Multiply(t, square, inverse);
            _field.Multiply(t, t, point + n);
            Write(t, y);
        }
    }

    private void Invert(ulong* inverse, ulong* a, ulong* work)
    {
        _field.Leave(work, a);
        _inversion.Compute(work, work);
        _field.Enter(inverse, work);
    }

    /// <summary>Reads a big-endian value below the prime.</summary>
    private void Read(ReadOnlySpan<byte> source, ulong* element)
    {
        ulong* value = stackalloc ulong[_prime.LimbCount];
        Limbs.Read(source, value, _prime.LimbCount);
        _field.Enter(element, value);
    }

    /// <summary>Writes the value below the prime, big-endian, with leading zeros.</summary>
    private void Write(ulong* element, Span<byte> destination)
    {
        ulong* value = stackalloc ulong[_prime.LimbCount];
        _field.Leave(value, element);
        Limbs.Write(value, _prime.LimbCount, destination);
        Limbs.Zero(value, _prime.LimbCount);
    }
}
