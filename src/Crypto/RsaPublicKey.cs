using System.Security.Cryptography;

namespace LucidSsh.Crypto;

/// <summary>An RSA public key (RFC 8017 section 3.1) and the verification of its PKCS #1 v1.5 signatures (RFC 8332: rsa-sha2-256,
/// rsa-sha2-512; ssh-rsa with SHA-1 where a user asks for it). Everything here is public.</summary>
internal sealed unsafe class RsaPublicKey
{
    /// <summary>The lengths in bits that are accepted unless a user asks for others.</summary>
    public const int SmallestBits = 2048, LargestBits = 16384;

    private const int SmallestReadableBits = 512;
    private const int LargestExponentBits = 256; // FIPS 186-4 appendix B.3.1; bounds the time a hostile key can take

    /// <param name="modulus">n, big-endian.</param>
    /// <param name="exponent">e, big-endian.</param>
    /// <exception cref="CryptographicException">The modulus is even or not of 512 to 16384 bits, or the exponent is even, below
    /// 3 or above 256 bits.</exception>
    public RsaPublicKey(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        modulus = modulus.TrimStart((byte)0);
        exponent = exponent.TrimStart((byte)0);
        int bits = BitLength(modulus);
        if (bits is < SmallestReadableBits or > LargestBits)
        {
            throw new CryptographicException(
                $"The RSA modulus has {bits} bits: expected {SmallestReadableBits} to {LargestBits}.");
        }
        if ((modulus[^1] & 1) == 0)
        {
            throw new CryptographicException("The RSA modulus is even.");
        }
        if (BitLength(exponent) is < 2 or > LargestExponentBits || (exponent[^1] & 1) == 0)
        {
            throw new CryptographicException(
                $"The RSA public exponent is not acceptable: expected an odd number above 2 of at most {LargestExponentBits} bits.");
        }
        Modulus = modulus.ToArray();
        Exponent = exponent.ToArray();
        Montgomery = new MontgomeryModulus(modulus);
    }

    /// <summary>The modulus n, big-endian, without leading zeros.</summary>
    public byte[] Modulus { get; }

    /// <summary>The public exponent e, big-endian, without leading zeros.</summary>
    public byte[] Exponent { get; }

    /// <summary>The length of the modulus in bits.</summary>
    public int ModulusBits => Montgomery.BitLength;

    /// <summary>The length of a signature in bytes.</summary>
    public int SignatureLength => Modulus.Length;

    /// <summary>Whether the modulus is of 2048 to 16384 bits. Shorter keys can be read and used; whoever accepts one decides.</summary>
    public bool IsOfAcceptedSize => ModulusBits is >= SmallestBits and <= LargestBits;

    /// <summary>Arithmetic modulo n.</summary>
    internal MontgomeryModulus Montgomery { get; }

    /// <summary>Whether <paramref name="signature"/> signs <paramref name="message"/>. RFC 8017 section 8.2.2 wants it exactly as
    /// long as the modulus; some signers drop leading zero bytes, and OpenSSH puts them back, so a shorter one is read as if it
    /// had them. A longer one, or a value not below the modulus, is refused.</summary>
    public bool Verify(HashName hash, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        int length = Modulus.Length;
        Span<byte> expected = stackalloc byte[length];
        Span<byte> actual = stackalloc byte[length];
        if (signature.IsEmpty || signature.Length > length || !RsaEncoding.TryEncode(hash, message, expected))
        {
            return false;
        }
        int n = Montgomery.LimbCount;
        using LimbScratch scratch = new(n);
        Limbs.Read(signature, scratch.Start, n);
        if (Limbs.Less(scratch.Start, Montgomery.Modulus, n) == 0)
        {
            return false;
        }
        ModularPower.ComputePublic(Montgomery, scratch.Start, scratch.Start, Exponent);
        Limbs.Write(scratch.Start, n, actual);
        return ConstantTime.Equal(actual, expected);
    }

    internal static int BitLength(ReadOnlySpan<byte> trimmed) =>
        trimmed.IsEmpty ? 0 : (trimmed.Length * 8) - byte.LeadingZeroCount(trimmed[0]);
}
