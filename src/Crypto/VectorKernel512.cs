using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>Eight lanes of AVX-512. The rows of a number times b_1, b_2, … are the number's own vectors shifted up by 1, 2, …
/// lanes. Straight-line code but for public loop counts.</summary>
internal readonly unsafe struct VectorKernel512 : IVectorKernel
{
    private const int Width = 8;

    public static int Lanes => Width;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyLowest(ulong* lowest, ulong* a, ulong* b)
    {
        Vector512<ulong> row = Vector512.Load(a), zero = Vector512<ulong>.Zero;
        Vector512<ulong> first = Product(row, BroadcastForOneUse(b[0]));
        Vector512<ulong> second = Product(Shift(row, zero, 7), BroadcastForOneUse(b[1]));
        first += Product(Shift(row, zero, 6), BroadcastForOneUse(b[2]));
        second += Product(Shift(row, zero, 5), BroadcastForOneUse(b[3]));
        first += Product(Shift(row, zero, 4), BroadcastForOneUse(b[4]));
        second += Product(Shift(row, zero, 3), BroadcastForOneUse(b[5]));
        first += Product(Shift(row, zero, 2), BroadcastForOneUse(b[6]));
        second += Product(Shift(row, zero, 1), BroadcastForOneUse(b[7]));
        (first + second).Store(lowest);
    }

    public static ulong Quotients(ulong carry, ulong* sum, ulong* lowest, ulong* multiple, int zeros, ulong* quotients, int radixBits) =>
        zeros == 3
            ? QuotientsOfThreeZeros(carry, sum, lowest, multiple, quotients, radixBits)
            : QuotientsOfOneZero(carry, sum, lowest, multiple, quotients, radixBits);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static ulong QuotientsOfOneZero(ulong carry, ulong* sum, ulong* lowest, ulong* multiple, ulong* quotients, int radixBits)
    {
        // Four digits in scalar arithmetic; then what they add to the upper four columns by vector, for want of multipliers; and four more.
        Vector256<ulong> first = Vector256.Load(sum + 4) + Vector256.Load(lowest + 4);
        (Vector256.Load(sum) + Vector256.Load(lowest)).Store(lowest);
        carry = FourQuotients(carry, lowest, multiple, quotients, radixBits);
        first += Product(Vector256.Load(multiple + 4), quotients[0]);
        Vector256<ulong> second = Product(Vector256.Load(multiple + 3), quotients[1]);
        first += Product(Vector256.Load(multiple + 2), quotients[2]);
        second += Product(Vector256.Load(multiple + 1), quotients[3]);
        (first + second).Store(lowest + 4);
        return FourQuotients(carry, lowest + 4, multiple, quotients + 4, radixBits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FourQuotients(ulong carry, ulong* columns, ulong* multiple, ulong* quotients, int radixBits)
    {
        // Each column waits for the carry and the quotient digit of the one before: they are added last.
        ulong mask = (1ul << radixBits) - 1;
        ulong n1 = multiple[1], n2 = multiple[2], n3 = multiple[3];
        ulong c0 = columns[0] + carry;
        ulong q0 = c0 & mask;
        ulong c1 = columns[1] + (c0 >> radixBits) + (n1 * q0);
        ulong q1 = c1 & mask;
        ulong c2 = columns[2] + (n2 * q0) + (c1 >> radixBits) + (n1 * q1);
        ulong q2 = c2 & mask;
        ulong c3 = columns[3] + (n3 * q0) + (n2 * q1) + (c2 >> radixBits) + (n1 * q2);
        quotients[0] = q0;
        quotients[1] = q1;
        quotients[2] = q2;
        quotients[3] = c3 & mask;
        return c3 >> radixBits;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static ulong QuotientsOfThreeZeros(ulong carry, ulong* sum, ulong* lowest, ulong* multiple, ulong* quotients, int radixBits)
    {
        ulong mask = (1ul << radixBits) - 1;
        ulong n3 = multiple[3], n4 = multiple[4], n5 = multiple[5], n6 = multiple[6], n7 = multiple[7];
        ulong c0 = sum[0] + lowest[0] + carry;
        ulong q0 = c0 & mask;
        ulong c1 = sum[1] + lowest[1] + (c0 >> radixBits);
        ulong q1 = c1 & mask;
        ulong c2 = sum[2] + lowest[2] + (c1 >> radixBits);
        ulong q2 = c2 & mask;
        ulong c3 = sum[3] + lowest[3] + (n3 * q0) + (c2 >> radixBits);
        ulong q3 = c3 & mask;
        ulong c4 = sum[4] + lowest[4] + (n4 * q0) + (n3 * q1) + (c3 >> radixBits);
        ulong q4 = c4 & mask;
        ulong c5 = sum[5] + lowest[5] + (n5 * q0) + (n4 * q1) + (n3 * q2) + (c4 >> radixBits);
        ulong q5 = c5 & mask;
        ulong c6 = sum[6] + lowest[6] + (n6 * q0) + (n5 * q1) + (n4 * q2) + (n3 * q3) + (c5 >> radixBits);
        ulong q6 = c6 & mask;
        ulong c7 = sum[7] + lowest[7] + (n7 * q0) + (n6 * q1) + (n5 * q2) + (n4 * q3) + (n3 * q4) + (c6 >> radixBits);
        ulong q7 = c7 & mask;

        quotients[0] = q0;
        quotients[1] = q1;
        quotients[2] = q2;
        quotients[3] = q3;
        quotients[4] = q4;
        quotients[5] = q5;
        quotients[6] = q6;
        quotients[7] = q7;
        return c7 >> radixBits;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AddRows(ulong* sum, ulong* a, ulong* b, ulong* shifted, ulong* quotients, int start, int blocks)
    {
        Vector512<ulong> q0 = Broadcast(quotients[0]), q1 = Broadcast(quotients[1]), q2 = Broadcast(quotients[2]), q3 = Broadcast(quotients[3]);
        Vector512<ulong> q4 = Broadcast(quotients[4]), q5 = Broadcast(quotients[5]), q6 = Broadcast(quotients[6]), q7 = Broadcast(quotients[7]);
        ulong* m = shifted;
        ulong* column = sum + Width, end = column + (blocks * Width), full = sum + (start * Width);
        for (; column < full; column += Width, m += Width * Width)
        {
            Vector512<ulong> first = Vector512.Load(column) + Product(Vector512.Load(m), q0);
            Vector512<ulong> second = Product(Vector512.Load(m + 8), q1);
            Vector512<ulong> third = Product(Vector512.Load(m + 16), q2);
            Vector512<ulong> fourth = Product(Vector512.Load(m + 24), q3);
            first += Product(Vector512.Load(m + 32), q4);
            second += Product(Vector512.Load(m + 40), q5);
            third += Product(Vector512.Load(m + 48), q6);
            fourth += Product(Vector512.Load(m + 56), q7);
            ((first + second) + (third + fourth)).Store(column - Width);
        }
        Vector512<ulong> b0 = Broadcast(b[0]), b1 = Broadcast(b[1]), b2 = Broadcast(b[2]), b3 = Broadcast(b[3]);
        Vector512<ulong> b4 = Broadcast(b[4]), b5 = Broadcast(b[5]), b6 = Broadcast(b[6]), b7 = Broadcast(b[7]);
        ulong* row = a + (column - sum);
        Vector512<ulong> below = Vector512.Load(row - Width);
        for (; column < end; column += Width, m += Width * Width, row += Width)
        {
            Vector512<ulong> digits = Vector512.Load(row);
            Vector512<ulong> first = Vector512.Load(column) + Product(digits, b0);
            Vector512<ulong> second = Product(Shift(digits, below, 7), b1);
            Vector512<ulong> third = Product(Vector512.Load(m), q0);
            Vector512<ulong> fourth = Product(Vector512.Load(m + 8), q1);
            first += Product(Shift(digits, below, 6), b2);
            second += Product(Shift(digits, below, 5), b3);
            third += Product(Vector512.Load(m + 16), q2);
            fourth += Product(Vector512.Load(m + 24), q3);
            first += Product(Shift(digits, below, 4), b4);
            second += Product(Shift(digits, below, 3), b5);
            third += Product(Vector512.Load(m + 32), q4);
            fourth += Product(Vector512.Load(m + 40), q5);
            first += Product(Shift(digits, below, 2), b6);
            second += Product(Shift(digits, below, 1), b7);
            third += Product(Vector512.Load(m + 48), q6);
            fourth += Product(Vector512.Load(m + 56), q7);
            ((first + second) + (third + fourth)).Store(column - Width);
            below = digits;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Normalise(ulong* product, ulong* sum, int digitCount, int radixBits)
    {
        // The first pass leaves less than radix + 2^(64 - bits), the second less than radix + 2^(64 - 2 bits) + 1. The uppermost
        // lane has nothing to pass on, the product being below radix^L / 2.
        Vector512<ulong> mask = Vector512.Create((1ul << radixBits) - 1);
        Vector512<ulong> before = Vector512<ulong>.Zero, beforeThat = Vector512<ulong>.Zero;
        for (int i = 0; i < digitCount; i += Width)
        {
            Vector512<ulong> lanes = Vector512.Load(sum + i);
            Vector512<ulong> carries = lanes >>> radixBits;
            lanes = (lanes & mask) + Shift(carries, before, Width - 1);
            before = carries;
            carries = lanes >>> radixBits;
            ((lanes & mask) + Shift(carries, beforeThat, Width - 1)).Store(product + i);
            beforeThat = carries;
        }
    }

    /// <summary>The lanes of <paramref name="vector"/> moved 8 - <paramref name="lane"/> places up, the uppermost of the vector
    /// below it moving in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Shift(Vector512<ulong> vector, Vector512<ulong> below, [ConstantExpected] byte lane) =>
        Avx512F.AlignRight64(vector, below, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Product(Vector512<ulong> digits, Vector512<ulong> digit) =>
        Avx512F.Multiply(digits.AsUInt32(), digit.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Broadcast(ulong digit) => Vector512.Create(digit);

    /// <summary>The mask changes nothing, here and below: it keeps the JIT from making the digit the memory operand of VPMULUDQ itself, as it would
    /// where it is multiplied once, and where .NET 10 scales its address by the wrong width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> BroadcastForOneUse(ulong digit) => Vector512.Create(digit) & Vector512.Create((ulong)uint.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Product(Vector256<ulong> digits, ulong digit) =>
        Avx2.Multiply(digits.AsUInt32(), (Vector256.Create(digit) & Vector256.Create((ulong)uint.MaxValue)).AsUInt32());
}
