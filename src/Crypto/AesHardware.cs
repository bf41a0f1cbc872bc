using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>AES by the processor's instructions, whose time does not depend on data. Eight blocks run side by side, to cover the
/// latency of a round.</summary>
internal sealed unsafe class AesHardware : AesCipher
{
    /// <summary>Blocks of counter mode that run side by side.</summary>
    public const int GroupBlocks = 8;

    /// <summary>Counters that differ in the last byte alone, and entries of <see cref="FirstRounds"/>.</summary>
    public const int LastByteValues = 256;

    private const int MaximumRounds = 14;

    private readonly AlignedSecret _keys;
    private readonly AlignedSecret _firstRounds = new(LastByteValues * BlockSize);

    /// <summary>Keeps the round keys, and those of the equivalent inverse cipher behind them.</summary>
    /// <exception cref="PlatformNotSupportedException">This processor has no such instructions.</exception>
    public AesHardware(AesKeySchedule schedule)
    {
        if (!IsSupported)
            throw new PlatformNotSupportedException("This processor has no AES and carry-less multiplication instructions.");
        Rounds = schedule.Rounds;
        _keys = new AlignedSecret(2 * (MaximumRounds + 1) * BlockSize);
        schedule.RoundKeys.CopyTo(new Span<byte>(_keys.Pointer, (Rounds + 1) * BlockSize));
        InverseKeys[0] = Keys[Rounds];
        for (int round = 1; round < Rounds; round++)
            InverseKeys[round] = AesInstructions.InverseMixColumns(Keys[Rounds - round]);
        InverseKeys[Rounds] = Keys[0];
        FillFirstRounds();
    }

    /// <summary>Whether this processor has the instructions.</summary>
    public static bool IsSupported => AesInstructions.IsSupported;

    /// <summary>10, 12 or 14.</summary>
    internal int Rounds { get; }

    /// <summary>The round keys, valid while this object is kept alive.</summary>
    internal Vector128<byte>* Keys => (Vector128<byte>*)_keys.Pointer;

    /// <summary>What the last byte of a counter block, at each of its values, adds to the first round. A round but for the S-box is
    /// linear, so that blocks which differ in the last byte alone share the rest of their first round (Park and Lee, "FACE: Fast
    /// AES CTR mode Encryption", TCHES 2018). The index is the counter, which is public. Valid while this object is kept
    /// alive.</summary>
    internal Vector128<byte>* FirstRounds => (Vector128<byte>*)_firstRounds.Pointer;

    private Vector128<byte>* InverseKeys => Keys + MaximumRounds + 1;

    public override void Encrypt(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        CheckBlocks(source, destination);
        fixed (byte* from = source)
        fixed (byte* to = destination)
            EncryptBlocks(Keys, Rounds, (Vector128<byte>*)from, (Vector128<byte>*)to, source.Length / BlockSize);
        GC.KeepAlive(this);
    }

    public override void Decrypt(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        CheckBlocks(source, destination);
        fixed (byte* from = source)
        fixed (byte* to = destination)
            DecryptBlocks(InverseKeys, Rounds, (Vector128<byte>*)from, (Vector128<byte>*)to, source.Length / BlockSize);
        GC.KeepAlive(this);
    }

    public override void Counter(ref UInt128 counter, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        CheckBlocks(source, destination);
        fixed (byte* from = source)
        fixed (byte* to = destination)
            CounterBlocks(counter, (Vector128<byte>*)from, (Vector128<byte>*)to, source.Length / BlockSize);
        counter += (uint)(source.Length / BlockSize);
        GC.KeepAlive(this);
    }

    public override void Dispose()
    {
        _keys.Dispose();
        _firstRounds.Dispose();
    }

    private void FillFirstRounds()
    {
        Vector128<byte> none = AesInstructions.Round(Keys[0], Vector128<byte>.Zero);
        for (int last = 0; last < LastByteValues; last++)
            FirstRounds[last] = AesInstructions.Round(Keys[0] ^ LastByte(last), Vector128<byte>.Zero) ^ none;
    }

    /// <summary>The first round of a counter block but for what its last byte adds.</summary>
    internal Vector128<byte> SharedFirstRound(UInt128 counter)
    {
        Vector128<byte> block = ReverseBytes(Vector128.Create((ulong)counter & ~0xfful, (ulong)(counter >> 64)).AsByte());
        return AesInstructions.Round(block ^ Keys[0], Keys[1]);
    }

    private static Vector128<byte> LastByte(int value) => Vector128.Create(0, (ulong)value << 56).AsByte();

    /// <summary>Counter mode over any number of blocks; the caller moves the counter on.</summary>
    private void CounterBlocks(UInt128 counter, Vector128<byte>* from, Vector128<byte>* to, int blocks)
    {
        while (blocks >= GroupBlocks)
        {
            int last = (byte)counter;
            int count = Math.Min(blocks, LastByteValues - last) & ~(GroupBlocks - 1);
            if (count != 0)
            {
                CounterGroups(Keys, Rounds, SharedFirstRound(counter), FirstRounds + last, from, to, count);
            }
            else
            {
                count = GroupBlocks;
                CounterGroupAcrossCarry(counter, from, to);
            }

            counter += (uint)count;
            from += count;
            to += count;
            blocks -= count;
        }

        CounterFew(Keys, Rounds, counter, from, to, blocks);
    }

    /// <summary>A group in which the last byte of the counter carries, so that its blocks do not all share their first round.</summary>
    [SkipLocalsInit]
    internal void CounterGroupAcrossCarry(UInt128 counter, Vector128<byte>* from, Vector128<byte>* to)
    {
        Vector128<byte>* entering = stackalloc Vector128<byte>[GroupBlocks];
        for (int i = 0; i < GroupBlocks; i++, counter++)
            entering[i] = SharedFirstRound(counter) ^ FirstRounds[(byte)counter];
        CounterGroups(Keys, Rounds, Vector128<byte>.Zero, entering, from, to, GroupBlocks);
        // The first round of a known counter gives the round keys away.
        ConstantTime.Zero(new Span<byte>(entering, GroupBlocks * BlockSize));
    }

    /// <summary>Counter mode over groups of eight blocks from the second round on; the first left <paramref name="shared"/> plus
    /// an entry of <paramref name="entering"/> for each block.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static void CounterGroups(
        Vector128<byte>* keys,
        int rounds,
        Vector128<byte> shared,
        Vector128<byte>* entering,
        Vector128<byte>* from,
        Vector128<byte>* to,
        int blocks)
    {
        for (; blocks > 0; blocks -= GroupBlocks)
        {
            Vector128<byte> b0 = shared ^ entering[0];
            Vector128<byte> b1 = shared ^ entering[1];
            Vector128<byte> b2 = shared ^ entering[2];
            Vector128<byte> b3 = shared ^ entering[3];
            Vector128<byte> b4 = shared ^ entering[4];
            Vector128<byte> b5 = shared ^ entering[5];
            Vector128<byte> b6 = shared ^ entering[6];
            Vector128<byte> b7 = shared ^ entering[7];
            Vector128<byte> key;
            for (int round = 2; round < rounds; round++)
            {
                key = keys[round];
                b0 = AesInstructions.Round(b0, key);
                b1 = AesInstructions.Round(b1, key);
                b2 = AesInstructions.Round(b2, key);
                b3 = AesInstructions.Round(b3, key);
                b4 = AesInstructions.Round(b4, key);
                b5 = AesInstructions.Round(b5, key);
                b6 = AesInstructions.Round(b6, key);
                b7 = AesInstructions.Round(b7, key);
            }

            // The text joins the last round key, which is added last anyway.
            key = keys[rounds];
            to[0] = AesInstructions.LastRound(b0, key ^ from[0]);
            to[1] = AesInstructions.LastRound(b1, key ^ from[1]);
            to[2] = AesInstructions.LastRound(b2, key ^ from[2]);
            to[3] = AesInstructions.LastRound(b3, key ^ from[3]);
            to[4] = AesInstructions.LastRound(b4, key ^ from[4]);
            to[5] = AesInstructions.LastRound(b5, key ^ from[5]);
            to[6] = AesInstructions.LastRound(b6, key ^ from[6]);
            to[7] = AesInstructions.LastRound(b7, key ^ from[7]);
            entering += GroupBlocks;
            from += GroupBlocks;
            to += GroupBlocks;
        }
    }

    /// <summary>Counter mode over fewer blocks than a group.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void CounterFew(
        Vector128<byte>* keys, int rounds, UInt128 counter, Vector128<byte>* from, Vector128<byte>* to, int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            Vector128<byte> block = ReverseBytes(Vector128.Create((ulong)counter, (ulong)(counter >> 64)).AsByte());
            to[i] = EncryptBlock(keys, rounds, block) ^ from[i];
            counter++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> EncryptBlock(Vector128<byte>* keys, int rounds, Vector128<byte> block)
    {
        block ^= keys[0];
        for (int round = 1; round < rounds; round++)
            block = AesInstructions.Round(block, keys[round]);
        return AesInstructions.LastRound(block, keys[rounds]);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void EncryptBlocks(Vector128<byte>* keys, int rounds, Vector128<byte>* from, Vector128<byte>* to, int blocks)
    {
        for (int i = 0; i < blocks; i++)
            to[i] = EncryptBlock(keys, rounds, from[i]);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void DecryptBlocks(Vector128<byte>* keys, int rounds, Vector128<byte>* from, Vector128<byte>* to, int blocks)
    {
        for (int i = 0; i < blocks; i++)
        {
            Vector128<byte> block = from[i] ^ keys[0];
            for (int round = 1; round < rounds; round++)
                block = AesInstructions.InverseRound(block, keys[round]);
            to[i] = AesInstructions.LastInverseRound(block, keys[rounds]);
        }
    }
}
