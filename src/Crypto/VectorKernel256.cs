using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>Four lanes of AVX2. The rows of a number times b_1, b_2, b_3 are loads of the number from 1, 2, 3 digits before.
/// Straight-line code but for public loop counts.</summary>
internal readonly unsafe struct VectorKernel256 : IVectorKernel
{
    private const int Width = 4;

    public static int Lanes => Width;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyLowest(ulong* lowest, ulong* a, ulong* b)
    {
        lowest[0] = a[0] * b[0];
        lowest[1] = (a[0] * b[1]) + (a[1] * b[0]);
        lowest[2] = (a[0] * b[2]) + (a[1] * b[1]) + (a[2] * b[0]);
        lowest[3] = (a[0] * b[3]) + (a[1] * b[2]) + (a[2] * b[1]) + (a[3] * b[0]);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static ulong Quotients(ulong carry, ulong* sum, ulong* lowest, ulong* multiple, int zeros, ulong* quotients, int radixBits)
    {
        // Each column waits for the carry and the quotient digit of the one before: they are added last.
        ulong mask = (1ul << radixBits) - 1;
        ulong n1 = multiple[1], n2 = multiple[2], n3 = multiple[3];
        ulong c0 = sum[0] + lowest[0] + carry;
        ulong q0 = c0 & mask;
        ulong c1 = sum[1] + lowest[1] + (c0 >> radixBits) + (n1 * q0);
        ulong q1 = c1 & mask;
        ulong c2 = sum[2] + lowest[2] + (n2 * q0) + (c1 >> radixBits) + (n1 * q1);
        ulong q2 = c2 & mask;
        ulong c3 = sum[3] + lowest[3] + (n3 * q0) + (n2 * q1) + (c2 >> radixBits) + (n1 * q2);
        ulong q3 = c3 & mask;

        quotients[0] = q0;
        quotients[1] = q1;
        quotients[2] = q2;
        quotients[3] = q3;
        return c3 >> radixBits;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AddRows(ulong* sum, ulong* a, ulong* b, ulong* shifted, ulong* quotients, int start, int blocks)
    {
        Vector256<ulong> q0 = Broadcast(quotients[0]), q1 = Broadcast(quotients[1]), q2 = Broadcast(quotients[2]), q3 = Broadcast(quotients[3]);
        ulong* m = shifted;
        ulong* column = sum + Width, end = column + (blocks * Width), full = sum + (start * Width);
        for (; column < full; column += Width, m += Width * Width)
        {
            Vector256<ulong> first = Vector256.Load(column) + Product(Vector256.Load(m), q0);
            Vector256<ulong> second = Product(Vector256.Load(m + 4), q1);
            first += Product(Vector256.Load(m + 8), q2);
            second += Product(Vector256.Load(m + 12), q3);
            (first + second).Store(column - Width);
        }
        Vector256<ulong> b0 = Broadcast(b[0]), b1 = Broadcast(b[1]), b2 = Broadcast(b[2]), b3 = Broadcast(b[3]);
        ulong* row = a + (column - sum);
        Vector256<ulong> below = Vector256.Load(row - Width);
        for (; column < end; column += Width, m += Width * Width, row += Width)
        {
            Vector256<ulong> digits = Vector256.Load(row);
            Vector256<ulong> middle = Avx2.Permute2x128(below, digits, 0x21);
            Vector256<ulong> first = Vector256.Load(column) + Product(digits, b0);
            Vector256<ulong> second = Product(Vector256.Load(m), q0);
            first += Product(ShiftByOne(digits, middle), b1);
            second += Product(Vector256.Load(m + 4), q1);
            first += Product(middle, b2);
            second += Product(Vector256.Load(m + 8), q2);
            first += Product(ShiftByOne(middle, below), b3);
            second += Product(Vector256.Load(m + 12), q3);
            (first + second).Store(column - Width);
            below = digits;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Normalise(ulong* product, ulong* sum, int digitCount, int radixBits)
    {
        // The first pass leaves less than radix + 2^(64 - bits), the second less than radix + 2^(64 - 2 bits) + 1. The uppermost
        // lane has nothing to pass on, the product being below radix^L / 2.
        Vector256<ulong> mask = Vector256.Create((1ul << radixBits) - 1);
        Vector256<ulong> before = Vector256<ulong>.Zero, beforeThat = Vector256<ulong>.Zero;
        for (int i = 0; i < digitCount; i += Width)
        {
            Vector256<ulong> lanes = Vector256.Load(sum + i);
            Vector256<ulong> carries = lanes >>> radixBits;
            lanes = (lanes & mask) + ShiftUp(carries, before);
            before = carries;
            carries = lanes >>> radixBits;
            ((lanes & mask) + ShiftUp(carries, beforeThat)).Store(product + i);
            beforeThat = carries;
        }
    }

    /// <summary>The lanes of <paramref name="vector"/> one place up, the uppermost of the vector below it moving in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> ShiftUp(Vector256<ulong> vector, Vector256<ulong> below) => Avx2.Blend(
        Avx2.Permute4x64(vector, 0b10_01_00_00).AsUInt32(), Avx2.Permute4x64(below, 0b11_11_11_11).AsUInt32(), 0b0000_0011).AsUInt64();

    /// <summary>In each half of a vector, the lower lane moved up and the other's upper one below it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> ShiftByOne(Vector256<ulong> vector, Vector256<ulong> below) =>
        Avx2.AlignRight(vector.AsByte(), below.AsByte(), sizeof(ulong)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(Vector256<ulong> digits, Vector256<ulong> digit) =>
        Avx2.Multiply(digits.AsUInt32(), digit.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Broadcast(ulong digit) => Vector256.Create(digit);
}
