using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>BLAKE2b (RFC 7693) without a key, for Argon2.</summary>
internal sealed class Blake2b : IDisposable
{
    private const int BlockSize = 128;

    private readonly ulong[] _state = GC.AllocateArray<ulong>(8, pinned: true);
    private readonly byte[] _block = GC.AllocateArray<byte>(BlockSize, pinned: true);
    private readonly int _size;
    private int _filled;
    private ulong _length; // bytes compressed so far

    /// <param name="size">The digest's length in bytes, 1 to 64.</param>
    public Blake2b(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, 64);
        _size = size;
        Sha512.Initial512.CopyTo(_state);
        _state[0] ^= 0x01010000 ^ (uint)size; // the parameter block: no key, fanout 1, depth 1
    }

    // The order in which a round takes the message's words, RFC 7693 section 2.7; rounds 10 and 11 are 0 and 1 again.
    private static ReadOnlySpan<byte> Order =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>The digest of <paramref name="data"/>, as long as <paramref name="digest"/>.</summary>
    public static void Digest(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        using Blake2b hash = new(digest.Length);
        hash.Append(data);
        hash.Finish(digest);
    }

    /// <summary>Appends <paramref name="data"/>.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_filled == BlockSize) // only when more follows: the last block is marked
            {
                _length += BlockSize;
                Compress(last: false);
                _filled = 0;
            }
            int taken = Math.Min(BlockSize - _filled, data.Length);
            data[..taken].CopyTo(_block.AsSpan(_filled));
            _filled += taken;
            data = data[taken..];
        }
    }

    /// <summary>Appends a number in four little-endian bytes.</summary>
    public void Append(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        Append(bytes);
    }

    /// <summary>Writes the digest; nothing can be appended after.</summary>
    public void Finish(Span<byte> digest)
    {
        _length += (ulong)_filled;
        _block.AsSpan(_filled).Clear();
        Compress(last: true);
        Span<byte> all = stackalloc byte[64];
        for (int i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(all[(8 * i)..], _state[i]);
        }
        all[.._size].CopyTo(digest);
        ConstantTime.Zero(all);
    }

    /// <summary>Zeroes the state.</summary>
    public void Dispose()
    {
        ConstantTime.Zero(_state.AsSpan());
        ConstantTime.Zero(_block.AsSpan());
    }

    private void Compress(bool last)
    {
        Span<ulong> m = stackalloc ulong[16];
        Span<ulong> v = stackalloc ulong[16];
        for (int i = 0; i < 16; i++)
        {
            m[i] = BinaryPrimitives.ReadUInt64LittleEndian(_block.AsSpan(8 * i));
        }
        _state.CopyTo(v);
        Sha512.Initial512.CopyTo(v[8..]);
        v[12] ^= _length; // the upper half of the 128-bit count stays zero
        v[14] ^= last ? ulong.MaxValue : 0;
        for (int round = 0; round < 12; round++)
        {
            ReadOnlySpan<byte> order = Order.Slice(round % 10 * 16, 16);
            for (int i = 0; i < 4; i++)
            {
                Mix(ref v[i], ref v[4 + i], ref v[8 + i], ref v[12 + i], m[order[2 * i]], m[order[2 * i + 1]]);
            }
            for (int i = 0; i < 4; i++)
            {
                Mix(
                    ref v[i], ref v[4 + (i + 1) % 4], ref v[8 + (i + 2) % 4], ref v[12 + (i + 3) % 4],
                    m[order[8 + 2 * i]], m[order[8 + 2 * i + 1]]);
            }
        }
        for (int i = 0; i < 8; i++)
        {
            _state[i] ^= v[i] ^ v[i + 8];
        }
        ConstantTime.Zero(m);
        ConstantTime.Zero(v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 32);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 24);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 63);
    }
}
