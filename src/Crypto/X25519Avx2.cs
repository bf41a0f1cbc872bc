using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>The ladder of X25519 with its four coordinates in the four lanes of AVX2 vectors: a step is two multiplications and a
/// squaring of all lanes instead of ten of one. Constant time: the exchange of the two points is part of a permutation whose
/// indices come from the scalar's bit by masks.</summary>
internal static unsafe class X25519Avx2
{
    private const int Limbs = FieldElement25519x4.Limbs;
    private const int Table = FieldElement25519x4.TableLength;

    // Elements: the points, left operands, products, sums and differences, the constants of the last multiplication, what makes
    // a difference of a sum; and a table of right operands.
    private const int WorkVectors = 6 * Limbs + Table;

    // Lanes chosen by Permute4x64, lowest first.
    private const byte Lanes0110 = 0b00_01_01_00;
    private const byte Lanes0033 = 0b11_11_00_00;
    private const byte Lanes1122 = 0b10_10_01_01;
    private const byte Lanes1032 = 0b10_11_00_01;

    /// <summary>Whether this machine has what <see cref="Multiply"/> needs.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>The function X25519 of RFC 7748 section 5.</summary>
    [SkipLocalsInit]
    public static void Multiply(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey, Span<byte> result)
    {
        Span<byte> scalar = stackalloc byte[X25519.KeyLength];
        X25519.Clamp(privateKey, scalar);
        FieldElement25519 x1 = FieldElement25519.Decode(publicKey);

        byte* memory = stackalloc byte[(WorkVectors + 1) * 32];
        Vector256<ulong>* work = (Vector256<ulong>*)(((nuint)memory + 31) & ~(nuint)31);
        new Span<Vector256<ulong>>(work, WorkVectors).Clear();
        Vector256<ulong>* points = work;
        Vector256<ulong>* constants = work + 4 * Limbs;
        Vector256<ulong>* bias = work + 5 * Limbs;
        FieldElement25519 one = new(1);
        FieldElement25519x4.SetLane(points, 0, one); // [x2, z2, x3, z3] = [1, 0, x1, 1]
        FieldElement25519x4.SetLane(points, 2, x1);
        FieldElement25519x4.SetLane(points, 3, one);
        FieldElement25519x4.SetLane(constants, 2, one); // [0, 0, 1, x1]
        FieldElement25519x4.SetLane(constants, 3, x1);
        for (int i = 0; i < Limbs; i++)
            bias[i] = Vector256.Create(0, FieldElement25519x4.TwoP[i] + 1ul, 0, FieldElement25519x4.TwoP[i] + 1ul);

        uint swapped = 0;
        for (int bit = 254; bit >= 0; bit--)
        {
            uint wanted = (uint)(scalar[bit >> 3] >> (bit & 7)) & 1;
            Step(work, swapped ^ wanted);
            swapped = wanted;
        }

        // The lowest bits of a clamped scalar are zero, so the points are not exchanged now: the result is x2 / z2.
        FieldElement25519 x = FieldElement25519x4.GetLane(points, 0);
        FieldElement25519 z = FieldElement25519x4.GetLane(points, 1);
        FieldElement25519.Invert(out z, z);
        FieldElement25519.Multiply(out x, x, z);
        x.Encode(result);

        ConstantTime.Zero(new Span<byte>(work, WorkVectors * 32));
        ConstantTime.Zero(scalar);
        ConstantTime.Zero(ref x);
        ConstantTime.Zero(ref z);
    }

    /// <summary>One step of the formulas of RFC 7748 section 5, after exchanging the points where <paramref name="swap"/> is 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining), SkipLocalsInit]
    private static void Step(Vector256<ulong>* work, uint swap)
    {
        Vector256<ulong>* points = work;
        Vector256<ulong>* left = work + Limbs;
        Vector256<ulong>* products = work + 2 * Limbs;
        Vector256<ulong>* sums = work + 3 * Limbs;
        Vector256<ulong>* constants = work + 4 * Limbs;
        Vector256<ulong>* bias = work + 5 * Limbs;
        Vector256<ulong>* right = work + 7 * Limbs; // b0 of the table
        Vector256<ulong> minus = Vector256.Create(0, ulong.MaxValue, 0, ulong.MaxValue); // -b is its complement, plus 1

        // [x2, x2, x3, x3] and [z2, z2, z3, z3], or those of the other point: its lanes are four 32-bit words away.
        Vector256<uint> other = Vector256.Create(swap << 2);
        Vector256<uint> xs = Vector256.Create(0u, 1, 0, 1, 4, 5, 4, 5) ^ other;
        Vector256<uint> zs = Vector256.Create(2u, 3, 2, 3, 6, 7, 6, 7) ^ other;
        for (int i = 0; i < Limbs; i++)
        {
            Vector256<uint> point = points[i].AsUInt32();
            Vector256<ulong> x = Avx2.PermuteVar8x32(point, xs).AsUInt64();
            Vector256<ulong> z = Avx2.PermuteVar8x32(point, zs).AsUInt64();
            Vector256<ulong> sum = x + (z ^ minus) + bias[i]; // A = x2 + z2, B = x2 - z2, C = x3 + z3, D = x3 - z3
            left[i] = sum;
            FieldElement25519x4.SetTable(right, i, Avx2.Permute4x64(sum, Lanes0110));
        }

        FieldElement25519x4.Multiply(products, left, right); // AA, BB, CB, DA

        for (int i = 0; i < Limbs; i++)
        {
            Vector256<ulong> product = products[i];
            Vector256<ulong> x = Avx2.Permute4x64(product, Lanes0033);
            Vector256<ulong> z = Avx2.Permute4x64(product, Lanes1122);
            Vector256<ulong> sum = x + (z ^ minus) + bias[i]; // AA + BB, E = AA - BB, DA + CB, DA - CB
            sums[i] = sum;
            Vector256<uint> exchanged = Avx2.Permute4x64(product, Lanes1032).AsUInt32();
            right[i] = Avx2.Blend(exchanged, constants[i].AsUInt32(), 0b11_11_00_00).AsUInt64(); // BB, AA, 1, x1
            left[i] = Avx2.Blend(product.AsUInt32(), sum.AsUInt32(), 0b00_00_11_00).AsUInt64(); // AA, E
        }

        FieldElement25519x4.MultiplySmallAndAdd(right, sums, Vector256.Create(0ul, X25519.A24, 0, 0)); // BB, AA + a24 E, 1, x1
        FieldElement25519x4.Square(sums, sums); // (DA + CB)^2, (DA - CB)^2 in the upper lanes
        for (int i = 0; i < Limbs; i++)
            left[i] = Avx2.Blend(left[i].AsUInt32(), sums[i].AsUInt32(), 0b11_11_00_00).AsUInt64();

        // AA BB, E (AA + a24 E), (DA + CB)^2, x1 (DA - CB)^2
        FieldElement25519x4.Multiply(points, left, right);
    }
}
