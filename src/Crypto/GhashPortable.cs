using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>GHASH on any processor in constant time. A carry-less product is made of integer products whose operands keep only
/// every fourth bit, so that the carries fall into the holes and are masked away (the idea of BearSSL's ctmul).</summary>
internal sealed class GhashPortable : Ghash
{
    private readonly Secret _key = new(2 * sizeof(ulong));

    public GhashPortable(Vector128<ulong> key) => key.AsByte().CopyTo(_key.Span);

    public override void Dispose() => _key.Dispose();

    private protected override void UpdateBlocks(ref Vector128<ulong> state, ReadOnlySpan<byte> blocks)
    {
        Vector128<ulong> key = Key();
        foreach (Vector128<byte> block in MemoryMarshal.Cast<byte, Vector128<byte>>(blocks))
            state = Multiply(state ^ AesCipher.ReverseBytes(block).AsUInt64(), key);
        GC.KeepAlive(_key);
    }

    private protected override Vector128<ulong> UpdateLengths(Vector128<ulong> state, Vector128<ulong> lengths)
    {
        Vector128<ulong> result = Multiply(state ^ lengths, Key());
        GC.KeepAlive(_key);
        return result;
    }

    private Vector128<ulong> Key()
    {
        ObjectDisposedException.ThrowIf(_key.Length == 0, this);
        return Vector128.Create(_key.Span).AsUInt64();
    }

    /// <summary>left * right * x^-128 modulo the polynomial: three products of halves (Karatsuba), then two folds.</summary>
    private static Vector128<ulong> Multiply(Vector128<ulong> left, Vector128<ulong> right)
    {
        (ulong low, ulong v1) = MultiplyHalves(left[0], right[0]);
        (ulong v2, ulong high) = MultiplyHalves(left[1], right[1]);
        (ulong middleLow, ulong middleHigh) = MultiplyHalves(left[0] ^ left[1], right[0] ^ right[1]);
        middleLow ^= low ^ v2;
        middleHigh ^= v1 ^ high;
        v1 ^= middleLow;
        v2 ^= middleHigh;

        // Modulo the polynomial 1 = x^121 + x^126 + x^127 + x^128, so a word moves up 128 bits by those four shifts.
        v1 ^= (low << 57) ^ (low << 62) ^ (low << 63);
        v2 ^= (low >> 7) ^ (low >> 2) ^ (low >> 1) ^ low;
        v2 ^= (v1 << 57) ^ (v1 << 62) ^ (v1 << 63);
        high ^= (v1 >> 7) ^ (v1 >> 2) ^ (v1 >> 1) ^ v1;
        return Vector128.Create(v2, high);
    }

    /// <summary>The 128-bit carry-less product. The upper half is the product of the mirrored operands, mirrored: 64 bits
    /// times 64 bits has 127, hence the shift.</summary>
    private static (ulong Low, ulong High) MultiplyHalves(ulong left, ulong right) =>
        (MultiplyTruncated(left, right), Mirror(MultiplyTruncated(Mirror(left), Mirror(right))) >> 1);

    /// <summary>The low 64 bits of the carry-less product. Operands of one bit in four give sums of at most 16 at every fourth
    /// bit; a sum of 16 arises at bits 60 to 63 only, and its carry leaves the word.</summary>
    private static ulong MultiplyTruncated(ulong left, ulong right)
    {
        const ulong Every = 0x1111111111111111;
        ulong a0 = left & Every, a1 = left & (Every << 1), a2 = left & (Every << 2), a3 = left & (Every << 3);
        ulong b0 = right & Every, b1 = right & (Every << 1), b2 = right & (Every << 2), b3 = right & (Every << 3);
        ulong c0 = (a0 * b0) ^ (a1 * b3) ^ (a2 * b2) ^ (a3 * b1);
        ulong c1 = (a0 * b1) ^ (a1 * b0) ^ (a2 * b3) ^ (a3 * b2);
        ulong c2 = (a0 * b2) ^ (a1 * b1) ^ (a2 * b0) ^ (a3 * b3);
        ulong c3 = (a0 * b3) ^ (a1 * b2) ^ (a2 * b1) ^ (a3 * b0);
        return (c0 & Every) | (c1 & (Every << 1)) | (c2 & (Every << 2)) | (c3 & (Every << 3));
    }

    /// <summary>The bits last to first.</summary>
    private static ulong Mirror(ulong value)
    {
        value = ((value & 0x5555555555555555) << 1) | ((value >> 1) & 0x5555555555555555);
        value = ((value & 0x3333333333333333) << 2) | ((value >> 2) & 0x3333333333333333);
        value = ((value & 0x0F0F0F0F0F0F0F0F) << 4) | ((value >> 4) & 0x0F0F0F0F0F0F0F0F);
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }
}
