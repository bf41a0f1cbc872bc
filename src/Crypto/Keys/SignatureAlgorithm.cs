using System.Collections.Immutable;

namespace LucidSsh.Crypto;

/// <summary>A signature algorithm: a name of its own, the type of key it signs with, and the hash it signs.</summary>
internal sealed record SignatureAlgorithm(string Name, string KeyType, HashName Hash)
{
    /// <summary>A security key's signature that a browser made (OpenSSH PROTOCOL.u2f, "SSH U2F signatures").</summary>
    public const string WebAuthn = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";

    /// <summary>Every signature algorithm, the preferred ones of a key type first. "ssh-rsa" as a signature algorithm is RSA with
    /// SHA-1: forgeable for who can choose what is signed, and therefore last and used only where a user names it.</summary>
    public static ImmutableArray<SignatureAlgorithm> All { get; } =
    [
        //  signature algorithm              key type                     hash            source
        new("ssh-ed25519",                   KeyTypes.Ed25519,            HashName.Sha512), // RFC 8709
        new("ecdsa-sha2-nistp256",           KeyTypes.EcdsaNistP256,      HashName.Sha256), // RFC 5656 section 6.2.1
        new("ecdsa-sha2-nistp384",           KeyTypes.EcdsaNistP384,      HashName.Sha384),
        new("ecdsa-sha2-nistp521",           KeyTypes.EcdsaNistP521,      HashName.Sha512),
        new(KeyTypes.SkEd25519,              KeyTypes.SkEd25519,          HashName.Sha256), // OpenSSH PROTOCOL.u2f
        new(KeyTypes.SkEcdsaNistP256,        KeyTypes.SkEcdsaNistP256,    HashName.Sha256),
        new(WebAuthn,                        KeyTypes.SkEcdsaNistP256,    HashName.Sha256),
        new("rsa-sha2-512",                  KeyTypes.Rsa,                HashName.Sha512), // RFC 8332
        new("rsa-sha2-256",                  KeyTypes.Rsa,                HashName.Sha256),
        new("ssh-rsa",                       KeyTypes.Rsa,                HashName.Sha1),   // RFC 4253 section 6.6
    ];

    /// <summary>The row of <paramref name="name"/>, or null.</summary>
    public static SignatureAlgorithm? Find(string name)
    {
        foreach (SignatureAlgorithm row in All)
        {
            if (row.Name == name)
                return row;
        }

        return null;
    }

    /// <summary>The names a key of <paramref name="keyType"/> can sign with, the preferred one first.</summary>
    public static ImmutableArray<string> NamesFor(string keyType) =>
        [.. All.Where(row => row.KeyType == keyType).Select(row => row.Name)];
}
