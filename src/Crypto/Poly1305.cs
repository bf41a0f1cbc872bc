using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>Poly1305 (RFC 8439 section 2.5): the message's 16-byte blocks as coefficients of a polynomial, evaluated at r
/// modulo 2^130 - 5. Here three 64-bit words, carries by
/// comparison of sums (a setcc), no data-dependent branch; long messages go through <see cref="Poly1305Kernels"/>.</summary>
internal static unsafe class Poly1305
{
    public const int KeySize = 32;
    public const int TagSize = 16;

    /// <summary>The accumulator and what it is multiplied by. h is below 2^130 + 2^66 between blocks.</summary>
    internal struct State
    {
        public ulong H0;
        public ulong H1;
        public ulong H2;
        public ulong R0;
        public ulong R1;
    }

    /// <summary>Writes the 16-byte tag of <paramref name="data"/> under a one-time key.</summary>
    /// <param name="key">32 bytes, never used for a second message.</param>
    /// <param name="data">The message.</param>
    /// <param name="tag">16 bytes.</param>
    public static void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> tag) => Mac(key, data, tag, VectorPaths.Best);

    /// <summary>The same by a chosen kind of kernel.</summary>
    internal static void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> tag, VectorPath path)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        tag = tag[..TagSize];
        State state = default;
        fixed (byte* k = key, message = data, to = tag)
        {
            // r is clamped so that products of its words with carries stay inside 64 bits (section 2.5.1).
            state.R0 = Words.LittleEndian64(k) & 0x0ffffffc0fffffff;
            state.R1 = Words.LittleEndian64(k + 8) & 0x0ffffffc0ffffffc;
            AbsorbWhole(ref state, message, (nuint)data.Length / 16, path);
            int whole = data.Length & -16;
            if (whole < data.Length)
            {
                AbsorbLast(ref state, data[whole..]);
            }
            Finish(in state, k + 16, to);
        }
        ConstantTime.Zero(new Span<byte>(&state, sizeof(State)));
    }

    // The vectors' set-up costs as much as 16 blocks in words; that of the widest pays later still.
    private static void AbsorbWhole(ref State state, byte* message, nuint blocks, VectorPath path)
    {
        if (path >= VectorPath.Vector512 && blocks >= Poly1305Kernels.LeastVector512)
        {
            Poly1305Kernels.AbsorbVector512(ref state, message, blocks);
        }
        else if (path >= VectorPath.Vector256 && blocks >= Poly1305Kernels.LeastVector256)
        {
            Poly1305Kernels.AbsorbVector256(ref state, message, blocks);
        }
        else
        {
            Absorb(ref state, message, blocks * 16, topBit: 1);
        }
    }

    // A last block of 1 to 15 bytes ends with a one of its own, below 2^128.
    private static void AbsorbLast(ref State state, ReadOnlySpan<byte> rest)
    {
        byte* block = stackalloc byte[16];
        Span<byte> padded = new(block, 16);
        padded.Clear();
        rest.CopyTo(padded);
        padded[rest.Length] = 1;
        Absorb(ref state, block, 16, topBit: 0);
        ConstantTime.Zero(padded);
    }

    /// <summary>h = (h + block) r for every 16-byte block.</summary>
    /// <remarks>r0, r1 are below 2^60, r1 a multiple of 4, so 2^128 = 5 / 4 (mod p) turns h r1 2^128 into h (r1 + r1 / 4).</remarks>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Absorb(ref State state, byte* message, nuint length, ulong topBit)
    {
        ulong h0 = state.H0, h1 = state.H1, h2 = state.H2, r0 = state.R0, r1 = state.R1, s1 = r1 + (r1 >> 2);
        for (; length >= 16; message += 16, length -= 16)
        {
            ulong m0 = Words.LittleEndian64(message), m1 = Words.LittleEndian64(message + 8);
            h0 += m0;
            ulong carry = Carry(h0, m0);
            m1 += carry;
            carry = Carry(m1, carry);
            h1 += m1;
            h2 += carry + Carry(h1, m1) + topBit;

            ulong d0High = Math.BigMul(h0, r0, out ulong d0);
            ulong d1High = Math.BigMul(h0, r1, out ulong d1);
            AddProduct(ref d0, ref d0High, h1, s1);
            AddProduct(ref d1, ref d1High, h1, r0);
            ulong low = h2 * s1; // h2 is below 8, s1 below 2^61
            d1 += low;
            d1High += Carry(d1, low);

            h0 = d0;
            h1 = d1 + d0High;
            h2 = h2 * r0 + d1High + Carry(h1, d0High);
            // What lies above 2^130 comes back times five: (h2 / 4) * 4 + h2 / 4.
            ulong above = (h2 & ~3ul) + (h2 >> 2);
            h2 &= 3;
            h0 += above;
            carry = Carry(h0, above);
            h1 += carry;
            h2 += Carry(h1, carry);
        }
        state.H0 = h0;
        state.H1 = h1;
        state.H2 = h2;
    }

    // 1 where a sum of unsigned words wrapped: compiled to a setcc at every optimisation level.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Carry(ulong sum, ulong addend) => sum < addend ? 1ul : 0ul;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct(ref ulong low, ref ulong high, ulong left, ulong right)
    {
        ulong productHigh = Math.BigMul(left, right, out ulong product);
        low += product;
        high += productHigh + Carry(low, product);
    }

    private static void Finish(in State state, byte* pad, byte* tag)
    {
        ulong h0 = state.H0, h1 = state.H1, h2 = state.H2;
        // h + 5 reaches 2^130 exactly when h is not yet below 2^130 - 5.
        ulong g0 = h0 + 5;
        ulong carry = Carry(g0, 5);
        ulong g1 = h1 + carry;
        ulong g2 = h2 + Carry(g1, carry);
        ulong mask = ConstantTime.Mask(g2 >> 2);
        h0 = ConstantTime.Select(mask, g0, h0);
        h1 = ConstantTime.Select(mask, g1, h1);

        ulong p0 = Words.LittleEndian64(pad), p1 = Words.LittleEndian64(pad + 8);
        h0 += p0;
        h1 += p1 + Carry(h0, p0);
        Words.StoreLittleEndian64(tag, h0);
        Words.StoreLittleEndian64(tag + 8, h1);
    }
}
