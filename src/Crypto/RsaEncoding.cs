namespace LucidSsh.Crypto;

/// <summary>EMSA-PKCS1-v1_5 (RFC 8017 section 9.2): 00 01 ff … ff 00 DigestInfo, where DigestInfo is DER for the hash's name
/// and the digest. There is one encoding of a message, and verification compares against it whole.</summary>
internal static class RsaEncoding
{
    private const int Overhead = 11; // 00 01, at least eight ff, 00

    // SEQUENCE { SEQUENCE { OID, NULL }, OCTET STRING (digest follows) }: RFC 8017 section 9.2 note 1.
    private static ReadOnlySpan<byte> Sha1Prefix =>
        [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];

    private static ReadOnlySpan<byte> Sha256Prefix =>
        [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

    private static ReadOnlySpan<byte> Sha384Prefix =>
        [0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30];

    private static ReadOnlySpan<byte> Sha512Prefix =>
        [0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40];

    /// <summary>Fills <paramref name="encoded"/>, which is as long as the modulus; false when it is too short for the hash.</summary>
    public static bool TryEncode(HashName hash, ReadOnlySpan<byte> message, Span<byte> encoded)
    {
        ReadOnlySpan<byte> prefix = Prefix(hash);
        int digestLength = Hash.SizeOf(hash);
        int padding = encoded.Length - prefix.Length - digestLength - 3;
        if (padding < Overhead - 3)
        {
            return false;
        }
        encoded[0] = 0;
        encoded[1] = 1;
        encoded.Slice(2, padding).Fill(0xff);
        encoded[2 + padding] = 0;
        prefix.CopyTo(encoded[(3 + padding)..]);
        Hash.Digest(hash, message, encoded[^digestLength..]);
        return true;
    }

    private static ReadOnlySpan<byte> Prefix(HashName hash) => hash switch
    {
        HashName.Sha1 => Sha1Prefix,
        HashName.Sha256 => Sha256Prefix,
        HashName.Sha384 => Sha384Prefix,
        HashName.Sha512 => Sha512Prefix,
        _ => throw new ArgumentOutOfRangeException(nameof(hash), hash, "SSH signs with RSA over SHA-1 and SHA-2 only."),
    };
}
