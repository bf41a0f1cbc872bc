using System.Numerics;
using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>The permutation Keccak-f[1600] of FIPS 202 section 3.3 in plain words. Word x + 5 y is the lane (x, y).</summary>
internal static unsafe class KeccakPermutation
{
    /// <summary>Permutes the 25 words in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization), SkipLocalsInit]
    public static void Permute(Span<ulong> state)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(state.Length, Keccak.Words, nameof(state));
        ulong* other = stackalloc ulong[Keccak.Words];
        fixed (ulong* words = state)
        fixed (ulong* constants = Keccak.RoundConstants)
        {
            for (int round = 0; round < 24; round += 2)
            {
                Round(words, other);
                other[0] ^= constants[round];
                Round(other, words);
                words[0] ^= constants[round + 1];
            }
        }

        ConstantTime.Zero(new Span<ulong>(other, Keccak.Words));
    }

    /// <summary>A round without its constant: theta, then row by row rho, pi and chi (FIPS 202 section 3.2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ulong* from, ulong* to)
    {
        ulong c0 = from[0] ^ from[5] ^ from[10] ^ from[15] ^ from[20];
        ulong c1 = from[1] ^ from[6] ^ from[11] ^ from[16] ^ from[21];
        ulong c2 = from[2] ^ from[7] ^ from[12] ^ from[17] ^ from[22];
        ulong c3 = from[3] ^ from[8] ^ from[13] ^ from[18] ^ from[23];
        ulong c4 = from[4] ^ from[9] ^ from[14] ^ from[19] ^ from[24];
        ulong d0 = c4 ^ Rotate(c1, 1);
        ulong d1 = c0 ^ Rotate(c2, 1);
        ulong d2 = c1 ^ Rotate(c3, 1);
        ulong d3 = c2 ^ Rotate(c4, 1);
        ulong d4 = c3 ^ Rotate(c0, 1);

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
    private static void Row(ulong* to, ulong b0, ulong b1, ulong b2, ulong b3, ulong b4)
    {
        to[0] = b0 ^ (~b1 & b2);
        to[1] = b1 ^ (~b2 & b3);
        to[2] = b2 ^ (~b3 & b4);
        to[3] = b3 ^ (~b4 & b0);
        to[4] = b4 ^ (~b0 & b1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Rotate(ulong word, int count) => BitOperations.RotateLeft(word, count);
}
