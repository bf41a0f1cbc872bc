using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>The ChaCha20 stream cipher in its original form: 64-bit block counter, 64-bit nonce. Additions, rotations and
/// exclusive-ors at public positions only: constant time by construction.</summary>
internal static unsafe class ChaCha20
{
    public const int KeySize = 32;
    public const int NonceSize = 8;
    public const int BlockSize = 64;

    /// <summary>The words of a cipher state: four of constants, eight of key, two of counter, two of nonce.</summary>
    internal const int StateWords = 16;

    /// <summary>Exclusive-ors <paramref name="source"/> with the key stream from block <paramref name="counter"/> on. The two
    /// buffers may be the same memory, but must not overlap otherwise.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="nonce">8 bytes.</param>
    /// <param name="counter">The first 64-byte block's number.</param>
    /// <param name="source">The input.</param>
    /// <param name="destination">At least as many bytes as the input.</param>
    public static void Transform(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ulong counter, ReadOnlySpan<byte> source, Span<byte> destination) =>
        Transform(key, nonce, counter, source, destination, VectorPaths.Best);

    /// <summary>The same by a chosen kind of kernel.</summary>
    internal static void Transform(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> nonce,
        ulong counter,
        ReadOnlySpan<byte> source,
        Span<byte> destination,
        VectorPath path)
    {
        destination = destination[..source.Length];
        uint* state = stackalloc uint[StateWords];
        fixed (byte* n = nonce, from = source, to = destination)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceSize);
            LoadKey(state, key);
            LoadPosition(state + 12, counter, Words.LittleEndian64(n));
            Transform(state, from, to, (nuint)source.Length, path);
        }
        ConstantTime.Zero(new Span<byte>(state, StateWords * sizeof(uint)));
    }

    /// <summary>Writes the constants and a 32-byte key to the first twelve words of a state.</summary>
    internal static void LoadKey(uint* state, ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        ReadOnlySpan<uint> constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]; // "expand 32-byte k"
        constants.CopyTo(new Span<uint>(state, 4));
        fixed (byte* k = key)
        {
            for (int i = 0; i < 8; i++)
            {
                state[4 + i] = Words.LittleEndian32(k + 4 * i);
            }
        }
    }

    /// <summary>Writes the last four words of a state.</summary>
    /// <param name="row">Where they go: a state's last row.</param>
    /// <param name="counter">The block's number.</param>
    /// <param name="nonce">The nonce's eight bytes, read as a little-endian number.</param>
    internal static void LoadPosition(uint* row, ulong counter, ulong nonce)
    {
        row[0] = (uint)counter;
        row[1] = (uint)(counter >> 32);
        row[2] = (uint)nonce;
        row[3] = (uint)(nonce >> 32);
    }

    /// <summary>Exclusive-ors the key stream from the state's block on; the state's counter is left past the last whole run.</summary>
    internal static void Transform(uint* state, byte* source, byte* destination, nuint length, VectorPath path)
    {
        nuint run = path switch
        {
            VectorPath.Vector512 => 16 * BlockSize,
            VectorPath.Vector256 => 8 * BlockSize,
            _ => 4 * BlockSize,
        };
        nuint whole = length & ~(run - 1);
        if (whole > 0)
        {
            switch (path)
            {
                case VectorPath.Vector512:
                    ChaCha20Kernels.TransformVector512(state, source, destination, whole);
                    break;
                case VectorPath.Vector256:
                    ChaCha20Kernels.TransformVector256(state, source, destination, whole);
                    break;
                default:
                    TransformByFour(state, source, destination, whole, path);
                    break;
            }
        }
        if (whole < length)
        {
            TransformRest(state, source + whole, destination + whole, length - whole, run, path);
        }
    }

    // What is left makes no whole run: the key stream goes to the stack first. Up to four blocks have a kernel of their own,
    // quicker than a run of which most is thrown away.
    [SkipLocalsInit]
    private static void TransformRest(uint* state, byte* source, byte* destination, nuint length, nuint run, VectorPath path)
    {
        byte* stream = stackalloc byte[16 * BlockSize];
        if (length <= 4 * BlockSize)
        {
            FourStates(state, stream);
            ChaCha20Kernels.FourBlocks((uint*)stream, stream, path);
            run = 4 * BlockSize;
        }
        else
        {
            Unsafe.InitBlockUnaligned(stream, 0, (uint)run);
            Transform(state, stream, stream, run, path);
        }
        ExclusiveOr(source, stream, destination, length);
        ConstantTime.Zero(new Span<byte>(stream, (int)run));
    }

    [SkipLocalsInit]
    private static void TransformByFour(uint* state, byte* source, byte* destination, nuint length, VectorPath path)
    {
        byte* stream = stackalloc byte[4 * BlockSize];
        for (nuint at = 0; at < length; at += 4 * BlockSize)
        {
            FourStates(state, stream);
            ChaCha20Kernels.FourBlocks((uint*)stream, stream, path);
            ExclusiveOr(source + at, stream, destination + at, 4 * BlockSize);
            ulong next = (state[12] | (ulong)state[13] << 32) + 4;
            state[12] = (uint)next;
            state[13] = (uint)(next >> 32);
        }
        ConstantTime.Zero(new Span<byte>(stream, 4 * BlockSize));
    }

    // The states of four blocks in a row, as FourBlocks takes them.
    private static void FourStates(uint* state, byte* rows)
    {
        ulong counter = state[12] | (ulong)state[13] << 32, nonce = state[14] | (ulong)state[15] << 32;
        for (int lane = 0; lane < 4; lane++)
        {
            uint* laneRows = (uint*)rows + 4 * lane;
            for (int row = 0; row < 3; row++)
            {
                Vector128.Load(state + 4 * row).Store(laneRows + 16 * row);
            }
            LoadPosition(laneRows + 48, counter + (ulong)lane, nonce);
        }
    }

    /// <summary>destination = source ^ stream.</summary>
    internal static void ExclusiveOr(byte* source, byte* stream, byte* destination, nuint length)
    {
        nuint at = 0;
        for (; at + 16 <= length; at += 16)
        {
            (Vector128.Load(source + at) ^ Vector128.Load(stream + at)).Store(destination + at);
        }
        if (at + 8 <= length)
        {
            *(ulong*)(destination + at) = *(ulong*)(source + at) ^ *(ulong*)(stream + at);
            at += 8;
        }
        for (; at < length; at++)
        {
            destination[at] = (byte)(source[at] ^ stream[at]);
        }
    }
}
