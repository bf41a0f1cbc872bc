using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>A private key in OpenSSH's format (OpenSSH PROTOCOL.key): "openssh-key-v1", NUL, string cipher, string kdf, string
/// kdf options, uint32 count, string public key, string encrypted private key, and after it the tag of an AEAD cipher. Inside:
/// uint32 check twice, the private fields, string comment, and padding 1, 2, 3….</summary>
internal sealed class OpenSshKeyFile : KeyContainer
{
    /// <summary>The label of its PEM block.</summary>
    public const string Label = "OPENSSH PRIVATE KEY";

    /// <summary>The most bcrypt rounds a file may ask for. OpenSSH writes 16 to 24; 1024 take about ten seconds.</summary>
    internal const int MaximumRounds = 1024;

    private const int DefaultRounds = 24; // OpenSSH's since 9.4
    private const int SaltSize = 16;
    private const int LargestPadding = 255; // PuTTYgen pads with more than a block

    private readonly KeyFileCipher _cipher;
    private readonly byte[] _salt;
    private readonly int _rounds;
    private readonly byte[] _publicBlob;
    private readonly Secret _sealed; // not encrypted where the cipher is none
    private readonly byte[] _tag;

    private OpenSshKeyFile(
        KeySource source, KeyFileCipher cipher, ReadOnlySpan<byte> kdfOptions, byte[] publicBlob, ReadOnlySpan<byte> sealedPart,
        ReadOnlySpan<byte> tag)
        : base(source)
    {
        _cipher = cipher;
        (_salt, _rounds) = ReadKdfOptions(source, cipher, kdfOptions);
        _publicBlob = publicBlob;
        _sealed = new Secret(sealedPart);
        _tag = tag.ToArray();
    }

    /// <summary>What a binary file of this format begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "openssh-key-v1\0"u8;

    /// <inheritdoc />
    public override KeyFileInfo Info
    {
        get
        {
            bool known = PublicKey.TryParse(_publicBlob, out PublicKey? key, out _);
            bool encrypted = _cipher.Name != KeyFileCipher.None;
            return new KeyFileInfo
            {
                Format = KeyFileFormat.OpenSsh,
                IsPrivate = true,
                Cipher = encrypted ? _cipher.Name : null,
                KeyDerivation = encrypted ? $"bcrypt, {_rounds} rounds" : null,
                Type = TypeName(_publicBlob),
                PublicKey = known ? key : null,
            };
        }
    }

    /// <summary>Takes a decoded file apart.</summary>
    public static OpenSshKeyFile Parse(ReadOnlySpan<byte> content, KeySource source)
    {
        SshReader reader = new(content);
        ReadOnlySpan<byte> magic = reader.Bytes(Magic.Length, "openssh-key-v1");
        if (!magic.SequenceEqual(Magic))
            throw source.Damaged("it does not begin with openssh-key-v1");

        string cipherName = reader.Name("cipher name"), kdf = reader.Name("kdf name");
        ReadOnlySpan<byte> kdfOptions = reader.String("kdf options");
        uint count = reader.UInt32("number of keys");
        ReadOnlySpan<byte> publicBlob = reader.String("public key", WireLimits.KeyBlob);
        ReadOnlySpan<byte> sealedPart = reader.String("private key");
        if (reader.Fault is null && count != 1)
            throw source.Unsupported($"holds {count} keys, and one is expected", "Store each key in a file of its own.");
        if (reader.Fault is null && KeyFileCipher.Find(cipherName) is null)
            throw source.UnsupportedProtection($"cipher {cipherName}");
        if (reader.Fault is null && kdf != (cipherName == KeyFileCipher.None ? "none" : "bcrypt"))
            throw source.UnsupportedProtection($"kdf {kdf} with cipher {cipherName}");

        KeyFileCipher? cipher = KeyFileCipher.Find(cipherName);
        ReadOnlySpan<byte> tag = reader.Bytes(cipher?.TagSize ?? 0, "authentication tag");
        if (!reader.Complete())
            throw source.Damaged(reader.Fault!);
        if (sealedPart.IsEmpty || sealedPart.Length % cipher!.BlockSize != 0)
            throw source.Damaged($"private key has {sealedPart.Length} bytes, no multiple of {cipher!.BlockSize}");
        return new OpenSshKeyFile(source, cipher, kdfOptions, publicBlob.ToArray(), sealedPart, tag);
    }

    /// <summary>Writes a key in this format as text. The caller zeroes the result where it is not encrypted.</summary>
    /// <param name="key">The key, whose comment is written with it.</param>
    /// <param name="passphrase">In UTF-8; empty leaves the key in the clear.</param>
    /// <param name="options">Cipher and rounds.</param>
    /// <param name="random">For the salt and the check value.</param>
    public static byte[] Write(PrivateKey key, ReadOnlySpan<byte> passphrase, KeyFileOptions options, IRandomSource random)
    {
        string cipherName = passphrase.IsEmpty ? KeyFileCipher.None : options.Cipher ?? "aes256-ctr";
        KeyFileCipher? cipher = KeyFileCipher.Find(cipherName);
        if (cipher is null || (cipher.Name == KeyFileCipher.None && !passphrase.IsEmpty))
        {
            throw new LocalMisuseException(
                SshErrorCode.KeyUnsupported, $"A key file cannot be encrypted with {cipherName}.",
                $"The ciphers are {string.Join(", ", KeyFileCipher.All.Skip(1).Select(static row => row.Name))}.");
        }

        int rounds = options.Rounds ?? DefaultRounds;
        if (rounds is < 1 or > MaximumRounds)
        {
            throw new LocalMisuseException(
                SshErrorCode.Misuse, $"A key file cannot be written with {rounds} bcrypt rounds: 1 to {MaximumRounds} are allowed.");
        }

        WireBuffer inside = new(4096), file = new(4096), text = new(8192);
        try
        {
            WriteInside(new SshWriter(inside), key, cipher, random);
            Encrypt(new SshWriter(file), key, passphrase, cipher, rounds, inside.Written, random);
            PemBlock.Write(text, Label, file.Written, width: 70);
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
    public override void Dispose() => _sealed.Dispose();

    private protected override PrivateKey Open(ReadOnlySpan<byte> passphrase)
    {
        // A type that is not supported is named before work is spent on its passphrase.
        if (!PublicKey.TryParse(_publicBlob, out PublicKey? publicKey, out PublicKeyFault fault))
            throw Source.Refused(fault);

        using Secret plain = new(_sealed.Length);
        using Secret keyAndIv = new(_cipher.KeySize + _cipher.IvSize);
        if (keyAndIv.Length > 0)
            BcryptPbkdf.Derive(passphrase, _salt, _rounds, keyAndIv.Span);
        if (!_cipher.Open(keyAndIv.Span[.._cipher.KeySize], keyAndIv.Span[_cipher.KeySize..], _sealed.Span, _tag, plain.Span))
            throw Source.PassphraseWrong();
        return ReadInside(plain.Span, publicKey);
    }

    private PrivateKey ReadInside(ReadOnlySpan<byte> plain, PublicKey publicKey)
    {
        SshReader reader = new(plain);
        if (reader.UInt32("check value") != reader.UInt32("second check value"))
        {
            throw _cipher.Name == KeyFileCipher.None
                ? Source.Damaged("its two check values differ, though it is not encrypted")
                : Source.PassphraseWrong();
        }

        PrivateKey? key = PrivateKey.ReadFields(ref reader);
        string comment = reader.Text("comment");
        CheckPadding(ref reader);
        if (reader.Fault is null && !publicKey.Equals(key!.PublicKey))
            reader.Fail("its public key does not belong to its private key");
        if (reader.Fault is not null)
        {
            key?.Dispose();
            throw Source.Damaged(reader.Fault);
        }

        key!.Comment = comment;
        return key;
    }

    private static void CheckPadding(ref SshReader reader)
    {
        ReadOnlySpan<byte> padding = reader.Rest();
        if (padding.Length > LargestPadding)
            reader.Fail($"padding has {padding.Length} bytes, at most {LargestPadding} are allowed");
        for (int i = 0; i < padding.Length; i++)
        {
            if (padding[i] != i + 1)
                reader.Fail($"padding byte {i + 1} is wrong");
        }
    }

    private static void WriteInside(SshWriter inside, PrivateKey key, KeyFileCipher cipher, IRandomSource random)
    {
        Span<byte> check = stackalloc byte[4];
        random.Fill(check);
        inside.Bytes(check);
        inside.Bytes(check);
        key.WriteFields(inside);
        inside.Text(key.Comment);
        for (byte pad = 1; inside.Buffer.Length % cipher.BlockSize != 0; pad++)
            inside.Byte(pad);
    }

    private static void Encrypt(
        SshWriter file, PrivateKey key, ReadOnlySpan<byte> passphrase, KeyFileCipher cipher, int rounds, ReadOnlySpan<byte> inside,
        IRandomSource random)
    {
        bool plain = cipher.Name == KeyFileCipher.None;
        byte[] salt = new byte[SaltSize];
        random.Fill(salt);
        using Secret keyAndIv = new(cipher.KeySize + cipher.IvSize);
        if (!plain)
            BcryptPbkdf.Derive(passphrase, salt, rounds, keyAndIv.Span);

        file.Bytes(Magic);
        file.Text(cipher.Name);
        file.Text(plain ? "none" : "bcrypt");
        int options = file.BeginString();
        if (!plain)
        {
            file.String(salt);
            file.UInt32((uint)rounds);
        }

        file.EndString(options);
        file.UInt32(1);
        file.String(key.PublicKey.Blob.Span);
        file.UInt32((uint)inside.Length);
        Span<byte> place = file.Buffer.Extend(inside.Length + cipher.TagSize);
        cipher.Seal(
            keyAndIv.Span[..cipher.KeySize], keyAndIv.Span[cipher.KeySize..], inside, place[..inside.Length], place[inside.Length..]);
    }

    private static (byte[] Salt, int Rounds) ReadKdfOptions(KeySource source, KeyFileCipher cipher, ReadOnlySpan<byte> options)
    {
        SshReader reader = new(options);
        if (cipher.Name == KeyFileCipher.None)
            return reader.Complete() ? ([], 0) : throw source.Damaged($"kdf options: {reader.Fault}");

        ReadOnlySpan<byte> salt = reader.String("salt", limit: 1024);
        uint rounds = reader.UInt32("rounds");
        if (!reader.Complete() || salt.IsEmpty || rounds == 0)
            throw source.Damaged($"kdf options: {reader.Fault ?? "salt or rounds are 0"}");
        if (rounds > MaximumRounds)
            throw source.DerivationTooCostly($"bcrypt with {rounds} rounds, where {MaximumRounds} are the most");
        return (salt.ToArray(), (int)rounds);
    }

    // The type as far as it can be read; the blob may hold a type that is not supported.
    private static string? TypeName(ReadOnlySpan<byte> blob)
    {
        SshReader reader = new(blob);
        string name = reader.Name("key type");
        return reader.Fault is null ? name : null;
    }
}
