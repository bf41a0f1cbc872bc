using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>An element of the field of p = 2^255 - 19 (RFC 7748 section 4.1): five limbs of 51 bits, least first.
/// Products are split at 2^53 instead of 2^64: with one operand shifted up by 11, the machine's high half is floor(ab / 2^53)
/// and its low half, shifted back, is ab mod 2^53, so that columns add up in plain words and no carry flag is needed.
/// Constant time: no branch, no index, no division on values.
/// <para>Bounds. A <i>tight</i> element has limbs of at most 2^51, a <i>loose</i> one limbs below 2^53. Products, squares and
/// decoded elements are tight; sums and differences of tight elements are loose. A product takes loose operands, its first even
/// limbs below 2^54.</para></summary>
internal struct FieldElement25519
{
    /// <summary>The length of an encoded element in bytes.</summary>
    public const int EncodedLength = 32;

    private const ulong LimbMask = (1ul << 51) - 1;

    // 2p, limb by limb: what is added before a subtraction so that no limb goes below zero.
    private const ulong TwoP0 = (1ul << 52) - 38;
    private const ulong TwoP = (1ul << 52) - 2;

    public ulong Limb0;
    public ulong Limb1;
    public ulong Limb2;
    public ulong Limb3;
    public ulong Limb4;

    /// <summary>The element of a number below 2^51.</summary>
    public FieldElement25519(ulong small)
    {
        Limb0 = small;
        Limb1 = Limb2 = Limb3 = Limb4 = 0;
    }

    /// <summary>The element of five limbs of at most 51 bits, least first.</summary>
    public FieldElement25519(ulong limb0, ulong limb1, ulong limb2, ulong limb3, ulong limb4)
    {
        Limb0 = limb0;
        Limb1 = limb1;
        Limb2 = limb2;
        Limb3 = limb3;
        Limb4 = limb4;
    }

    /// <summary>Reads 255 bits, little-endian; bit 255 is ignored and values from p to 2^255 - 1 are taken modulo p
    /// (RFC 7748 section 5).</summary>
    public static FieldElement25519 Decode(ReadOnlySpan<byte> encoded)
    {
        ulong w0 = BinaryPrimitives.ReadUInt64LittleEndian(encoded);
        ulong w1 = BinaryPrimitives.ReadUInt64LittleEndian(encoded[8..]);
        ulong w2 = BinaryPrimitives.ReadUInt64LittleEndian(encoded[16..]);
        ulong w3 = BinaryPrimitives.ReadUInt64LittleEndian(encoded[24..]);
        return new FieldElement25519(
            w0 & LimbMask,
            ((w0 >> 51) | (w1 << 13)) & LimbMask,
            ((w1 >> 38) | (w2 << 26)) & LimbMask,
            ((w2 >> 25) | (w3 << 39)) & LimbMask,
            (w3 >> 12) & LimbMask);
    }

    /// <summary>Writes the one value below p, little-endian, in 32 bytes.</summary>
    public readonly void Encode(Span<byte> encoded)
    {
        ulong t0 = Limb0, t1 = Limb1, t2 = Limb2, t3 = Limb3, t4 = Limb4;
        for (int pass = 0; pass < 2; pass++)
            Carry(ref t0, ref t1, ref t2, ref t3, ref t4);

        // Now the value is below 2^255 + 19: it is at least p exactly where adding 19 carries out of bit 255.
        ulong overflow = (t0 + 19) >> 51;
        overflow = (t1 + overflow) >> 51;
        overflow = (t2 + overflow) >> 51;
        overflow = (t3 + overflow) >> 51;
        overflow = (t4 + overflow) >> 51;
        t0 += 19 * overflow;
        t1 += t0 >> 51;
        t0 &= LimbMask;
        t2 += t1 >> 51;
        t1 &= LimbMask;
        t3 += t2 >> 51;
        t2 &= LimbMask;
        t4 += t3 >> 51;
        t3 &= LimbMask;
        t4 &= LimbMask;

        BinaryPrimitives.WriteUInt64LittleEndian(encoded, t0 | (t1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(encoded[8..], (t1 >> 13) | (t2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(encoded[16..], (t2 >> 26) | (t3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(encoded[24..], (t3 >> 39) | (t4 << 12));
    }

    /// <summary>1 when the element is zero modulo p, else 0.</summary>
    [SkipLocalsInit]
    public readonly ulong IsZero()
    {
        Span<byte> encoded = stackalloc byte[EncodedLength];
        Encode(encoded);
        ulong bits = 0;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(encoded))
            bits |= word;
        ConstantTime.Zero(encoded);
        return ConstantTime.IsZero(bits);
    }

    /// <summary>The lowest bit of the value below p: the "sign" of RFC 8032 section 5.1.2.</summary>
    [SkipLocalsInit]
    public readonly uint LowBit()
    {
        Span<byte> encoded = stackalloc byte[EncodedLength];
        Encode(encoded);
        uint bit = encoded[0] & 1u;
        ConstantTime.Zero(encoded);
        return bit;
    }

    /// <summary>sum = a + b, loose; a and b tight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(out FieldElement25519 sum, in FieldElement25519 a, in FieldElement25519 b)
    {
        sum.Limb0 = a.Limb0 + b.Limb0;
        sum.Limb1 = a.Limb1 + b.Limb1;
        sum.Limb2 = a.Limb2 + b.Limb2;
        sum.Limb3 = a.Limb3 + b.Limb3;
        sum.Limb4 = a.Limb4 + b.Limb4;
    }

    /// <summary>difference = a - b, loose; b tight, a tight or the sum of two tight elements (limbs of at most 2^52).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(out FieldElement25519 difference, in FieldElement25519 a, in FieldElement25519 b)
    {
        difference.Limb0 = a.Limb0 + TwoP0 - b.Limb0;
        difference.Limb1 = a.Limb1 + TwoP - b.Limb1;
        difference.Limb2 = a.Limb2 + TwoP - b.Limb2;
        difference.Limb3 = a.Limb3 + TwoP - b.Limb3;
        difference.Limb4 = a.Limb4 + TwoP - b.Limb4;
    }

    /// <summary>Exchanges a and b where <paramref name="mask"/> is all ones, and does not where it is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Swap(ulong mask, ref FieldElement25519 a, ref FieldElement25519 b)
    {
        Swap(mask, ref a.Limb0, ref b.Limb0);
        Swap(mask, ref a.Limb1, ref b.Limb1);
        Swap(mask, ref a.Limb2, ref b.Limb2);
        Swap(mask, ref a.Limb3, ref b.Limb3);
        Swap(mask, ref a.Limb4, ref b.Limb4);
    }

    /// <summary>product = a b, tight; limbs of a below 2^54, b loose. Low parts are below 2^53 and high parts below 2^54, so
    /// that the largest column, l0 + 19 (l5 + 4 h4), is below 2^63.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply(out FieldElement25519 product, in FieldElement25519 a, in FieldElement25519 b)
    {
        ulong a0 = a.Limb0, a1 = a.Limb1, a2 = a.Limb2, a3 = a.Limb3, a4 = a.Limb4;
        ulong b0 = b.Limb0 << 11, b1 = b.Limb1 << 11, b2 = b.Limb2 << 11, b3 = b.Limb3 << 11, b4 = b.Limb4 << 11;

        ulong l0 = Low(a0, b0);
        ulong h0 = High(a0, b0);
        ulong l1 = Low(a0, b1) + Low(a1, b0);
        ulong h1 = High(a0, b1) + High(a1, b0);
        ulong l2 = Low(a0, b2) + Low(a1, b1) + Low(a2, b0);
        ulong h2 = High(a0, b2) + High(a1, b1) + High(a2, b0);
        ulong l3 = Low(a0, b3) + Low(a1, b2) + Low(a2, b1) + Low(a3, b0);
        ulong h3 = High(a0, b3) + High(a1, b2) + High(a2, b1) + High(a3, b0);
        ulong l4 = Low(a0, b4) + Low(a1, b3) + Low(a2, b2) + Low(a3, b1) + Low(a4, b0);
        ulong h4 = High(a0, b4) + High(a1, b3) + High(a2, b2) + High(a3, b1) + High(a4, b0);
        ulong l5 = Low(a1, b4) + Low(a2, b3) + Low(a3, b2) + Low(a4, b1);
        ulong h5 = High(a1, b4) + High(a2, b3) + High(a3, b2) + High(a4, b1);
        ulong l6 = Low(a2, b4) + Low(a3, b3) + Low(a4, b2);
        ulong h6 = High(a2, b4) + High(a3, b3) + High(a4, b2);
        ulong l7 = Low(a3, b4) + Low(a4, b3);
        ulong h7 = High(a3, b4) + High(a4, b3);
        ulong l8 = Low(a4, b4);
        ulong h8 = High(a4, b4);

        Fold(out product, l0, l1, l2, l3, l4, l5, l6, l7, l8, h0, h1, h2, h3, h4, h5, h6, h7, h8);
    }

    /// <summary>square = a a, tight; a loose.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Square(out FieldElement25519 square, in FieldElement25519 a)
    {
        ulong a0 = a.Limb0, a1 = a.Limb1, a2 = a.Limb2, a3 = a.Limb3, a4 = a.Limb4;
        ulong d0 = a0 * 2, d1 = a1 * 2, d2 = a2 * 2, d3 = a3 * 2;
        ulong s0 = a0 << 11, s1 = a1 << 11, s2 = a2 << 11, s3 = a3 << 11, s4 = a4 << 11;

        ulong l0 = Low(a0, s0);
        ulong h0 = High(a0, s0);
        ulong l1 = Low(d0, s1);
        ulong h1 = High(d0, s1);
        ulong l2 = Low(d0, s2) + Low(a1, s1);
        ulong h2 = High(d0, s2) + High(a1, s1);
        ulong l3 = Low(d0, s3) + Low(d1, s2);
        ulong h3 = High(d0, s3) + High(d1, s2);
        ulong l4 = Low(d0, s4) + Low(d1, s3) + Low(a2, s2);
        ulong h4 = High(d0, s4) + High(d1, s3) + High(a2, s2);
        ulong l5 = Low(d1, s4) + Low(d2, s3);
        ulong h5 = High(d1, s4) + High(d2, s3);
        ulong l6 = Low(d2, s4) + Low(a3, s3);
        ulong h6 = High(d2, s4) + High(a3, s3);
        ulong l7 = Low(d3, s4);
        ulong h7 = High(d3, s4);
        ulong l8 = Low(a4, s4);
        ulong h8 = High(a4, s4);

        Fold(out square, l0, l1, l2, l3, l4, l5, l6, l7, l8, h0, h1, h2, h3, h4, h5, h6, h7, h8);
    }

    /// <summary>a^(2^count), tight; a loose, count at least 1.</summary>
    public static void Square(out FieldElement25519 power, in FieldElement25519 a, int count)
    {
        Square(out power, a);
        for (int i = 1; i < count; i++)
            Square(out power, power);
    }

    /// <summary>product = a * factor, tight; a loose, factor below 2^17.</summary>
    public static void MultiplySmall(out FieldElement25519 product, in FieldElement25519 a, uint factor)
    {
        ulong f = (ulong)factor << 11;
        ulong a0 = a.Limb0, a1 = a.Limb1, a2 = a.Limb2, a3 = a.Limb3, a4 = a.Limb4;
        ulong r0 = Low(a0, f) + 76 * High(a4, f);
        ulong r1 = Low(a1, f) + 4 * High(a0, f);
        ulong r2 = Low(a2, f) + 4 * High(a1, f);
        ulong r3 = Low(a3, f) + 4 * High(a2, f);
        ulong r4 = Low(a4, f) + 4 * High(a3, f);
        Carry(ref r0, ref r1, ref r2, ref r3, ref r4);
        product = new FieldElement25519(r0, r1, r2, r3, r4);
    }

    /// <summary>1 / a = a^(p-2), tight, and 0 for 0; a loose.</summary>
    [SkipLocalsInit]
    public static void Invert(out FieldElement25519 inverse, in FieldElement25519 a)
    {
        PowerOf250Ones(out FieldElement25519 power, out FieldElement25519 eleventh, a);
        Square(out power, power, 5);
        Multiply(out inverse, power, eleventh);
        ConstantTime.Zero(ref power);
        ConstantTime.Zero(ref eleventh);
    }

    /// <summary>a^((p-5)/8) = a^(2^252-3), tight: the heart of a square root (RFC 8032 section 5.1.3); a loose.</summary>
    [SkipLocalsInit]
    public static void PowerForRoot(out FieldElement25519 result, in FieldElement25519 a)
    {
        PowerOf250Ones(out FieldElement25519 power, out _, a);
        Square(out power, power, 2);
        Multiply(out result, power, a);
    }

    /// <summary>a^(2^250-1) and a^11. The names count the ones of the exponent.</summary>
    [SkipLocalsInit]
    private static void PowerOf250Ones(out FieldElement25519 ones250, out FieldElement25519 eleventh, in FieldElement25519 a)
    {
        Square(out FieldElement25519 second, a);
        Square(out FieldElement25519 t, second, 2);
        Multiply(out FieldElement25519 ninth, t, a);
        Multiply(out eleventh, ninth, second);
        Square(out t, eleventh);
        Multiply(out FieldElement25519 ones5, t, ninth);
        Square(out t, ones5, 5);
        Multiply(out FieldElement25519 ones10, t, ones5);
        Square(out t, ones10, 10);
        Multiply(out FieldElement25519 ones20, t, ones10);
        Square(out t, ones20, 20);
        Multiply(out t, t, ones20);
        Square(out t, t, 10);
        Multiply(out FieldElement25519 ones50, t, ones10);
        Square(out t, ones50, 50);
        Multiply(out FieldElement25519 ones100, t, ones50);
        Square(out t, ones100, 100);
        Multiply(out t, t, ones100);
        Square(out t, t, 50);
        Multiply(out ones250, t, ones50);

        ConstantTime.Zero(ref second);
        ConstantTime.Zero(ref t);
        ConstantTime.Zero(ref ninth);
        ConstantTime.Zero(ref ones5);
        ConstantTime.Zero(ref ones10);
        ConstantTime.Zero(ref ones20);
        ConstantTime.Zero(ref ones50);
        ConstantTime.Zero(ref ones100);
    }

    /// <summary>Brings nine column sums of weights 2^(51 k), low parts, and 2^(51 k + 53), high parts, back below 2^255:
    /// 2^53 = 4 * 2^51 and 2^255 = 19 modulo p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fold(
        out FieldElement25519 result,
        ulong l0, ulong l1, ulong l2, ulong l3, ulong l4, ulong l5, ulong l6, ulong l7, ulong l8,
        ulong h0, ulong h1, ulong h2, ulong h3, ulong h4, ulong h5, ulong h6, ulong h7, ulong h8)
    {
        ulong r0 = l0 + 19 * (l5 + 4 * h4);
        ulong r1 = l1 + 4 * h0 + 19 * (l6 + 4 * h5);
        ulong r2 = l2 + 4 * h1 + 19 * (l7 + 4 * h6);
        ulong r3 = l3 + 4 * h2 + 19 * (l8 + 4 * h7);
        ulong r4 = l4 + 4 * h3 + 76 * h8;
        Carry(ref r0, ref r1, ref r2, ref r3, ref r4);
        result.Limb0 = r0;
        result.Limb1 = r1;
        result.Limb2 = r2;
        result.Limb3 = r3;
        result.Limb4 = r4;
    }

    /// <summary>One round of carries, around the top and once more into limb 1: tight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Carry(ref ulong r0, ref ulong r1, ref ulong r2, ref ulong r3, ref ulong r4)
    {
        r1 += r0 >> 51;
        r0 &= LimbMask;
        r2 += r1 >> 51;
        r1 &= LimbMask;
        r3 += r2 >> 51;
        r2 &= LimbMask;
        r4 += r3 >> 51;
        r3 &= LimbMask;
        r0 += 19 * (r4 >> 51);
        r4 &= LimbMask;
        r1 += r0 >> 51;
        r0 &= LimbMask;
    }

    /// <summary>a b mod 2^53, where <paramref name="shifted"/> is 2^11 b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Low(ulong a, ulong shifted) => (a * shifted) >> 11;

    /// <summary>floor(a b / 2^53), where <paramref name="shifted"/> is 2^11 b. (Math.BigMul is right everywhere, but sends the
    /// half that is not wanted through memory.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong High(ulong a, ulong shifted)
    {
        if (Bmi2.X64.IsSupported)
            return Bmi2.X64.MultiplyNoFlags(a, shifted);
        if (ArmBase.Arm64.IsSupported)
            return ArmBase.Arm64.MultiplyHigh(a, shifted);
        return Math.BigMul(a, shifted, out _);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Swap(ulong mask, ref ulong a, ref ulong b)
    {
        ulong difference = mask & (a ^ b);
        a ^= difference;
        b ^= difference;
    }
}
