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
    /// <param name="allowed">What this side allows, in order of preference.</param>
    /// <param name="serverAccepts">The server's <c>server-sig-algs</c>, comma-separated; null where it sent none.</param>
    public static ImmutableArray<string> For(PublicKey key, ImmutableArray<string> allowed, string? serverAccepts)
    {
        ImmutableArray<string> usable = [.. allowed.Where(key.SignatureAlgorithms.Contains)];
        if (serverAccepts is null || key.SignatureAlgorithms.Length == 1)
            return usable;
        string[] accepted = serverAccepts.Split(',');
        return [.. usable.Where(accepted.Contains).Take(1)];
    }
}
