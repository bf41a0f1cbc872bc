using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>A private key in PKCS#8 (RFC 5958), in the clear or encrypted with PBES2 (RFC 8018 section 6.2).</summary>
internal sealed class Pkcs8KeyFile : KeyContainer
{
    public const string Label = "PRIVATE KEY";
    public const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";

    private readonly Secret _content; // PrivateKeyInfo, or its ciphertext
    private readonly Pbes2? _protection;

    private Pkcs8KeyFile(KeySource source, Secret content, Pbes2? protection)
        : base(source) => (_content, _protection) = (content, protection);

    /// <inheritdoc />
    public override KeyFileInfo Info => new()
    {
        Format = KeyFileFormat.Pkcs8,
        IsPrivate = true,
        Cipher = _protection?.CipherName,
        KeyDerivation = _protection?.DerivationName,
    };

    /// <summary>Takes a PrivateKeyInfo or EncryptedPrivateKeyInfo apart.</summary>
    public static Pkcs8KeyFile Parse(ReadOnlySpan<byte> der, bool encrypted, KeySource source)
    {
        if (!encrypted)
            return new Pkcs8KeyFile(source, new Secret(der), null);

        DerReader outer = new(der, source);
        DerReader reader = outer.Sequence("EncryptedPrivateKeyInfo");
        outer.End("EncryptedPrivateKeyInfo");
        Pbes2 protection = Pbes2.Read(reader.Sequence("encryptionAlgorithm"), source);
        ReadOnlySpan<byte> ciphertext = reader.Element(DerReader.OctetStringTag, "encryptedData");
        reader.End("encryptedData");
        if (ciphertext.IsEmpty || ciphertext.Length % protection.BlockSize != 0)
            throw source.Damaged($"encryptedData has {ciphertext.Length} bytes, no multiple of {protection.BlockSize}");
        return new Pkcs8KeyFile(source, new Secret(ciphertext), protection);
    }

    /// <summary>Writes a key in this format as text: in the clear, or with AES-256-CBC and PBKDF2 over HMAC-SHA-256.</summary>
    public static byte[] Write(PrivateKey key, ReadOnlySpan<byte> passphrase, KeyFileOptions options, IRandomSource random)
    {
        WireBuffer inside = new(4096), file = new(4096), text = new(8192);
        try
        {
            DerKeys.WritePkcs8(new DerWriter(inside), key);
            if (passphrase.IsEmpty)
            {
                PemBlock.Write(text, Label, inside.Written, width: 64);
            }
            else
            {
                Pbes2.Encrypt(file, inside.Written, passphrase, options, random);
                PemBlock.Write(text, EncryptedLabel, file.Written, width: 64);
            }

            return text.Written.ToArray();
        }
        finally
        {
            inside.Zero();
            file.Zero();
            text.Zero();
        }
    }

    /// <inheritdoc />
    public override void Dispose() => _content.Dispose();

    private protected override PrivateKey Open(ReadOnlySpan<byte> passphrase)
    {
        if (_protection is null)
            return DerKeys.ReadPkcs8(_content.Span, Source);

        using Secret plain = new(_content.Length);
        int length = _protection.Decrypt(passphrase, _content.Span, plain.Span);
        return DerReader.IsOneSequence(plain.Span[..length])
            ? DerKeys.ReadPkcs8(plain.Span[..length], Source)
            : throw Source.PassphraseWrong();
    }
}
