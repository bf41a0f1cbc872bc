using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>MD5 (RFC 1321): four rounds of sixteen steps on four words. Broken as a signature's hash; here it derives keys of
/// old PEM files and prints old fingerprints.</summary>
internal sealed unsafe class Md5 : Hash
{
    public Md5()
        : base(size: 16, blockSize: 64, bigEndianLength: false)
    {
    }

    // floor(2^32 |sin(i + 1)|), RFC 1321 section 3.4.
    private static ReadOnlySpan<uint> Sines =>
    [
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    ];

    // Four shifts for each round, used in turn.
    private static ReadOnlySpan<byte> Shifts => [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];

    // The word a step takes is (factor * step + offset) mod 16, by round.
    private static ReadOnlySpan<byte> Factors => [1, 5, 3, 7];

    private static ReadOnlySpan<byte> Offsets => [0, 1, 5, 0];

    private protected override void Initialise(Span<byte> chain)
    {
        ReadOnlySpan<uint> initial = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
        initial.CopyTo(MemoryMarshal.Cast<byte, uint>(chain));
    }

    private protected override void Compress(Span<byte> chain, ReadOnlySpan<byte> blocks)
    {
        fixed (byte* state = chain, first = blocks)
        {
            for (byte* block = first; block < first + blocks.Length; block += 64)
            {
                CompressOne((uint*)state, block);
            }
        }
    }

    private protected override void WriteDigest(ReadOnlySpan<byte> chain, Span<byte> digest)
    {
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(chain);
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(digest[(4 * i)..], words[i]);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CompressOne(uint* state, byte* block)
    {
        uint a = state[0], b = state[1], c = state[2], d = state[3];
        for (int step = 0; step < 64; step++)
        {
            int round = step >> 4;
            uint mixed = round switch
            {
                0 => d ^ (b & (c ^ d)),
                1 => c ^ (d & (b ^ c)),
                2 => b ^ c ^ d,
                _ => c ^ (b | ~d),
            };
            uint word = Words.LittleEndian32(block + 4 * ((Factors[round] * step + Offsets[round]) & 15));
            uint sum = a + mixed + word + Sines[step];
            a = d;
            d = c;
            c = b;
            b += BitOperations.RotateLeft(sum, Shifts[4 * round + (step & 3)]);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
}
