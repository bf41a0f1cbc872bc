using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>Arithmetic modulo the order L = 2^252 + 27742317777372353535851937790883648493 of Ed25519's base point (RFC 8032
/// section 5.1): signed limbs of 21 bits, because 12 of them reach exactly 2^252. Constant time.</summary>
internal static class Scalar25519
{
    /// <summary>The length of a scalar in bytes.</summary>
    public const int Length = 32;

    private const int LimbBits = 21;
    private const int Limbs = 12;

    // 2^252 = -(L - 2^252) = sum of Fold[i] 2^(21 i) modulo L.
    private static ReadOnlySpan<int> FoldedLimb => [666643, 470296, 654183, -997805, 136657, -683901];

    private static ReadOnlySpan<byte> Order =>
    [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    /// <summary>True for a scalar below L. Variable time: for the public half of a signature.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> scalar)
    {
        for (int i = Length - 1; i >= 0; i--)
        {
            if (scalar[i] != Order[i])
                return scalar[i] < Order[i];
        }

        return false;
    }

    /// <summary>A hash of 64 bytes, little-endian, modulo L.</summary>
    [SkipLocalsInit]
    public static void Reduce(ReadOnlySpan<byte> hash, Span<byte> scalar)
    {
        Span<long> limbs = stackalloc long[2 * Limbs + 1];
        limbs.Clear();
        Load(limbs, hash[..64]);
        ReduceLimbs(limbs, scalar);
        ConstantTime.Zero(MemoryMarshal.AsBytes(limbs));
    }

    /// <summary>a b + c modulo L, each of 32 bytes.</summary>
    [SkipLocalsInit]
    public static void MultiplyAdd(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, Span<byte> result)
    {
        Span<long> limbs = stackalloc long[2 * Limbs + 1];
        Span<long> left = stackalloc long[Limbs + 1];
        Span<long> right = stackalloc long[Limbs + 1];
        limbs.Clear();
        Load(left, a[..Length]);
        Load(right, b[..Length]);
        Load(limbs, c[..Length]);
        for (int i = 0; i < left.Length; i++)
        {
            // A column sums at most 13 products of 21-bit limbs: below 2^46.
            for (int j = 0; j < right.Length && i + j < limbs.Length; j++)
                limbs[i + j] += left[i] * right[j];
        }

        ReduceLimbs(limbs, result);
        ConstantTime.Zero(MemoryMarshal.AsBytes(limbs));
        ConstantTime.Zero(MemoryMarshal.AsBytes(left));
        ConstantTime.Zero(MemoryMarshal.AsBytes(right));
    }

    /// <summary>Splits a little-endian number into limbs of 21 bits, the last of which takes what is left.</summary>
    private static void Load(Span<long> limbs, ReadOnlySpan<byte> number)
    {
        ulong buffer = 0;
        int bits = 0;
        int limb = 0;
        limbs.Clear();
        foreach (byte value in number)
        {
            buffer |= (ulong)value << bits;
            bits += 8;
            if (bits >= LimbBits)
            {
                limbs[limb++] = (long)(buffer & ((1 << LimbBits) - 1));
                buffer >>= LimbBits;
                bits -= LimbBits;
            }
        }

        limbs[limb] = (long)buffer;
    }

    /// <summary>Folds 25 limbs into 12, one at a time from the top, and writes the value below L.</summary>
    private static void ReduceLimbs(Span<long> limbs, Span<byte> scalar)
    {
        // After a carry every limb but the last is within 2^20 of zero; a fold adds six products below 2^(21 + 20), and a limb
        // takes part in at most six folds before the next carry: all far below 2^63.
        Carry(limbs, 0, 2 * Limbs);
        for (int i = 2 * Limbs; i >= Limbs + 6; i--)
            Fold(limbs, i);
        Carry(limbs, 6, Limbs + 5);
        for (int i = Limbs + 5; i >= Limbs; i--)
            Fold(limbs, i);

        // Carried limbs are within 2^20 of zero, so the value is within 2^251 of it, up to a small multiple of 2^252 that the
        // next fold takes away: -2^252 < value < 2^252. A negative one borrows exactly one 2^252, which folds to a value below L.
        Carry(limbs, 0, Limbs);
        Fold(limbs, Limbs);
        FloorCarry(limbs);
        Fold(limbs, Limbs);
        FloorCarry(limbs);
        Store(limbs, scalar);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(Span<long> limbs, int from)
    {
        long top = limbs[from];
        limbs[from] = 0;
        for (int i = 0; i < 6; i++)
            limbs[from - Limbs + i] += top * FoldedLimb[i];
    }

    /// <summary>Carries from limb <paramref name="first"/> up into limb <paramref name="last"/>, leaving limbs between -2^20 and
    /// 2^20 behind.</summary>
    private static void Carry(Span<long> limbs, int first, int last)
    {
        for (int i = first; i < last; i++)
        {
            long carry = (limbs[i] + (1 << (LimbBits - 1))) >> LimbBits;
            limbs[i + 1] += carry;
            limbs[i] -= carry << LimbBits;
        }
    }

    /// <summary>Carries from limb 0 to limb 12, leaving limbs between 0 and 2^21 - 1 behind.</summary>
    private static void FloorCarry(Span<long> limbs)
    {
        for (int i = 0; i < Limbs; i++)
        {
            long carry = limbs[i] >> LimbBits;
            limbs[i + 1] += carry;
            limbs[i] -= carry << LimbBits;
        }
    }

    private static void Store(ReadOnlySpan<long> limbs, Span<byte> scalar)
    {
        ulong buffer = 0;
        int bits = 0;
        int next = 0;
        for (int i = 0; i < Length; i++)
        {
            if (bits < 8)
            {
                buffer |= (ulong)limbs[next++] << bits;
                bits += LimbBits;
            }

            scalar[i] = (byte)buffer;
            buffer >>= 8;
            bits -= 8;
        }
    }
}
