using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>PBES2 (RFC 8018 section 6.2): a passphrase becomes a key by PBKDF2 or scrypt (RFC 7914), the key opens CBC.</summary>
internal sealed class Pbes2
{
    // OWASP asks for 600,000 iterations of HMAC-SHA-256; ten million take some seconds.
    private const int MaximumIterations = 10_000_000;
    private const int DefaultIterations = 600_000;
    private const long MaximumScryptWork = 1L << 31; // 128 N r p, bytes
    private const int SaltSize = 16;
    private const int IvSize = 16;

    private readonly byte[] _salt;
    private readonly byte[] _iv;
    private readonly int _keySize;
    private readonly HashName _hash;
    private readonly int _cost; // iterations, or scrypt's N
    private readonly int _blockFactor; // scrypt's r, or 0 for PBKDF2
    private readonly int _parallelism; // scrypt's p

    private Pbes2(DerReader derivation, DerReader cipher, KeySource source)
    {
        ReadOnlySpan<byte> kind = derivation.Element(DerReader.ObjectIdentifierTag, "keyDerivationFunc");
        bool isScrypt = kind.SequenceEqual(ObjectIdentifiers.Scrypt);
        if (!isScrypt && !kind.SequenceEqual(ObjectIdentifiers.Pbkdf2))
            throw source.UnsupportedProtection($"key derivation {ObjectIdentifiers.Describe(kind)}");
        (CipherName, _keySize) = ReadCipher(cipher.Element(DerReader.ObjectIdentifierTag, "encryptionScheme"), source);
        _iv = cipher.Element(DerReader.OctetStringTag, "initialisation vector").ToArray();
        BlockSize = CipherName == "des-ede3-cbc" ? 8 : 16;
        if (_iv.Length != BlockSize)
            throw source.Damaged($"initialisation vector has {_iv.Length} bytes, {BlockSize} are expected");

        DerReader parameters = derivation.Sequence("key derivation parameters");
        _salt = parameters.Element(DerReader.OctetStringTag, "salt").ToArray();
        _cost = parameters.SmallInteger("cost");
        if (isScrypt)
            (_blockFactor, _parallelism) = (parameters.SmallInteger("blockSize"), parameters.SmallInteger("parallelization"));
        if (parameters.Is(DerReader.IntegerTag) && parameters.SmallInteger("keyLength") != _keySize)
            throw source.Damaged($"keyLength is not {_keySize}, as {CipherName} needs it");
        if (isScrypt)
            CheckScrypt(source);
        else
            _hash = ReadPrf(ref parameters, source);
        if (!isScrypt && _cost is < 1 or > MaximumIterations)
            throw source.DerivationTooCostly($"PBKDF2 with {_cost} iterations, where 1 to {MaximumIterations} are allowed");
        DerivationName = isScrypt
            ? $"scrypt, N={_cost} r={_blockFactor} p={_parallelism}"
            : $"PBKDF2-HMAC-{_hash.ToString().ToUpperInvariant()}, {_cost} iterations";
    }

    /// <summary>For example aes-256-cbc.</summary>
    public string CipherName { get; }

    /// <summary>Key derivation, hash and cost, for people.</summary>
    public string DerivationName { get; }

    /// <summary>8 or 16 bytes.</summary>
    public int BlockSize { get; }

    /// <summary>Reads an AlgorithmIdentifier that must be PBES2.</summary>
    public static Pbes2 Read(DerReader algorithm, KeySource source)
    {
        ReadOnlySpan<byte> identifier = algorithm.Element(DerReader.ObjectIdentifierTag, "encryptionAlgorithm");
        if (!identifier.SequenceEqual(ObjectIdentifiers.Pbes2))
            throw source.UnsupportedProtection(ObjectIdentifiers.Describe(identifier));

        DerReader parameters = algorithm.Sequence("PBES2 parameters");
        DerReader derivation = parameters.Sequence("keyDerivationFunc");
        DerReader cipher = parameters.Sequence("encryptionScheme");
        return new Pbes2(derivation, cipher, source);
    }

    /// <summary>Decrypts and returns the number of bytes before the padding; 0 where there is no padding.</summary>
    public int Decrypt(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        using Secret key = new(_keySize);
        if (_blockFactor > 0)
            Scrypt.Derive(passphrase, _salt, _cost, _blockFactor, _parallelism, key.Span);
        else
            Pbkdf2.Derive(_hash, passphrase, _salt, _cost, key.Span);
        return CbcKeyCipher.Decrypt(key.Span, _iv, ciphertext, plaintext);
    }

    /// <summary>Writes EncryptedPrivateKeyInfo around a PrivateKeyInfo.</summary>
    public static void Encrypt(
        WireBuffer file, ReadOnlySpan<byte> inside, ReadOnlySpan<byte> passphrase, KeyFileOptions options, IRandomSource random)
    {
        int iterations = options.Rounds ?? DefaultIterations;
        string cipher = options.Cipher ?? "aes-256-cbc";
        if (iterations is < 1 or > MaximumIterations || cipher != "aes-256-cbc")
        {
            throw new LocalMisuseException(
                SshErrorCode.Misuse, $"A PKCS#8 file cannot be encrypted with {cipher} and {iterations} iterations.",
                $"The cipher is aes-256-cbc, and 1 to {MaximumIterations} iterations are allowed.");
        }

        Span<byte> salt = stackalloc byte[SaltSize], iv = stackalloc byte[IvSize];
        random.Fill(salt);
        random.Fill(iv);
        using Secret key = new(32);
        Pbkdf2.Derive(HashName.Sha256, passphrase, salt, iterations, key.Span);
        byte[] ciphertext = new byte[inside.Length / 16 * 16 + 16];
        CbcKeyCipher.Encrypt(key.Span, iv, inside, ciphertext);

        DerWriter writer = new(file);
        int outer = writer.Begin(DerReader.SequenceTag);
        WriteAlgorithm(writer, salt, iterations, iv);
        writer.Element(DerReader.OctetStringTag, ciphertext);
        writer.End(outer);
    }

    private static void WriteAlgorithm(DerWriter writer, ReadOnlySpan<byte> salt, int iterations, ReadOnlySpan<byte> iv)
    {
        int algorithm = writer.Begin(DerReader.SequenceTag);
        writer.Element(DerReader.ObjectIdentifierTag, ObjectIdentifiers.Pbes2);
        int parameters = writer.Begin(DerReader.SequenceTag);
        int derivation = writer.Begin(DerReader.SequenceTag);
        writer.Element(DerReader.ObjectIdentifierTag, ObjectIdentifiers.Pbkdf2);
        int derivationParameters = writer.Begin(DerReader.SequenceTag);
        writer.Element(DerReader.OctetStringTag, salt);
        writer.Integer(iterations);
        int prf = writer.Begin(DerReader.SequenceTag);
        writer.Element(DerReader.ObjectIdentifierTag, ObjectIdentifiers.HmacSha256);
        writer.Element(DerReader.NullTag, []);
        writer.End(prf);
        writer.End(derivationParameters);
        writer.End(derivation);
        int cipher = writer.Begin(DerReader.SequenceTag);
        writer.Element(DerReader.ObjectIdentifierTag, ObjectIdentifiers.Aes256Cbc);
        writer.Element(DerReader.OctetStringTag, iv);
        writer.End(cipher);
        writer.End(parameters);
        writer.End(algorithm);
    }

    private static (string Name, int KeySize) ReadCipher(ReadOnlySpan<byte> identifier, KeySource source)
    {
        if (identifier.SequenceEqual(ObjectIdentifiers.Aes256Cbc))
            return ("aes-256-cbc", 32);
        if (identifier.SequenceEqual(ObjectIdentifiers.Aes192Cbc))
            return ("aes-192-cbc", 24);
        if (identifier.SequenceEqual(ObjectIdentifiers.Aes128Cbc))
            return ("aes-128-cbc", 16);
        return identifier.SequenceEqual(ObjectIdentifiers.TripleDesCbc)
            ? ("des-ede3-cbc", 24)
            : throw source.UnsupportedProtection($"cipher {ObjectIdentifiers.Describe(identifier)}");
    }

    // RFC 8018 appendix A.2: HMAC-SHA-1 is the default and is left out.
    private static HashName ReadPrf(ref DerReader parameters, KeySource source)
    {
        if (parameters.IsEmpty)
            return HashName.Sha1;

        ReadOnlySpan<byte> prf = parameters.Sequence("prf").Element(DerReader.ObjectIdentifierTag, "prf");
        if (prf.SequenceEqual(ObjectIdentifiers.HmacSha256))
            return HashName.Sha256;
        if (prf.SequenceEqual(ObjectIdentifiers.HmacSha1))
            return HashName.Sha1;
        if (prf.SequenceEqual(ObjectIdentifiers.HmacSha224))
            return HashName.Sha224;
        if (prf.SequenceEqual(ObjectIdentifiers.HmacSha384))
            return HashName.Sha384;
        return prf.SequenceEqual(ObjectIdentifiers.HmacSha512)
            ? HashName.Sha512
            : throw source.UnsupportedProtection($"PBKDF2 with {ObjectIdentifiers.Describe(prf)}");
    }

    // RFC 7914 section 6: N is a power of two above 1.
    private void CheckScrypt(KeySource source)
    {
        if (_cost < 2 || (_cost & (_cost - 1)) != 0 || _blockFactor < 1 || _parallelism < 1)
            throw source.Damaged($"scrypt's parameters N={_cost} r={_blockFactor} p={_parallelism} are not allowed");
        if (_blockFactor > 1024 || _parallelism > 1024 || 128L * _blockFactor * ((long)_cost + _parallelism) > Scrypt.MaxMemory
            || 128L * _cost * _blockFactor * _parallelism > MaximumScryptWork)
        {
            throw source.DerivationTooCostly($"scrypt with N={_cost} r={_blockFactor} p={_parallelism}");
        }
    }
}
