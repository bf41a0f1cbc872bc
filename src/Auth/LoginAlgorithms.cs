using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Auth;

/// <summary>Which signature algorithms a login may use.</summary>
internal static class LoginAlgorithms
{
    /// <summary>All there are but <c>ssh-rsa</c>: that is RSA with SHA-1 (RFC 8332 section 1) and serves by name only.</summary>
    public static ImmutableArray<string> Default { get; } =
        [.. SignatureAlgorithm.All.Where(row => row.Hash != HashName.Sha1).Select(row => row.Name)];

    /// <summary>The algorithms to try a key with, in order. It is more than one only where an RSA key meets a server that did not
    /// say what it accepts (RFC 8332 section 3.3): each is tried until one is accepted. The other types have one algorithm
    /// each, and it is tried even where the server's list leaves it out, as some servers list only their RSA algorithms.</summary>
    /// <param name="key">The key.</param>
    /// <param name="certificate">The certificate it is used with, or null.</param>
    /// <param name="allowed">What this side allows, in order of preference.</param>
    /// <param name="serverAccepts">The server's <c>server-sig-algs</c>, comma-separated; null where it sent none.</param>
    public static ImmutableArray<LoginAlgorithm> For(
        PublicKey key, Certificate? certificate, ImmutableArray<string> allowed, string? serverAccepts)
    {
        IEnumerable<LoginAlgorithm> usable = allowed.Where(key.SignatureAlgorithms.Contains)
            .Select(name => new LoginAlgorithm(certificate is null ? name : NameWith(certificate, name), name))
            .Where(algorithm => algorithm.Name.Length > 0);
        if (key.Type != KeyTypes.Rsa)
            return [.. usable.Take(1)];
        if (serverAccepts is null)
            return [.. usable];

        // Servers list what they verify; OpenSSH's list has no certificate algorithms in it although it takes them.
        string[] accepted = serverAccepts.Split(',');
        return [.. usable.Where(algorithm => accepted.Contains(algorithm.Name) || accepted.Contains(algorithm.Signature)).Take(1)];
    }

    private static string NameWith(Certificate certificate, string signatureAlgorithm) =>
        CertificateAlgorithm.Of(certificate.Type).FirstOrDefault(row => row.SignatureAlgorithm == signatureAlgorithm)?.Name ?? "";
}

/// <summary>How a key is used: the name its request carries, and the name its signature carries, which for a certificate is the plain
/// algorithm's.</summary>
internal readonly record struct LoginAlgorithm(string Name, string Signature);
