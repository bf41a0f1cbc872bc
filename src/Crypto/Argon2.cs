using System.Buffers.Binary;

namespace LucidSsh.Crypto;

/// <summary>The three forms of Argon2, numbered as RFC 9106 does.</summary>
internal enum Argon2Type
{
    /// <summary>Argon2d: what it reads depends on the password throughout.</summary>
    D = 0,

    /// <summary>Argon2i: what it reads does not depend on the password.</summary>
    I = 1,

    /// <summary>Argon2id: as I for half of the first pass, then as D.</summary>
    Id = 2,
}

/// <summary>Argon2 version 1.3 (RFC 9106), which protects PuTTY's private key files. What types D and Id read depends on the
/// password: that is the algorithm, and why they serve to stretch pass phrases on one's own machine and nothing else.</summary>
internal static unsafe class Argon2
{
    /// <summary>The most memory a derivation may ask for, in KiB.</summary>
    public const int MaxMemoryKiB = 1 << 20;

    /// <summary>The most block computations (memory times passes) a derivation may ask for: some minutes.</summary>
    public const long MaxBlocks = 1L << 27;

    /// <summary>The most lanes.</summary>
    public const int MaxParallelism = 255;

    private const int Version = 0x13;
    private const int SeedSize = 64;

    /// <summary>Fills <paramref name="destination"/> with key bytes derived from a password.</summary>
    /// <param name="type">The form.</param>
    /// <param name="password">The password.</param>
    /// <param name="salt">The salt, at least 8 bytes.</param>
    /// <param name="secret">A secret kept apart from what is stored, or nothing.</param>
    /// <param name="associatedData">More that the key shall depend on, or nothing.</param>
    /// <param name="memoryKiB">The memory in KiB: at least 8 for every lane, at most <see cref="MaxMemoryKiB"/>.</param>
    /// <param name="passes">The passes over the memory: at least 1.</param>
    /// <param name="parallelism">The lanes: 1 to <see cref="MaxParallelism"/>. They run one after the other.</param>
    /// <param name="destination">Takes the key: at least 4 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public static void Derive(
        Argon2Type type,
        ReadOnlySpan<byte> password,
        ReadOnlySpan<byte> salt,
        ReadOnlySpan<byte> secret,
        ReadOnlySpan<byte> associatedData,
        int memoryKiB,
        int passes,
        int parallelism,
        Span<byte> destination)
    {
        CheckParameters(type, salt.Length, memoryKiB, passes, parallelism, destination.Length);
        using Secret seed = new(SeedSize + 8);
        using (Blake2b hash = new(SeedSize))
        {
            hash.Append(parallelism);
            hash.Append(destination.Length);
            hash.Append(memoryKiB);
            hash.Append(passes);
            hash.Append(Version);
            hash.Append((int)type);
            AppendString(hash, password);
            AppendString(hash, salt);
            AppendString(hash, secret);
            AppendString(hash, associatedData);
            hash.Finish(seed.Span);
        }
        int laneBlocks = memoryKiB / (4 * parallelism) * 4;
        ulong[] memory = GC.AllocateUninitializedArray<ulong>(laneBlocks * parallelism * Argon2Memory.BlockWords, pinned: true);
        try
        {
            fixed (ulong* blocks = memory)
            {
                Argon2Memory fill = new(type, blocks, laneBlocks, passes, parallelism);
                FirstBlocks(seed.Span, fill);
                fill.Run();
                LastBlocks(fill, destination);
            }
        }
        finally
        {
            Array.Clear(memory);
        }
    }

    private static void CheckParameters(Argon2Type type, int saltLength, int memoryKiB, int passes, int parallelism, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)type, (uint)Argon2Type.Id, nameof(type));
        ArgumentOutOfRangeException.ThrowIfLessThan(saltLength, 8, "salt");
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 4, "destination");
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parallelism, MaxParallelism);
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryKiB, 8 * parallelism);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(memoryKiB, MaxMemoryKiB);
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)passes * memoryKiB, MaxBlocks, nameof(passes));
    }

    private static void AppendString(Blake2b hash, ReadOnlySpan<byte> data)
    {
        hash.Append(data.Length);
        hash.Append(data);
    }

    // RFC 9106 section 3.2, steps 3 and 4. The seed is followed by eight bytes for the block's and the lane's number.
    private static void FirstBlocks(Span<byte> seed, Argon2Memory fill)
    {
        using Secret bytes = new(Argon2Memory.BlockSize);
        for (int lane = 0; lane < fill.Parallelism; lane++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(seed[(SeedSize + 4)..], lane);
            for (int column = 0; column < 2; column++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(seed[SeedSize..], column);
                LongHash(seed, bytes.Span);
                ulong* block = fill.Block(lane, column);
                for (int i = 0; i < Argon2Memory.BlockWords; i++)
                {
                    block[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span[(8 * i)..]);
                }
            }
        }
    }

    // Steps 7 and 8: the exclusive-or of the lanes' last blocks, hashed to the key's length.
    private static void LastBlocks(Argon2Memory fill, Span<byte> destination)
    {
        using Secret bytes = new(Argon2Memory.BlockSize);
        for (int i = 0; i < Argon2Memory.BlockWords; i++)
        {
            ulong word = 0;
            for (int lane = 0; lane < fill.Parallelism; lane++)
            {
                word ^= fill.Block(lane, fill.LaneBlocks - 1)[i];
            }
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.Span[(8 * i)..], word);
        }
        LongHash(bytes.Span, destination);
    }

    // H', section 3.3: BLAKE2b of any length, as a chain of digests of which each gives its first half.
    private static void LongHash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        Span<byte> link = stackalloc byte[64];
        int first = Math.Min(destination.Length, 64);
        using (Blake2b hash = new(first))
        {
            hash.Append(destination.Length);
            hash.Append(data);
            hash.Finish(link);
        }
        while (destination.Length > 64)
        {
            link[..32].CopyTo(destination);
            destination = destination[32..];
            int size = Math.Min(destination.Length, 64);
            Blake2b.Digest(link, link[..size]);
        }
        link[..destination.Length].CopyTo(destination);
        ConstantTime.Zero(link);
    }
}
