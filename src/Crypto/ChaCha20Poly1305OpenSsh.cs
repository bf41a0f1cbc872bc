using System.Buffers.Binary;

namespace LucidSsh.Crypto;

/// <summary>chacha20-poly1305@openssh.com (OpenSSH's PROTOCOL.chacha20poly1305): the packet length under one key, the body and
/// the one-time Poly1305 key under another, the sequence number as the nonce of both. The tag covers the encrypted length and
/// the ciphertext, and is checked before any of the body is decrypted.</summary>
/// <remarks>One call of the short ChaCha20 kernel makes four blocks of key stream: the length's (K_1, block 0), the one-time
/// key's (K_2, block 0) and the body's first two (K_2, blocks 1 and 2), which is all a short packet needs. They are kept from
/// <see cref="PeekLength"/> to <see cref="Open"/>. One direction of one connection, one thread at a time.</remarks>
internal sealed unsafe class ChaCha20Poly1305OpenSsh : IDisposable
{
    public const int KeySize = 64;
    public const int TagSize = 16;
    public const int LengthSize = 4;

    private const int StreamSize = 4 * ChaCha20.BlockSize;
    private const int FirstBodySize = 2 * ChaCha20.BlockSize;
    private const int RowWords = 16; // one row of each of the four states

    // Three rows of the four states (constants and keys); the state for the rest of the body; the key stream at hand.
    private readonly byte[] _memory = GC.AllocateArray<byte>((3 * RowWords * sizeof(uint)) + ChaCha20.BlockSize + StreamSize, pinned: true);
    private readonly VectorPath _path;
    private long _streamSequence = -1; // whose key stream is at hand; -1: none
    private bool _disposed;

    /// <param name="key">64 bytes: K_2 for body and tag, then K_1 for the length.</param>
    public ChaCha20Poly1305OpenSsh(ReadOnlySpan<byte> key)
        : this(key, VectorPaths.Best)
    {
    }

    /// <summary>The same by a chosen kind of kernel.</summary>
    internal ChaCha20Poly1305OpenSsh(ReadOnlySpan<byte> key, VectorPath path)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize);
        _path = path;
        uint* lengthState = stackalloc uint[ChaCha20.StateWords];
        fixed (byte* memory = _memory)
        {
            uint* rows = (uint*)memory, bodyState = rows + (3 * RowWords);
            ChaCha20.LoadKey(bodyState, key[..ChaCha20.KeySize]);
            ChaCha20.LoadKey(lengthState, key[ChaCha20.KeySize..]);
            for (int word = 0; word < 12; word++)
            {
                uint* row = rows + (RowWords * (word / 4)) + (word % 4);
                row[0] = lengthState[word];
                row[4] = row[8] = row[12] = bodyState[word];
            }
        }
        ConstantTime.Zero(new Span<byte>(lengthState, ChaCha20.BlockSize));
    }

    private Span<byte> Stream => _memory.AsSpan(_memory.Length - StreamSize);

    /// <summary>The packet length that <paramref name="encryptedLength"/> (4 bytes) hides. Nobody has vouched for it yet.</summary>
    public uint PeekLength(uint sequence, ReadOnlySpan<byte> encryptedLength)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Prepare(sequence);
        return BinaryPrimitives.ReadUInt32BigEndian(encryptedLength) ^ BinaryPrimitives.ReadUInt32BigEndian(Stream);
    }

    /// <summary>Encrypts a packet (4 length bytes and the body) in place and writes its 16-byte tag.</summary>
    public void Seal(uint sequence, Span<byte> packet, Span<byte> tag)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(packet.Length, LengthSize, nameof(packet));
        ArgumentOutOfRangeException.ThrowIfLessThan(tag.Length, TagSize, nameof(tag));
        Prepare(sequence);
        fixed (byte* stream = Stream, to = packet)
        {
            ChaCha20.ExclusiveOr(to, stream, to, LengthSize);
        }
        TransformBody(sequence, packet[LengthSize..], packet[LengthSize..]);
        Authenticate(packet, tag);
        Forget();
    }

    /// <summary>Decrypts a packet (4 encrypted length bytes and the ciphertext), if its tag is right; if not, false, and
    /// <paramref name="body"/> is untouched.</summary>
    /// <param name="sequence">The packet's sequence number.</param>
    /// <param name="packet">The encrypted length and the ciphertext.</param>
    /// <param name="tag">16 bytes.</param>
    /// <param name="body">Takes the plaintext, 4 bytes less than the packet; it may be the ciphertext's own memory.</param>
    public bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(packet.Length, LengthSize, nameof(packet));
        ArgumentOutOfRangeException.ThrowIfLessThan(body.Length, packet.Length - LengthSize, nameof(body));
        Prepare(sequence);
        Span<byte> expected = stackalloc byte[TagSize];
        Authenticate(packet, expected);
        bool right = ConstantTime.Equal(expected, tag);
        if (right)
        {
            TransformBody(sequence, packet[LengthSize..], body);
        }
        Forget();
        return right;
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        ConstantTime.Zero(_memory.AsSpan());
        _disposed = true;
    }

    // The nonce is the sequence number in eight big-endian bytes, which the cipher reads as a little-endian number.
    private static ulong Nonce(uint sequence) => BinaryPrimitives.ReverseEndianness((ulong)sequence);

    private void Prepare(uint sequence)
    {
        if (_streamSequence == sequence)
        {
            return;
        }
        fixed (byte* memory = _memory, stream = Stream)
        {
            uint* rows = (uint*)stream; // made in the stream's own place
            Buffer.MemoryCopy(memory, rows, StreamSize, 3 * RowWords * sizeof(uint));
            ulong nonce = Nonce(sequence);
            ChaCha20.LoadPosition(rows + (3 * RowWords), 0, nonce);
            ChaCha20.LoadPosition(rows + (3 * RowWords) + 4, 0, nonce);
            ChaCha20.LoadPosition(rows + (3 * RowWords) + 8, 1, nonce);
            ChaCha20.LoadPosition(rows + (3 * RowWords) + 12, 2, nonce);
            ChaCha20Kernels.FourBlocks(rows, stream, _path);
        }
        _streamSequence = sequence;
    }

    // Key stream is good for one packet: a second under the same would show their difference.
    private void Forget()
    {
        ConstantTime.Zero(Stream);
        _streamSequence = -1;
    }

    private void TransformBody(uint sequence, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        fixed (byte* memory = _memory, stream = Stream, from = source, to = destination)
        {
            nuint length = (nuint)source.Length, first = nuint.Min(length, FirstBodySize);
            ChaCha20.ExclusiveOr(from, stream + FirstBodySize, to, first);
            if (first < length)
            {
                uint* state = (uint*)memory + (3 * RowWords);
                ChaCha20.LoadPosition(state + 12, 3, Nonce(sequence));
                ChaCha20.Transform(state, from + first, to + first, length - first, _path);
            }
        }
    }

    private void Authenticate(ReadOnlySpan<byte> encrypted, Span<byte> tag) =>
        Poly1305.Mac(Stream.Slice(ChaCha20.BlockSize, Poly1305.KeySize), encrypted, tag, _path);
}
