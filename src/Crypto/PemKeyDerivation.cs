namespace LucidSsh.Crypto;

/// <summary>The key of an encrypted traditional PEM file ("DEK-Info"): OpenSSL's EVP_BytesToKey with MD5 and a count of 1,
/// D_i = MD5(D_{i-1} || password || salt). One MD5 per guess: it slows nobody down, which is why such files are old.</summary>
internal static class PemKeyDerivation
{
    /// <summary>Fills <paramref name="destination"/> with key bytes.</summary>
    /// <param name="password">The passphrase.</param>
    /// <param name="salt">The first 8 bytes of the initialisation vector the file names.</param>
    /// <param name="destination">Takes the key.</param>
    public static void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> destination)
    {
        using Hash hash = Hash.Create(HashName.Md5);
        Span<byte> digest = stackalloc byte[hash.Size];
        while (!destination.IsEmpty)
        {
            hash.Append(password);
            hash.Append(salt);
            hash.Finish(digest);
            hash.Append(digest);
            int taken = Math.Min(digest.Length, destination.Length);
            digest[..taken].CopyTo(destination);
            destination = destination[taken..];
        }
        ConstantTime.Zero(digest);
    }
}
