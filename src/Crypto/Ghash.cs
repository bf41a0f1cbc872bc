using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>GHASH (SP 800-38D section 6.4) under one hash key.
/// <para>A block is read with its bytes reversed, which makes GHASH's mirrored bits an ordinary polynomial: bit i of the 128-bit
/// number is x^i, the modulus x^128 + x^127 + x^126 + x^121 + 1, and a multiplication means left * right * x^-128. The hash
/// key is multiplied by x once to make up for the bit by which a product of mirrored polynomials is off (RFC 8452 appendix A
/// gives the relation). A state is such a number.</para></summary>
internal abstract class Ghash : IDisposable
{
    private protected const int BlockSize = AesCipher.BlockSize;

    /// <summary>GHASH under <paramref name="hashKey"/>, the encryption of the zero block.</summary>
    public static Ghash Create(ReadOnlySpan<byte> hashKey, AesPath path)
    {
        Vector128<ulong> key = TimesX(AesCipher.ReverseBytes(Vector128.Create(hashKey)).AsUInt64());
        return path == AesPath.Hardware ? new GhashHardware(key) : new GhashPortable(key);
    }

    /// <summary>Takes in <paramref name="data"/>, its last block filled up with zeros.</summary>
    public void Update(ref Vector128<ulong> state, ReadOnlySpan<byte> data)
    {
        int whole = data.Length & ~(BlockSize - 1);
        if (whole != 0)
            UpdateBlocks(ref state, data[..whole]);
        if (whole != data.Length)
        {
            Span<byte> last = stackalloc byte[BlockSize];
            last.Clear();
            data[whole..].CopyTo(last);
            UpdateBlocks(ref state, last);
        }
    }

    /// <summary>Takes in the block of the two lengths in bits, and gives the hash.</summary>
    public Vector128<byte> Finish(Vector128<ulong> state, int associatedDataLength, int ciphertextLength) =>
        AesCipher.ReverseBytes(UpdateLengths(state, Vector128.Create((ulong)ciphertextLength * 8, (ulong)associatedDataLength * 8)).AsByte());

    /// <summary>Zeroes the hash key.</summary>
    public abstract void Dispose();

    private protected abstract void UpdateBlocks(ref Vector128<ulong> state, ReadOnlySpan<byte> blocks);

    private protected abstract Vector128<ulong> UpdateLengths(Vector128<ulong> state, Vector128<ulong> lengths);

    /// <summary>value * x modulo the polynomial.</summary>
    private static Vector128<ulong> TimesX(Vector128<ulong> value)
    {
        ulong low = value[0], high = value[1];
        ulong carry = ConstantTime.Mask(high >> 63);
        return Vector128.Create((low << 1) ^ (carry & 1), ((high << 1) | (low >> 63)) ^ (carry & 0xC200000000000000));
    }
}
