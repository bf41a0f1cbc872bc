using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>A public key algorithm: what a host proves itself with, and what a user may log in with.</summary>
/// <param name="Name">Its name in negotiation and signatures.</param>
/// <param name="KeyType">The type its key blob names; the rsa-sha2 algorithms share ssh-rsa (RFC 8332 section 3).</param>
/// <param name="Posture">How it is offered.</param>
internal sealed record HostKeyAlgorithm(string Name, string KeyType, Posture Posture = Posture.Offered);

/// <summary>Every public key algorithm, in OpenSSH's order.</summary>
internal static class HostKeyTable
{
    /// <summary>All rows.</summary>
    public static ImmutableArray<HostKeyAlgorithm> All { get; } =
    [
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
}
