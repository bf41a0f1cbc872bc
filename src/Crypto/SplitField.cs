using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>A prime field of any size in Montgomery form (times 2^(52 n)), n limbs of 52 bits with at least 16 to spare: P-384 in
/// eight, P-521 in eleven. For primes a little below 2^bits, such as NIST's. Products are split and summed as in
/// <see cref="P256Field"/>, in loops.
/// <para>Bounds. <i>Tight</i>: limbs below 2^52, the value below p (1 + 2^-10). <i>Loose</i>: limbs below 2^54, the value below 6p. With
/// 2^(52 n) above 2^16 p, a product of loose elements is below p (1 + 36 / 2^16) &lt; p (1 + 2^-10): tight.</para></summary>
internal readonly unsafe struct SplitField : IPrimeField
{
    private const int Radix = 52;
    private const ulong LimbMask = (1ul << Radix) - 1;
    private const int Split = 54;
    private const int Up = 64 - Split;
    private const int MaximumLimbs = 11;
    private const int SpareBits = 16;

    private readonly MontgomeryModulus _prime;
    private readonly ulong[] _words; // owns what the pointers point to
    private readonly ulong* _p; // p, and MaximumLimbs further p 2^10, limb by limb
    private readonly ulong* _fourP; // 4p, limb by limb not below a tight element's
    private readonly ulong* _square; // 2^(104 n) mod p
    private readonly ulong _negativeInverse; // -1/p mod 2^52
    private readonly int _n;
    private readonly int _fold; // for p = 2^bits - 1, the limb that bit lies in, and its place there; else 0
    private readonly int _foldShift;

    public SplitField(MontgomeryModulus prime)
    {
        _prime = prime;
        _n = (prime.BitLength + SpareBits + Radix - 1) / Radix;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_n, MaximumLimbs, nameof(prime));
        _words = Limbs.Allocate(4 * MaximumLimbs);
        _p = (ulong*)Unsafe.AsPointer(ref _words[0]);
        _fourP = _p + (2 * MaximumLimbs);
        _square = _fourP + MaximumLimbs;
        ulong inverse = 1; // Newton: the number of right bits doubles from 1 to 64
        for (int i = 0; i < 6; i++)
        {
            inverse *= 2 - (prime.Modulus[0] * inverse);
        }
        _negativeInverse = (0 - inverse) & LimbMask;
        Unpack(prime.Modulus, _p);
        ulong carry = 0;
        for (int i = 0; i < _n; i++)
        {
            // Every limb but the last borrows 2^52 from the next: from 2^52 - 1 to below 2^53.
            _p[MaximumLimbs + i] = _p[i] << Up;
            carry += 4 * _p[i];
            _fourP[i] = i < _n - 1 ? (carry & LimbMask) + (1ul << Radix) : carry;
            _fourP[i] -= i > 0 ? 1ul : 0;
            carry >>= Radix;
        }
        bool ones = true;
        for (int bit = 0; bit < prime.BitLength; bit++)
        {
            ones &= Limbs.Window(prime.Modulus, prime.LimbCount, bit, 1) == 1;
        }
        _fold = ones ? prime.BitLength / Radix : 0;
        _foldShift = prime.BitLength % Radix;
        ulong* power = stackalloc ulong[prime.LimbCount];
        Limbs.Clear(power, prime.LimbCount);
        power[0] = 1;
        for (int i = 0; i < 2 * Radix * _n; i++)
        {
            prime.Add(power, power, power);
        }
        Unpack(power, _square);
    }

    public int LimbCount => _n;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Multiply(ulong* product, ulong* a, ulong* b)
    {
        int n = _n;
        ulong* factor = stackalloc ulong[2 * MaximumLimbs]; // b, and b 2^10 limb by limb
        ulong* quotient = stackalloc ulong[MaximumLimbs];
        ulong* result = stackalloc ulong[MaximumLimbs];
        CopyFactor(b, factor);
        ulong low = 0, high = 0;
        for (int k = 0; k < (2 * n) - 1; k++)
        {
            int first = Math.Max(0, k - n + 1);
            AddProducts(a + first, factor + k - first, Math.Min(k, n - 1) - first + 1, ref low, ref high);
            FinishColumn(k, quotient, result, ref low, ref high);
        }
        result[n - 1] = low;
        Limbs.Copy(result, product, n);
    }

    /// <summary>As <see cref="Multiply"/>, products of unlike limbs taken once with one of them doubled.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public void Square(ulong* square, ulong* a)
    {
        int n = _n;
        ulong* factor = stackalloc ulong[2 * MaximumLimbs];
        ulong* twice = stackalloc ulong[MaximumLimbs];
        ulong* quotient = stackalloc ulong[MaximumLimbs];
        ulong* result = stackalloc ulong[MaximumLimbs];
        CopyFactor(a, factor);
        Add(twice, a, a);
        ulong low = 0, high = 0;
        for (int k = 0; k < (2 * n) - 1; k++)
        {
            int first = Math.Max(0, k - n + 1);
            AddProducts(twice + first, factor + k - first, ((k + 1) / 2) - first, ref low, ref high);
            if ((k & 1) == 0)
            {
                AddProducts(factor + (k / 2), factor + (k / 2), 1, ref low, ref high);
            }
            FinishColumn(k, quotient, result, ref low, ref high);
        }
        result[n - 1] = low;
        Limbs.Copy(result, square, n);
    }

    public void Add(ulong* sum, ulong* a, ulong* b)
    {
        for (int i = 0; i < _n; i++)
        {
            sum[i] = a[i] + b[i];
        }
    }

    public void Subtract(ulong* difference, ulong* a, ulong* b)
    {
        ulong* fourP = _fourP;
        for (int i = 0; i < _n; i++)
        {
            difference[i] = a[i] + fourP[i] - b[i];
        }
    }

    public void SubtractTwice(ulong* difference, ulong* a, ulong* b)
    {
        ulong* fourP = _fourP;
        for (int i = 0; i < _n; i++)
        {
            difference[i] = a[i] + (2 * (fourP[i] - b[i]));
        }
        Tighten(difference, difference);
    }

    public void Triple(ulong* triple, ulong* a)
    {
        for (int i = 0; i < _n; i++)
        {
            triple[i] = 3 * a[i];
        }
        Tighten(triple, triple);
    }

    /// <summary>Carries, and takes t p off, where t is what the uppermost limb then has above 2^bits, below 16: from a value below
    /// 16p, with limbs below 2^56, what remains is not negative and below 2^bits + t (2^bits - p). The second carries may be
    /// negative, hence the signed shift.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public void Tighten(ulong* result, ulong* a)
    {
        int n = _n;
        ulong* p = _p;
        ulong carry = 0;
        for (int i = 0; i < n - 1; i++)
        {
            carry += a[i];
            result[i] = carry & LimbMask;
            carry >>= Radix;
        }
        ulong top = a[n - 1] + carry;
        result[n - 1] = top;
        ulong t = top >> (_prime.BitLength - (Radix * (n - 1)));
        long column = 0;
        for (int i = 0; i < n; i++)
        {
            column = (long)(result[i] - (t * p[i])) + (column >> Radix);
            result[i] = (ulong)column & LimbMask;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public ulong IsZero(ulong* a)
    {
        // A tight value that is a multiple of p is 0 or p, and its limbs are those of that integer.
        ulong zero = 0, p = 0;
        for (int i = 0; i < _n; i++)
        {
            zero |= a[i];
            p |= a[i] ^ _p[i];
        }
        return ConstantTime.IsZero(zero) | ConstantTime.IsZero(p);
    }

    public void Enter(ulong* element, ulong* value)
    {
        Unpack(value, element);
        Multiply(element, element, _square);
    }

    [SkipLocalsInit]
    public void Leave(ulong* value, ulong* element)
    {
        int n = _n, count = _prime.LimbCount;
        ulong* one = stackalloc ulong[MaximumLimbs];
        ulong* t = stackalloc ulong[MaximumLimbs];
        ulong* less = stackalloc ulong[MaximumLimbs];
        Limbs.Clear(one, n);
        one[0] = 1;
        Multiply(t, element, one); // below (6p + 2^(52 n) p) / 2^(52 n), hence at most p
        for (int i = 0; i < count; i++)
        {
            int limb = i * 64 / Radix, shift = (i * 64) % Radix;
            ulong word = t[limb] >> shift;
            for (int up = Radix - shift; up < 64 && ++limb < n; up += Radix)
            {
                word |= t[limb] << up;
            }
            value[i] = word;
        }
        ulong borrow = Limbs.Subtract(less, value, _prime.Modulus, count);
        Limbs.CopyIf(ConstantTime.Mask(borrow ^ 1), less, value, count);
        Limbs.Zero(t, n);
        Limbs.Zero(less, count);
    }

    private void CopyFactor(ulong* b, ulong* factor)
    {
        for (int i = 0; i < _n; i++)
        {
            factor[i] = b[i];
            factor[MaximumLimbs + i] = b[i] << Up;
        }
    }

    /// <summary>Adds the reduction's part of column k: the lower n vanish by adding q p, the others are the result's limbs. For
    /// p = 2^bits - 1, q is the column itself and q (p + 1) a shift. A column is the sum of up to 22 remainders below 2^54, of 2^53 of
    /// a shifted q and of the last column's rest, 4 times up to 22 high halves (11 of them doubled): below 2^62.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FinishColumn(int k, ulong* quotient, ulong* result, ref ulong low, ref ulong high)
    {
        int n = _n, first = Math.Max(0, k - n + 1);
        ulong* p = _p;
        if (_fold == 0)
        {
            AddProducts(quotient + first, p + k - first, Math.Min(k, n) - first, ref low, ref high);
        }
        else if (k >= _fold)
        {
            low += quotient[k - _fold] << _foldShift;
        }
        if (k >= n)
        {
            result[k - n] = Close(ref low, ref high);
            return;
        }
        ulong q = ((low - (high << Split)) * _negativeInverse) & LimbMask;
        quotient[k] = q;
        if (_fold == 0)
        {
            low += q * p[0];
            high += Limbs.MultiplyHigh(q, p[MaximumLimbs]);
        }
        Close(ref low, ref high);
    }

    /// <summary>Adds the halves of x_0 y_0 + x_1 y_-1 + ...; MaximumLimbs above y lie its limbs times 2^10.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProducts(ulong* x, ulong* y, int count, ref ulong low, ref ulong high)
    {
        ulong l = low, h = high;
        for (; count > 1; count -= 2)
        {
            l += (x[0] * y[0]) + (x[1] * y[-1]);
            h += Limbs.MultiplyHigh(y[MaximumLimbs], x[0]) + Limbs.MultiplyHigh(y[MaximumLimbs - 1], x[1]);
            x += 2;
            y -= 2;
        }
        if (count > 0)
        {
            l += *x * *y;
            h += Limbs.MultiplyHigh(y[MaximumLimbs], *x);
        }
        low = l;
        high = h;
    }

    /// <summary>The low 52 bits of a column; what remains begins the next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Close(ref ulong low, ref ulong high)
    {
        ulong column = low - (high << Split);
        low = (column >> Radix) + (high << (Split - Radix));
        high = 0;
        return column & LimbMask;
    }

    private void Unpack(ulong* value, ulong* element)
    {
        for (int i = 0; i < _n; i++)
        {
            element[i] = Limbs.Window(value, _prime.LimbCount, i * Radix, Radix);
        }
    }
}
