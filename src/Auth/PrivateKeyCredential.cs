using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Something that can sign with a private key it keeps to itself: an agent, a smart card, a key vault.</summary>
public interface ISigner
{
    /// <summary>The public key it signs for.</summary>
    PublicKey PublicKey { get; }

    /// <summary>Signs.</summary>
    /// <param name="algorithm">One of the public key's <see cref="PublicKey.SignatureAlgorithms"/>.</param>
    /// <param name="data">What is signed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The signature blob: string algorithm, string signature (RFC 4253 section 6.6).</returns>
    ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);
}

/// <summary>A private key, for the method <c>publickey</c> (RFC 4252 section 7). The server is first asked whether the key would
/// do; only then is it used.</summary>
public sealed class PrivateKeyCredential : Credential
{
    private readonly PrivateKey? _key;
    private readonly bool _ownsKey;
    private readonly ISigner? _signer;

    private PrivateKeyCredential(PrivateKey? key, bool ownsKey, ISigner? signer)
    {
        _key = key;
        _ownsKey = ownsKey;
        _signer = signer;
        PublicKey = key?.PublicKey ?? signer!.PublicKey;
    }

    /// <summary>The public half.</summary>
    public PublicKey PublicKey { get; }

    /// <summary>Reads a private key file of any format; the key is zeroed when the credential is disposed of.</summary>
    /// <param name="path">The file.</param>
    /// <param name="passphrase">Opens it; empty for a file that is not encrypted.</param>
    /// <param name="publicKeyPath">The public key's file, which must be the private key's pair; null derives it.</param>
    /// <exception cref="LocalMisuseException">A file cannot be read, opened or used, or the two are no pair; its code says which.</exception>
    public static PrivateKeyCredential FromFile(string path, ReadOnlySpan<char> passphrase = default, string? publicKeyPath = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        PrivateKey key = publicKeyPath is null
            ? KeyFile.ReadPrivate(path, passphrase)
            : KeyFile.ReadPair(path, publicKeyPath, passphrase);
        return new PrivateKeyCredential(key, ownsKey: true, null);
    }

    /// <summary>Uses a key that stays the caller's.</summary>
    public static PrivateKeyCredential FromKey(PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new PrivateKeyCredential(key, ownsKey: false, null);
    }

    /// <summary>Uses a key that somebody else keeps.</summary>
    public static PrivateKeyCredential FromSigner(ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return new PrivateKeyCredential(null, ownsKey: false, signer);
    }

    /// <inheritdoc />
    public override string ToString() => $"the key {PublicKey.Fingerprint}";

    internal override string Method => LoginMethods.PublicKey;

    internal ValueTask<byte[]> SignAsync(
        string algorithm, ReadOnlyMemory<byte> data, IRandomSource random, CancellationToken cancellationToken) =>
        _key is not null
            ? ValueTask.FromResult(_key.Sign(algorithm, data.Span, random))
            : _signer!.SignAsync(algorithm, data, cancellationToken);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && _ownsKey)
            _key?.Dispose();
        base.Dispose(disposing);
    }
}
