using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>A public key algorithm: what a host proves itself with, and what a user may log in with.</summary>
/// <param name="Name">Its name in negotiation.</param>
/// <param name="KeyType">The type its blob names, of a key or of a certificate; the rsa-sha2 algorithms share ssh-rsa (RFC 8332 section 3).</param>
/// <param name="Posture">How it is offered.</param>
internal sealed record HostKeyAlgorithm(string Name, string KeyType, Posture Posture = Posture.Offered)
{
    /// <summary>The algorithm that makes the signature and names it: the same, but for a certificate the plain key's.</summary>
    public string SignatureAlgorithm { get; init; } = Name;

    /// <summary>True where a certificate is shown and not a plain key.</summary>
    public bool IsCertificate => SignatureAlgorithm != Name;
}

/// <summary>Every public key algorithm, in OpenSSH's order: certificates first, so that a host that has one shows it. A
/// host has no security key: nobody could touch it for every connection.</summary>
internal static class HostKeyTable
{
    /// <summary>All rows.</summary>
    public static ImmutableArray<HostKeyAlgorithm> All { get; } =
    [
        .. CertificateAlgorithm.All.Where(row => !KeyTypes.IsSecurityKey(row.KeyType)).Select(Certified),
        new("ssh-ed25519", "ssh-ed25519"),
        new("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"),
        new("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"),
        new("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"),
        new("rsa-sha2-512", "ssh-rsa"),
        new("rsa-sha2-256", "ssh-rsa"),
        new("ssh-rsa", "ssh-rsa", Posture.OnlyByName),
    ];

    /// <summary>What a server takes for logging in: the value of server-sig-algs (RFC 8308 section 3.1).</summary>
    public static IEnumerable<string> UserKeyAlgorithms =>
        SignatureAlgorithm.All.Select(row => row.Name).Where(name => Find(name)?.Posture is null or Posture.Offered);

    /// <summary>The row of a name, or null.</summary>
    public static HostKeyAlgorithm? Find(string name) => All.FirstOrDefault(row => row.Name == name);

    private static HostKeyAlgorithm Certified(CertificateAlgorithm row) =>
        new(row.Name, row.CertificateType, row.SignatureAlgorithm == KeyTypes.Rsa ? Posture.OnlyByName : Posture.Offered) { SignatureAlgorithm = row.SignatureAlgorithm };
}
