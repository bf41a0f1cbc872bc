using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>Polynomials of sntrup761: modulo X^761 - X - 1 and modulo 3 or q = 4591. They lie in spans of
/// <see cref="PaddedLength"/> words, zero above the 761st. This class is the plain form, its subclass the vectorised one. Constant
/// time.</summary>
internal class Sntrup761Ring
{
    /// <summary>p: the coefficients of a polynomial.</summary>
    public const int Coefficients = 761;

    /// <summary>The words of a polynomial in memory: a multiple of a vector's.</summary>
    public const int PaddedLength = 768;

    /// <summary>The columns of a product before reduction.</summary>
    protected const int Columns = 2 * PaddedLength;

    // Room for one word in front, which a shift by one place reads, and one vector behind.
    private const int StepLength = PaddedLength + 32;
    private const int StepOffset = 16;

    /// <summary>The ring on this machine.</summary>
    public static Sntrup761Ring Best { get; } = Avx2.IsSupported ? new Sntrup761RingAvx2() : new Sntrup761Ring();

    /// <summary>The ring in plain words.</summary>
    public static Sntrup761Ring Portable { get; } = new();

    /// <summary>product = a b, frozen; a centered modulo the modulus, b of coefficients -1, 0, 1.</summary>
    [SkipLocalsInit]
    public void Multiply(Span<short> product, ReadOnlySpan<short> a, ReadOnlySpan<short> b, Sntrup761Modulus modulus)
    {
        Span<int> columns = stackalloc int[Columns];
        columns.Clear();
        MultiplyColumns(columns, a[..PaddedLength], b[..PaddedLength]);

        // X^761 = X + 1. A column is within 761 * 2295 of zero, and takes up at most three more of them.
        for (int i = 2 * Coefficients - 2; i >= Coefficients; i--)
        {
            columns[i - Coefficients] += columns[i];
            columns[i - Coefficients + 1] += columns[i];
        }

        product.Clear();
        for (int i = 0; i < Coefficients; i++)
            product[i] = modulus.Freeze(columns[i]);
        ConstantTime.Zero(MemoryMarshal.AsBytes(columns));
    }

    /// <summary>inverse = factor / a. The division steps of Bernstein and Yang ("Fast constant-time gcd computation and modular
    /// inversion", 2019), as many as any polynomial may need, on polynomials written backwards.</summary>
    /// <returns>1 when a has an inverse, else 0, and then the result means nothing.</returns>
    [SkipLocalsInit]
    public ulong Invert(Span<short> inverse, ReadOnlySpan<short> a, short factor, Sntrup761Modulus modulus)
    {
        Span<short> memory = stackalloc short[4 * StepLength];
        memory.Clear();
        Span<short> f = memory[..StepLength];
        Span<short> g = memory.Slice(StepLength, StepLength);
        Span<short> v = memory.Slice(2 * StepLength, StepLength);
        Span<short> r = memory.Slice(3 * StepLength, StepLength);
        f[StepOffset] = 1; // 1 - X^760 - X^761, backwards
        f[StepOffset + Coefficients - 1] = -1;
        f[StepOffset + Coefficients] = -1;
        for (int i = 0; i < Coefficients; i++)
            g[StepOffset + Coefficients - 1 - i] = a[i];
        r[StepOffset] = 1;

        int delta = 1;
        for (int step = 0; step < 2 * Coefficients - 1; step++)
        {
            int f0 = modulus.Freeze(f[StepOffset]);
            int g0 = modulus.Freeze(g[StepOffset]);
            int swap = (-delta >> 31) & ((g0 | -g0) >> 31); // delta > 0 and g0 != 0
            int difference = swap & (f0 ^ g0);
            delta = (delta ^ (swap & (delta ^ -delta))) + 1;
            f0 ^= difference;
            g0 ^= difference;
            DivisionStep(f[StepOffset..], g, v, r[StepOffset..], (short)swap, (short)f0, (short)g0, modulus);
        }

        short scale = modulus.Freeze(factor * modulus.Invert(modulus.Freeze(f[StepOffset])));
        inverse.Clear();
        for (int i = 0; i < Coefficients; i++)
            inverse[i] = modulus.Freeze(scale * modulus.Freeze(v[StepOffset + Coefficients - 1 - i]));
        ConstantTime.Zero(MemoryMarshal.AsBytes(memory));
        return ConstantTime.IsZero((ulong)(long)delta);
    }

    /// <summary>columns[i + j] += a[i] b[j].</summary>
    protected virtual void MultiplyColumns(Span<int> columns, ReadOnlySpan<short> a, ReadOnlySpan<short> b)
    {
        for (int i = 0; i < Coefficients; i++)
        {
            int factor = a[i];
            Span<int> sums = columns.Slice(i, b.Length);
            for (int j = 0; j < b.Length; j++)
                sums[j] += factor * b[j];
        }
    }

    /// <summary>One division step: v = X v; exchange f with g and v with r where the mask <paramref name="swap"/> says so; then
    /// g = (f0 g - g0 f) / X and r = f0 r - g0 v, both by Montgomery's factor 2^-16, which cancels in the end. f0 and g0 are the
    /// constant terms after the exchange. g and v begin <see cref="StepOffset"/> words into their spans. Coefficients stay within
    /// 2 m of zero.</summary>
    protected virtual void DivisionStep(
        Span<short> f, Span<short> g, Span<short> v, Span<short> r, short swap, short f0, short g0, Sntrup761Modulus modulus)
    {
        for (int i = 0; i < PaddedLength; i++)
        {
            short difference = (short)(swap & (f[i] ^ g[StepOffset + i]));
            f[i] ^= difference;
            short other = (short)(g[StepOffset + i] ^ difference);
            g[StepOffset + i - 1] = (short)(modulus.MontgomeryMultiply(other, f0) - modulus.MontgomeryMultiply(f[i], g0));
        }

        for (int i = PaddedLength - 1; i >= 0; i--)
        {
            short shifted = v[StepOffset + i - 1];
            short difference = (short)(swap & (shifted ^ r[i]));
            v[StepOffset + i] = (short)(shifted ^ difference);
            short other = (short)(r[i] ^ difference);
            r[i] = (short)(modulus.MontgomeryMultiply(other, f0) - modulus.MontgomeryMultiply(v[StepOffset + i], g0));
        }
    }

    /// <summary>Where the polynomials g and v begin in their spans.</summary>
    protected static int Offset => StepOffset;
}
