using System.Globalization;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>A private key in the old PEM format: PKCS#1 or SEC 1 in DER, in the clear or encrypted as RFC 1421 and OpenSSL do
/// ("DEK-Info"): CBC, its key one MD5 of passphrase and salt. This encryption holds nobody off: it is written for programs that
/// know nothing else, and only where its cipher is named.</summary>
internal sealed class PemKeyFile : KeyContainer
{
    public const string RsaLabel = "RSA PRIVATE KEY";
    public const string EcLabel = "EC PRIVATE KEY";

    private const int SaltSize = 8;

    private readonly PemBlock _block;
    private readonly string? _cipher;
    private readonly byte[] _iv;

    private PemKeyFile(PemBlock block, KeySource source, string? cipher, byte[] iv)
        : base(source) => (_block, _cipher, _iv) = (block, cipher, iv);

    /// <inheritdoc />
    public override KeyFileInfo Info => new()
    {
        Format = KeyFileFormat.Pem,
        IsPrivate = true,
        Cipher = _cipher,
        KeyDerivation = _cipher is null ? null : "MD5",
        Type = _block.Label == RsaLabel ? KeyTypes.Rsa : null,
    };

    /// <summary>Takes a block apart, which the container owns from now on.</summary>
    public static PemKeyFile Parse(PemBlock block, KeySource source)
    {
        if (!block.Headers.TryGetValue("dek-info", out string? protection))
        {
            return block.Headers.TryGetValue("proc-type", out string? type) && type.Contains("ENCRYPTED", StringComparison.Ordinal)
                ? throw source.Damaged("it says that it is encrypted, but its DEK-Info line is missing")
                : new PemKeyFile(block, source, null, []);
        }

        string[] parts = protection.Split(',', StringSplitOptions.TrimEntries);
        string cipher = parts[0].ToUpperInvariant();
        if (KeySizeOf(cipher) == 0)
            throw source.UnsupportedProtection($"cipher {parts[0]}");
        byte[] iv = new byte[BlockSizeOf(cipher)];
        if (parts.Length != 2 || parts[1].Length != 2 * iv.Length || !parts[1].All(char.IsAsciiHexDigit))
            throw source.Damaged($"its DEK-Info line does not hold an initialisation vector of {iv.Length} bytes");
        for (int i = 0; i < iv.Length; i++)
            iv[i] = byte.Parse(parts[1].AsSpan(2 * i, 2), NumberStyles.HexNumber);
        if (block.Body.Length == 0 || block.Body.Length % iv.Length != 0)
            throw source.Damaged($"its encrypted part has {block.Body.Length} bytes, no multiple of {iv.Length}");
        return new PemKeyFile(block, source, cipher, iv);
    }

    /// <summary>Writes a key in this format as text: in the clear, or encrypted with the cipher the options name.</summary>
    public static byte[] Write(PrivateKey key, ReadOnlySpan<byte> passphrase, KeyFileOptions options, IRandomSource random)
    {
        WireBuffer der = new(4096), text = new(8192);
        try
        {
            switch (key)
            {
                case SshRsaPrivateKey rsa:
                    DerKeys.WriteRsa(new DerWriter(der), rsa);
                    break;
                case SshEcdsaPrivateKey ec:
                    DerKeys.WriteEc(new DerWriter(der), ec, withCurve: true);
                    break;
                default:
                    throw new LocalMisuseException(
                        SshErrorCode.KeyUnsupported, $"The old PEM format has no form for a key of type {key.PublicKey.Type}.",
                        "Write it in OpenSSH's format or in PKCS#8.");
            }

            string label = key is SshRsaPrivateKey ? RsaLabel : EcLabel;
            if (passphrase.IsEmpty)
                PemBlock.Write(text, label, der.Written, width: 64);
            else
                Encrypt(text, label, der.Written, passphrase, options.Cipher, random);
            return text.Written.ToArray();
        }
        finally
        {
            der.Zero();
            text.Zero();
        }
    }

    /// <inheritdoc />
    public override void Dispose() => _block.Dispose();

    private protected override PrivateKey Open(ReadOnlySpan<byte> passphrase)
    {
        if (_cipher is null)
            return ReadDer(_block.Body.Span);

        using Secret key = new(KeySizeOf(_cipher));
        using Secret plain = new(_block.Body.Length);
        PemKeyDerivation.Derive(passphrase, _iv.AsSpan(0, SaltSize), key.Span);
        int length = CbcKeyCipher.Decrypt(key.Span, _iv, _block.Body.Span, plain.Span);
        return DerReader.IsOneSequence(plain.Span[..length]) ? ReadDer(plain.Span[..length]) : throw Source.PassphraseWrong();
    }

    private static void Encrypt(
        WireBuffer text, string label, ReadOnlySpan<byte> der, ReadOnlySpan<byte> passphrase, string? cipher, IRandomSource random)
    {
        if (cipher is null || KeySizeOf(cipher) == 0)
        {
            throw new LocalMisuseException(
                SshErrorCode.Misuse,
                cipher is null
                    ? "The old PEM format is not written with a passphrase unless its cipher is named, because one MD5 is all that protects it."
                    : $"The old PEM format is not encrypted with {cipher}.",
                "Write OpenSSH's format or PKCS#8, or name AES-256-CBC, AES-192-CBC, AES-128-CBC or DES-EDE3-CBC.");
        }

        int block = BlockSizeOf(cipher);
        byte[] iv = new byte[block], ciphertext = new byte[der.Length / block * block + block];
        random.Fill(iv);
        using Secret key = new(KeySizeOf(cipher));
        PemKeyDerivation.Derive(passphrase, iv.AsSpan(0, SaltSize), key.Span);
        CbcKeyCipher.Encrypt(key.Span, iv, der, ciphertext);
        PemBlock.Write(text, label, ciphertext, width: 64, ["Proc-Type: 4,ENCRYPTED", $"DEK-Info: {cipher},{Convert.ToHexString(iv)}"]);
    }

    private PrivateKey ReadDer(ReadOnlySpan<byte> der) => _block.Label == RsaLabel
        ? DerKeys.ReadRsa(der, Source)
        : DerKeys.ReadEc(der, keyType: null, Source);

    private static int KeySizeOf(string cipher) => cipher switch
    {
        "AES-128-CBC" => 16,
        "AES-192-CBC" or "DES-EDE3-CBC" => 24,
        "AES-256-CBC" => 32,
        _ => 0,
    };

    private static int BlockSizeOf(string cipher) => cipher == "DES-EDE3-CBC" ? 8 : 16;
}
