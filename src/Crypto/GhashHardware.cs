using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LucidSsh.Crypto;

/// <summary>GHASH by carry-less multiplication instructions. Sixteen blocks are multiplied by sixteen powers of the key and
/// reduced once; where the processor has 512-bit vectors, four at a time.</summary>
internal sealed unsafe class GhashHardware : Ghash
{
    /// <summary>Blocks taken in with one reduction.</summary>
    public const int GroupBlocks = 16;

    private readonly AlignedSecret _powers;

    public GhashHardware(Vector128<ulong> key)
    {
        _powers = new AlignedSecret(GroupBlocks * BlockSize);
        Vector128<ulong> power = key;
        for (int i = GroupBlocks - 1; i >= 0; i--)
        {
            Powers[i] = power;
            power = Reduce(
                AesInstructions.MultiplyLow(power, key), AesInstructions.MultiplyCross(power, key), AesInstructions.MultiplyHigh(power, key));
        }
    }

    /// <summary>The sixteenth to the first power of the key, valid while this object is kept alive.</summary>
    internal Vector128<ulong>* Powers => (Vector128<ulong>*)_powers.Pointer;

    public override void Dispose() => _powers.Dispose();

    private protected override void UpdateBlocks(ref Vector128<ulong> state, ReadOnlySpan<byte> blocks)
    {
        Vector128<ulong>* powers = Powers;
        fixed (byte* start = blocks)
        {
            Vector128<byte>* block = (Vector128<byte>*)start;
            int left = blocks.Length / BlockSize;
            for (; left >= GroupBlocks; left -= GroupBlocks)
            {
                state = UpdateGroup(powers, state, block);
                block += GroupBlocks;
            }

            if (left > 0)
                state = UpdateFew(powers, state, block, left);
        }

        GC.KeepAlive(this);
    }

    private protected override Vector128<ulong> UpdateLengths(Vector128<ulong> state, Vector128<ulong> lengths)
    {
        Vector128<ulong> sum = state ^ lengths;
        Vector128<ulong> key = Powers[GroupBlocks - 1];
        GC.KeepAlive(this);
        return Reduce(
            AesInstructions.MultiplyLow(sum, key), AesInstructions.MultiplyCross(sum, key), AesInstructions.MultiplyHigh(sum, key));
    }

    /// <summary>Sixteen blocks, by the widest vectors there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> UpdateGroup(Vector128<ulong>* powers, Vector128<ulong> state, Vector128<byte>* block)
    {
        if (Pclmulqdq.V512.IsSupported && Avx512BW.IsSupported)
            return UpdateGroup((Vector512<ulong>*)powers, state, (Vector512<byte>*)block);
        if (Pclmulqdq.V256.IsSupported && Avx2.IsSupported)
            return UpdateGroup((Vector256<ulong>*)powers, state, (Vector256<byte>*)block);
        return UpdateFew(powers, state, block, GroupBlocks);
    }

    /// <summary>One to sixteen blocks.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector128<ulong> UpdateFew(Vector128<ulong>* powers, Vector128<ulong> state, Vector128<byte>* block, int count)
    {
        Vector128<ulong>* power = powers + (GroupBlocks - count);
        Vector128<ulong> value = AesCipher.ReverseBytes(block[0]).AsUInt64() ^ state;
        Vector128<ulong> low = AesInstructions.MultiplyLow(value, power[0]);
        Vector128<ulong> middle = AesInstructions.MultiplyCross(value, power[0]);
        Vector128<ulong> high = AesInstructions.MultiplyHigh(value, power[0]);
        for (int i = 1; i < count; i++)
        {
            value = AesCipher.ReverseBytes(block[i]).AsUInt64();
            low ^= AesInstructions.MultiplyLow(value, power[i]);
            middle ^= AesInstructions.MultiplyCross(value, power[i]);
            high ^= AesInstructions.MultiplyHigh(value, power[i]);
        }

        return Reduce(low, middle, high);
    }

    /// <summary>Sixteen blocks, four to a vector; the four columns are summed before the reduction.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector128<ulong> UpdateGroup(Vector512<ulong>* powers, Vector128<ulong> state, Vector512<byte>* blocks)
    {
        Vector512<ulong> low = default, middle = default, high = default;
        Accumulate(ReverseBytes(blocks[1]), powers[1], ref low, ref middle, ref high);
        Accumulate(ReverseBytes(blocks[2]), powers[2], ref low, ref middle, ref high);
        Accumulate(ReverseBytes(blocks[3]), powers[3], ref low, ref middle, ref high);
        // The state comes from the group before: last, so that the rest need not wait for it.
        Accumulate(ReverseBytes(blocks[0]) ^ state.ToVector256().ToVector512(), powers[0], ref low, ref middle, ref high);
        low ^= Avx512BW.ShiftLeftLogical128BitLane(middle.AsByte(), sizeof(ulong)).AsUInt64();
        high ^= Avx512BW.ShiftRightLogical128BitLane(middle.AsByte(), sizeof(ulong)).AsUInt64();
        return Reduce(SumColumns(low.GetLower() ^ low.GetUpper()), SumColumns(high.GetLower() ^ high.GetUpper()));
    }

    /// <summary>Sixteen blocks, two to a vector.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static Vector128<ulong> UpdateGroup(Vector256<ulong>* powers, Vector128<ulong> state, Vector256<byte>* blocks)
    {
        Vector256<ulong> low = default, middle = default, high = default;
        for (int i = 1; i < GroupBlocks / 2; i++)
            Accumulate(ReverseBytes(blocks[i]), powers[i], ref low, ref middle, ref high);
        Accumulate(ReverseBytes(blocks[0]) ^ state.ToVector256(), powers[0], ref low, ref middle, ref high);
        low ^= Avx2.ShiftLeftLogical128BitLane(middle, sizeof(ulong));
        high ^= Avx2.ShiftRightLogical128BitLane(middle, sizeof(ulong));
        return Reduce(SumColumns(low), SumColumns(high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(
        Vector512<ulong> value, Vector512<ulong> power, ref Vector512<ulong> low, ref Vector512<ulong> middle, ref Vector512<ulong> high)
    {
        low ^= Pclmulqdq.V512.CarrylessMultiply(value, power, 0x00);
        middle ^= Pclmulqdq.V512.CarrylessMultiply(value, power, 0x01) ^ Pclmulqdq.V512.CarrylessMultiply(value, power, 0x10);
        high ^= Pclmulqdq.V512.CarrylessMultiply(value, power, 0x11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(
        Vector256<ulong> value, Vector256<ulong> power, ref Vector256<ulong> low, ref Vector256<ulong> middle, ref Vector256<ulong> high)
    {
        low ^= Pclmulqdq.V256.CarrylessMultiply(value, power, 0x00);
        middle ^= Pclmulqdq.V256.CarrylessMultiply(value, power, 0x01) ^ Pclmulqdq.V256.CarrylessMultiply(value, power, 0x10);
        high ^= Pclmulqdq.V256.CarrylessMultiply(value, power, 0x11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> ReverseBytes(Vector512<byte> blocks) =>
        Avx512BW.Shuffle(blocks, Vector512.Create(ReversedPair, ReversedPair)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> ReverseBytes(Vector256<byte> blocks) => Avx2.Shuffle(blocks, ReversedPair).AsUInt64();

    private static Vector256<byte> ReversedPair
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Vector128<byte> reversed = Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
            return Vector256.Create(reversed, reversed);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> SumColumns(Vector256<ulong> value) => value.GetLower() ^ value.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Reduce(Vector128<ulong> low, Vector128<ulong> middle, Vector128<ulong> high) =>
        Reduce(low ^ AesInstructions.LowHalfUp(middle), high ^ AesInstructions.HighHalfDown(middle));

    /// <summary>A product of 256 bits times x^-128 modulo the polynomial, 64 bits at a time from below: 1 is
    /// x^121 + x^126 + x^127 + x^128, so a word w moves up by 128 bits as w itself and by 64 as
    /// w * (x^57 + x^62 + x^63), which is the constant 0xC2 * 2^56.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Reduce(Vector128<ulong> low, Vector128<ulong> high)
    {
        Vector128<ulong> polynomial = Vector128.CreateScalar(0xC200000000000000ul);
        low = AesInstructions.SwapHalves(low) ^ AesInstructions.MultiplyLow(low, polynomial);
        low = AesInstructions.SwapHalves(low) ^ AesInstructions.MultiplyLow(low, polynomial);
        return high ^ low;
    }
}
