using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>A point of the curve -x^2 + y^2 = 1 + d x^2 y^2 of Ed25519 (RFC 8032 section 5.1) in extended coordinates:
/// x = X/Z, y = Y/Z, xy = T/Z. The addition formulas are complete: they hold for every pair of points (RFC 8032 section 5.1.4),
/// so nothing here branches on which points they are. All coordinates are tight.</summary>
internal struct EdwardsPoint
{
    /// <summary>The length of an encoded point in bytes.</summary>
    public const int EncodedLength = 32;

    public FieldElement25519 X;
    public FieldElement25519 Y;
    public FieldElement25519 Z;
    public FieldElement25519 T;

    // d = -121665/121666 and sqrt(-1) = 2^((p-1)/4): RFC 8032 section 5.1.
    private static readonly FieldElement25519 s_d = new(
        0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff);
    private static readonly FieldElement25519 s_twoD = new(
        0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff);
    private static readonly FieldElement25519 s_rootOfMinusOne = new(
        0x61b274a0ea0b0, 0xd5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d);

    /// <summary>The neutral element (0, 1).</summary>
    public static EdwardsPoint Identity => new()
    {
        Y = new FieldElement25519(1),
        Z = new FieldElement25519(1),
    };

    /// <summary>The base point B of RFC 8032 section 5.1.</summary>
    public static EdwardsPoint Base
    {
        get
        {
            EdwardsPoint point = new()
            {
                X = new FieldElement25519(
                    0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5),
                Y = new FieldElement25519(
                    0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666),
                Z = new FieldElement25519(1),
            };
            FieldElement25519.Multiply(out point.T, point.X, point.Y);
            return point;
        }
    }

    /// <summary>2 P. T is needed only before an addition; <paramref name="withT"/> is part of the public sequence of steps.</summary>
    [SkipLocalsInit]
    public static void Double(out EdwardsPoint result, in EdwardsPoint point, bool withT)
    {
        FieldElement25519.Square(out FieldElement25519 xx, point.X);
        FieldElement25519.Square(out FieldElement25519 yy, point.Y);
        FieldElement25519.Square(out FieldElement25519 zz, point.Z);
        FieldElement25519.Add(out FieldElement25519 f, zz, zz);
        FieldElement25519.Add(out FieldElement25519 h, xx, yy);
        FieldElement25519.Add(out FieldElement25519 e, point.X, point.Y);
        FieldElement25519.Square(out e, e);
        FieldElement25519.Subtract(out e, h, e);
        FieldElement25519.Subtract(out FieldElement25519 g, xx, yy);
        FieldElement25519.Add(out f, f, g); // limbs below 2^52 + 2^52 + 2^51: first operands only

        FieldElement25519.Multiply(out result.X, f, e);
        FieldElement25519.Multiply(out result.Y, g, h);
        FieldElement25519.Multiply(out result.Z, f, g);
        if (withT)
            FieldElement25519.Multiply(out result.T, e, h);
        else
            result.T = default;
    }

    /// <summary>P + Q.</summary>
    [SkipLocalsInit]
    public static void Add(out EdwardsPoint result, in EdwardsPoint point, in CachedPoint other)
    {
        FieldElement25519.Multiply(out FieldElement25519 zz, point.Z, other.TwoZ);
        Add(out result, point, other.YPlusX, other.YMinusX, other.TwoDT, zz, subtract: false);
    }

    /// <summary>P - Q.</summary>
    [SkipLocalsInit]
    public static void Subtract(out EdwardsPoint result, in EdwardsPoint point, in CachedPoint other)
    {
        FieldElement25519.Multiply(out FieldElement25519 zz, point.Z, other.TwoZ);
        Add(out result, point, other.YMinusX, other.YPlusX, other.TwoDT, zz, subtract: true);
    }

    /// <summary>P + Q, Q with Z = 1.</summary>
    [SkipLocalsInit]
    public static void Add(out EdwardsPoint result, in EdwardsPoint point, in AffinePoint other)
    {
        FieldElement25519.Add(out FieldElement25519 zz, point.Z, point.Z);
        Add(out result, point, other.YPlusX, other.YMinusX, other.TwoDXY, zz, subtract: false);
    }

    /// <summary>P - Q, Q with Z = 1.</summary>
    [SkipLocalsInit]
    public static void Subtract(out EdwardsPoint result, in EdwardsPoint point, in AffinePoint other)
    {
        FieldElement25519.Add(out FieldElement25519 zz, point.Z, point.Z);
        Add(out result, point, other.YMinusX, other.YPlusX, other.TwoDXY, zz, subtract: true);
    }

    /// <summary>The form of a point that is added more than once.</summary>
    public readonly CachedPoint ToCached()
    {
        CachedPoint cached;
        FieldElement25519.Add(out cached.YPlusX, Y, X);
        FieldElement25519.Subtract(out cached.YMinusX, Y, X);
        FieldElement25519.Multiply(out cached.TwoDT, T, s_twoD);
        FieldElement25519.Add(out cached.TwoZ, Z, Z);
        return cached;
    }

    /// <summary>The form of a point that is added many times, given 1 / Z.</summary>
    public readonly AffinePoint ToAffine(in FieldElement25519 inverseOfZ)
    {
        FieldElement25519.Multiply(out FieldElement25519 x, X, inverseOfZ);
        FieldElement25519.Multiply(out FieldElement25519 y, Y, inverseOfZ);
        FieldElement25519.Multiply(out FieldElement25519 xy, x, y);
        AffinePoint affine = default;
        FieldElement25519.Add(out affine.YPlusX, y, x);
        FieldElement25519.Subtract(out affine.YMinusX, y, x);
        FieldElement25519.Multiply(out affine.TwoDXY, xy, s_twoD);
        return affine;
    }

    /// <summary>-P.</summary>
    public readonly EdwardsPoint Negate()
    {
        EdwardsPoint negative = this;
        FieldElement25519 one = new(1);
        FieldElement25519.Subtract(out FieldElement25519 minusX, default, X);
        FieldElement25519.Subtract(out FieldElement25519 minusT, default, T);
        FieldElement25519.Multiply(out negative.X, minusX, one); // only to make it tight again
        FieldElement25519.Multiply(out negative.T, minusT, one);
        return negative;
    }

    /// <summary>True for the eight points P with 8 P neutral. Variable time.</summary>
    public readonly bool IsOfSmallOrder()
    {
        Double(out EdwardsPoint multiple, this, withT: false);
        Double(out multiple, multiple, withT: false);
        Double(out multiple, multiple, withT: false);
        FieldElement25519.Subtract(out FieldElement25519 difference, multiple.Y, multiple.Z);
        return (multiple.X.IsZero() & difference.IsZero()) == 1;
    }

    /// <summary>RFC 8032 section 5.1.2: y in 255 bits, and the lowest bit of x.</summary>
    [SkipLocalsInit]
    public readonly void Encode(Span<byte> encoded)
    {
        FieldElement25519.Invert(out FieldElement25519 inverse, Z);
        FieldElement25519.Multiply(out FieldElement25519 x, X, inverse);
        FieldElement25519.Multiply(out FieldElement25519 y, Y, inverse);
        y.Encode(encoded);
        encoded[31] |= (byte)(x.LowBit() << 7);
        ConstantTime.Zero(ref inverse);
    }

    /// <summary>The same point's u coordinate on Curve25519, (Z + Y) / (Z - Y): RFC 7748 section 4.1. 0 for the neutral
    /// element.</summary>
    [SkipLocalsInit]
    public readonly void EncodeMontgomery(Span<byte> encoded)
    {
        FieldElement25519.Add(out FieldElement25519 numerator, Z, Y);
        FieldElement25519.Subtract(out FieldElement25519 denominator, Z, Y);
        FieldElement25519.Invert(out denominator, denominator);
        FieldElement25519.Multiply(out FieldElement25519 u, numerator, denominator);
        u.Encode(encoded);
        ConstantTime.Zero(ref numerator);
        ConstantTime.Zero(ref denominator);
    }

    /// <summary>RFC 8032 section 5.1.3. Variable time: the point is public.</summary>
    /// <returns>False for a y that is not below p, for a y that belongs to no point, and for x = 0 with its sign set.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> encoded, out EdwardsPoint point)
    {
        point = default;
        FieldElement25519 y = FieldElement25519.Decode(encoded);
        uint sign = (uint)encoded[31] >> 7;
        Span<byte> canonical = stackalloc byte[EncodedLength];
        y.Encode(canonical);
        canonical[31] |= (byte)(sign << 7);
        if (!canonical.SequenceEqual(encoded) || !TryRecoverX(out FieldElement25519 x, y))
            return false;

        if (x.LowBit() != sign)
        {
            if (x.IsZero() == 1)
                return false;
            FieldElement25519.Subtract(out x, default, x);
        }

        FieldElement25519 one = new(1);
        FieldElement25519.Multiply(out point.X, x, one);
        point.Y = y;
        point.Z = one;
        FieldElement25519.Multiply(out point.T, point.X, y);
        return true;
    }

    /// <summary>A root of x^2 = (y^2 - 1) / (d y^2 + 1) = u / v, if there is one.</summary>
    private static bool TryRecoverX(out FieldElement25519 x, in FieldElement25519 y)
    {
        FieldElement25519.Square(out FieldElement25519 yy, y);
        FieldElement25519.Subtract(out FieldElement25519 u, yy, new FieldElement25519(1));
        FieldElement25519.Multiply(out FieldElement25519 v, yy, s_d);
        FieldElement25519.Add(out v, v, new FieldElement25519(1));

        // x = u v^3 (u v^7)^((p-5)/8)
        FieldElement25519.Square(out FieldElement25519 v3, v);
        FieldElement25519.Multiply(out v3, v3, v);
        FieldElement25519.Square(out FieldElement25519 uv7, v3);
        FieldElement25519.Multiply(out uv7, uv7, v);
        FieldElement25519.Multiply(out uv7, uv7, u);
        FieldElement25519.PowerForRoot(out x, uv7);
        FieldElement25519.Multiply(out x, x, v3);
        FieldElement25519.Multiply(out x, x, u);

        // v x^2 is u, or -u and x lacks a factor of sqrt(-1), or u / v has no root.
        FieldElement25519.Square(out FieldElement25519 vxx, x);
        FieldElement25519.Multiply(out vxx, vxx, v);
        FieldElement25519.Multiply(out u, u, new FieldElement25519(1));
        FieldElement25519.Subtract(out FieldElement25519 difference, vxx, u);
        if (difference.IsZero() == 1)
            return true;
        FieldElement25519.Add(out FieldElement25519 sum, vxx, u);
        FieldElement25519.Multiply(out x, x, s_rootOfMinusOne);
        return sum.IsZero() == 1;
    }

    /// <summary>The unified addition of RFC 8032 section 5.1.4. For a difference the caller exchanges y + x and y - x, and the
    /// sign of 2 d x y changes here; <paramref name="zz"/> is 2 Z1 Z2, with limbs of at most 2^52.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        out EdwardsPoint result,
        in EdwardsPoint point,
        in FieldElement25519 yPlusX,
        in FieldElement25519 yMinusX,
        in FieldElement25519 twoDT,
        in FieldElement25519 zz,
        bool subtract)
    {
        FieldElement25519.Subtract(out FieldElement25519 a, point.Y, point.X);
        FieldElement25519.Add(out FieldElement25519 b, point.Y, point.X);
        FieldElement25519.Multiply(out a, a, yMinusX);
        FieldElement25519.Multiply(out b, b, yPlusX);
        FieldElement25519.Multiply(out FieldElement25519 c, point.T, twoDT);
        FieldElement25519.Subtract(out FieldElement25519 e, b, a);
        FieldElement25519.Add(out FieldElement25519 h, b, a);
        FieldElement25519.Subtract(out FieldElement25519 less, zz, c);
        FieldElement25519.Add(out FieldElement25519 more, zz, c);
        ref FieldElement25519 f = ref subtract ? ref more : ref less;
        ref FieldElement25519 g = ref subtract ? ref less : ref more;

        FieldElement25519.Multiply(out result.X, e, f);
        FieldElement25519.Multiply(out result.Y, g, h);
        FieldElement25519.Multiply(out result.Z, f, g);
        FieldElement25519.Multiply(out result.T, e, h);
    }
}

/// <summary>A point as the second term of an addition; limbs loose.</summary>
internal struct CachedPoint
{
    public FieldElement25519 YPlusX;
    public FieldElement25519 YMinusX;
    public FieldElement25519 TwoDT;
    public FieldElement25519 TwoZ;
}

/// <summary>A point with Z = 1 as the second term of an addition; limbs loose. 128 bytes, so that a table of them can be scanned
/// in vectors.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
internal struct AffinePoint
{
    public FieldElement25519 YPlusX;
    public FieldElement25519 YMinusX;
    public FieldElement25519 TwoDXY;

    /// <summary>Takes the negative where <paramref name="mask"/> is all ones, and does not where it is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void NegateWhere(ulong mask)
    {
        FieldElement25519.Swap(mask, ref YPlusX, ref YMinusX);
        FieldElement25519.Subtract(out FieldElement25519 negative, default, TwoDXY);
        FieldElement25519.Swap(mask, ref TwoDXY, ref negative);
    }
}
