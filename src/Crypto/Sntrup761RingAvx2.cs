using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>The ring of sntrup761 in AVX2, sixteen coefficients at a time.</summary>
internal sealed unsafe class Sntrup761RingAvx2 : Sntrup761Ring
{
    private const int Words = 16;

    /// <summary>Two rows of the product at a time: a[i] b[k - i] + a[i + 1] b[k - i - 1] is one instruction for eight columns k,
    /// once b's neighbours are laid side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    protected override void MultiplyColumns(Span<int> columns, ReadOnlySpan<short> a, ReadOnlySpan<short> b)
    {
        short* neighbours = stackalloc short[2 * PaddedLength]; // b[0], 0, b[1], b[0], b[2], b[1] ..
        neighbours[0] = b[0];
        neighbours[1] = 0;
        for (int i = 1; i < PaddedLength; i++)
        {
            neighbours[2 * i] = b[i];
            neighbours[2 * i + 1] = b[i - 1];
        }

        fixed (int* sums = columns)
        fixed (short* factors = a)
        {
            for (int i = 0; i < Coefficients; i += 2)
            {
                Vector256<short> pair = Vector256.Create(*(int*)(factors + i)).AsInt16();
                for (int k = 0; k < PaddedLength; k += Words / 2)
                {
                    Vector256<int> products = Avx2.MultiplyAddAdjacent(pair, Vector256.Load(neighbours + 2 * k));
                    (Vector256.Load(sums + i + k) + products).Store(sums + i + k);
                }
            }
        }

        ConstantTime.Zero(new Span<byte>(neighbours, 2 * PaddedLength * sizeof(short)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void DivisionStep(
        Span<short> f, Span<short> g, Span<short> v, Span<short> r, short swap, short f0, short g0, Sntrup761Modulus modulus)
    {
        Vector256<short> mask = Vector256.Create(swap);
        Factor ofF = new(f0, modulus);
        Factor ofG = new(g0, modulus);
        Vector256<short> m = Vector256.Create(modulus.Value);
        fixed (short* pf = f, pg = g[Offset..], pv = v[Offset..], pr = r)
        {
            for (int i = 0; i < PaddedLength; i += Words)
            {
                Vector256<short> left = Vector256.Load(pf + i);
                Vector256<short> right = Vector256.Load(pg + i);
                Vector256<short> difference = mask & (left ^ right);
                left ^= difference;
                right ^= difference;
                left.Store(pf + i);
                (ofF.Multiply(right, m) - ofG.Multiply(left, m)).Store(pg + i - 1);
            }

            for (int i = PaddedLength - Words; i >= 0; i -= Words)
            {
                Vector256<short> left = Vector256.Load(pv + i - 1);
                Vector256<short> right = Vector256.Load(pr + i);
                Vector256<short> difference = mask & (left ^ right);
                left ^= difference;
                right ^= difference;
                left.Store(pv + i);
                (ofF.Multiply(right, m) - ofG.Multiply(left, m)).Store(pr + i);
            }
        }
    }

    /// <summary>What many coefficients are multiplied by, in Montgomery's way: b, and b / m modulo 2^16.</summary>
    private readonly struct Factor(short value, Sntrup761Modulus modulus)
    {
        private readonly Vector256<short> _value = Vector256.Create(value);
        private readonly Vector256<short> _quotient = Vector256.Create((short)(value * modulus.MontgomeryInverse));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<short> Multiply(Vector256<short> a, Vector256<short> m) =>
            Avx2.MultiplyHigh(a, _value) - Avx2.MultiplyHigh(a * _quotient, m);
    }
}
