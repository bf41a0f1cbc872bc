using System.Numerics;
using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>The ChaCha20 stream cipher in its original form: 64-bit block counter, 64-bit nonce. Additions, rotations and
/// exclusive-ors of public positions only: constant time by construction.</summary>
internal static unsafe class ChaCha20
{
    public const int KeySize = 32;
    public const int NonceSize = 8;
    public const int BlockSize = 64;

    /// <summary>Exclusive-ors <paramref name="source"/> with the key stream from block <paramref name="counter"/> on. The two
    /// buffers may be the same memory, but must not overlap otherwise.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="nonce">8 bytes.</param>
    /// <param name="counter">The first 64-byte block's number.</param>
    /// <param name="source">The input.</param>
    /// <param name="destination">At least as many bytes as the input.</param>
    public static void Transform(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ulong counter, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        destination = destination[..source.Length];
        uint* state = stackalloc uint[16];
        Load(state, key, nonce, counter);
        fixed (byte* from = source, to = destination)
        {
            TransformPortable(state, from, to, (nuint)source.Length);
        }
        ConstantTime.Zero(new Span<byte>(state, BlockSize));
    }

    private static void Load(uint* state, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ulong counter)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceSize);
        ReadOnlySpan<uint> constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]; // "expand 32-byte k"
        constants.CopyTo(new Span<uint>(state, 4));
        fixed (byte* k = key, n = nonce)
        {
            for (int i = 0; i < 8; i++)
            {
                state[4 + i] = Words.LittleEndian32(k + 4 * i);
            }
            state[12] = (uint)counter;
            state[13] = (uint)(counter >> 32);
            state[14] = Words.LittleEndian32(n);
            state[15] = Words.LittleEndian32(n + 4);
        }
    }

    private static void TransformPortable(uint* state, byte* source, byte* destination, nuint length)
    {
        byte* stream = stackalloc byte[BlockSize];
        while (length > 0)
        {
            Block(state, stream);
            if (++state[12] == 0)
            {
                state[13]++;
            }
            nuint taken = nuint.Min(length, BlockSize);
            for (nuint i = 0; i < taken; i++)
            {
                destination[i] = (byte)(source[i] ^ stream[i]);
            }
            source += taken;
            destination += taken;
            length -= taken;
        }
        ConstantTime.Zero(new Span<byte>(stream, BlockSize));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Block(uint* state, byte* stream)
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
            Words.StoreLittleEndian32(stream + 4 * i, mixed[i] + state[i]);
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
}
