using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>Reads key files. What a file is, is found out from its content; every way it can be unusable has a sentence of its
/// own.</summary>
public static partial class KeyFile
{
    /// <summary>The largest file that is read, in bytes: 1 MiB. A private RSA key of 16384 bits takes 13 KiB.</summary>
    public const int MaximumSize = 1 << 20;

    /// <summary>Reads a private key file: OpenSSH's format, PEM, PKCS#8 or PuTTY's, also in DER.</summary>
    /// <param name="path">The file.</param>
    /// <param name="passphrase">Its passphrase; empty where none is given. A file that needs none does not look at it.</param>
    /// <exception cref="LocalMisuseException">The file cannot be read (<see cref="SshErrorCode.LocalFile"/>), is no key
    /// (<see cref="SshErrorCode.KeyFormatUnknown"/>), is encrypted and there is no passphrase
    /// (<see cref="SshErrorCode.PassphraseRequired"/>) or another (<see cref="SshErrorCode.PassphraseWrong"/>), is damaged
    /// (<see cref="SshErrorCode.KeyFileDamaged"/>), is of a type or protection that is not supported
    /// (<see cref="SshErrorCode.KeyUnsupported"/>), or asks for more work than is allowed
    /// (<see cref="SshErrorCode.LimitExceeded"/>).</exception>
    public static PrivateKey ReadPrivate(string path, ReadOnlySpan<char> passphrase = default)
    {
        using Secret content = ReadFile(path);
        return ReadPrivate(content.Span, passphrase, path);
    }

    /// <summary>Reads a private key from the content of a file.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="passphrase">Its passphrase; empty where none is given.</param>
    /// <param name="name">What messages call it: the file's name, or empty.</param>
    /// <exception cref="LocalMisuseException">As for <see cref="ReadPrivate(string, ReadOnlySpan{char})"/>.</exception>
    public static PrivateKey ReadPrivate(ReadOnlySpan<byte> content, ReadOnlySpan<char> passphrase = default, string name = "")
    {
        KeySource source = KeySource.Named(name);
        using KeyFileText text = Prepare(content, source);
        using KeyContainer container = OpenContainer(text.Bytes, source);
        return container.Open(passphrase);
    }

    /// <summary>Reads a private key file and checks that the public key file beside it belongs to it.</summary>
    /// <param name="privatePath">The private key's file.</param>
    /// <param name="publicPath">The public key's file, of any public format.</param>
    /// <param name="passphrase">The private key's passphrase; empty where none is given.</param>
    /// <exception cref="LocalMisuseException">As for <see cref="ReadPrivate(string, ReadOnlySpan{char})"/>, and
    /// <see cref="SshErrorCode.KeyPairMismatch"/>, which names both fingerprints.</exception>
    public static PrivateKey ReadPair(string privatePath, string publicPath, ReadOnlySpan<char> passphrase = default)
    {
        PublicKey publicKey = ReadPublic(publicPath);
        PrivateKey privateKey = ReadPrivate(privatePath, passphrase);
        if (publicKey.Equals(privateKey.PublicKey))
            return privateKey;
        privateKey.Dispose();
        throw KeySource.Mismatch(privateKey.PublicKey, privatePath, publicKey, publicPath);
    }

    /// <summary>Reads a public key from a file of any format that shows it without a passphrase, private ones too.</summary>
    /// <exception cref="LocalMisuseException">As for <see cref="ReadPrivate(string, ReadOnlySpan{char})"/>.</exception>
    public static PublicKey ReadPublic(string path)
    {
        using Secret content = ReadFile(path);
        return ReadPublic(content.Span, path);
    }

    /// <summary>Reads a public key from the content of a file of any format that shows it without a passphrase.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="name">What messages call it: the file's name, or empty.</param>
    /// <exception cref="LocalMisuseException">As for <see cref="ReadPrivate(string, ReadOnlySpan{char})"/>.</exception>
    public static PublicKey ReadPublic(ReadOnlySpan<byte> content, string name = "")
    {
        KeySource source = KeySource.Named(name);
        KeyFileInfo info = Inspect(content, source);
        if (info.Format == KeyFileFormat.Certificate)
            throw source.UnsupportedType(info.Certificate!.Type); // whoever trusts a key does not trust what an authority made of it
        if (info.PublicKey is not null)
            return info.PublicKey;
        throw info.Type is null || KeyTypes.IsSupported(info.Type) ? source.PassphraseRequired(info) : source.UnsupportedType(info.Type);
    }

    /// <summary>Says what a key file is, without its passphrase.</summary>
    /// <exception cref="LocalMisuseException">The file cannot be read, is no key, is damaged, or is protected in a way that is
    /// not supported.</exception>
    public static KeyFileInfo Inspect(string path)
    {
        using Secret content = ReadFile(path);
        return Inspect(content.Span, path);
    }

    /// <summary>Says what the content of a key file is, without its passphrase.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="name">What messages call it: the file's name, or empty.</param>
    /// <exception cref="LocalMisuseException">As for <see cref="Inspect(string)"/>.</exception>
    public static KeyFileInfo Inspect(ReadOnlySpan<byte> content, string name = "") => Inspect(content, KeySource.Named(name));

    private static KeyFileInfo Inspect(ReadOnlySpan<byte> content, KeySource source)
    {
        using KeyFileText text = Prepare(content, source);
        content = text.Bytes;
        if (RecognisePublic(content, source) is { } format)
        {
            if (format == KeyFileFormat.Certificate)
                return PublicKeyFile.ReadCertificate(content, source);
            PublicKey key = PublicKeyFile.Read(format, content.TrimStart(" \t\r\n"u8), source, out string comment);
            return new KeyFileInfo
            {
                Format = format,
                IsPrivate = false,
                Type = key.Type,
                PublicKey = key,
                Comment = comment.Length > 0 ? comment : null,
            };
        }

        using KeyContainer container = OpenContainer(content, source);
        KeyFileInfo info = container.Info;
        if (info.IsEncrypted || (info.Type is not null && !KeyTypes.HasPrivateKeys(info.Type)))
            return info;
        using PrivateKey plain = container.Open([]);
        return info with
        {
            Type = plain.PublicKey.Type,
            PublicKey = plain.PublicKey,
            Comment = plain.Comment.Length > 0 ? plain.Comment : info.Comment,
        };
    }

    private static KeyContainer OpenContainer(ReadOnlySpan<byte> content, KeySource source)
    {
        if (PuttyKeyFile.IsIn(content))
            return PuttyKeyFile.Parse(content, source);
        if (content.StartsWith(OpenSshKeyFile.Magic))
            return OpenSshKeyFile.Parse(content, source);
        if (RecognisePublic(content, source) is not null)
        {
            (string what, string instead) = KeyFileLooks.DescribePublic(content);
            throw source.NotPrivate(what, instead);
        }

        if (PemBlock.IsIn(content))
            return OpenPem(content, source);
        (string found, string? remedy) = KeyFileLooks.Describe(content, label: null);
        throw source.NotAKey(found, remedy);
    }

    private static KeyContainer OpenPem(ReadOnlySpan<byte> content, KeySource source)
    {
        PemBlock block = PemBlock.Read(content, source);
        bool isOwned = false;
        try
        {
            switch (block.Label)
            {
                case OpenSshKeyFile.Label:
                    return OpenSshKeyFile.Parse(block.Body.Span, source);
                case Pkcs8KeyFile.Label or Pkcs8KeyFile.EncryptedLabel:
                    return Pkcs8KeyFile.Parse(block.Body.Span, block.Label == Pkcs8KeyFile.EncryptedLabel, source);
                case PemKeyFile.RsaLabel or PemKeyFile.EcLabel:
                    PemKeyFile opened = PemKeyFile.Parse(block, source);
                    isOwned = true;
                    return opened;
                case "DSA PRIVATE KEY":
                    throw source.UnsupportedType("ssh-dss");
                default:
                    (string found, string? remedy) = KeyFileLooks.Describe(content, block.Label);
                    throw source.NotAKey(found, remedy);
            }
        }
        finally
        {
            if (!isOwned)
                block.Dispose();
        }
    }

    // Only the beginning becomes a string, and only where no private format was recognised by its own first bytes.
    private static KeyFileFormat? RecognisePublic(ReadOnlySpan<byte> content, KeySource source)
    {
        ReadOnlySpan<byte> start = content.TrimStart(" \t\r\n"u8);
        if (PuttyKeyFile.IsIn(content) || content.StartsWith(OpenSshKeyFile.Magic))
            return null;
        return PemBlock.IsIn(start)
            ? PublicKeyFile.Recognise([], PemBlock.LabelOf(start, source))
            : PublicKeyFile.Recognise(Encoding.Latin1.GetString(start[..Math.Min(start.Length, 4096)]), pemLabel: null);
    }

    private static KeyFileText Prepare(ReadOnlySpan<byte> content, KeySource source) =>
        content.Length <= MaximumSize ? new KeyFileText(content) : throw source.NotAKey($"it has more than {MaximumSize} bytes");

    private static Secret ReadFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            long length = file.CanSeek ? Math.Min(file.Length, MaximumSize) : MaximumSize; // a pipe does not know its length
            using Secret buffer = new((int)length + 1);
            int read = file.ReadAtLeast(buffer.Span, buffer.Length, throwOnEndOfStream: false);
            return new Secret(buffer.Span[..read]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            if (failure is FileNotFoundException or DirectoryNotFoundException)
                throw LocalFile($"There is no key file {path}.", "Check the path; it is taken from the current directory.", failure);
            string why = Directory.Exists(path) ? "it is a directory." : failure.Message;
            throw LocalFile($"The key file {path} cannot be read: {why}", null, failure);
        }
    }

    private static LocalMisuseException LocalFile(string sentence, string? remedy, Exception failure) =>
        new(SshErrorCode.LocalFile, sentence, remedy, failure);
}
