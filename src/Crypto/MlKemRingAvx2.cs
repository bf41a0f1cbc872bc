using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>The ring of ML-KEM in AVX2: a polynomial is sixteen rows of sixteen coefficients. Butterflies over 16 coefficients and
/// more pair whole rows. For those over 8, 4 and 2, halves, quarters and eighths of rows are exchanged first, so that again whole
/// rows pair; the exchanges undo themselves.</summary>
internal sealed unsafe class MlKemRingAvx2 : MlKemRing
{
    private const int Rows = 16;
    private const int Levels = 7;
    private const int PairsPerLevel = Rows / 2;

    // What a level's butterflies multiply by: for each pair of rows a vector of zetas and one of zetas / q modulo R.
    private static readonly Vector256<short>[] s_zetas = ComputeZetaRows(mirrored: false);

    // The same for the inverse: 1/zeta is the negative of the zeta at the other end of its level.
    private static readonly Vector256<short>[] s_mirroredZetas = ComputeZetaRows(mirrored: true);

    // Montgomery forms of gamma for the odd coefficients, by row, again with their quotients by q.
    private static readonly Vector256<short>[] s_gammas = ComputeGammaRows();

    private static Vector256<short> Q => Vector256.Create(Modulus);

    public override bool Vectors => true;

    public override void Add(Span<short> a, ReadOnlySpan<short> b)
    {
        ReadOnlySpan<Vector256<short>> right = Cast(b);
        Span<Vector256<short>> left = Cast(a);
        for (int i = 0; i < Rows; i++)
            left[i] += right[i];
    }

    public override void Subtract(Span<short> a, ReadOnlySpan<short> b)
    {
        ReadOnlySpan<Vector256<short>> right = Cast(b);
        Span<Vector256<short>> left = Cast(a);
        for (int i = 0; i < Rows; i++)
            left[i] -= right[i];
    }

    public override void Canonicalize(Span<short> polynomial)
    {
        foreach (ref Vector256<short> row in Cast(polynomial))
        {
            Vector256<short> below = Barrett(row) - Q;
            row = below + (Vector256.ShiftRightArithmetic(below, 15) & Q);
        }
    }

    public override void Compress(Span<short> polynomial, int bits)
    {
        Vector256<ulong> mask = Vector256.Create((1ul << bits) - 1);
        Vector256<ulong> half = Vector256.Create((ulong)Modulus / 2);
        Vector256<uint> reciprocal = Vector256.Create(Reciprocal);
        foreach (ref Vector256<short> row in Cast(polynomial))
        {
            Vector256<ulong> compressed = default;
            for (int shift = 0; shift < 64; shift += 16)
            {
                Vector256<ulong> numerator = (((row.AsUInt64() >>> shift) & Vector256.Create(0xfffful)) << bits) + half;
                Vector256<ulong> quotient = Avx2.Multiply(numerator.AsUInt32(), reciprocal) >>> ReciprocalShift;
                compressed |= (quotient & mask) << shift;
            }

            row = compressed.AsInt16();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Transform(Span<short> polynomial)
    {
        fixed (Vector256<short>* rows = Cast(polynomial))
        fixed (Vector256<short>* zetas = s_zetas)
        {
            for (int level = 0; level < Levels; level++)
            {
                if (level >= 4)
                    Exchange(rows, level);
                Vector256<short>* zeta = zetas + 2 * PairsPerLevel * level;
                int distance = Distance(level);
                for (int pair = 0; pair < PairsPerLevel; pair++, zeta += 2)
                {
                    int row = RowOfPair(pair, distance);
                    Vector256<short> product = MontgomeryMultiply(rows[row + distance], zeta[0], zeta[1]);
                    rows[row + distance] = rows[row] - product;
                    rows[row] += product;
                }
            }

            for (int level = Levels - 1; level >= 4; level--)
                Exchange(rows, level);
            for (int row = 0; row < Rows; row++)
                rows[row] = Barrett(rows[row]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void InverseTransform(Span<short> polynomial)
    {
        fixed (Vector256<short>* rows = Cast(polynomial))
        fixed (Vector256<short>* zetas = s_mirroredZetas)
        {
            for (int level = 4; level < Levels; level++)
                Exchange(rows, level);
            for (int level = Levels - 1; level >= 0; level--)
            {
                Vector256<short>* zeta = zetas + 2 * PairsPerLevel * level;
                int distance = Distance(level);
                for (int pair = 0; pair < PairsPerLevel; pair++, zeta += 2)
                {
                    int row = RowOfPair(pair, distance);
                    Vector256<short> low = rows[row];
                    Vector256<short> high = rows[row + distance];
                    rows[row] = Barrett(low + high);
                    rows[row + distance] = MontgomeryMultiply(high - low, zeta[0], zeta[1]);
                }

                if (level >= 4)
                    Exchange(rows, level);
            }

            Vector256<short> factor = Vector256.Create(InverseOf128);
            Vector256<short> factorByQ = Vector256.Create(unchecked((short)(InverseOf128 * ModulusInverse)));
            for (int row = 0; row < Rows; row++)
                rows[row] = MontgomeryMultiply(rows[row], factor, factorByQ);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumOfProducts(Span<short> result, ReadOnlySpan<short> left, ReadOnlySpan<short> right)
    {
        ReadOnlySpan<Vector256<short>> a = Cast(left);
        ReadOnlySpan<Vector256<short>> b = Cast(right);
        Span<Vector256<short>> sums = Cast(result);
        Vector256<short> factor = Vector256.Create(RSquared);
        Vector256<short> factorByQ = Vector256.Create(unchecked((short)(RSquared * ModulusInverse)));
        for (int row = 0; row < Rows; row++)
        {
            Vector256<int> even = default;
            Vector256<int> odd = default;
            Vector256<short> gamma = s_gammas[2 * row];
            Vector256<short> gammaByQ = s_gammas[2 * row + 1];
            for (int j = row; j < a.Length; j += Rows)
            {
                Vector256<short> pairs = b[j]; // b0, b1
                Vector256<short> scaled = Avx2.Blend(pairs, MontgomeryMultiply(pairs, gamma, gammaByQ), 0b10101010); // b0, gamma b1
                Vector256<uint> words = pairs.AsUInt32();
                Vector256<short> swapped = ((words << 16) | (words >>> 16)).AsInt16(); // b1, b0
                even += Avx2.MultiplyAddAdjacent(a[j], scaled);
                odd += Avx2.MultiplyAddAdjacent(a[j], swapped);
            }

            // The reductions leave their result in the upper half of a word above a lower half of zero.
            Vector256<short> reduced = ((Reduce(even).AsUInt32() >>> 16) | Reduce(odd).AsUInt32()).AsInt16();
            sums[row] = MontgomeryMultiply(reduced, factor, factorByQ);
        }
    }

    /// <summary>value - q (value / q modulo R), a multiple of R.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Reduce(Vector256<int> value)
    {
        Vector256<short> quotient = value.AsInt16() * Vector256.Create(ModulusInverse);
        return value - Avx2.MultiplyAddAdjacent(quotient, Vector256.Create((int)Modulus).AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> MontgomeryMultiply(Vector256<short> a, Vector256<short> b, Vector256<short> bByQ) =>
        Avx2.MultiplyHigh(a, b) - Avx2.MultiplyHigh(a * bByQ, Q);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Barrett(Vector256<short> value) =>
        value - Vector256.ShiftRightArithmetic(Avx2.MultiplyHigh(value, Vector256.Create(BarrettFactor)), 10) * Q;

    /// <summary>How far apart the rows of a pair are: 8, 4, 2, 1, then 8, 4, 2 again among the exchanged parts.</summary>
    private static int Distance(int level) => 8 >> (level & 3);

    private static int RowOfPair(int pair, int distance) => 2 * (pair & -distance) + (pair & (distance - 1));

    /// <summary>Exchanges the upper half of one row with the lower half of its pair, or likewise by quarters or eighths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exchange(Vector256<short>* rows, int level)
    {
        int distance = Distance(level);
        for (int pair = 0; pair < PairsPerLevel; pair++)
        {
            int row = RowOfPair(pair, distance);
            Vector256<ulong> a = rows[row].AsUInt64();
            Vector256<ulong> b = rows[row + distance].AsUInt64();
            (Vector256<ulong> low, Vector256<ulong> high) = level switch
            {
                4 => (Avx2.Permute2x128(a, b, 0x20), Avx2.Permute2x128(a, b, 0x31)),
                5 => (Avx2.UnpackLow(a, b), Avx2.UnpackHigh(a, b)),
                _ => (Blend(a, b << 32), Blend(a >>> 32, b)),
            };
            rows[row] = low.AsInt16();
            rows[row + distance] = high.AsInt16();
        }
    }

    private static Vector256<ulong> Blend(Vector256<ulong> even, Vector256<ulong> odd) =>
        Avx2.Blend(even.AsUInt32(), odd.AsUInt32(), 0b10101010).AsUInt64();

    /// <summary>Runs the exchanges on the coefficients' numbers to see which coefficient meets which zeta.</summary>
    private static Vector256<short>[] ComputeZetaRows(bool mirrored)
    {
        if (!Avx2.IsSupported)
            return [];
        short[] numbers = new short[Coefficients];
        for (int i = 0; i < Coefficients; i++)
            numbers[i] = (short)i;
        Vector256<short>[] zetas = new Vector256<short>[Levels * PairsPerLevel * 2];
        fixed (Vector256<short>* rows = Cast(numbers))
        {
            for (int level = 0; level < Levels; level++)
            {
                if (level >= 4)
                    Exchange(rows, level);
                for (int pair = 0; pair < PairsPerLevel; pair++)
                {
                    Vector256<short> row = rows[RowOfPair(pair, Distance(level))];
                    short[] lanes = new short[16];
                    for (int lane = 0; lane < 16; lane++)
                    {
                        int block = row[lane] >> (8 - level);
                        int blocks = 1 << level;
                        lanes[lane] = Zetas[mirrored ? 2 * blocks - 1 - block : blocks + block];
                    }

                    int index = 2 * (PairsPerLevel * level + pair);
                    zetas[index] = Vector256.Create(lanes);
                    zetas[index + 1] = zetas[index] * Vector256.Create(ModulusInverse);
                }
            }
        }

        return zetas;
    }

    private static Vector256<short>[] ComputeGammaRows()
    {
        Vector256<short>[] gammas = new Vector256<short>[2 * Rows];
        for (int row = 0; row < Rows; row++)
        {
            short[] lanes = new short[16];
            for (int lane = 1; lane < 16; lane += 2)
                lanes[lane] = (short)((lane & 2) == 0 ? Zetas[64 + 4 * row + lane / 4] : -Zetas[64 + 4 * row + lane / 4]);
            gammas[2 * row] = Vector256.Create(lanes);
            gammas[2 * row + 1] = gammas[2 * row] * Vector256.Create(ModulusInverse);
        }

        return gammas;
    }

    private static Span<Vector256<short>> Cast(Span<short> polynomial) => MemoryMarshal.Cast<short, Vector256<short>>(polynomial);

    private static ReadOnlySpan<Vector256<short>> Cast(ReadOnlySpan<short> polynomial) =>
        MemoryMarshal.Cast<short, Vector256<short>>(polynomial);
}
