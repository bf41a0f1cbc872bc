using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LucidSsh.Crypto;

/// <summary>AES-GCM (SP 800-38D; in SSH RFC 5647) with nonces of 96 bits and tags of 128. The caller never repeats a nonce under
/// one key.
/// <para>The counter starts at 1 and a span holds fewer than 2^27 blocks, so the standard's 32-bit counter never wraps and is
/// the low end of a plain 128-bit one.</para></summary>
internal sealed class AesGcm : IDisposable
{
    public const int NonceSize = 12;
    public const int TagSize = 16;

    private readonly AesCipher _cipher;
    private readonly Ghash _ghash;

    /// <summary>AES-GCM under <paramref name="key"/> of 16, 24 or 32 bytes.</summary>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesGcm(ReadOnlySpan<byte> key)
        : this(key, AesCipher.BestPath)
    {
    }

    /// <summary>The same on a chosen path.</summary>
    internal AesGcm(ReadOnlySpan<byte> key, AesPath path)
    {
        _cipher = AesCipher.Create(key, path);
        Span<byte> hashKey = stackalloc byte[AesCipher.BlockSize];
        hashKey.Clear();
        _cipher.Encrypt(hashKey, hashKey);
        _ghash = Ghash.Create(hashKey, path);
        ConstantTime.Zero(hashKey);
    }

    /// <summary>Encrypts <paramref name="plaintext"/> and writes the tag over it and <paramref name="associatedData"/>. Plaintext
    /// and ciphertext are the same memory or do not overlap.</summary>
    /// <exception cref="ArgumentException">A nonce that is not 12 bytes, a tag that is not 16, a ciphertext too short.</exception>
    /// <exception cref="ObjectDisposedException">After disposal.</exception>
    public void Seal(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> plaintext,
        Span<byte> ciphertext,
        Span<byte> tag,
        ReadOnlySpan<byte> associatedData)
    {
        CheckSizes(nonce, tag);
        AesCipher.CheckRoom(plaintext, ciphertext);
        Process(nonce, plaintext, ciphertext, associatedData, seal: true).CopyTo(tag);
    }

    /// <summary>Decrypts <paramref name="ciphertext"/> when <paramref name="tag"/> is the right one; when it is not, returns false
    /// and leaves <paramref name="plaintext"/> zeroed. Ciphertext and plaintext are the same memory or do not overlap.</summary>
    /// <exception cref="ArgumentException">A nonce that is not 12 bytes, a tag that is not 16, a plaintext too short.</exception>
    /// <exception cref="ObjectDisposedException">After disposal.</exception>
    public bool Open(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext,
        ReadOnlySpan<byte> tag,
        ReadOnlySpan<byte> associatedData)
    {
        CheckSizes(nonce, tag);
        AesCipher.CheckRoom(ciphertext, plaintext);
        Vector128<ulong> difference =
            (Process(nonce, ciphertext, plaintext, associatedData, seal: false) ^ Vector128.Create(tag)).AsUInt64();
        bool authentic = ConstantTime.IsZero(difference[0] | difference[1]) == 1;
        if (!authentic)
            ConstantTime.Zero(plaintext[..ciphertext.Length]);
        return authentic;
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose()
    {
        _cipher.Dispose();
        _ghash.Dispose();
    }

    /// <summary>Encrypts or decrypts, and returns the tag. The hash is over the ciphertext, so when opening it comes before the
    /// decryption, which may overwrite it.</summary>
    private Vector128<byte> Process(
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> source,
        Span<byte> destination,
        ReadOnlySpan<byte> associatedData,
        bool seal)
    {
        UInt128 counter = new(BinaryPrimitives.ReadUInt64BigEndian(nonce), ((ulong)BinaryPrimitives.ReadUInt32BigEndian(nonce[8..]) << 32) | 1);
        Vector128<byte> tagMask = Keystream(ref counter);
        Vector128<ulong> state = default;
        _ghash.Update(ref state, associatedData);
        int length = source.Length;

        if (_cipher is AesHardware cipher && _ghash is GhashHardware ghash)
        {
            int done = AesGcmHardware.Process(cipher, ghash, ref counter, ref state, source, destination, seal);
            source = source[done..];
            destination = destination[done..];
        }

        if (!seal)
            _ghash.Update(ref state, source);
        int whole = source.Length & ~(AesCipher.BlockSize - 1);
        _cipher.Counter(ref counter, source[..whole], destination[..whole]);
        if (whole != source.Length)
        {
            Vector128<byte> last = Keystream(ref counter);
            for (int i = whole; i < source.Length; i++)
                destination[i] = (byte)(source[i] ^ last[i - whole]);
        }

        if (seal)
            _ghash.Update(ref state, destination[..source.Length]);
        return _ghash.Finish(state, associatedData.Length, length) ^ tagMask;
    }

    private Vector128<byte> Keystream(ref UInt128 counter)
    {
        Vector128<byte> block = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<Vector128<byte>>(ref block));
        _cipher.Counter(ref counter, bytes, bytes);
        return block;
    }

    private static void CheckSizes(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> tag)
    {
        AesCipher.CheckIv(nonce, NonceSize, nameof(nonce));
        if (tag.Length != TagSize)
            throw new ArgumentException($"An AES-GCM tag has {TagSize} bytes; this one has {tag.Length}.", nameof(tag));
    }
}
