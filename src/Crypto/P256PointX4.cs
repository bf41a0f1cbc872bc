using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>Points of P-256 in Jacobian coordinates with Z^2 kept, (X, Y, Z, Z^2) in the four lanes of a
/// <see cref="P256FieldX4"/> element. Independent multiplications of a formula go side by side: a doubling takes three rounds, an
/// addition four.
/// <para>Bounds. X and Y: limbs of at most 2^28 + 2^5 and below 18 p, or a table's y negated: below 3 2^28 and 65 p. Z: limbs below
/// 2^29 and below 3 p. Z^2: tight.</para></summary>
internal static unsafe class P256PointX4
{
    /// <summary>The elements a formula works with.</summary>
    public const int Scratch = 6;

    private const int Limbs = P256FieldX4.Limbs;

    // Lanes for Permute4x64, the first in the lowest bits.
    private const byte AllX = 0x00;
    private const byte AllY = 0x55;
    private const byte AllZ = 0xaa;
    private const byte AllT = 0xff;

    /// <summary>r = 2 p, which may be the same memory. Rounds: Y^2, Y Z, (X - T)(X + T); X Y^2, Y^4, A^2, Z3^2 with
    /// A = 3 (X - T) (X + T); A (4 X Y^2 - X3). X3 = A^2 - 8 X Y^2, Y3 = that - 8 Y^4, Z3 = 2 Y Z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Double(Vector256<ulong>* r, Vector256<ulong>* p, Vector256<ulong>* work)
    {
        Vector256<ulong>* a = work, b = a + Limbs, m = b + Limbs, x = m + Limbs;
        ref ulong pad = ref Unsafe.AsRef(in P256FieldX4.Pad[0]);
        ref ulong wide = ref Unsafe.AsRef(in P256FieldX4.WidePad[0]);
        Vector256<ulong> lane2 = Vector256.Create(0, 0, ulong.MaxValue, 0);
        Vector256<ulong> lane12 = Vector256.Create(0, ulong.MaxValue, ulong.MaxValue, 0);
        for (int i = 0; i < Limbs; i++)
        {
            Vector256<ulong> t = Avx2.Permute4x64(p[i], AllT);
            a[i] = Avx2.Permute4x64(p[i], 0x05) + ((Vector256.Create(Unsafe.Add(ref pad, i)) - t) & lane2); // Y, Y, X - T, X
            b[i] = Avx2.Permute4x64(p[i], 0x09) + (t & lane2); // Y, Z, X + T, X
        }
        P256FieldX4.Multiply(m, a, b);
        for (int i = 0; i < Limbs; i++)
        {
            Vector256<ulong> scaled = m[i] + (m[i] & lane12) + (m[i] & lane2); // Y^2, Z3, A
            b[i] = Avx2.Permute4x64(scaled, 0x60); // Y^2, Y^2, A, Z3
            a[i] = Blend(b[i], p[i], 0x03); // X, Y^2, A, Z3
        }
        P256FieldX4.Multiply(m, a, b);
        Vector256<ulong> below = Vector256<ulong>.Zero;
        for (int i = 0; i < Limbs; i++)
        {
            Vector256<ulong> limb = Avx2.Permute4x64(m[i], AllZ) + Vector256.Create(Unsafe.Add(ref wide, i))
                - (Avx2.Permute4x64(m[i], AllX) << 3);
            x[i] = i < Limbs - 1 ? P256FieldX4.Carry(limb, below) : limb + (below >>> P256FieldX4.Radix);
            below = limb;
            Vector256<ulong> other = (Avx2.Permute4x64(m[i], AllX) << 2) + Vector256.Create(Unsafe.Add(ref pad, i)) - x[i];
            Vector256<ulong> kept = Blend(Avx2.Permute4x64(b[i], AllT), m[i], 0xc0); // ., ., Z3, Z3^2
            a[i] = Avx2.Permute4x64(b[i], AllZ);
            b[i] = other;
            r[i] = Blend(Blend(kept, x[i], 0x03), Avx2.Permute4x64(m[i], AllY) << 3, 0x0c); // X3, 8 Y^4, Z3, Z3^2
        }
        P256FieldX4.Multiply(m, a, b);
        below = Vector256<ulong>.Zero;
        for (int i = 0; i < Limbs; i++)
        {
            Vector256<ulong> limb = m[i] + Vector256.Create(Unsafe.Add(ref wide, i)) - r[i];
            Vector256<ulong> y = i < Limbs - 1 ? P256FieldX4.Carry(limb, below) : limb + (below >>> P256FieldX4.Radix);
            below = limb;
            r[i] = Blend(r[i], y, 0x0c);
        }
    }

    /// <summary>r = p + q, at another place than either, for p, q neither equal nor opposite nor infinity; else Z3 = 0. Rounds:
    /// U1 = X1 Z2^2, U2 = X2 Z1^2, Y1 Z2, Y2 Z1; S1, S2, H^2, Z1 Z2 with H = U2 - U1; H^3, V = U1 H^2, R^2, Z3 = Z1 Z2 H with
    /// R = S2 - S1; R (V - X3), S1 H^3, Z3^2. X3 = R^2 - H^3 - 2 V, Y3 = R (V - X3) - S1 H^3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add(Vector256<ulong>* r, Vector256<ulong>* p, Vector256<ulong>* q, Vector256<ulong>* work)
    {
        Vector256<ulong>* a = work, b = a + Limbs, u = b + Limbs, s = u + Limbs, m = s + Limbs, h = m + Limbs;
        ref ulong pad = ref Unsafe.AsRef(in P256FieldX4.Pad[0]);
        ref ulong wide = ref Unsafe.AsRef(in P256FieldX4.WidePad[0]);
        for (int i = 0; i < Limbs; i++)
        {
            a[i] = Blend(Avx2.Permute4x64(p[i], 0x50), Avx2.Permute4x64(q[i], 0x50), 0xcc); // X1, X2, Y1, Y2
            b[i] = Blend(Avx2.Permute4x64(q[i], 0xaf), Avx2.Permute4x64(p[i], 0xaf), 0xcc); // T2, T1, Z2, Z1
        }
        P256FieldX4.Multiply(u, a, b);
        for (int i = 0; i < Limbs; i++)
        {
            h[i] = Avx2.Permute4x64(u[i], AllY) + Vector256.Create(Unsafe.Add(ref pad, i)) - Avx2.Permute4x64(u[i], AllX);
            a[i] = Blend(Blend(Avx2.Permute4x64(u[i], 0x0e), h[i], 0x30), Avx2.Permute4x64(p[i], AllZ), 0xc0); // Y1 Z2, Y2 Z1, H, Z1
            b[i] = Blend(Blend(b[i], h[i], 0x30), Avx2.Permute4x64(q[i], AllZ), 0xc0); // T2, T1, H, Z2
        }
        P256FieldX4.Multiply(s, a, b);
        for (int i = 0; i < Limbs; i++)
        {
            Vector256<ulong> difference = Avx2.Permute4x64(s[i], AllY) + Vector256.Create(Unsafe.Add(ref pad, i))
                - Avx2.Permute4x64(s[i], AllX); // R
            a[i] = Blend(Blend(Blend(h[i], Avx2.Permute4x64(u[i], AllX), 0x0c), difference, 0x30), s[i], 0xc0); // H, U1, R, Z1 Z2
            b[i] = Blend(Blend(Avx2.Permute4x64(s[i], AllZ), difference, 0x30), h[i], 0xc0); // H^2, H^2, R, H
        }
        P256FieldX4.Multiply(m, a, b);
        Vector256<ulong> below = Vector256<ulong>.Zero;
        for (int i = 0; i < Limbs; i++)
        {
            Vector256<ulong> v = Avx2.Permute4x64(m[i], AllY);
            Vector256<ulong> limb = Avx2.Permute4x64(m[i], AllZ) + Vector256.Create(Unsafe.Add(ref wide, i))
                - Avx2.Permute4x64(m[i], AllX) - v - v;
            Vector256<ulong> x = i < Limbs - 1 ? P256FieldX4.Carry(limb, below) : limb + (below >>> P256FieldX4.Radix);
            below = limb;
            Vector256<ulong> z = Avx2.Permute4x64(m[i], AllT);
            r[i] = Blend(x, z, 0xf0); // X3, ., Z3, .
            a[i] = Blend(Avx2.Permute4x64(a[i], AllZ), z, 0xf0);
            a[i] = Blend(a[i], Avx2.Permute4x64(s[i], AllX), 0x0c); // R, S1, Z3, Z3
            Vector256<ulong> difference = v + Vector256.Create(Unsafe.Add(ref pad, i)) - x;
            b[i] = Blend(difference, Blend(Avx2.Permute4x64(m[i], AllX), z, 0xf0), 0xfc); // V - X3, H^3, Z3, Z3
        }
        P256FieldX4.Multiply(m, a, b);
        below = Vector256<ulong>.Zero;
        for (int i = 0; i < Limbs; i++)
        {
            Vector256<ulong> limb = Avx2.Permute4x64(m[i], AllX) + Vector256.Create(Unsafe.Add(ref wide, i)) - Avx2.Permute4x64(m[i], AllY);
            Vector256<ulong> y = i < Limbs - 1 ? P256FieldX4.Carry(limb, below) : limb + (below >>> P256FieldX4.Radix);
            below = limb;
            r[i] = Blend(Blend(r[i], y, 0x0c), m[i], 0xc0);
        }
    }

    /// <summary>Negates y, of limbs up to 2^28 + 2^5, where the mask is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void NegateWhere(Vector256<ulong>* point, ulong mask)
    {
        Vector256<ulong> lane = Vector256.Create(0, mask, 0, 0);
        for (int i = 0; i < Limbs; i++)
        {
            Vector256<ulong> negated = Vector256.Create(P256FieldX4.Pad[i]) - point[i];
            point[i] = (point[i] & ~lane) | (negated & lane);
        }
    }

    /// <summary>destination = source where the mask is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void CopyWhere(ulong mask, Vector256<ulong>* source, Vector256<ulong>* destination)
    {
        Vector256<ulong> wide = Vector256.Create(mask);
        for (int i = 0; i < Limbs; i++)
        {
            destination[i] = (destination[i] & ~wide) | (source[i] & wide);
        }
    }

    /// <summary>1 when Z is zero, of a sum by <see cref="Add"/>, where it is tight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static ulong IsZeroZ(Vector256<ulong>* point)
    {
        ulong zero = 0, prime = 0;
        for (int i = 0; i < Limbs; i++)
        {
            ulong limb = ((ulong*)(point + i))[2];
            zero |= limb;
            prime |= limb ^ P256FieldX4.Prime[i];
        }
        return ConstantTime.IsZero(zero) | ConstantTime.IsZero(prime);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Blend(Vector256<ulong> left, Vector256<ulong> right, [ConstantExpected] byte words) =>
        Avx2.Blend(left.AsUInt32(), right.AsUInt32(), words).AsUInt64();
}
