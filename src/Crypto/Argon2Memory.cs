using System.Numerics;
using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>Argon2's memory while it is filled: lanes of 1024-byte blocks, each made of the one before it and one chosen by the
/// data or by a counter (RFC 9106 sections 3.2 to 3.6). The memory belongs to the caller, who zeroes it.</summary>
internal sealed unsafe class Argon2Memory(Argon2Type type, ulong* memory, int laneBlocks, int passes, int parallelism)
{
    public const int BlockSize = 1024;
    public const int BlockWords = 128;

    private const int Slices = 4;

    private readonly int _segmentBlocks = laneBlocks / Slices;

    public int LaneBlocks => laneBlocks;

    public int Parallelism => parallelism;

    public ulong* Block(int lane, int column) => memory + ((long)lane * laneBlocks + column) * BlockWords;

    /// <summary>All passes.</summary>
    public void Run()
    {
        for (int pass = 0; pass < passes; pass++)
        {
            for (int slice = 0; slice < Slices; slice++)
            {
                for (int lane = 0; lane < parallelism; lane++)
                {
                    FillSegment(pass, slice, lane);
                }
            }
        }
    }

    private void FillSegment(int pass, int slice, int lane)
    {
        bool byCounter = type == Argon2Type.I || (type == Argon2Type.Id && pass == 0 && slice < Slices / 2);
        ulong* scratch = stackalloc ulong[BlockWords];
        ulong* addresses = stackalloc ulong[BlockWords];
        ulong* input = stackalloc ulong[BlockWords];
        for (int index = pass == 0 && slice == 0 ? 2 : 0; index < _segmentBlocks; index++)
        {
            int column = slice * _segmentBlocks + index;
            ulong* before = Block(lane, (column == 0 ? laneBlocks : column) - 1);
            ulong chosen = *before;
            if (byCounter)
            {
                if (index % BlockWords == 0 || input[6] == 0)
                {
                    NextAddresses(input, addresses, scratch, [(ulong)pass, (ulong)lane, (ulong)slice], index / BlockWords);
                }
                chosen = addresses[index % BlockWords];
            }
            ulong* reference = Reference(chosen, pass, slice, lane, index);
            Compress(before, reference, Block(lane, column), scratch, keep: pass > 0);
        }
        ConstantTime.Zero(new Span<ulong>(scratch, BlockWords));
    }

    // Section 3.4.1.2: G(0, G(0, position and counter)) gives 128 choices.
    private void NextAddresses(ulong* input, ulong* addresses, ulong* scratch, ReadOnlySpan<ulong> position, int group)
    {
        ulong* zero = stackalloc ulong[BlockWords];
        position.CopyTo(new Span<ulong>(input, 3));
        input[3] = (ulong)laneBlocks * (ulong)parallelism;
        input[4] = (ulong)passes;
        input[5] = (ulong)type;
        input[6] = (ulong)group + 1;
        Compress(zero, input, addresses, scratch, keep: false);
        Compress(zero, addresses, addresses, scratch, keep: false);
    }

    // Section 3.4.2: the block that J1 and J2 choose among those that are complete.
    private ulong* Reference(ulong chosen, int pass, int slice, int lane, int index)
    {
        int other = pass == 0 && slice == 0 ? lane : (int)((chosen >> 32) % (ulong)parallelism);
        int complete = (pass == 0 ? slice : Slices - 1) * _segmentBlocks;
        int area = complete + (other == lane ? index - 1 : index == 0 ? -1 : 0);
        ulong j1 = (uint)chosen;
        int back = (int)(((ulong)area * (j1 * j1 >> 32)) >> 32);
        int start = pass == 0 ? 0 : (slice + 1) * _segmentBlocks; // after the last slice, the lane's beginning
        return Block(other, (start + area - 1 - back) % laneBlocks);
    }

    // G, section 3.5: destination = P(x ^ y) ^ x ^ y, and ^ destination where it is to be kept.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Compress(ulong* x, ulong* y, ulong* destination, ulong* scratch, bool keep)
    {
        for (int i = 0; i < BlockWords; i++)
        {
            ulong word = x[i] ^ y[i];
            scratch[i] = word;
            destination[i] = keep ? destination[i] ^ word : word;
        }
        for (int row = 0; row < 8; row++)
        {
            Permute(scratch + 16 * row, 2);
        }
        for (int column = 0; column < 8; column++)
        {
            Permute(scratch + 2 * column, 16);
        }
        for (int i = 0; i < BlockWords; i++)
        {
            destination[i] ^= scratch[i];
        }
    }

    // P, section 3.6: a BLAKE2b round with products on eight pairs of words, the pairs that far apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Permute(ulong* v, int apart)
    {
        ulong v0 = v[0], v1 = v[1], v2 = v[apart], v3 = v[apart + 1];
        ulong v4 = v[2 * apart], v5 = v[2 * apart + 1], v6 = v[3 * apart], v7 = v[3 * apart + 1];
        ulong v8 = v[4 * apart], v9 = v[4 * apart + 1], v10 = v[5 * apart], v11 = v[5 * apart + 1];
        ulong v12 = v[6 * apart], v13 = v[6 * apart + 1], v14 = v[7 * apart], v15 = v[7 * apart + 1];
        Mix(ref v0, ref v4, ref v8, ref v12);
        Mix(ref v1, ref v5, ref v9, ref v13);
        Mix(ref v2, ref v6, ref v10, ref v14);
        Mix(ref v3, ref v7, ref v11, ref v15);
        Mix(ref v0, ref v5, ref v10, ref v15);
        Mix(ref v1, ref v6, ref v11, ref v12);
        Mix(ref v2, ref v7, ref v8, ref v13);
        Mix(ref v3, ref v4, ref v9, ref v14);
        (v[0], v[1], v[apart], v[apart + 1]) = (v0, v1, v2, v3);
        (v[2 * apart], v[2 * apart + 1], v[3 * apart], v[3 * apart + 1]) = (v4, v5, v6, v7);
        (v[4 * apart], v[4 * apart + 1], v[5 * apart], v[5 * apart + 1]) = (v8, v9, v10, v11);
        (v[6 * apart], v[6 * apart + 1], v[7 * apart], v[7 * apart + 1]) = (v12, v13, v14, v15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        a = AddWithProduct(a, b);
        d = BitOperations.RotateRight(d ^ a, 32);
        c = AddWithProduct(c, d);
        b = BitOperations.RotateRight(b ^ c, 24);
        a = AddWithProduct(a, b);
        d = BitOperations.RotateRight(d ^ a, 16);
        c = AddWithProduct(c, d);
        b = BitOperations.RotateRight(b ^ c, 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AddWithProduct(ulong x, ulong y) => x + y + 2 * ((ulong)(uint)x * (uint)y);
}
