namespace LucidSsh.Crypto;

/// <summary>The object identifiers of key files, as DER writes their content.</summary>
internal static class ObjectIdentifiers
{
    public static ReadOnlySpan<byte> Rsa => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];           // 1.2.840.113549.1.1.1
    public static ReadOnlySpan<byte> EcPublicKey => [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];               // 1.2.840.10045.2.1
    public static ReadOnlySpan<byte> Ed25519 => [0x2b, 0x65, 0x70];                                           // 1.3.101.112

    public static ReadOnlySpan<byte> Dsa => [0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01];                       // 1.2.840.10040.4.1

    public static ReadOnlySpan<byte> P256 => [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];                // 1.2.840.10045.3.1.7
    public static ReadOnlySpan<byte> P384 => [0x2b, 0x81, 0x04, 0x00, 0x22];                                  // 1.3.132.0.34
    public static ReadOnlySpan<byte> P521 => [0x2b, 0x81, 0x04, 0x00, 0x23];                                  // 1.3.132.0.35

    public static ReadOnlySpan<byte> Pbes2 => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];         // 1.2.840.113549.1.5.13
    public static ReadOnlySpan<byte> Pbkdf2 => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];        // 1.2.840.113549.1.5.12
    public static ReadOnlySpan<byte> Scrypt => [0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b];        // 1.3.6.1.4.1.11591.4.11
    public static ReadOnlySpan<byte> HmacSha1 => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07];            // 1.2.840.113549.2.7
    public static ReadOnlySpan<byte> HmacSha224 => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x08];          // 1.2.840.113549.2.8
    public static ReadOnlySpan<byte> HmacSha256 => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09];          // 1.2.840.113549.2.9
    public static ReadOnlySpan<byte> HmacSha384 => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0a];          // 1.2.840.113549.2.10
    public static ReadOnlySpan<byte> HmacSha512 => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0b];          // 1.2.840.113549.2.11

    public static ReadOnlySpan<byte> Aes128Cbc => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02];     // 2.16.840.1.101.3.4.1.2
    public static ReadOnlySpan<byte> Aes192Cbc => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16];     // 2.16.840.1.101.3.4.1.22
    public static ReadOnlySpan<byte> Aes256Cbc => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a];     // 2.16.840.1.101.3.4.1.42
    public static ReadOnlySpan<byte> TripleDesCbc => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];        // 1.2.840.113549.3.7

    /// <summary>The identifier of a NIST curve by its key type.</summary>
    public static ReadOnlySpan<byte> OfCurve(string keyType) => keyType switch
    {
        KeyTypes.EcdsaNistP256 => P256,
        KeyTypes.EcdsaNistP384 => P384,
        _ => P521,
    };

    /// <summary>The key type of a NIST curve, or null.</summary>
    public static string? KeyTypeOfCurve(ReadOnlySpan<byte> identifier)
    {
        if (identifier.SequenceEqual(P256))
            return KeyTypes.EcdsaNistP256;
        if (identifier.SequenceEqual(P384))
            return KeyTypes.EcdsaNistP384;
        return identifier.SequenceEqual(P521) ? KeyTypes.EcdsaNistP521 : null;
    }

    /// <summary>What people call an identifier, or its numbers: for the sentence that refuses it.</summary>
    public static string Describe(ReadOnlySpan<byte> identifier)
    {
        string numbers = Dotted(identifier);
        return numbers switch
        {
            "1.2.840.113549.1.1.10" => "RSASSA-PSS",
            "1.2.840.113549.1.3.1" => "Diffie-Hellman",
            "1.3.101.110" => "X25519",
            "1.3.101.111" => "X448",
            "1.3.101.113" => "Ed448",
            "1.3.132.0.10" => "secp256k1",
            "1.2.840.113549.1.5.3" => "PBES1 with MD5 and DES",
            "1.2.840.113549.1.5.6" => "PBES1 with MD5 and RC2",
            "1.2.840.113549.1.5.10" => "PBES1 with SHA-1 and DES",
            "1.2.840.113549.1.5.11" => "PBES1 with SHA-1 and RC2",
            "1.2.840.113549.1.12.1.3" => "PKCS#12 with SHA-1 and 3DES",
            "1.2.840.113549.1.12.1.6" => "PKCS#12 with SHA-1 and RC2",
            "1.2.840.113549.2.12" => "HMAC-SHA-512/224",
            "1.2.840.113549.2.13" => "HMAC-SHA-512/256",
            "1.2.840.113549.3.2" => "RC2",
            "1.3.14.3.2.7" => "DES",
            _ => numbers.Length == 0 ? "an object identifier that is malformed" : $"object identifier {numbers}",
        };
    }

    // X.690 section 8.19: base 128, most significant first; the first number holds two. "" where it is malformed or far too long.
    private static string Dotted(ReadOnlySpan<byte> identifier)
    {
        if (identifier.IsEmpty || identifier.Length > 32 || identifier[^1] >= 0x80)
            return "";

        List<string> numbers = [];
        ulong number = 0;
        foreach (byte b in identifier)
        {
            if (number >> 57 != 0)
                return "";
            number = (number << 7) | (b & 0x7fu);
            if (b >= 0x80)
                continue;
            if (numbers.Count == 0)
            {
                ulong first = Math.Min(number / 40, 2);
                numbers.Add($"{first}");
                number -= 40 * first;
            }

            numbers.Add($"{number}");
            number = 0;
        }

        return string.Join('.', numbers);
    }
}
