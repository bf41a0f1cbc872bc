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
}

/// <summary>Points in Jacobian coordinates, (X : Y : Z) for x = X / Z^2, y = Y / Z^3, laid out X, Y, Z.
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
    private readonly int _n; // limbs of an element
    private readonly int _scalarBits;
    private readonly byte[] _inversionExponent; // p - 2
    private readonly ulong[] _constants; // b, 3 and 1 in the field's form
    private readonly byte[] _baseX;
    private readonly byte[] _baseY;

    public CurveGroup(TField field, int scalarBits, ReadOnlySpan<byte> b, byte[] baseX, byte[] baseY)
    {
        _field = field;
        _n = field.LimbCount;
        _scalarBits = scalarBits;
        _baseX = baseX;
        _baseY = baseY;
        _constants = Limbs.Allocate(3 * _n);
        _field.Read(b, B);
        _field.Read([3], Three);
        _field.Read([1], One);
        _inversionExponent = new byte[field.Prime.ByteLength];
        Limbs.Write(field.Prime.Modulus, field.Prime.LimbCount, _inversionExponent);
        _inversionExponent[^1] -= 2; // the primes end in ff
    }

    private ulong* B => (ulong*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _constants[0]);

    private ulong* Three => B + _n;

    private ulong* One => B + (2 * _n);

    public override bool IsOnCurve(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        ulong* left = stackalloc ulong[3 * _n];
        ulong* right = left + _n;
        ulong* ordinate = right + _n;
        _field.Read(x, ordinate);
        _field.Square(right, ordinate);
        _field.Subtract(right, right, Three);
        _field.Multiply(right, right, ordinate);
        _field.Add(right, right, B);
        _field.Read(y, left);
        _field.Square(left, left);
        _field.Subtract(left, left, right);
        return _field.IsZero(left) == 1;
    }

    public override void Multiply(
        ulong* scalar, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> productX, Span<byte> productY)
    {
        int size = 3 * _n;
        using LimbScratch scratch = new(((Multiples + 3) * size) + (Scratch * _n));
        ulong* table = scratch.Start;
        ulong* accumulator = table + (Multiples * size);
        ulong* selected = accumulator + size;
        ulong* sum = selected + size;
        ulong* work = sum + size;
        Load(x, y, table);
        BuildTable(table, work);

        ulong started = 0; // all ones once a digit was not zero
        for (int bit = (_scalarBits + 1 + WindowBits - 1) / WindowBits * WindowBits - WindowBits; bit >= 0; bit -= WindowBits)
        {
            ulong digit = Recode(scalar, bit, out ulong negative);
            SelectMultiple(table, digit, negative, selected, work);
            if (bit == 0)
            {
                AddComplete(sum, accumulator, selected, work);
            }
            else
            {
                Add(sum, accumulator, selected, work);
            }
            ulong present = ConstantTime.IsZero(digit) - 1;
            Limbs.CopyIf(present & started, sum, accumulator, size);
            Limbs.CopyIf(present & ~started, selected, accumulator, size);
            started |= present;
            for (int i = 0; i < WindowBits && bit > 0; i++)
            {
                Double(accumulator, accumulator, work);
            }
        }
        WriteAffine(accumulator, productX, productY, work);
    }

    public override void MultiplyBase(ulong* scalar, Span<byte> productX, Span<byte> productY) =>
        Multiply(scalar, _baseX, _baseY, productX, productY);

    /// <summary>The five bits from <paramref name="bit"/> up as a signed digit, the bit below them carried in: its absolute
    /// value 0..16, and a mask that says it is negative.</summary>
    private ulong Recode(ulong* scalar, int bit, out ulong negative)
    {
        int limbs = Limbs.Count(_scalarBits);
        ulong window = bit == 0
            ? Limbs.Window(scalar, limbs, 0, WindowBits) << 1
            : Limbs.Window(scalar, limbs, bit - 1, WindowBits + 1);
        negative = ConstantTime.Mask(window >> WindowBits);
        ulong digit = (window >> 1) + (window & 1); // 0..32: as signed digit minus 32 if the upper bit is set
        return ConstantTime.Select(negative, (1ul << WindowBits) - digit, digit);
    }

    private void Load(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, ulong* point)
    {
        _field.Read(x, point);
        _field.Read(y, point + _n);
        Limbs.Copy(One, point + (2 * _n), _n);
    }

    /// <summary>From P in the first place, P to 16 P. No addition meets equal or opposite points: the order is a large prime.</summary>
    private void BuildTable(ulong* table, ulong* work)
    {
        int size = 3 * _n;
        for (int i = 2; i <= Multiples; i++)
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

    /// <summary>selected = digit P, negated under the mask; zeros when the digit is 0.</summary>
    private void SelectMultiple(ulong* table, ulong digit, ulong negative, ulong* selected, ulong* work)
    {
        int size = 3 * _n;
        Limbs.Clear(selected, size);
        for (int i = 1; i <= Multiples; i++)
        {
            Limbs.CopyIf(ConstantTime.Mask(ConstantTime.Equal(digit, (ulong)i)), table + ((i - 1) * size), selected, size);
        }
        Limbs.Clear(work, _n);
        _field.Subtract(work, work, selected + _n);
        Limbs.CopyIf(negative, work, selected + _n, _n);
    }

    /// <summary>r = 2 p: 3 multiplications, 5 squarings (Bernstein, "dbl-2001-b", for a = -3).</summary>
    private void Double(ulong* r, ulong* p, ulong* work)
    {
        int n = _n;
        ulong* x = p, y = p + n, z = y + n;
        ulong* delta = work, gamma = delta + n, beta = gamma + n, alpha = beta + n, t = alpha + n;
        _field.Square(delta, z);
        _field.Square(gamma, y);
        _field.Multiply(beta, x, gamma);
        _field.Subtract(t, x, delta);
        _field.Add(alpha, x, delta);
        _field.Multiply(alpha, alpha, t);
        _field.Add(t, alpha, alpha);
        _field.Add(alpha, alpha, t); // 3 (X - Z^2) (X + Z^2)
        _field.Add(t, y, z);
        _field.Square(t, t);
        _field.Subtract(t, t, gamma);
        _field.Subtract(r + (2 * n), t, delta); // Z3 = (Y + Z)^2 - Y^2 - Z^2
        _field.Add(beta, beta, beta);
        _field.Add(beta, beta, beta); // 4 X Y^2
        _field.Square(t, alpha);
        _field.Subtract(t, t, beta);
        _field.Subtract(r, t, beta); // X3 = alpha^2 - 8 X Y^2
        _field.Subtract(t, beta, r);
        _field.Multiply(t, t, alpha);
        _field.Square(gamma, gamma);
        _field.Add(gamma, gamma, gamma);
        _field.Add(gamma, gamma, gamma);
        _field.Add(gamma, gamma, gamma);
        _field.Subtract(r + n, t, gamma); // Y3 = alpha (4 X Y^2 - X3) - 8 Y^4
    }

    /// <summary>r = p + q for p, q neither equal nor opposite nor infinity: 12 multiplications, 4 squarings. Leaves
    /// H = x2 - x1 and R = y2 - y1 (times the denominators) in the first two places of <paramref name="work"/>.</summary>
    private void Add(ulong* r, ulong* p, ulong* q, ulong* work)
    {
        int n = _n;
        ulong* x1 = p, y1 = p + n, z1 = y1 + n, x2 = q, y2 = q + n, z2 = y2 + n;
        ulong* h = work, s = h + n, u1 = s + n, s1 = u1 + n, hh = s1 + n, hhh = hh + n, z = hhh + n;
        _field.Square(hh, z1);
        _field.Square(hhh, z2);
        _field.Multiply(u1, x1, hhh);
        _field.Multiply(h, x2, hh);
        _field.Subtract(h, h, u1);
        _field.Multiply(s1, hhh, z2);
        _field.Multiply(s1, s1, y1);
        _field.Multiply(s, hh, z1);
        _field.Multiply(s, s, y2);
        _field.Subtract(s, s, s1);
        _field.Multiply(z, z1, z2);
        _field.Multiply(r + (2 * n), z, h);
        _field.Square(hh, h);
        _field.Multiply(hhh, hh, h);
        _field.Multiply(u1, u1, hh); // V
        FinishAdd(r, u1, s1, s, hhh, z);
    }

    /// <summary>X3 = R^2 - H^3 - 2 V, Y3 = R (V - X3) - S1 H^3.</summary>
    private void FinishAdd(ulong* r, ulong* v, ulong* s1, ulong* s, ulong* hhh, ulong* t)
    {
        _field.Square(t, s);
        _field.Subtract(t, t, hhh);
        _field.Subtract(t, t, v);
        _field.Subtract(r, t, v);
        _field.Subtract(v, v, r);
        _field.Multiply(v, v, s);
        _field.Multiply(s1, s1, hhh);
        _field.Subtract(r + _n, v, s1);
    }

    /// <summary>r = p + q for p, q not opposite and not infinity, equal or not, in constant time.</summary>
    private void AddComplete(ulong* r, ulong* p, ulong* q, ulong* work)
    {
        int size = 3 * _n;
        Add(r, p, q, work);
        ulong equal = _field.IsZero(work) & _field.IsZero(work + _n);
        ulong* twice = work + (7 * _n);
        Double(twice, p, work);
        Limbs.CopyIf(ConstantTime.Mask(equal), twice, r, size);
    }

    private void WriteAffine(ulong* point, Span<byte> x, Span<byte> y, ulong* work)
    {
        ulong* inverse = work, square = inverse + _n, t = square + _n;
        Invert(inverse, point + (2 * _n), t);
        _field.Square(square, inverse);
        _field.Multiply(t, point, square);
        _field.Write(t, x);
        if (!y.IsEmpty)
        {
            _field.Multiply(t, square, inverse);
            _field.Multiply(t, t, point + _n);
            _field.Write(t, y);
        }
    }

    /// <summary>1 / a as a^(p - 2): the exponent is public.</summary>
    private void Invert(ulong* inverse, ulong* a, ulong* work)
    {
        Limbs.Copy(One, work, _n);
        for (int bit = (_inversionExponent.Length * 8) - 1; bit >= 0; bit--)
        {
            _field.Square(work, work);
            if (((_inversionExponent[^((bit >> 3) + 1)] >> (bit & 7)) & 1) != 0)
            {
                _field.Multiply(work, work, a);
            }
        }
        Limbs.Copy(work, inverse, _n);
    }
}
