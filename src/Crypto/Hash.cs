using System.Buffers.Binary;

namespace LucidSsh.Crypto;

/// <summary>A hash function under way. All of SSH's are Merkle-Damgård: a chaining value, a compression function over
/// whole blocks, and a last block padded with the length; this is that frame, the subclasses are the compression functions.
/// Running time depends on the lengths alone. The state is pinned, and zeroed by <see cref="Dispose"/>.</summary>
internal abstract class Hash : IDisposable
{
    private const int ChainCapacity = 64;

    private readonly byte[] _memory; // chaining value, then the block being filled
    private readonly bool _bigEndianLength;
    private int _filled;
    private ulong _length; // bytes appended since the last reset
    private bool _disposed;

    private protected Hash(int size, int blockSize, bool bigEndianLength)
    {
        Size = size;
        BlockSize = blockSize;
        _bigEndianLength = bigEndianLength;
        _memory = GC.AllocateArray<byte>(ChainCapacity + blockSize, pinned: true);
    }

    /// <summary>The digest's length in bytes.</summary>
    public int Size { get; }

    /// <summary>The compression function's block length in bytes.</summary>
    public int BlockSize { get; }

    private Span<byte> Chain => _memory.AsSpan(0, ChainCapacity);

    private Span<byte> Block => _memory.AsSpan(ChainCapacity);

    /// <summary>A new, empty hash.</summary>
    public static Hash Create(HashName name)
    {
        Hash hash = name switch
        {
            HashName.Md5 => new Md5(),
            HashName.Sha1 => new Sha1(),
            HashName.Sha224 => new Sha256(digestSize: 28),
            HashName.Sha256 => new Sha256(digestSize: 32),
            HashName.Sha384 => new Sha512(digestSize: 48),
            HashName.Sha512 => new Sha512(digestSize: 64),
            _ => throw Unknown(name),
        };
        hash.Reset();
        return hash;
    }

    /// <summary>The digest's length in bytes.</summary>
    public static int SizeOf(HashName name) => name switch
    {
        HashName.Md5 => 16,
        HashName.Sha1 => 20,
        HashName.Sha224 => 28,
        HashName.Sha256 => 32,
        HashName.Sha384 => 48,
        HashName.Sha512 => 64,
        _ => throw Unknown(name),
    };

    /// <summary>The digest of <paramref name="data"/>.</summary>
    public static byte[] Digest(HashName name, ReadOnlySpan<byte> data)
    {
        byte[] digest = new byte[SizeOf(name)];
        Digest(name, data, digest);
        return digest;
    }

    /// <summary>The digest of <paramref name="data"/>, into the first <see cref="SizeOf"/> bytes of <paramref name="digest"/>.</summary>
    public static void Digest(HashName name, ReadOnlySpan<byte> data, Span<byte> digest)
    {
        using Hash hash = Create(name);
        hash.Append(data);
        hash.Finish(digest);
    }

    /// <summary>Appends <paramref name="data"/> to what is hashed.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _length += (ulong)data.Length;
        if (_filled > 0)
        {
            int taken = Math.Min(data.Length, BlockSize - _filled);
            data[..taken].CopyTo(Block[_filled..]);
            _filled += taken;
            data = data[taken..];
            if (_filled < BlockSize)
            {
                return;
            }
            Compress(Chain, Block);
        }
        int whole = data.Length & -BlockSize;
        if (whole > 0)
        {
            Compress(Chain, data[..whole]);
        }
        data[whole..].CopyTo(Block);
        _filled = data.Length - whole;
    }

    /// <summary>Writes <see cref="Size"/> bytes to <paramref name="digest"/> and starts again from empty.</summary>
    public void Finish(Span<byte> digest)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        digest = digest[..Size];
        Pad();
        Compress(Chain, Block);
        WriteDigest(Chain, digest);
        Reset();
    }

    /// <summary>Zeroes the state.</summary>
    public void Dispose()
    {
        ConstantTime.Zero(_memory.AsSpan());
        _disposed = true;
    }

    /// <summary>Copies out the chaining value, which must stand between blocks.</summary>
    internal void SaveChain(Span<byte> chain) => Chain.CopyTo(chain);

    /// <summary>Starts as if the one block that led to <paramref name="chain"/> had just been appended.</summary>
    internal void ResumeAfterBlock(ReadOnlySpan<byte> chain)
    {
        chain.CopyTo(Chain);
        _filled = 0;
        _length = (ulong)BlockSize;
    }

    /// <summary>The bytes <see cref="SaveChain"/> writes, for every hash.</summary>
    internal const int ChainSize = ChainCapacity;

    private protected abstract void Initialise(Span<byte> chain);

    private protected abstract void Compress(Span<byte> chain, ReadOnlySpan<byte> blocks);

    private protected abstract void WriteDigest(ReadOnlySpan<byte> chain, Span<byte> digest);

    private void Reset()
    {
        ConstantTime.Zero(_memory.AsSpan());
        Initialise(Chain);
        _filled = 0;
        _length = 0;
    }

    // A one bit, zeros, and the length in bits: 8 bytes for 64-byte blocks, 16 for 128-byte ones.
    private void Pad()
    {
        int lengthAt = BlockSize - BlockSize / 8;
        Block[_filled] = 0x80;
        Block[(_filled + 1)..].Clear();
        if (_filled >= lengthAt)
        {
            Compress(Chain, Block);
            Block.Clear();
        }
        Span<byte> last = Block[(BlockSize - 8)..];
        if (_bigEndianLength)
        {
            BinaryPrimitives.WriteUInt64BigEndian(last, _length << 3);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(last, _length << 3);
        }
    }

    private static ArgumentOutOfRangeException Unknown(HashName name) =>
        new(nameof(name), name, "There is no such hash function here.");
}
