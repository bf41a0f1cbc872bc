using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>Four instances of Keccak-f[1600] side by side, one per lane of a vector: what ML-KEM expands its seeds with. Their
/// inputs are short (one block), their outputs come in whole blocks.</summary>
internal static unsafe class KeccakX4
{
    /// <summary>The instances.</summary>
    public const int Lanes = 4;

    /// <summary>Begins SHAKE of the given rate on four messages of one length, below a block each; lane by lane in
    /// <paramref name="messages"/>.</summary>
    public static void Absorb(Span<Vector256<ulong>> state, ReadOnlySpan<byte> messages, int rate)
    {
        int length = messages.Length / Lanes;
        Span<byte> block = stackalloc byte[Keccak.RateOfShake128];
        block = block[..rate];
        state.Clear();
        Span<ulong> words = MemoryMarshal.Cast<Vector256<ulong>, ulong>(state);
        for (int lane = 0; lane < Lanes; lane++)
        {
            block.Clear();
            messages.Slice(lane * length, length).CopyTo(block);
            block[length] = Keccak.SuffixOfShake;
            block[rate - 1] |= 0x80;
            ReadOnlySpan<ulong> blockWords = MemoryMarshal.Cast<byte, ulong>(block);
            for (int i = 0; i < blockWords.Length; i++)
                words[Lanes * i + lane] = blockWords[i];
        }

        ConstantTime.Zero(block);
    }

    /// <summary>Permutes, then writes the next block of every lane: that of lane n at n * <paramref name="stride"/>.</summary>
    public static void SqueezeBlock(Span<Vector256<ulong>> state, Span<byte> output, int stride, int rate, bool vectors)
    {
        if (vectors)
            PermuteVectors(state);
        else
            PermutePortable(state);

        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<Vector256<ulong>, ulong>(state);
        for (int lane = 0; lane < Lanes; lane++)
        {
            Span<ulong> block = MemoryMarshal.Cast<byte, ulong>(output.Slice(lane * stride, rate));
            for (int i = 0; i < block.Length; i++)
                block[i] = words[Lanes * i + lane];
        }
    }

    /// <summary>The permutation, lane after lane.</summary>
    [SkipLocalsInit]
    public static void PermutePortable(Span<Vector256<ulong>> state)
    {
        Span<ulong> words = MemoryMarshal.Cast<Vector256<ulong>, ulong>(state);
        Span<ulong> one = stackalloc ulong[Keccak.Words];
        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int i = 0; i < one.Length; i++)
                one[i] = words[Lanes * i + lane];
            KeccakPermutation.Permute(one);
            for (int i = 0; i < one.Length; i++)
                words[Lanes * i + lane] = one[i];
        }

        ConstantTime.Zero(one);
    }

    /// <summary>The permutation, all lanes at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void PermuteVectors(Span<Vector256<ulong>> state)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(state.Length, Keccak.Words, nameof(state));
        Vector256<ulong>* other = stackalloc Vector256<ulong>[Keccak.Words];
        fixed (Vector256<ulong>* words = state)
        fixed (ulong* constants = Keccak.RoundConstants)
        {
            for (int round = 0; round < 24; round += 2)
            {
                Round(words, other);
                other[0] ^= Vector256.Create(constants[round]);
                Round(other, words);
                words[0] ^= Vector256.Create(constants[round + 1]);
            }
        }

        ConstantTime.Zero(new Span<byte>(other, Keccak.Words * sizeof(Vector256<ulong>)));
    }

    /// <summary>A round without its constant: theta, then row by row rho, pi and chi (FIPS 202 section 3.2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(Vector256<ulong>* from, Vector256<ulong>* to)
    {
        Vector256<ulong> c0 = from[0] ^ from[5] ^ from[10] ^ from[15] ^ from[20];
        Vector256<ulong> c1 = from[1] ^ from[6] ^ from[11] ^ from[16] ^ from[21];
        Vector256<ulong> c2 = from[2] ^ from[7] ^ from[12] ^ from[17] ^ from[22];
        Vector256<ulong> c3 = from[3] ^ from[8] ^ from[13] ^ from[18] ^ from[23];
        Vector256<ulong> c4 = from[4] ^ from[9] ^ from[14] ^ from[19] ^ from[24];
        Vector256<ulong> d0 = c4 ^ Rotate(c1, 1);
        Vector256<ulong> d1 = c0 ^ Rotate(c2, 1);
        Vector256<ulong> d2 = c1 ^ Rotate(c3, 1);
        Vector256<ulong> d3 = c2 ^ Rotate(c4, 1);
        Vector256<ulong> d4 = c3 ^ Rotate(c0, 1);

        Row(
            to + 0,
            from[0] ^ d0,
            Rotate(from[6] ^ d1, 44),
            Rotate(from[12] ^ d2, 43),
            Rotate(from[18] ^ d3, 21),
            Rotate(from[24] ^ d4, 14));
        Row(
            to + 5,
            Rotate(from[3] ^ d3, 28),
            Rotate(from[9] ^ d4, 20),
            Rotate(from[10] ^ d0, 3),
            Rotate(from[16] ^ d1, 45),
            Rotate(from[22] ^ d2, 61));
        Row(
            to + 10,
            Rotate(from[1] ^ d1, 1),
            Rotate(from[7] ^ d2, 6),
            Rotate(from[13] ^ d3, 25),
            Rotate(from[19] ^ d4, 8),
            Rotate(from[20] ^ d0, 18));
        Row(
            to + 15,
            Rotate(from[4] ^ d4, 27),
            Rotate(from[5] ^ d0, 36),
            Rotate(from[11] ^ d1, 10),
            Rotate(from[17] ^ d2, 15),
            Rotate(from[23] ^ d3, 56));
        Row(
            to + 20,
            Rotate(from[2] ^ d2, 62),
            Rotate(from[8] ^ d3, 55),
            Rotate(from[14] ^ d4, 39),
            Rotate(from[15] ^ d0, 41),
            Rotate(from[21] ^ d1, 2));
    }

    /// <summary>Chi on one row: FIPS 202 section 3.2.4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(Vector256<ulong>* to, Vector256<ulong> b0, Vector256<ulong> b1, Vector256<ulong> b2, Vector256<ulong> b3, Vector256<ulong> b4)
    {
        to[0] = b0 ^ (~b1 & b2);
        to[1] = b1 ^ (~b2 & b3);
        to[2] = b2 ^ (~b3 & b4);
        to[3] = b3 ^ (~b4 & b0);
        to[4] = b4 ^ (~b0 & b1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Rotate(Vector256<ulong> words, [ConstantExpected] byte count) =>
        Avx512F.VL.IsSupported
            ? Avx512F.VL.RotateLeft(words, count)
            : Vector256.ShiftLeft(words, count) | Vector256.ShiftRightLogical(words, 64 - count);
}
