using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace LucidSsh.Crypto;

/// <summary>bcrypt_pbkdf, which protects OpenSSH's private key files: PBKDF2 with bcrypt over SHA-512 as its function, and with
/// every output block spread over the whole key, so that no part of the key can be had more cheaply than the rest.</summary>
internal static class BcryptPbkdf
{
    private const int BlockSize = 32;

    /// <summary>Fills <paramref name="destination"/> with key bytes derived from a passphrase.</summary>
    /// <param name="password">The passphrase.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="rounds">At least 1, each about a millisecond for every 32 bytes; the caller bounds what a file may ask for.</param>
    /// <param name="destination">Takes the key: 1 to 1024 bytes.</param>
    public static void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int rounds, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfZero(destination.Length, nameof(destination));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, BlockSize * BlockSize, nameof(destination));
        using Secret memory = new(64 + 64 + 2 * BlockSize);
        Span<byte> hashedPassword = memory.Span[..64], hashedSalt = memory.Span.Slice(64, 64);
        Span<byte> block = memory.Span.Slice(128, BlockSize), sum = memory.Span.Slice(128 + BlockSize, BlockSize);
        using Hash sha512 = Hash.Create(HashName.Sha512);
        using Blowfish cipher = new();
        sha512.Append(password);
        sha512.Finish(hashedPassword);

        int stride = (destination.Length + BlockSize - 1) / BlockSize;
        Span<byte> index = stackalloc byte[4];
        for (int i = 0; i < stride; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(index, i + 1);
            sha512.Append(salt);
            sha512.Append(index);
            sha512.Finish(hashedSalt);
            sum.Clear();
            for (int round = 0; round < rounds; round++)
            {
                Bcrypt(cipher, hashedPassword, hashedSalt, block);
                for (int j = 0; j < BlockSize; j++)
                {
                    sum[j] ^= block[j];
                }
                sha512.Append(block);
                sha512.Finish(hashedSalt);
            }
            for (int at = i, j = 0; at < destination.Length; at += stride, j++)
            {
                destination[at] = sum[j];
            }
        }
    }

    // bcrypt with 2^6 alternations of salt and key, on 32 bytes of text of its own; the output words are little-endian.
    private static void Bcrypt(Blowfish cipher, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> output)
    {
        Span<uint> passwordWords = stackalloc uint[16];
        Span<uint> saltWords = stackalloc uint[16];
        Span<uint> text = stackalloc uint[8];
        ReadBigEndian(password, passwordWords);
        ReadBigEndian(salt, saltWords);
        ReadBigEndian("OxychromaticBlowfishSwatDynamite"u8, text);
        cipher.Reset();
        cipher.ExpandKey(saltWords, passwordWords);
        for (int i = 0; i < 64; i++)
        {
            cipher.ExpandKey([], saltWords);
            cipher.ExpandKey([], passwordWords);
        }
        for (int i = 0; i < text.Length; i += 2)
        {
            cipher.Encrypt(ref text[i], ref text[i + 1], times: 64);
        }
        for (int i = 0; i < text.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(output[(4 * i)..], text[i]);
        }
        ConstantTime.Zero(MemoryMarshal.AsBytes(passwordWords));
        ConstantTime.Zero(MemoryMarshal.AsBytes(saltWords));
        ConstantTime.Zero(MemoryMarshal.AsBytes(text));
    }

    private static void ReadBigEndian(ReadOnlySpan<byte> bytes, Span<uint> words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 * i)..]);
        }
    }
}
