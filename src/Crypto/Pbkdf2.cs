using System.Buffers.Binary;

namespace LucidSsh.Crypto;

/// <summary>PBKDF2 (RFC 8018 section 5.2) over HMAC.</summary>
internal static class Pbkdf2
{
    /// <summary>Fills <paramref name="destination"/> with key bytes derived from a password.</summary>
    /// <param name="prf">The HMAC's hash function.</param>
    /// <param name="password">The password.</param>
    /// <param name="salt">The salt.</param>
    /// <param name="iterations">At least 1; the caller bounds what a file may ask for.</param>
    /// <param name="destination">Takes the key.</param>
    public static void Derive(
        HashName prf, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        using Hmac hmac = new(prf, password);
        Span<byte> sum = stackalloc byte[hmac.Size];
        Span<byte> link = stackalloc byte[hmac.Size];
        Span<byte> index = stackalloc byte[4];
        for (uint block = 1; !destination.IsEmpty; block++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(index, block);
            hmac.Append(salt);
            hmac.Append(index);
            hmac.Finish(link);
            link.CopyTo(sum);
            for (int i = 1; i < iterations; i++)
            {
                hmac.Append(link);
                hmac.Finish(link);
                for (int j = 0; j < sum.Length; j++)
                {
                    sum[j] ^= link[j];
                }
            }
            int taken = Math.Min(sum.Length, destination.Length);
            sum[..taken].CopyTo(destination);
            destination = destination[taken..];
        }
        ConstantTime.Zero(sum);
        ConstantTime.Zero(link);
    }
}
