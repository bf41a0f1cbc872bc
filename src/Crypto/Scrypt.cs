using System.Numerics;
using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <summary>scrypt (RFC 7914). What it reads from its large memory depends on the password: that is the algorithm, and why it
/// serves to stretch pass phrases on one's own machine and nothing else.</summary>
internal static unsafe class Scrypt
{
    /// <summary>The most memory a derivation may ask for, in bytes: 128 r (n + p).</summary>
    public const long MaxMemory = 1L << 28;

    private const int SalsaWords = 16;

    /// <summary>Fills <paramref name="destination"/> with key bytes derived from a password.</summary>
    /// <param name="password">The password.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="n">The cost: a power of two, at least 2.</param>
    /// <param name="r">The block size, in units of 128 bytes: at least 1.</param>
    /// <param name="p">The parallelism: at least 1. The lanes run one after the other.</param>
    /// <param name="destination">Takes the key.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not as stated, or they ask for more than
    /// <see cref="MaxMemory"/> bytes.</exception>
    public static void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int n, int r, int p, Span<byte> destination)
    {
        CheckParameters(n, r, p);
        int blockWords = 32 * r;
        byte[] lanes = GC.AllocateUninitializedArray<byte>(p * 4 * blockWords, pinned: true);
        uint[] memory = GC.AllocateUninitializedArray<uint>(n * blockWords + blockWords, pinned: true);
        try
        {
            Pbkdf2.Derive(HashName.Sha256, password, salt, 1, lanes);
            fixed (byte* lane = lanes)
            fixed (uint* table = memory)
            {
                for (int i = 0; i < p; i++)
                {
                    Mix(lane + i * 4 * blockWords, table, n, r);
                }
            }
            Pbkdf2.Derive(HashName.Sha256, password, lanes, 1, destination);
        }
        finally
        {
            ConstantTime.Zero(lanes.AsSpan());
            Array.Clear(memory);
        }
    }

    private static void CheckParameters(int n, int r, int p)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(r, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(p, 1);
        if (!BitOperations.IsPow2(n))
        {
            throw new ArgumentOutOfRangeException(nameof(n), n, "scrypt's cost must be a power of two.");
        }
        if (r > MaxMemory / 128 / ((long)n + p))
        {
            throw new ArgumentOutOfRangeException(
                nameof(n), n, $"scrypt with n = {n}, r = {r}, p = {p} would need more than {MaxMemory >> 20} MiB of memory.");
        }
    }

    // scryptROMix, RFC 7914 section 5, on one lane in place. The table's last block is the scratch.
    private static void Mix(byte* lane, uint* table, int n, int r)
    {
        int blockWords = 32 * r;
        uint* x = stackalloc uint[SalsaWords];
        uint* scratch = table + (long)n * blockWords;
        uint* block = (uint*)lane;
        for (int i = 0; i < blockWords; i++)
        {
            block[i] = Words.LittleEndian32(lane + 4 * i);
        }
        for (int i = 0; i < n; i++)
        {
            new Span<uint>(block, blockWords).CopyTo(new Span<uint>(table + (long)i * blockWords, blockWords));
            MixBlock(block, scratch, x, r);
        }
        for (int i = 0; i < n; i++)
        {
            long chosen = block[blockWords - SalsaWords] & (uint)(n - 1);
            uint* other = table + chosen * blockWords;
            for (int j = 0; j < blockWords; j++)
            {
                block[j] ^= other[j];
            }
            MixBlock(block, scratch, x, r);
        }
        for (int i = 0; i < blockWords; i++)
        {
            Words.StoreLittleEndian32(lane + 4 * i, block[i]);
        }
        ConstantTime.Zero(new Span<byte>(x, SalsaWords * sizeof(uint)));
    }

    // scryptBlockMix, section 4: Salsa20/8 chained through the 64-byte pieces; the even ones come first, then the odd ones.
    private static void MixBlock(uint* block, uint* scratch, uint* x, int r)
    {
        int pieces = 2 * r;
        new Span<uint>(block + (pieces - 1) * SalsaWords, SalsaWords).CopyTo(new Span<uint>(x, SalsaWords));
        for (int i = 0; i < pieces; i++)
        {
            Salsa20Over8(x, block + i * SalsaWords);
            int place = (i / 2) + (i % 2 * r);
            new Span<uint>(x, SalsaWords).CopyTo(new Span<uint>(scratch + place * SalsaWords, SalsaWords));
        }
        new Span<uint>(scratch, pieces * SalsaWords).CopyTo(new Span<uint>(block, pieces * SalsaWords));
    }

    // x = Salsa20/8(x ^ input), section 3.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Salsa20Over8(uint* x, uint* input)
    {
        for (int i = 0; i < SalsaWords; i++)
        {
            x[i] ^= input[i];
        }
        uint x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3], x4 = x[4], x5 = x[5], x6 = x[6], x7 = x[7];
        uint x8 = x[8], x9 = x[9], x10 = x[10], x11 = x[11], x12 = x[12], x13 = x[13], x14 = x[14], x15 = x[15];
        for (int i = 0; i < 4; i++)
        {
            QuarterRound(ref x0, ref x4, ref x8, ref x12);
            QuarterRound(ref x5, ref x9, ref x13, ref x1);
            QuarterRound(ref x10, ref x14, ref x2, ref x6);
            QuarterRound(ref x15, ref x3, ref x7, ref x11);
            QuarterRound(ref x0, ref x1, ref x2, ref x3);
            QuarterRound(ref x5, ref x6, ref x7, ref x4);
            QuarterRound(ref x10, ref x11, ref x8, ref x9);
            QuarterRound(ref x15, ref x12, ref x13, ref x14);
        }
        ReadOnlySpan<uint> mixed = [x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13, x14, x15];
        for (int i = 0; i < SalsaWords; i++)
        {
            x[i] += mixed[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        b ^= BitOperations.RotateLeft(a + d, 7);
        c ^= BitOperations.RotateLeft(b + a, 9);
        d ^= BitOperations.RotateLeft(c + b, 13);
        a ^= BitOperations.RotateLeft(d + c, 18);
    }
}
