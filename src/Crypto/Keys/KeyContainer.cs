using System.Text;

namespace LucidSsh.Crypto;

/// <summary>A private key file that has been taken apart, but not opened: what it tells without a passphrase, and the way to
/// the key. It zeroes what it holds when it is disposed.</summary>
internal abstract class KeyContainer(KeySource source) : IDisposable
{
    /// <summary>Where the file came from.</summary>
    protected KeySource Source { get; } = source;

    /// <summary>What the file tells without its passphrase.</summary>
    public abstract KeyFileInfo Info { get; }

    /// <summary>Decrypts, if need be, and checks the key. A passphrase that is not needed is not looked at.</summary>
    public PrivateKey Open(ReadOnlySpan<char> passphrase)
    {
        KeyFileInfo info = Info;
        if (info.Type is not null && !KeyTypes.HasPrivateKeys(info.Type))
            throw Source.UnsupportedType(info.Type); // a passphrase would not help
        if (info.IsEncrypted && passphrase.IsEmpty)
            throw Source.PassphraseRequired(info);

        using Secret utf8 = new(Encoding.UTF8.GetByteCount(passphrase));
        Encoding.UTF8.GetBytes(passphrase, utf8.Span);
        return Open(utf8.Span);
    }

    /// <inheritdoc />
    public abstract void Dispose();

    private protected abstract PrivateKey Open(ReadOnlySpan<byte> passphrase);
}
