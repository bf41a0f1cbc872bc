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

    /// <summary>Sixteen blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> UpdateGroup(Vector128<ulong>* powers, Vector128<ulong> state, Vector128<byte>* block) =>
        Pclmulqdq.V512.IsSupported && Avx512BW.IsSupported
            ? UpdateGroupWide((Vector512<ulong>*)powers, state, (Vector512<byte>*)block)
            : UpdateFew(powers, state, block, GroupBlocks);

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
    private static Vector128<ulong> UpdateGroupWide(Vector512<ulong>* powers, Vector128<ulong> state, Vector512<byte>* blocks)
    {
        Vector512<ulong> value = ReverseBytes(blocks[0]) ^ state.ToVector256().ToVector512();
        Vector512<ulong> low = Pclmulqdq.V512.CarrylessMultiply(value, powers[0], 0x00);
        Vector512<ulong> middle = MultiplyCross(value, powers[0]);
        Vector512<ulong> high = Pclmulqdq.V512.CarrylessMultiply(value, powers[0], 0x11);
        Accumulate(ReverseBytes(blocks[1]), powers[1], ref low, ref middle, ref high);
        Accumulate(ReverseBytes(blocks[2]), powers[2], ref low, ref middle, ref high);
        Accumulate(ReverseBytes(blocks[3]), powers[3], ref low, ref middle, ref high);
        return Reduce(SumColumns(low), SumColumns(middle), SumColumns(high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(
        Vector512<ulong> value, Vector512<ulong> power, ref Vector512<ulong> low, ref Vector512<ulong> middle, ref Vector512<ulong> high)
    {
        low ^= Pclmulqdq.V512.CarrylessMultiply(value, power, 0x00);
        middle ^= MultiplyCross(value, power);
        high ^= Pclmulqdq.V512.CarrylessMultiply(value, power, 0x11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> MultiplyCross(Vector512<ulong> left, Vector512<ulong> right) =>
        Pclmulqdq.V512.CarrylessMultiply(left, right, 0x01) ^ Pclmulqdq.V512.CarrylessMultiply(left, right, 0x10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> ReverseBytes(Vector512<byte> blocks)
    {
        Vector128<byte> order = Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        return Avx512BW.Shuffle(blocks, Vector512.Create(Vector256.Create(order, order), Vector256.Create(order, order))).AsUInt64();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> SumColumns(Vector512<ulong> value)
    {
        Vector256<ulong> halves = value.GetLower() ^ value.GetUpper();
        return halves.GetLower() ^ halves.GetUpper();
    }

    /// <summary>A product of 256 bits times x^-128 modulo the polynomial, 64 bits at a time from below: 1 is
    /// x^121 + x^126 + x^127 + x^128, so a word w moves up by 128 bits as w itself and by 64 as
    /// w * (x^57 + x^62 + x^63), which is the constant 0xC2 * 2^56.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Reduce(Vector128<ulong> low, Vector128<ulong> middle, Vector128<ulong> high)
    {
        Vector128<ulong> polynomial = Vector128.Create(0xC200000000000000ul);
        low ^= Vector128.Create(0, middle.ToScalar());
        high ^= Vector128.Create(middle.GetElement(1), 0);
        low = AesInstructions.SwapHalves(low) ^ AesInstructions.MultiplyLow(low, polynomial);
        low = AesInstructions.SwapHalves(low) ^ AesInstructions.MultiplyLow(low, polynomial);
        return high ^ low;
    }
}
