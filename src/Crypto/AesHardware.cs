using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>AES by the processor's instructions, whose time does not depend on data. Eight blocks run side by side, to cover the
/// latency of a round.</summary>
internal sealed unsafe class AesHardware : AesCipher
{
    private const int GroupBlocks = 8;
    private const int GroupSize = GroupBlocks * BlockSize;
    private const int MaximumRounds = 14;

    private readonly AlignedSecret _keys;

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
    }

    public static bool IsSupported => AesInstructions.IsSupported;

    /// <summary>10, 12 or 14.</summary>
    internal int Rounds { get; }

    /// <summary>The round keys, valid while this object is kept alive.</summary>
    internal Vector128<byte>* Keys => (Vector128<byte>*)_keys.Pointer;

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
            CounterBlocks(ref counter, (Vector128<byte>*)from, (Vector128<byte>*)to, source.Length / BlockSize);
        GC.KeepAlive(this);
    }

    public override void Dispose() => _keys.Dispose();

    private void CounterBlocks(ref UInt128 counter, Vector128<byte>* from, Vector128<byte>* to, int blocks)
    {
        Vector128<byte>* keys = Keys;
        for (; blocks >= GroupBlocks && (ulong)counter <= ulong.MaxValue - GroupBlocks; blocks -= GroupBlocks)
        {
            Vector128<ulong> first = Vector128.Create((ulong)counter, (ulong)(counter >> 64));
            CounterGroup(keys, Rounds, first, from, to);
            counter += GroupBlocks;
            from += GroupBlocks;
            to += GroupBlocks;
        }

        // The last few, and those around a carry into the upper half.
        for (; blocks > 0; blocks--)
        {
            Vector128<byte> block = ReverseBytes(Vector128.Create((ulong)counter, (ulong)(counter >> 64)).AsByte());
            *to++ = EncryptBlock(keys, Rounds, block) ^ *from++;
            counter++;
        }
    }

    /// <summary>Eight blocks of counter mode; the low half of <paramref name="first"/> must have room for eight more.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static void CounterGroup(
        Vector128<byte>* keys, int rounds, Vector128<ulong> first, Vector128<byte>* from, Vector128<byte>* to)
    {
        Vector128<byte> key = keys[0];
        Vector128<byte> b0 = ReverseBytes(first.AsByte()) ^ key;
        Vector128<byte> b1 = ReverseBytes((first + Vector128.Create(1ul, 0)).AsByte()) ^ key;
        Vector128<byte> b2 = ReverseBytes((first + Vector128.Create(2ul, 0)).AsByte()) ^ key;
        Vector128<byte> b3 = ReverseBytes((first + Vector128.Create(3ul, 0)).AsByte()) ^ key;
        Vector128<byte> b4 = ReverseBytes((first + Vector128.Create(4ul, 0)).AsByte()) ^ key;
        Vector128<byte> b5 = ReverseBytes((first + Vector128.Create(5ul, 0)).AsByte()) ^ key;
        Vector128<byte> b6 = ReverseBytes((first + Vector128.Create(6ul, 0)).AsByte()) ^ key;
        Vector128<byte> b7 = ReverseBytes((first + Vector128.Create(7ul, 0)).AsByte()) ^ key;
        for (int round = 1; round < rounds; round++)
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
