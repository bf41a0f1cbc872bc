using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>The bulk of AES-GCM on the processor's instructions: counter mode and GHASH take turns on 256 bytes, and the
/// processor runs them at the same time, because neither waits for the other: sealing hashes a group while it encrypts the next,
/// opening while it decrypts the one before.</summary>
internal static unsafe class AesGcmHardware
{
    private const int GroupBlocks = GhashHardware.GroupBlocks;
    private const int HalfBlocks = AesHardware.GroupBlocks;
    private const int GroupSize = GroupBlocks * AesCipher.BlockSize;

    /// <summary>Processes whole groups from the beginning and returns how many bytes they were.</summary>
    public static int Process(
        AesHardware cipher,
        GhashHardware ghash,
        ref UInt128 counter,
        ref Vector128<ulong> state,
        ReadOnlySpan<byte> source,
        Span<byte> destination,
        bool seal)
    {
        int groups = source.Length / GroupSize;
        if (groups == 0)
            return 0;
        fixed (byte* from = source)
        fixed (byte* to = destination)
            state = ProcessGroups(cipher, ghash.Powers, counter, state, (Vector128<byte>*)from, (Vector128<byte>*)to, groups, seal);
        GC.KeepAlive(cipher);
        GC.KeepAlive(ghash);
        counter += (uint)(groups * GroupBlocks);
        return groups * GroupSize;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector128<ulong> ProcessGroups(
        AesHardware cipher,
        Vector128<ulong>* powers,
        UInt128 counter,
        Vector128<ulong> state,
        Vector128<byte>* from,
        Vector128<byte>* to,
        int groups,
        bool seal)
    {
        // Sealing hashes the group written a turn ago; opening the one to be read next, for in place this turn's is overwritten.
        // The hash stands between the halves: vectors just written take a while before wider ones can read them.
        Vector128<byte>* toHash = seal ? to - GroupBlocks : from + GroupBlocks;
        if (!seal)
            state = GhashHardware.UpdateGroup(powers, state, from);

        Vector128<byte> shared = cipher.SharedFirstRound(counter);
        for (int group = 0; group < groups; group++)
        {
            CounterHalf(cipher, ref counter, ref shared, from, to);
            if (seal ? group != 0 : group != groups - 1)
                state = GhashHardware.UpdateGroup(powers, state, toHash);
            CounterHalf(cipher, ref counter, ref shared, from + HalfBlocks, to + HalfBlocks);
            from += GroupBlocks;
            to += GroupBlocks;
            toHash += GroupBlocks;
        }

        return seal ? GhashHardware.UpdateGroup(powers, state, toHash) : state;
    }

    /// <summary>Counter mode over half a group. <paramref name="shared"/> is the first round of all counters that differ from this
    /// one in the last byte alone, and is made anew when that byte has wrapped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CounterHalf(
        AesHardware cipher, ref UInt128 counter, ref Vector128<byte> shared, Vector128<byte>* from, Vector128<byte>* to)
    {
        int last = (byte)counter;
        if (last < HalfBlocks)
            shared = cipher.SharedFirstRound(counter);
        if (last <= AesHardware.LastByteValues - HalfBlocks)
            AesHardware.CounterGroups(cipher.Keys, cipher.Rounds, shared, cipher.FirstRounds + last, from, to, HalfBlocks);
        else
            cipher.CounterGroupAcrossCarry(counter, from, to);
        counter += HalfBlocks;
    }
}
