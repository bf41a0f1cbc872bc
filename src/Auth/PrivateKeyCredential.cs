using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Something that can sign with a private key it keeps to itself: an agent, a smart card, a hardware module, a key vault, a
/// certificate store. It is asked only after the server has said that the key would do, so that a card's owner is not disturbed in
/// vain; it may take as long as the login may. What it throws is the inner exception of the login's failure.</summary>
public interface ISigner
{
    /// <summary>The public key it signs for, plain: a certificate goes to <see cref="PrivateKeyCredential.FromSigner"/>.</summary>
    PublicKey PublicKey { get; }

    /// <summary>Signs.</summary>
    /// <param name="algorithm">One of the public key's <see cref="PublicKey.SignatureAlgorithms"/>, never a certificate's: for RSA
    /// <c>rsa-sha2-512</c> or <c>rsa-sha2-256</c>, as the server wants it, PKCS#1 v1.5 over that hash (an agent is told by flag).</param>
    /// <param name="data">What is signed: the message itself, not its hash.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The signature blob: string algorithm, string signature (RFC 4253 section 6.6); ECDSA's signature is mpint r, mpint s
    /// (RFC 5656 section 3.1.2), and a FIDO token's (<c>sk-…</c>) blob ends with byte flags, uint32 counter. It is verified with the public
    /// key before it is sent.</returns>
    ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);
}

/// <summary>A private key, for the method <c>publickey</c> (RFC 4252 section 7). The server is first asked whether the key would
/// do; only then is it used. With a certificate the certificate is tried first, then the plain key. A certificate that has expired,
/// is not valid yet or is no user's is not sent; the report says so.</summary>
public sealed class PrivateKeyCredential : Credential
{
    private readonly SigningKey _key;

    private PrivateKeyCredential(SigningKey key) => _key = key;

    /// <summary>The public half, plain.</summary>
    public PublicKey PublicKey => _key.PublicKey;

    /// <summary>The certificate that is tried before the plain key; null where there is none.</summary>
    public Certificate? Certificate => _key.Certificate;

    /// <summary>Reads a private key file of any format; the key is zeroed when the credential is disposed of.</summary>
    /// <param name="path">The file.</param>
    /// <param name="passphrase">Opens it; empty for a file that is not encrypted.</param>
    /// <param name="publicKeyPath">The public key's file, which must be the private key's pair; null derives it.</param>
    /// <param name="certificatePath">The certificate's file; null takes <c>PATH-cert.pub</c> where that exists, as ssh does. What is wrong
    /// with that one is in the login's report; what is wrong with a named one is an exception.</param>
    /// <exception cref="LocalMisuseException">A file cannot be read, opened or used, or they do not belong together; its code says which.</exception>
    public static PrivateKeyCredential FromFile(
        string path, ReadOnlySpan<char> passphrase = default, string? publicKeyPath = null, string? certificatePath = null) =>
        new(SigningKey.FromFile(path, passphrase, publicKeyPath, certificatePath));

    /// <summary>Uses a key that stays the caller's.</summary>
    /// <param name="key">The key.</param>
    /// <param name="certificate">A certificate of it, or null.</param>
    /// <exception cref="LocalMisuseException">The certificate is another key's.</exception>
    public static PrivateKeyCredential FromKey(PrivateKey key, Certificate? certificate = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new PrivateKeyCredential(SigningKey.From(key, null, certificate));
    }

    /// <summary>Uses a key that somebody else keeps.</summary>
    /// <param name="signer">Who keeps it.</param>
    /// <param name="certificate">A certificate of it, or null.</param>
    /// <param name="certificateOnly">True where the signer signs for the certificate alone, as some agents do: the plain key is not tried.</param>
    /// <exception cref="LocalMisuseException">The certificate is another key's.</exception>
    public static PrivateKeyCredential FromSigner(ISigner signer, Certificate? certificate = null, bool certificateOnly = false)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return new PrivateKeyCredential(SigningKey.From(null, signer, certificate)) { CertificateOnly = certificateOnly && certificate is not null };
    }

    /// <inheritdoc />
    public override string ToString() => $"the key {PublicKey.Fingerprint}";

    internal override string Method => LoginMethods.PublicKey;

    internal SigningKey Key => _key;

    internal override IEnumerable<CredentialUse> Uses =>
        _key.UsesAs(this).Where(use => use.Certificate is not null || !CertificateOnly);

    private bool CertificateOnly { get; init; }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _key.Dispose();
        base.Dispose(disposing);
    }
}
