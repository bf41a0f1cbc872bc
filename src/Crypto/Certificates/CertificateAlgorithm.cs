using System.Collections.Immutable;

namespace LucidSsh.Crypto;

/// <summary>A public key algorithm with a certificate: its name in negotiation and login requests, and the plain algorithm that makes
/// and names the signature (OpenSSH's PROTOCOL.certkeys).</summary>
/// <param name="Name">The name in the host key list or a login request.</param>
/// <param name="CertificateType">The type the certificate's blob names; the rsa-sha2 algorithms share ssh-rsa-cert-v01@openssh.com.</param>
/// <param name="SignatureAlgorithm">The plain algorithm: a signature carries this name, never the certificate algorithm's.</param>
/// <param name="KeyType">The type of the certified key.</param>
/// <param name="KeyFields">How many strings or mpints the key has after its type.</param>
internal sealed record CertificateAlgorithm(string Name, string CertificateType, string SignatureAlgorithm, string KeyType, int KeyFields)
{
    private const string Rsa = "ssh-rsa-cert-v01@openssh.com";

    /// <summary>Every certificate algorithm, in OpenSSH's order. ssh-rsa-cert-v01@openssh.com signs
    /// with SHA-1 and is for use by name only, as ssh-rsa is.</summary>
    public static ImmutableArray<CertificateAlgorithm> All { get; } =
    [
        Plain("ssh-ed25519", 1),                      // string point
        Plain("ecdsa-sha2-nistp256", 2),                  // string curve, string point
        Plain("ecdsa-sha2-nistp384", 2),
        Plain("ecdsa-sha2-nistp521", 2),
        Security("sk-ssh-ed25519", 2),                // string point, string application
        Security("sk-ecdsa-sha2-nistp256", 3),            // string curve, string point, string application
        new("webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", Crypto.SignatureAlgorithm.WebAuthn, KeyTypes.SkEcdsaNistP256, 3),
        new("rsa-sha2-512-cert-v01@openssh.com", Rsa, "rsa-sha2-512", KeyTypes.Rsa, 2), // mpint e, mpint n
        new("rsa-sha2-256-cert-v01@openssh.com", Rsa, "rsa-sha2-256", KeyTypes.Rsa, 2),
        new(Rsa, Rsa, "ssh-rsa", KeyTypes.Rsa, 2),
    ];

    /// <summary>The row of a name, or null.</summary>
    public static CertificateAlgorithm? Find(string name) => All.FirstOrDefault(row => row.Name == name);

    /// <summary>The rows of a certificate's type, the preferred one first; none where it is no certificate type.</summary>
    public static IEnumerable<CertificateAlgorithm> Of(string certificateType) => All.Where(row => row.CertificateType == certificateType);

    private static CertificateAlgorithm Plain(string type, int fields)
    {
        string name = $"{type}-cert-v01@openssh.com";
        return new CertificateAlgorithm(name, name, type, type, fields);
    }

    // Keys in a hardware security key (FIDO): the @openssh.com of the plain type moves to the end.
    private static CertificateAlgorithm Security(string type, int fields)
    {
        string name = $"{type}-cert-v01@openssh.com";
        return new CertificateAlgorithm(name, name, $"{type}@openssh.com", $"{type}@openssh.com", fields);
    }
}
