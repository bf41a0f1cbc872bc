using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>The steps of AES on eight blocks at once, bitsliced: plane i holds bit i of every byte, its byte j belongs to byte j
/// of the blocks, and bit k of that byte to block k (the arrangement of Käsper and Schwabe, "Faster and timing-attack resistant
/// AES-GCM", CHES 2009). The S-box is a circuit, the rows and columns move by constant byte shuffles: nothing branches on or
/// indexes with data.
/// <para>The S-box here leaves out the constant 0x63 of FIPS 197 section 5.1.1: a column of four 0x63 is its own MixColumns,
/// so <see cref="AesPortable"/> adds it to the round keys, in both directions.</para></summary>
internal static unsafe class AesSlices
{
    /// <summary>Planes of a state, and blocks in it.</summary>
    public const int Count = 8;

    private static Vector128<byte> ShiftRowsOrder => Vector128.Create((byte)0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11);

    private static Vector128<byte> InverseShiftRowsOrder =>
        Vector128.Create((byte)0, 13, 10, 7, 4, 1, 14, 11, 8, 5, 2, 15, 12, 9, 6, 3);

    /// <summary>Blocks to planes, and planes to blocks: the transposition is its own inverse.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(Vector128<byte>* s)
    {
        for (int i = 0; i < Count; i += 2)
            SwapBits(ref s[i], ref s[i + 1], 1, 0x55);
        for (int i = 0; i < Count; i += 4)
        {
            SwapBits(ref s[i], ref s[i + 2], 2, 0x33);
            SwapBits(ref s[i + 1], ref s[i + 3], 2, 0x33);
        }

        for (int i = 0; i < Count / 2; i++)
            SwapBits(ref s[i], ref s[i + 4], 4, 0x0f);
    }

    /// <summary>Exchanges the bits of <paramref name="low"/> that lie <paramref name="distance"/> above
    /// <paramref name="mask"/> with the masked bits of <paramref name="high"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SwapBits(ref Vector128<byte> low, ref Vector128<byte> high, int distance, byte mask)
    {
        Vector128<ulong> a = low.AsUInt64();
        Vector128<ulong> b = high.AsUInt64();
        Vector128<ulong> difference = ((a >>> distance) ^ b) & Vector128.Create(mask).AsUInt64();
        high = (b ^ difference).AsByte();
        low = (a ^ (difference << distance)).AsByte();
    }

    /// <summary>Adds a round key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddRoundKey(Vector128<byte>* s, Vector128<byte>* key)
    {
        for (int i = 0; i < Count; i++)
            s[i] ^= key[i];
    }

    /// <summary>ShiftRows (FIPS 197 section 5.1.2).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void ShiftRows(Vector128<byte>* s)
    {
        for (int i = 0; i < Count; i++)
            s[i] = Vector128.Shuffle(s[i], ShiftRowsOrder);
    }

    /// <summary>InvShiftRows (FIPS 197 section 5.3.1).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void InverseShiftRows(Vector128<byte>* s)
    {
        for (int i = 0; i < Count; i++)
            s[i] = Vector128.Shuffle(s[i], InverseShiftRowsOrder);
    }

    /// <summary>Each byte's neighbour below in its column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> RowBelow(Vector128<byte> plane) =>
        Vector128.Shuffle(plane, Vector128.Create((byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12));

    /// <summary>The byte two rows below in its column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> TwoRowsBelow(Vector128<byte> plane) =>
        Vector128.Shuffle(plane, Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));

    /// <summary>MixColumns (FIPS 197 section 5.1.3). With b the row below and c = a + b it is 2c + b + (c two rows below).</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void MixColumns(Vector128<byte>* s)
    {
        Vector128<byte> b0 = RowBelow(s[0]), b1 = RowBelow(s[1]), b2 = RowBelow(s[2]), b3 = RowBelow(s[3]);
        Vector128<byte> b4 = RowBelow(s[4]), b5 = RowBelow(s[5]), b6 = RowBelow(s[6]), b7 = RowBelow(s[7]);
        Vector128<byte> c0 = s[0] ^ b0, c1 = s[1] ^ b1, c2 = s[2] ^ b2, c3 = s[3] ^ b3;
        Vector128<byte> c4 = s[4] ^ b4, c5 = s[5] ^ b5, c6 = s[6] ^ b6, c7 = s[7] ^ b7;

        // 2c moves every plane up by one; plane 7 comes back as x^8 = x^4 + x^3 + x + 1.
        s[0] = c7 ^ b0 ^ TwoRowsBelow(c0);
        s[1] = c0 ^ c7 ^ b1 ^ TwoRowsBelow(c1);
        s[2] = c1 ^ b2 ^ TwoRowsBelow(c2);
        s[3] = c2 ^ c7 ^ b3 ^ TwoRowsBelow(c3);
        s[4] = c3 ^ c7 ^ b4 ^ TwoRowsBelow(c4);
        s[5] = c4 ^ b5 ^ TwoRowsBelow(c5);
        s[6] = c5 ^ b6 ^ TwoRowsBelow(c6);
        s[7] = c6 ^ b7 ^ TwoRowsBelow(c7);
    }

    /// <summary>InvMixColumns (FIPS 197 section 5.3.3): its matrix is that of MixColumns times the circulant (5, 0, 4, 0), so
    /// with c = a + (a two rows below) it is MixColumns of a + 4c.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void InverseMixColumns(Vector128<byte>* s)
    {
        Vector128<byte> c0 = s[0] ^ TwoRowsBelow(s[0]), c1 = s[1] ^ TwoRowsBelow(s[1]);
        Vector128<byte> c2 = s[2] ^ TwoRowsBelow(s[2]), c3 = s[3] ^ TwoRowsBelow(s[3]);
        Vector128<byte> c4 = s[4] ^ TwoRowsBelow(s[4]), c5 = s[5] ^ TwoRowsBelow(s[5]);
        Vector128<byte> c6 = s[6] ^ TwoRowsBelow(s[6]), c7 = s[7] ^ TwoRowsBelow(s[7]);

        // 4c: planes move up by two; x^8 = x^4 + x^3 + x + 1 and x^9 = x^5 + x^4 + x^2 + x.
        s[0] ^= c6;
        s[1] ^= c6 ^ c7;
        s[2] ^= c0 ^ c7;
        s[3] ^= c1 ^ c6;
        s[4] ^= c2 ^ c6 ^ c7;
        s[5] ^= c3 ^ c7;
        s[6] ^= c4;
        s[7] ^= c5;
        MixColumns(s);
    }

    /// <summary>InvSubBytes (FIPS 197 section 5.3.2) of the bytes without 0x63. With L the linear part of the S-box,
    /// S = L(inverse), hence the inverse S-box is L^-1 S L^-1: one circuit serves both directions.</summary>
    public static void InverseSubBytes(Vector128<byte>* s)
    {
        InverseLinear(s);
        SubBytes(s);
        InverseLinear(s);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InverseLinear(Vector128<byte>* s)
    {
        Vector128<byte> a0 = s[0], a1 = s[1], a2 = s[2], a3 = s[3], a4 = s[4], a5 = s[5], a6 = s[6], a7 = s[7];
        s[0] = a2 ^ a5 ^ a7;
        s[1] = a3 ^ a6 ^ a0;
        s[2] = a4 ^ a7 ^ a1;
        s[3] = a5 ^ a0 ^ a2;
        s[4] = a6 ^ a1 ^ a3;
        s[5] = a7 ^ a2 ^ a4;
        s[6] = a0 ^ a3 ^ a5;
        s[7] = a1 ^ a4 ^ a6;
    }

    /// <summary>SubBytes (FIPS 197 section 5.1.1) without the constant 0x63: the circuit of Boyar and Peralta, "A depth-16
    /// circuit for the AES S-box" (IACR ePrint 2011/332), whose names the variables keep. Its x0 and s0 are the highest
    /// bit.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void SubBytes(Vector128<byte>* s)
    {
        Vector128<byte> x0 = s[7], x1 = s[6], x2 = s[5], x3 = s[4], x4 = s[3], x5 = s[2], x6 = s[1], x7 = s[0];

        // The linear layer into the tower field.
        Vector128<byte> y14 = x3 ^ x5, y13 = x0 ^ x6, y9 = x0 ^ x3, y8 = x0 ^ x5, t0 = x1 ^ x2, y1 = t0 ^ x7;
        Vector128<byte> y4 = y1 ^ x3, y12 = y13 ^ y14, y2 = y1 ^ x0, y5 = y1 ^ x6, y3 = y5 ^ y8, t1 = x4 ^ y12;
        Vector128<byte> y15 = t1 ^ x5, y20 = t1 ^ x1, y6 = y15 ^ x7, y10 = y15 ^ t0, y11 = y20 ^ y9, y7 = x7 ^ y11;
        Vector128<byte> y17 = y10 ^ y11, y19 = y10 ^ y8, y16 = t0 ^ y11, y21 = y13 ^ y16, y18 = x0 ^ y16;

        // The inversion.
        Vector128<byte> t2 = y12 & y15, t3 = y3 & y6, t4 = t3 ^ t2, t5 = y4 & x7, t6 = t5 ^ t2, t7 = y13 & y16;
        Vector128<byte> t8 = y5 & y1, t9 = t8 ^ t7, t10 = y2 & y7, t11 = t10 ^ t7, t12 = y9 & y11, t13 = y14 & y17;
        Vector128<byte> t14 = t13 ^ t12, t15 = y8 & y10, t16 = t15 ^ t12, t17 = t4 ^ t14, t18 = t6 ^ t16, t19 = t9 ^ t14;
        Vector128<byte> t20 = t11 ^ t16, t21 = t17 ^ y20, t22 = t18 ^ y19, t23 = t19 ^ y21, t24 = t20 ^ y18, t25 = t21 ^ t22;
        Vector128<byte> t26 = t21 & t23, t27 = t24 ^ t26, t28 = t25 & t27, t29 = t28 ^ t22, t30 = t23 ^ t24, t31 = t22 ^ t26;
        Vector128<byte> t32 = t31 & t30, t33 = t32 ^ t24, t34 = t23 ^ t33, t35 = t27 ^ t33, t36 = t24 & t35, t37 = t36 ^ t34;
        Vector128<byte> t38 = t27 ^ t36, t39 = t29 & t38, t40 = t25 ^ t39, t41 = t40 ^ t37, t42 = t29 ^ t33, t43 = t29 ^ t40;
        Vector128<byte> t44 = t33 ^ t37, t45 = t42 ^ t41;
        Vector128<byte> z0 = t44 & y15, z1 = t37 & y6, z2 = t33 & x7, z3 = t43 & y16, z4 = t40 & y1, z5 = t29 & y7;
        Vector128<byte> z6 = t42 & y11, z7 = t45 & y17, z8 = t41 & y10, z9 = t44 & y12, z10 = t37 & y3, z11 = t33 & y4;
        Vector128<byte> z12 = t43 & y13, z13 = t40 & y5, z14 = t29 & y2, z15 = t42 & y9, z16 = t45 & y14, z17 = t41 & y8;

        // The linear layer back.
        Vector128<byte> t46 = z15 ^ z16, t47 = z10 ^ z11, t48 = z5 ^ z13, t49 = z9 ^ z10, t50 = z2 ^ z12, t51 = z2 ^ z5;
        Vector128<byte> t52 = z7 ^ z8, t53 = z0 ^ z3, t54 = z6 ^ z7, t55 = z16 ^ z17, t56 = z12 ^ t48, t57 = t50 ^ t53;
        Vector128<byte> t58 = z4 ^ t46, t59 = z3 ^ t54, t60 = t46 ^ t57, t61 = z14 ^ t57, t62 = t52 ^ t58, t63 = t49 ^ t58;
        Vector128<byte> t64 = z4 ^ t59, t65 = t61 ^ t62, t66 = z1 ^ t63, t67 = t64 ^ t65;
        Vector128<byte> s3 = t53 ^ t66;
        s[7] = t59 ^ t63;
        s[6] = t64 ^ s3;
        s[5] = t55 ^ t67;
        s[4] = s3;
        s[3] = t51 ^ t66;
        s[2] = t47 ^ t65;
        s[1] = t56 ^ t62;
        s[0] = t48 ^ t60;
    }
}
