using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>Unsigned integers as 64-bit limbs, least significant first, in memory that does not move (the stack or a pinned
/// array). Time depends on the limb counts alone: carries are comparisons, choices are masks. Results may overlap operands
/// limb for limb, never shifted.</summary>
internal static unsafe class Limbs
{
    /// <summary>The number of limbs <paramref name="bits"/> bits take.</summary>
    public static int Count(int bits) => (bits + 63) >> 6;

    /// <summary>Zeroed limbs at a fixed address; whoever puts a secret there zeroes them.</summary>
    public static ulong[] Allocate(int count) => GC.AllocateArray<ulong>(count, pinned: true);

    /// <summary>The upper 64 bits of a product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong MultiplyHigh(ulong a, ulong b) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    /// <summary>1 when <paramref name="a"/> &lt; <paramref name="b"/>, else 0: a comparison, never a branch (the JIT emits SETB).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Less(ulong a, ulong b) => a < b ? 1ul : 0ul;

    /// <summary>Reads big-endian bytes; the value must fit, leading zero bytes aside.</summary>
    public static void Read(ReadOnlySpan<byte> source, ulong* destination, int count)
    {
        int end = source.Length;
        for (int i = 0; i < count; i++, end -= 8)
        {
            destination[i] = end >= 8 ? BinaryPrimitives.ReadUInt64BigEndian(source[(end - 8)..])
                : end > 0 ? ReadShort(source[..end])
                : 0;
        }
    }

    /// <summary>Writes big-endian bytes, filling <paramref name="destination"/> with leading zeros; limbs beyond it are dropped.</summary>
    public static void Write(ulong* source, int count, Span<byte> destination)
    {
        for (int i = 0; i < destination.Length; i++)
        {
            int limb = i >> 3;
            destination[^(i + 1)] = limb < count ? (byte)(source[limb] >> ((i & 7) * 8)) : (byte)0;
        }
    }

    public static void Copy(ulong* source, ulong* destination, int count)
    {
        for (int i = 0; i < count; i++)
        {
            destination[i] = source[i];
        }
    }

    public static void Clear(ulong* destination, int count)
    {
        for (int i = 0; i < count; i++)
        {
            destination[i] = 0;
        }
    }

    /// <summary>Overwrites secrets; never optimised away.</summary>
    public static void Zero(ulong* secret, int count) => ConstantTime.Zero(new Span<ulong>(secret, count));

    /// <summary>sum = a + b; returns the carry out, 0 or 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Add(ulong* sum, ulong* a, ulong* b, int count)
    {
        ulong carry = 0;
        for (int i = 0; i < count; i++)
        {
            ulong withCarry = a[i] + carry;
            carry = Less(withCarry, carry);
            ulong limb = withCarry + b[i];
            carry += Less(limb, withCarry);
            sum[i] = limb;
        }
        return carry;
    }

    /// <summary>difference = a - b; returns the borrow out, 0 or 1: 1 exactly when a &lt; b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Subtract(ulong* difference, ulong* a, ulong* b, int count)
    {
        ulong borrow = 0;
        for (int i = 0; i < count; i++)
        {
            ulong minuend = a[i];
            ulong partial = minuend - b[i];
            ulong next = Less(minuend, b[i]);
            difference[i] = partial - borrow;
            borrow = next | Less(partial, borrow);
        }
        return borrow;
    }

    /// <summary>1 when a &lt; b, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Less(ulong* a, ulong* b, int count)
    {
        ulong borrow = 0;
        for (int i = 0; i < count; i++)
        {
            ulong partial = a[i] - b[i];
            borrow = Less(a[i], b[i]) | Less(partial, borrow);
        }
        return borrow;
    }

    /// <summary>1 when every limb is zero, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong IsZero(ulong* a, int count)
    {
        ulong any = 0;
        for (int i = 0; i < count; i++)
        {
            any |= a[i];
        }
        return ConstantTime.IsZero(any);
    }

    /// <summary>1 when a = b, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Equal(ulong* a, ulong* b, int count)
    {
        ulong any = 0;
        for (int i = 0; i < count; i++)
        {
            any |= a[i] ^ b[i];
        }
        return ConstantTime.IsZero(any);
    }

    /// <summary>destination = source where <paramref name="mask"/> is all ones; unchanged where it is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CopyIf(ulong mask, ulong* source, ulong* destination, int count)
    {
        for (int i = 0; i < count; i++)
        {
            destination[i] ^= mask & (destination[i] ^ source[i]);
        }
    }

    /// <summary>selected = entry <paramref name="index"/> of a table of entries 1 to <paramref name="entries"/> (at most 32) of
    /// <paramref name="count"/> limbs (at least 4) each, or zeros for 0. Every limb is read, whatever the index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void Select(ulong* table, int count, int entries, ulong index, ulong* selected)
    {
        ulong* masks = stackalloc ulong[32];
        for (int i = 0; i < entries; i++)
        {
            masks[i] = ConstantTime.Mask(ConstantTime.Equal(index, (ulong)i + 1));
        }
        for (int start = 0; start < count; start += 4)
        {
            int from = Math.Min(start, count - 4); // the last four overlap those before
            ulong* entry = table + from;
            Vector256<ulong> sum = Vector256<ulong>.Zero;
            for (int i = 0; i < entries; i++, entry += count)
            {
                sum |= Vector256.Create(masks[i]) & Vector256.Load(entry);
            }
            sum.Store(selected + from);
        }
    }

    /// <summary>product = a * b, of aCount + bCount limbs; it must not overlap the operands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ulong* product, ulong* a, int aCount, ulong* b, int bCount)
    {
        Clear(product, aCount + bCount);
        for (int i = 0; i < aCount; i++)
        {
            ulong carry = 0;
            for (int j = 0; j < bCount; j++)
            {
                // a[i] * b[j] + two limbs fits in 128 bits: (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1.
                ulong low = a[i] * b[j];
                ulong high = MultiplyHigh(a[i], b[j]);
                low += carry;
                high += Less(low, carry);
                ulong sum = low + product[i + j];
                carry = high + Less(sum, low);
                product[i + j] = sum;
            }
            product[i + bCount] = carry;
        }
    }

    /// <summary>The five (or fewer) bits of <paramref name="a"/> from <paramref name="bit"/> up; bits beyond the limbs are zero.</summary>
    public static ulong Window(ulong* a, int count, int bit, int width)
    {
        int limb = bit >> 6, shift = bit & 63;
        ulong value = limb < count ? a[limb] >> shift : 0;
        if (shift + width > 64 && limb + 1 < count)
        {
            value |= a[limb + 1] << (64 - shift);
        }
        return value & ((1ul << width) - 1);
    }

    private static ulong ReadShort(ReadOnlySpan<byte> source)
    {
        ulong value = 0;
        foreach (byte part in source)
        {
            value = (value << 8) | part;
        }
        return value;
    }
}
