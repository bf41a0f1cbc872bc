using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>The round keys of AES (FIPS 197 section 5.2), as bytes in the order of the standard. The S-box is the bitsliced
/// circuit on every path, so that a key never indexes a table; a schedule costs a few microseconds.</summary>
internal sealed class AesKeySchedule : IDisposable
{
    private const int WordSize = 4;
    private readonly Secret _roundKeys;

    /// <summary>Expands a key of 16, 24 or 32 bytes.</summary>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesKeySchedule(ReadOnlySpan<byte> key)
    {
        if (key.Length is not (16 or 24 or 32))
            throw new ArgumentException($"An AES key has 16, 24 or 32 bytes; this one has {key.Length}.", nameof(key));
        int keyWords = key.Length / WordSize;
        Rounds = keyWords + 6;
        _roundKeys = new Secret((Rounds + 1) * AesCipher.BlockSize);
        Expand(key, keyWords, _roundKeys.Span);
    }

    /// <summary>10, 12 or 14.</summary>
    public int Rounds { get; }

    /// <summary>Rounds + 1 keys of 16 bytes.</summary>
    public ReadOnlySpan<byte> RoundKeys => _roundKeys.Span;

    public void Dispose() => _roundKeys.Dispose();

    private static void Expand(ReadOnlySpan<byte> key, int keyWords, Span<byte> words)
    {
        key.CopyTo(words);
        byte roundConstant = 1;
        for (int i = keyWords; i < words.Length / WordSize; i++)
        {
            // Little-endian: byte 0 of a word is its low byte, so RotWord is a rotation to the right.
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(words[((i - 1) * WordSize)..]);
            if (i % keyWords == 0)
            {
                word = SubWord(uint.RotateRight(word, 8)) ^ roundConstant;
                // The next power of x in GF(2^8); the constants depend on the round alone.
                roundConstant = (byte)((roundConstant << 1) ^ ((roundConstant >> 7) * 0x1b));
            }
            else if (keyWords > 6 && i % keyWords == 4)
            {
                word = SubWord(word);
            }

            uint earlier = BinaryPrimitives.ReadUInt32LittleEndian(words[((i - keyWords) * WordSize)..]);
            BinaryPrimitives.WriteUInt32LittleEndian(words[(i * WordSize)..], word ^ earlier);
        }
    }

    [SkipLocalsInit]
    private static unsafe uint SubWord(uint word)
    {
        Vector128<byte>* planes = stackalloc Vector128<byte>[AesSlices.Count];
        for (int i = 0; i < AesSlices.Count; i++)
            planes[i] = Vector128.CreateScalar(word).AsByte();
        AesSlices.Transpose(planes);
        AesSlices.SubBytes(planes);
        AesSlices.Transpose(planes);
        uint substituted = planes[0].AsUInt32().ToScalar() ^ 0x63636363;
        ConstantTime.Zero(new Span<byte>(planes, AesSlices.Count * AesCipher.BlockSize));
        return substituted;
    }
}
