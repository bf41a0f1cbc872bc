using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>ChaCha20's block function in vectors. The long kernels hold one word of many blocks in each vector ("vertical") and
/// transpose at the end; the short one holds a row of four words of one to four blocks ("horizontal"), which needs few
/// instructions for few blocks, and whose blocks may have different keys.</summary>
internal static unsafe partial class ChaCha20Kernels
{
    /// <summary>The key stream of any four blocks.</summary>
    /// <param name="rows">The four states, row by row: row r of state s is the four words at 16 r + 4 s.</param>
    /// <param name="stream">Takes 256 bytes, block by block; it may be the same memory as the states.</param>
    /// <param name="path">The kind of kernel.</param>
    public static void FourBlocks(uint* rows, byte* stream, VectorPath path)
    {
        switch (path)
        {
            case VectorPath.Vector512:
                FourBlocksVector512(rows, stream);
                break;
            case VectorPath.Vector256:
                FourBlocksVector256(rows, stream);
                break;
            case VectorPath.Vector128 when BitConverter.IsLittleEndian:
                FourBlocksVector128(rows, stream);
                break;
            default:
                FourBlocksScalar(rows, stream);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FourBlocksVector128(uint* rows, byte* stream)
    {
        uint* blocks = stackalloc uint[64];
        for (int lane = 0; lane < 4; lane += 2, rows += 8)
        {
            Vector128<uint> a0 = Vector128.Load(rows), b0 = Vector128.Load(rows + 16);
            Vector128<uint> c0 = Vector128.Load(rows + 32), d0 = Vector128.Load(rows + 48);
            Vector128<uint> a1 = Vector128.Load(rows + 4), b1 = Vector128.Load(rows + 20);
            Vector128<uint> c1 = Vector128.Load(rows + 36), d1 = Vector128.Load(rows + 52);
            for (int i = 0; i < 10; i++)
            {
                QuarterRound(ref a0, ref b0, ref c0, ref d0);
                QuarterRound(ref a1, ref b1, ref c1, ref d1);
                ToDiagonals(ref b0, ref c0, ref d0);
                ToDiagonals(ref b1, ref c1, ref d1);
                QuarterRound(ref a0, ref b0, ref c0, ref d0);
                QuarterRound(ref a1, ref b1, ref c1, ref d1);
                ToDiagonals(ref d0, ref c0, ref b0); // and back: the same turns the other way round
                ToDiagonals(ref d1, ref c1, ref b1);
            }
            uint* block = blocks + 16 * lane;
            (a0 + Vector128.Load(rows)).Store(block);
            (b0 + Vector128.Load(rows + 16)).Store(block + 4);
            (c0 + Vector128.Load(rows + 32)).Store(block + 8);
            (d0 + Vector128.Load(rows + 48)).Store(block + 12);
            (a1 + Vector128.Load(rows + 4)).Store(block + 16);
            (b1 + Vector128.Load(rows + 20)).Store(block + 20);
            (c1 + Vector128.Load(rows + 36)).Store(block + 24);
            (d1 + Vector128.Load(rows + 52)).Store(block + 28);
        }
        new Span<byte>(blocks, 256).CopyTo(new Span<byte>(stream, 256));
        ConstantTime.Zero(new Span<byte>(blocks, 256));
    }

    private static void FourBlocksScalar(uint* rows, byte* stream)
    {
        uint* blocks = stackalloc uint[64];
        for (int lane = 0; lane < 4; lane++)
        {
            uint* block = blocks + 16 * lane;
            for (int i = 0; i < 16; i++)
            {
                block[i] = rows[16 * (i >> 2) + 4 * lane + (i & 3)];
            }
            Block(block);
        }
        for (int i = 0; i < 64; i++)
        {
            Words.StoreLittleEndian32(stream + 4 * i, blocks[i]);
        }
        ConstantTime.Zero(new Span<byte>(blocks, 256));
    }

    // RFC 8439 section 2.3, in place.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Block(uint* state)
    {
        uint x0 = state[0], x1 = state[1], x2 = state[2], x3 = state[3];
        uint x4 = state[4], x5 = state[5], x6 = state[6], x7 = state[7];
        uint x8 = state[8], x9 = state[9], x10 = state[10], x11 = state[11];
        uint x12 = state[12], x13 = state[13], x14 = state[14], x15 = state[15];
        for (int i = 0; i < 10; i++)
        {
            QuarterRound(ref x0, ref x4, ref x8, ref x12);
            QuarterRound(ref x1, ref x5, ref x9, ref x13);
            QuarterRound(ref x2, ref x6, ref x10, ref x14);
            QuarterRound(ref x3, ref x7, ref x11, ref x15);
            QuarterRound(ref x0, ref x5, ref x10, ref x15);
            QuarterRound(ref x1, ref x6, ref x11, ref x12);
            QuarterRound(ref x2, ref x7, ref x8, ref x13);
            QuarterRound(ref x3, ref x4, ref x9, ref x14);
        }
        ReadOnlySpan<uint> mixed = [x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15];
        for (int i = 0; i < 16; i++)
        {
            state[i] += mixed[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 16);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 12);
        a += b;
        d = BitOperations.RotateLeft(d ^ a, 8);
        c += d;
        b = BitOperations.RotateLeft(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        a += b;
        d = RotateLeft(d ^ a, 16);
        c += d;
        b = RotateLeft(b ^ c, 12);
        a += b;
        d = RotateLeft(d ^ a, 8);
        c += d;
        b = RotateLeft(b ^ c, 7);
    }

    // Turns the rows b, c, d left by one, two and three words, so that diagonals stand as columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ToDiagonals(ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
        c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
        d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateLeft(Vector128<uint> words, [ConstantExpected] int bits) =>
        (words << bits) | (words >>> (32 - bits));
}
