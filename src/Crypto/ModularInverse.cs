using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>Inversion modulo an odd number in constant time, by Bernstein and Yang's division steps ("Fast constant-time gcd
/// computation and modular inversion", 2019): a fixed number of steps, enough for every input (their theorem 11.2), sixty at a
/// time on the low words alone, whose effect a 2 by 2 matrix then applies to the long numbers.
/// <para>Long numbers are limbs of 60 bits, the uppermost signed. A matrix row (u, v) has |u| + |v| &lt;= 2^60.</para></summary>
internal sealed unsafe class ModularInverse
{
    private const int Radix = 60;
    private const int Up = 64 - Radix;
    private const ulong LimbMask = (1ul << Radix) - 1;
    private const int ReductionSteps = 6;

    private readonly int _batches;
    private readonly int _n; // limbs of 60 bits
    private readonly int _words; // limbs of 64 bits
    private readonly ulong _negativeInverse; // -1/m mod 2^60
    private readonly ulong[] _modulus; // m, and 32 m

    /// <param name="modulus">An odd number above 1, in limbs of 64 bits.</param>
    /// <param name="bits">Its length, at least 46 bits.</param>
    public ModularInverse(ulong* modulus, int bits)
    {
        // d and e grow by less than m with each batch: they stay below 2^6 m, as long as there are fewer than 31 batches.
        _batches = ((((49 * bits) + 57) / 17) + Radix - 1) / Radix;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_batches, 30, nameof(bits));
        _n = (bits + ReductionSteps + 2 + Radix - 1) / Radix;
        _words = Limbs.Count(bits);
        _modulus = Limbs.Allocate(2 * _n);
        Unpack(modulus, Modulus);
        ulong carry = 0;
        for (int i = 0; i < _n; i++)
        {
            Multiple[i] = ((Modulus[i] << (ReductionSteps - 1)) & LimbMask) | carry;
            carry = Modulus[i] >> (Radix - ReductionSteps + 1);
        }
        ulong inverse = 1; // Newton: the number of right bits doubles from 1 to 64
        for (int i = 0; i < 6; i++)
        {
            inverse *= 2 - (modulus[0] * inverse);
        }
        _negativeInverse = (0 - inverse) & LimbMask;
    }

    private ulong* Modulus => (ulong*)Unsafe.AsPointer(ref _modulus[0]);

    private ulong* Multiple => Modulus + _n;

    /// <summary>inverse = 1 / a mod m, below m, for a from 1 to m - 1 prime to m; 0 for 0. They may be the same memory.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(ulong* inverse, ulong* a)
    {
        int n = _n;
        ulong* limbs = stackalloc ulong[7 * n];
        ulong* f = limbs, g = f + n, d = g + n, e = d + n, t = e + n, t2 = t + n, zero = t2 + n;
        Limbs.Clear(limbs, 7 * n);
        Limbs.Copy(Modulus, f, n);
        Unpack(a, g);
        e[0] = 1;
        Matrix matrix = default;
        long delta = 1;
        for (int i = 0; i < _batches; i++)
        {
            // f = (u f + v g) / 2^60, g = (q f + r g) / 2^60; d and e likewise with the multiple of m that makes them divisible.
            delta = DivisionSteps(delta, f[0] | (f[1] << Radix), g[0] | (g[1] << Radix), &matrix);
            Combine(t, f, g, matrix.U, matrix.V, 0);
            Combine(t2, f, g, matrix.Q, matrix.R, 0);
            Limbs.Copy(t, f, 2 * n);
            Combine(t, d, e, matrix.U, matrix.V, Quotient(d[0], e[0], matrix.U, matrix.V));
            Combine(t2, d, e, matrix.Q, matrix.R, Quotient(d[0], e[0], matrix.Q, matrix.R));
            Limbs.Copy(t, d, 2 * n);
        }

        // Now g = 0 and f = 1 or -1: the inverse is d f.
        Normalize(d, (long)f[n - 1] >> 63, t);
        Pack(d, inverse);
        Limbs.Zero(limbs, 7 * n);
        ConstantTime.Zero(ref matrix);
        GC.KeepAlive(this);
    }

    /// <summary>Sixty steps on the low words of f and g: if delta &gt; 0 and g is odd, (1 - delta, g, (g - f) / 2), else
    /// (1 + delta, f, (g + (g mod 2) f) / 2). The matrix is scaled by 2^60.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static long DivisionSteps(long delta, ulong f, ulong g, Matrix* matrix)
    {
        ulong u = 1, v = 0, q = 0, r = 1;
        for (int i = 0; i < Radix; i++)
        {
            ulong positive = (ulong)(-delta >> 63);
            ulong odd = 0 - (g & 1);
            g += ((f ^ positive) - positive) & odd;
            q += ((u ^ positive) - positive) & odd;
            r += ((v ^ positive) - positive) & odd;
            ulong swap = positive & odd;
            delta = (delta ^ (long)swap) - (long)swap + 1;
            f += g & swap; // f + (g - f)
            u += q & swap;
            v += r & swap;
            g >>= 1;
            u <<= 1;
            v <<= 1;
        }
        matrix->U = u;
        matrix->V = v;
        matrix->Q = q;
        matrix->R = r;
        return delta;
    }

    /// <summary>The k below 2^60 for which u d + v e + k m is divisible by 2^60.</summary>
    private ulong Quotient(ulong d, ulong e, ulong u, ulong v) => ((u * d) + (v * e)) * _negativeInverse & LimbMask;

    /// <summary>result = (u a + v b + k m) / 2^60, known to be exact. u and v, signed, are raised by 2^60 to be from 0 to 2^61, and
    /// a and b, one limb further up, subtracted again. Products are split at 2^60: the high halves of a column are below
    /// 3 2^60 + 2^60, the remainders (wrapped sum less high halves) below 3 2^60, so that a column stays within 63 bits and sign.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Combine(ulong* result, ulong* a, ulong* b, ulong u, ulong v, ulong k)
    {
        ulong* m = Modulus;
        int n = _n;
        u += 1ul << Radix;
        v += 1ul << Radix;
        long column = 0;
        ulong high = 0;
        for (int i = 0; i < n; i++)
        {
            // The uppermost limbs are signed: as unsigned words they are 2^64 too large when negative, and their high halves u and v.
            ulong ai = a[i], bi = b[i];
            high = Limbs.MultiplyHigh(u, ai << Up) - (u & (ulong)((long)ai >> 63))
                + Limbs.MultiplyHigh(v, bi << Up) - (v & (ulong)((long)bi >> 63))
                + Limbs.MultiplyHigh(k, m[i] << Up);
            column += (long)((u * ai) + (v * bi) + (k * m[i]) - (high << Radix));
            if (i > 0)
            {
                result[i - 1] = (ulong)column & LimbMask;
            }
            column = (column >> Radix) + (long)(high - ai - bi);
        }
        result[n - 1] = (ulong)column;
    }

    /// <summary>d or, where the mask is all ones, -d, modulo m: from above -32 m and below 32 m.</summary>
    private void Normalize(ulong* d, long negate, ulong* step)
    {
        int n = _n;
        Limbs.Copy(Multiple, step, n);
        long carry = 0;
        for (int i = 0; i < n; i++)
        {
            carry += (((long)d[i] ^ negate) - negate) + (long)step[i];
            d[i] = (ulong)carry & LimbMask;
            carry >>= Radix;
        }
        for (int round = 0; round < ReductionSteps; round++)
        {
            SubtractWhereNotLess(d, step);
            for (int i = 0; i < n; i++)
            {
                step[i] = (step[i] >> 1) | (i + 1 < n ? (step[i + 1] & 1) << (Radix - 1) : 0);
            }
        }
    }

    private void SubtractWhereNotLess(ulong* d, ulong* step)
    {
        long borrow = 0;
        for (int i = 0; i < _n; i++)
        {
            borrow = (long)(d[i] - step[i]) + (borrow >> Radix);
        }
        ulong mask = ~(ulong)(borrow >> 63);
        borrow = 0;
        for (int i = 0; i < _n; i++)
        {
            borrow = (long)(d[i] - (step[i] & mask)) + (borrow >> Radix);
            d[i] = (ulong)borrow & LimbMask;
        }
    }

    private void Unpack(ulong* words, ulong* limbs)
    {
        for (int i = 0; i < _n; i++)
        {
            limbs[i] = Limbs.Window(words, _words, i * Radix, Radix);
        }
    }

    private void Pack(ulong* limbs, ulong* words)
    {
        for (int i = 0; i < _words; i++)
        {
            int limb = i * 64 / Radix, shift = (i * 64) % Radix;
            ulong word = limbs[limb] >> shift;
            for (int up = Radix - shift; up < 64 && ++limb < _n; up += Radix)
            {
                word |= limbs[limb] << up;
            }
            words[i] = word;
        }
    }

    private struct Matrix
    {
        public ulong U, V, Q, R;
    }
}
