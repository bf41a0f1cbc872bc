using System.Collections.Immutable;
using System.Net;

namespace LucidSsh.Crypto;

/// <summary>What a certificate is wanted for: everything <see cref="CertificateRules"/> decide by.</summary>
/// <param name="Kind">Whether a user logs in with it or a host proves itself.</param>
/// <param name="Names">The principals of which it must have one. For a user: the user name, or the names a policy maps it to. For a host:
/// its name as the user gave it, without the port.</param>
/// <param name="Now">The time.</param>
public sealed record CertificateUse(CertificateKind Kind, ImmutableArray<string> Names, DateTimeOffset Now)
{
    /// <summary>A use by one name.</summary>
    public CertificateUse(CertificateKind kind, string name, DateTimeOffset now)
        : this(kind, [name], now)
    {
    }

    /// <summary>Where the user comes from; null where that is not known, which a certificate with source-address does not let pass.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>The algorithms an authority may have signed with; by default all but ssh-rsa, which signs with SHA-1.</summary>
    public ImmutableArray<string> AuthorityAlgorithms { get; init; } = CertificateRules.DefaultAuthorityAlgorithms;

    /// <summary>The smallest RSA key, certified or the authority's, in bits.</summary>
    public int MinimumRsaBits { get; init; } = 2048;

    /// <summary>What is revoked; null revokes nothing.</summary>
    public RevocationList? Revoked { get; init; }
}
