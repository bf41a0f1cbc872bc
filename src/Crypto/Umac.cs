using System.Buffers.Binary;

namespace LucidSsh.Crypto;

/// <summary>UMAC with tags of 64 or 128 bits (RFC 4418), SSH's umac-64 and umac-128: a universal hash in three layers, two or
/// four times over with shifted keys, exclusive-ored with AES of the nonce. No branch or index depends on the message or the
/// key.</summary>
/// <remarks>Layer 2 stops where it would have to change to 128-bit arithmetic: at 16 MiB, which no SSH packet comes near.</remarks>
internal sealed unsafe class Umac : IDisposable
{
    /// <summary>The longest message, in bytes.</summary>
    public const int MaxLength = 1 << 24;

    private const int ChunkSize = 1024;
    private const int ChunkWords = ChunkSize / 4;
    private const ulong Prime64 = ulong.MaxValue - 58; // 2^64 - 59
    private const ulong Prime64Offset = 59;
    private const ulong Prime36 = (1ul << 36) - 5;

    private readonly AesCipher _pad;
    private readonly int _tagLength;
    private readonly int _passes;
    private readonly AlignedSecret _keys;

    // Offsets into the keys, in bytes: layer 1's words, shifted by four for every pass; layer 2's; layer 3's two.
    private readonly int _layer2;
    private readonly int _layer3;
    private readonly int _layer3Pad;

    /// <param name="key">16 bytes.</param>
    /// <param name="tagLength">8 or 16.</param>
    public Umac(ReadOnlySpan<byte> key, int tagLength)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 16);
        if (tagLength is not (8 or 16))
        {
            throw new ArgumentOutOfRangeException(nameof(tagLength), tagLength, "UMAC's tags here have 8 or 16 bytes.");
        }
        _tagLength = tagLength;
        _passes = tagLength / 4;
        int layer1Size = ChunkSize + 16 * (_passes - 1);
        _layer2 = layer1Size;
        _layer3 = _layer2 + 8 * _passes;
        _layer3Pad = _layer3 + 4 * 8 * _passes;
        _keys = new AlignedSecret(_layer3Pad + 4 * _passes);
        using AesCipher cipher = AesCipher.Create(key, AesCipher.BestPath);
        using Secret derived = new(Math.Max(layer1Size, 64 * _passes) + 16);
        LoadKeys(cipher, derived.Span, layer1Size);
        DeriveKey(cipher, 0, derived.Span[..16]);
        _pad = AesCipher.Create(derived.Span[..16], AesCipher.BestPath);
    }

    /// <summary>Writes the tag of <paramref name="data"/>.</summary>
    /// <param name="nonce">A number never used before under this key; in SSH the packet's sequence number.</param>
    /// <param name="data">The message, at most <see cref="MaxLength"/> bytes.</param>
    /// <param name="tag">Takes as many bytes as the tag has.</param>
    public void Compute(ulong nonce, ReadOnlySpan<byte> data, Span<byte> tag) => Compute(nonce, default, data, tag);

    /// <summary>The same for a message in two pieces, the first of 1024 bytes at most.</summary>
    public void Compute(ulong nonce, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest, Span<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first.Length, ChunkSize, nameof(first));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rest.Length, MaxLength - first.Length, nameof(rest));
        // What is split is the first chunk alone: it is put together, and the rest is hashed where it lies.
        Span<byte> joined = stackalloc byte[first.IsEmpty ? 0 : ChunkSize];
        if (!first.IsEmpty)
        {
            first.CopyTo(joined);
            int more = Math.Min(ChunkSize - first.Length, rest.Length);
            rest[..more].CopyTo(joined[first.Length..]);
            joined = joined[..(first.Length + more)];
            rest = rest[more..];
        }
        tag = tag[.._tagLength];
        // Section 3.3.1: an 8-byte tag is one half of a block of pad, which the nonce's lowest bit chooses.
        Span<byte> pad = stackalloc byte[AesCipher.BlockSize];
        pad.Clear();
        int half = _tagLength == 8 ? (int)(nonce & 1) : 0;
        BinaryPrimitives.WriteUInt64BigEndian(pad, nonce - (ulong)half);
        _pad.Encrypt(pad, pad);
        pad = pad.Slice(8 * half, _tagLength);
        for (int pass = 0; pass < _passes; pass++)
        {
            uint hash = Hash(pass, joined, rest) ^ BinaryPrimitives.ReadUInt32BigEndian(pad[(4 * pass)..]);
            BinaryPrimitives.WriteUInt32BigEndian(tag[(4 * pass)..], hash);
        }
        ConstantTime.Zero(pad);
        ConstantTime.Zero(joined);
        GC.KeepAlive(this);
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _pad.Dispose();
        _keys.Dispose();
    }

    // Section 3.2.1: AES of (index, 1), (index, 2), ...; the buffer has room for whole blocks.
    private static void DeriveKey(AesCipher cipher, int index, Span<byte> blocks)
    {
        for (int i = 0; i < blocks.Length / 16; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(blocks[(16 * i)..], (ulong)index);
            BinaryPrimitives.WriteUInt64BigEndian(blocks[(16 * i + 8)..], (ulong)i + 1);
        }
        cipher.Encrypt(blocks, blocks);
    }

    private void LoadKeys(AesCipher cipher, Span<byte> derived, int layer1Size)
    {
        byte* keys = _keys.Pointer;
        DeriveKey(cipher, 1, derived[..layer1Size]);
        for (int i = 0; i < layer1Size / 4; i++)
        {
            ((uint*)keys)[i] = BinaryPrimitives.ReadUInt32BigEndian(derived[(4 * i)..]);
        }
        DeriveKey(cipher, 2, derived[..(24 * _passes)]);
        for (int pass = 0; pass < _passes; pass++)
        {
            // The 16 bytes after these eight are for messages longer than ours may be.
            ((ulong*)(keys + _layer2))[pass] =
                BinaryPrimitives.ReadUInt64BigEndian(derived[(24 * pass)..]) & 0x01ffffff_01ffffff;
        }
        DeriveKey(cipher, 3, derived[..(64 * _passes)]);
        for (int pass = 0; pass < _passes; pass++)
        {
            // Layer 3 hashes 16 bytes of which the first eight are always zero here: so are their keys' products.
            for (int i = 0; i < 4; i++)
            {
                ulong word = BinaryPrimitives.ReadUInt64BigEndian(derived[(64 * pass + 32 + 8 * i)..]);
                ((ulong*)(keys + _layer3))[4 * pass + i] = ReduceTo36(ReduceTo36(word));
            }
        }
        DeriveKey(cipher, 4, derived[..16]);
        for (int pass = 0; pass < _passes; pass++)
        {
            ((uint*)(keys + _layer3Pad))[pass] = BinaryPrimitives.ReadUInt32BigEndian(derived[(4 * pass)..]);
        }
    }

    // Section 5.1, one pass. The first piece is empty, a whole chunk, or all there is.
    private uint Hash(int pass, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        byte* keys = _keys.Pointer;
        uint* words = (uint*)keys + 4 * pass;
        ulong polynomialKey = ((ulong*)(keys + _layer2))[pass];
        ulong sum = 1;
        bool several = first.Length + rest.Length > ChunkSize;
        fixed (byte* start = rest, joined = first)
        {
            byte* chunk = start;
            int left = rest.Length;
            if (!first.IsEmpty && several)
            {
                sum = AppendToPolynomial(sum, polynomialKey, UmacKernels.Multiply(words, joined, ChunkSize) + 8 * ChunkSize);
            }
            else if (!first.IsEmpty)
            {
                chunk = joined;
                left = first.Length;
            }
            for (; left > ChunkSize; left -= ChunkSize, chunk += ChunkSize)
            {
                sum = AppendToPolynomial(sum, polynomialKey, UmacKernels.Multiply(words, chunk, ChunkSize) + 8 * ChunkSize);
            }
            ulong last = HashLastChunk(words, chunk, left);
            sum = several ? AppendToPolynomial(sum, polynomialKey, last) : last;
        }
        return Layer3((ulong*)(keys + _layer3) + 4 * pass, sum) ^ ((uint*)(keys + _layer3Pad))[pass];
    }

    // The last chunk is filled with zeros to a multiple of 32 bytes, at least 32; its own length in bits is added.
    private static ulong HashLastChunk(uint* words, byte* chunk, int length)
    {
        int whole = length & -32;
        ulong sum = UmacKernels.Multiply(words, chunk, whole) + 8 * (ulong)length;
        if (whole < length || length == 0)
        {
            byte* rest = stackalloc byte[32];
            new Span<byte>(rest, 32).Clear();
            new ReadOnlySpan<byte>(chunk + whole, length - whole).CopyTo(new Span<byte>(rest, 32));
            sum += UmacKernels.Multiply(words + whole / 4, rest, 32);
        }
        return sum;
    }

    // Section 5.3.2 (POLY with 64-bit words). A word of 2^64 - 2^32 or more is taken as the marker p - 1 and the word less 59:
    // both ways are computed and one is chosen, for the words are secret.
    internal static ulong AppendToPolynomial(ulong sum, ulong key, ulong word)
    {
        ulong large = ConstantTime.Mask(ConstantTime.Equal(word >> 32, 0xffff_ffff));
        ulong marked = MultiplyAdd(key, sum, Prime64 - 1);
        sum = ConstantTime.Select(large, marked, sum);
        return MultiplyAdd(key, sum, word - (large & Prime64Offset));
    }

    // x y + z modulo 2^64 - 59, fully reduced; x below 2^57, z below 2^64 - 59.
    private static ulong MultiplyAdd(ulong x, ulong y, ulong z)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        ulong fold = high * Prime64Offset; // 2^64 = 59: below 2^63
        low += fold;
        low += Prime64Offset * Carry(low, fold);
        low += z;
        ulong carry = Carry(low, z);
        low += Prime64Offset * carry;
        // Once more below the prime: low - p = low + 59 modulo 2^64, which wraps exactly where low >= p.
        ulong less = low + Prime64Offset;
        return ConstantTime.Select(ConstantTime.Mask(Carry(less, Prime64Offset)), less, low);
    }

    private static ulong Carry(ulong sum, ulong addend) => sum < addend ? 1ul : 0ul;

    // Section 5.4.2: the four 16-bit pieces that can differ from zero, an inner product modulo 2^36 - 5. Below 2^54 before.
    private static uint Layer3(ulong* keys, ulong value)
    {
        ulong sum = keys[0] * (value >> 48) + keys[1] * (value >> 32 & 0xffff) + keys[2] * (value >> 16 & 0xffff)
            + keys[3] * (value & 0xffff);
        return (uint)ReduceTo36(ReduceTo36(sum));
    }

    // Towards the rest modulo 2^36 - 5; from 64 bits two steps reach it.
    private static ulong ReduceTo36(ulong value)
    {
        value = (value & ((1ul << 36) - 1)) + 5 * (value >> 36);
        ulong less = value - Prime36;
        return ConstantTime.Select(ConstantTime.Mask(less >> 63), value, less);
    }
}
