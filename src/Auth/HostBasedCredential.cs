using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>A host that vouches for its user, for the method <c>hostbased</c> (RFC 4252 section 9): whoever holds this host's key may
/// log in as its users do. The server must be told to trust the host (OpenSSH: <c>HostbasedAuthentication</c>, the host's key in its
/// known hosts, the host in <c>.shosts</c> or <c>/etc/ssh/shosts.equiv</c>); few are.</summary>
public sealed class HostBasedCredential : Credential
{
    private readonly SigningKey _key;

    private HostBasedCredential(SigningKey key, string clientHost, string clientUser)
    {
        ArgumentException.ThrowIfNullOrEmpty(clientHost);
        ArgumentNullException.ThrowIfNull(clientUser);
        (_key, ClientHost, ClientUser) = (key, clientHost, clientUser);
    }

    /// <summary>The host key's public half, plain.</summary>
    public PublicKey PublicKey => _key.PublicKey;

    /// <summary>The host's certificate, tried before the plain key; null where there is none.</summary>
    public Certificate? Certificate => _key.Certificate;

    /// <summary>This host's name as the server knows it, fully qualified. OpenSSH's client ends it with a dot, and its server takes it
    /// with and without.</summary>
    public string ClientHost { get; }

    /// <summary>The user's name on this host.</summary>
    public string ClientUser { get; }

    /// <summary>Reads the host's private key, for example <c>/etc/ssh/ssh_host_ed25519_key</c>, which mostly root alone may read, and its
    /// certificate <c>PATH-cert.pub</c> where there is one. The key is zeroed when the credential is disposed of.</summary>
    /// <param name="path">The file.</param>
    /// <param name="clientHost">This host's name as the server knows it.</param>
    /// <param name="clientUser">The user's name on this host.</param>
    /// <param name="passphrase">Opens the file; empty for one that is not encrypted.</param>
    /// <exception cref="LocalMisuseException">The file cannot be read, opened or used; its code says which.</exception>
    public static HostBasedCredential FromFile(
        string path, string clientHost, string clientUser, ReadOnlySpan<char> passphrase = default) =>
        new(SigningKey.FromFile(path, passphrase, null, null), clientHost, clientUser);

    /// <summary>Uses a host key that stays the caller's.</summary>
    /// <param name="key">The key.</param>
    /// <param name="clientHost">This host's name as the server knows it.</param>
    /// <param name="clientUser">The user's name on this host.</param>
    /// <param name="certificate">The host's certificate, or null.</param>
    public static HostBasedCredential FromKey(PrivateKey key, string clientHost, string clientUser, Certificate? certificate = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new HostBasedCredential(SigningKey.From(key, null, certificate), clientHost, clientUser);
    }

    /// <summary>Uses a host key that somebody else keeps, as <c>ssh-keysign</c> does for ssh.</summary>
    /// <param name="signer">Who keeps it.</param>
    /// <param name="clientHost">This host's name as the server knows it.</param>
    /// <param name="clientUser">The user's name on this host.</param>
    /// <param name="certificate">The host's certificate, or null.</param>
    public static HostBasedCredential FromSigner(ISigner signer, string clientHost, string clientUser, Certificate? certificate = null)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return new HostBasedCredential(SigningKey.From(null, signer, certificate), clientHost, clientUser);
    }

    /// <inheritdoc />
    public override string ToString() =>
        $"the host key {PublicKey.Fingerprint} of {TerminalText.OneLine(ClientHost, 100)} for its user {TerminalText.OneLine(ClientUser, 60)}";

    internal override string Method => LoginMethods.HostBased;

    internal SigningKey Key => _key;

    internal override IEnumerable<CredentialUse> Uses => _key.UsesAs(this);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _key.Dispose();
        base.Dispose(disposing);
    }
}
