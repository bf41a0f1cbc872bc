using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>How AES and GHASH are computed. Both ways give the same bytes in constant time.</summary>
internal enum AesPath
{
    /// <summary>Bitsliced AES and integer-multiplication GHASH: any processor.</summary>
    Portable,

    /// <summary>The processor's AES and carry-less multiplication instructions (x86 AES-NI and PCLMULQDQ, Arm AES and PMULL).</summary>
    Hardware,
}

/// <summary>AES (FIPS 197) under one key, over whole blocks. The modes (CTR, GCM, CBC) are built on it.</summary>
internal abstract class AesCipher : IDisposable
{
    /// <summary>Bytes in a block.</summary>
    public const int BlockSize = 16;

    /// <summary>The fastest path of this processor.</summary>
    public static AesPath BestPath => AesHardware.IsSupported ? AesPath.Hardware : AesPath.Portable;

    /// <summary>AES under <paramref name="key"/> of 16, 24 or 32 bytes.</summary>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    /// <exception cref="PlatformNotSupportedException">This processor has no AES instructions and they were asked for.</exception>
    public static AesCipher Create(ReadOnlySpan<byte> key, AesPath path)
    {
        using AesKeySchedule schedule = new(key);
        return path == AesPath.Hardware ? new AesHardware(schedule) : new AesPortable(schedule);
    }

    /// <summary>Encrypts whole blocks, each by itself (ECB); in place allowed.</summary>
    public abstract void Encrypt(ReadOnlySpan<byte> source, Span<byte> destination);

    /// <summary>Decrypts whole blocks, each by itself (ECB); in place allowed.</summary>
    public abstract void Decrypt(ReadOnlySpan<byte> source, Span<byte> destination);

    /// <summary>Xors whole blocks with the encryption of the big-endian counter (SP 800-38A section 6.5) and moves the counter
    /// on by their number, modulo 2^128; in place allowed.</summary>
    public abstract void Counter(ref UInt128 counter, ReadOnlySpan<byte> source, Span<byte> destination);

    /// <summary>Zeroes the round keys.</summary>
    public abstract void Dispose();

    /// <summary>The bytes of a block last to first: a big-endian number becomes a little-endian vector and back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<byte> ReverseBytes(Vector128<byte> block) =>
        Vector128.Shuffle(block, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    /// <summary>Requires whole blocks and room for them. Lengths are public.</summary>
    internal static void CheckBlocks(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (source.Length % BlockSize != 0)
            throw new ArgumentException($"AES was given {source.Length} bytes; it takes whole blocks of {BlockSize}.", nameof(source));
        CheckRoom(source, destination);
    }

    /// <summary>Requires room for the result, in place or elsewhere.</summary>
    internal static void CheckRoom(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (destination.Length < source.Length)
        {
            throw new ArgumentException(
                $"The destination holds {destination.Length} bytes; the source has {source.Length}.", nameof(destination));
        }

        if (source.Overlaps(destination[..source.Length], out int offset) && offset != 0)
            throw new ArgumentException("The destination overlaps the source without being the same memory.", nameof(destination));
    }

    /// <summary>Requires an initialization vector of the mode's length.</summary>
    internal static void CheckIv(ReadOnlySpan<byte> iv, int length, string name)
    {
        if (iv.Length != length)
            throw new ArgumentException($"The {name} has {length} bytes in this mode; this one has {iv.Length}.", name);
    }
}
