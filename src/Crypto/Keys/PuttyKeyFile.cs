using System.Globalization;
using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>A private key as PuTTY writes it (.ppk), version 2 or 3 (PuTTY manual, appendix C): lines of "Name: value", the
/// public blob and the private numbers in base64, and a MAC over everything. Version 2 derives its keys by SHA-1, version 3 by
/// Argon2.</summary>
internal sealed partial class PuttyKeyFile : KeyContainer
{
    private const string Aes256Cbc = "aes256-cbc";
    private const int CipherKeySize = 32;
    private const int IvSize = 16;
    private const int MacKeySize = 32;

    private readonly int _version;
    private readonly string _type;
    private readonly byte[] _comment; // as it stands in the file, in whatever character set: the MAC covers it
    private readonly byte[] _publicBlob;
    private readonly Secret _private;
    private readonly byte[] _mac;
    private readonly PuttyKeyDerivation? _derivation;
    private readonly bool _encrypted;

    private PuttyKeyFile(ref LineCursor lines, int version, KeySource source)
        : base(source)
    {
        _version = version;
        _type = lines.Text($"PuTTY-User-Key-File-{version}");
        string encryption = lines.Text("Encryption");
        if (encryption is not ("none" or Aes256Cbc))
            throw source.UnsupportedProtection($"cipher {encryption}");
        _encrypted = encryption == Aes256Cbc;
        _comment = lines.Value("Comment").ToArray();
        using Secret publicBlob = lines.Base64("Public-Lines");
        _publicBlob = publicBlob.Span.ToArray();
        if (_encrypted && version == 3)
            _derivation = PuttyKeyDerivation.Read(ref lines, source);
        _private = lines.Base64("Private-Lines");
        string mac = lines.Text("Private-MAC");
        int macSize = version == 2 ? 20 : 32;
        if (mac.Length != 2 * macSize || !mac.All(char.IsAsciiHexDigit))
            throw source.Damaged($"Private-MAC is not {macSize} bytes in hexadecimal");
        _mac = Convert.FromHexString(mac);
        if (_encrypted && (_private.Length == 0 || _private.Length % IvSize != 0))
            throw source.Damaged($"its private part has {_private.Length} bytes, no multiple of {IvSize}");
    }

    private static ReadOnlySpan<byte> Prefix => "PuTTY-User-Key-File-"u8;

    /// <inheritdoc />
    public override KeyFileInfo Info
    {
        get
        {
            PublicKey? key = ReadPublic(out Certificate? certificate, out _);
            return new KeyFileInfo
            {
                Format = KeyFileFormat.Putty,
                IsPrivate = true,
                Cipher = _encrypted ? Aes256Cbc : null,
                KeyDerivation = _encrypted ? _derivation?.Name ?? "SHA-1" : null,
                Type = certificate is null ? _type : certificate.Key.Type,
                PublicKey = key,
                Certificate = certificate,
                Comment = _comment.Length > 0 ? Encoding.UTF8.GetString(_comment) : null,
            };
        }
    }

    /// <summary>True where <paramref name="content"/> begins as PuTTY's files do.</summary>
    public static bool IsIn(ReadOnlySpan<byte> content) => content.StartsWith(Prefix);

    /// <summary>Takes a file apart.</summary>
    public static PuttyKeyFile Parse(ReadOnlySpan<byte> content, KeySource source)
    {
        source = source with { IsPutty = true };
        int version = content[Prefix.Length..] switch
        {
            [(byte)'2', (byte)':', ..] => 2,
            [(byte)'3', (byte)':', ..] => 3,
            _ => throw source.Unsupported(
                "is a PuTTY key file of a version other than 2 and 3, which is not supported",
                "Load it in PuTTYgen and save it again."),
        };
        LineCursor lines = new(content, source);
        return new PuttyKeyFile(ref lines, version, source);
    }

    /// <inheritdoc />
    public override void Dispose() => _private.Dispose();

    private protected override PrivateKey Open(ReadOnlySpan<byte> passphrase)
    {
        PublicKey publicKey = ReadPublic(out Certificate? certificate, out PublicKeyFault fault) ?? throw Source.Refused(fault);
        if (_type != (certificate?.Type ?? publicKey.Type))
            throw Source.Damaged($"its first line says {TerminalText.OneLine(_type, WireLimits.Name)}, but the key in it is {certificate?.Type ?? publicKey.Type}");

        using Secret keys = new(CipherKeySize + IvSize + MacKeySize);
        int macKeySize = DeriveKeys(passphrase, keys.Span);
        using Secret plain = new(_private.Span);
        if (_encrypted)
            AesCbc.Decrypt(keys.Span[..CipherKeySize], keys.Span.Slice(CipherKeySize, IvSize), _private.Span, plain.Span);
        if (!IsMacRight(keys.Span.Slice(CipherKeySize + IvSize, macKeySize), plain.Span))
            throw _encrypted ? Source.PassphraseWrong() : Source.Damaged("its Private-MAC does not fit its content");
        PrivateKey key = ReadPrivate(publicKey, plain.Span);
        key.Comment = Encoding.UTF8.GetString(_comment);
        return key;
    }

    // PuTTY 0.78 keeps a certificate in the place of the public key.
    private PublicKey? ReadPublic(out Certificate? certificate, out PublicKeyFault fault)
    {
        certificate = null;
        if (!Certificate.IsCertificateType(_type))
            return PublicKey.TryParse(_publicBlob, out PublicKey? key, out fault) ? key : null;
        return Certificate.TryParse(_publicBlob, out certificate, out fault) ? certificate.Key : null;
    }

    // Fills cipher key, IV and MAC key, and returns the MAC key's length. Version 2: two SHA-1 for the cipher, a zero IV, and
    // a MAC key that an unencrypted file has too; version 3: one run of Argon2, and an empty MAC key without encryption.
    private int DeriveKeys(ReadOnlySpan<byte> passphrase, Span<byte> keys)
    {
        if (_version == 3)
        {
            _derivation?.Derive(passphrase, keys);
            return _encrypted ? MacKeySize : 0;
        }

        using Hash sha1 = Hash.Create(HashName.Sha1);
        using Secret pair = new(40);
        if (_encrypted)
        {
            for (int i = 0; i < 2; i++)
            {
                sha1.Append([0, 0, 0, (byte)i]);
                sha1.Append(passphrase);
                sha1.Finish(pair.Span[(20 * i)..]);
            }

            pair.Span[..CipherKeySize].CopyTo(keys);
        }

        sha1.Append("putty-private-key-file-mac-key"u8);
        sha1.Append(_encrypted ? passphrase : []);
        sha1.Finish(keys[(CipherKeySize + IvSize)..]);
        return 20;
    }

    private bool IsMacRight(ReadOnlySpan<byte> macKey, ReadOnlySpan<byte> plain)
    {
        HashName hash = _version == 2 ? HashName.Sha1 : HashName.Sha256;
        return ConstantTime.Equal(Mac(hash, macKey, _type, _encrypted ? Aes256Cbc : "none", _comment, _publicBlob, plain), _mac);
    }

    private static byte[] Mac(
        HashName hash, ReadOnlySpan<byte> macKey, string type, string encryption, ReadOnlySpan<byte> comment, ReadOnlySpan<byte> publicBlob,
        ReadOnlySpan<byte> plain)
    {
        WireBuffer covered = new(1024 + publicBlob.Length + plain.Length);
        SshWriter writer = new(covered);
        writer.Text(type);
        writer.Text(encryption);
        writer.String(comment);
        writer.String(publicBlob);
        writer.String(plain);
        byte[] mac = Hmac.Compute(hash, macKey, covered.Written);
        covered.Zero();
        return mac;
    }

    // RSA: mpint d, p, q, 1/q mod p. ECDSA: mpint d. Ed25519: string of the seed. Encrypted, padding of any content follows.
    private PrivateKey ReadPrivate(PublicKey publicKey, ReadOnlySpan<byte> plain)
    {
        SshReader reader = new(plain);
        string fault = "";
        PrivateKey? key;
        if (publicKey is SshRsaPublicKey rsa)
        {
            ReadOnlySpan<byte> d = reader.MpInt("private exponent"), p = reader.MpInt("first prime"), q = reader.MpInt("second prime");
            key = reader.Fault is null ? SshRsaPrivateKey.FromNumbers(rsa.Modulus, rsa.Exponent, d, p, q, out fault) : null;
        }
        else if (publicKey is SshEd25519PublicKey)
        {
            ReadOnlySpan<byte> seed = reader.String("Ed25519 private key");
            fault = $"Ed25519 private key has {seed.Length} bytes, {Ed25519.SeedLength} are expected";
            key = seed.Length == Ed25519.SeedLength ? SshEd25519PrivateKey.FromSeed(seed) : null;
        }
        else
        {
            fault = "ECDSA private key is out of range";
            key = SshEcdsaPrivateKey.FromScalar(publicKey.Type, reader.MpInt("ECDSA private key"));
        }

        if (key is null)
            throw Source.Damaged(reader.Fault ?? fault);
        if (publicKey.Equals(key.PublicKey))
            return key;
        key.Dispose();
        throw Source.Damaged("its public key does not belong to its private key");
    }

    /// <summary>Walks along the lines, which stand in a fixed order.</summary>
    internal ref struct LineCursor(ReadOnlySpan<byte> rest, KeySource source)
    {
        private ReadOnlySpan<byte> _rest = rest;

        /// <summary>The value of the next line, which must have this name.</summary>
        public ReadOnlySpan<byte> Value(string name)
        {
            ReadOnlySpan<byte> line = Next();
            ReadOnlySpan<byte> start = Encoding.ASCII.GetBytes($"{name}: ");
            return line.StartsWith(start) ? line[start.Length..] : throw source.Damaged($"its line {name} is missing or out of place");
        }

        /// <summary>The same as text.</summary>
        public string Text(string name) => Encoding.ASCII.GetString(Value(name));

        /// <summary>The same as a number that is not negative.</summary>
        public int Number(string name) =>
            int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                ? value
                : throw source.Damaged($"its line {name} holds no number");

        /// <summary>The base64 of as many lines as the next line says.</summary>
        public Secret Base64(string name)
        {
            int count = Number(name);
            ReadOnlySpan<byte> start = _rest;
            int length = 0;
            for (int i = 0; i < count; i++)
            {
                if (_rest.IsEmpty)
                    throw source.Damaged($"its line {name} says {count} lines, {i} are there");
                Next();
                length = start.Length - _rest.Length;
            }

            return PemBlock.Decode(start[..length], source);
        }

        private ReadOnlySpan<byte> Next()
        {
            int end = _rest.IndexOfAny((byte)'\n', (byte)'\r');
            ReadOnlySpan<byte> line = end < 0 ? _rest : _rest[..end];
            bool isPair = end >= 0 && _rest[end..].StartsWith("\r\n"u8);
            _rest = end < 0 ? default : _rest[(end + (isPair ? 2 : 1))..];
            return line;
        }
    }
}
