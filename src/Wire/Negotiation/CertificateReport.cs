using System.Collections.Immutable;

namespace LucidSsh.Wire;

/// <summary>What a certificate says (OpenSSH's PROTOCOL.certkeys). Its authority's signature is verified; whether the authority is trusted is for
/// the host key policy. Texts are made safe for a terminal.</summary>
/// <param name="KeyId">What its authority calls it.</param>
/// <param name="Serial">Its number in decimal digits: it can be larger than what JSON's readers keep exactly.</param>
/// <param name="Kind"><c>user</c> or <c>host</c>.</param>
public sealed record CertificateReport(string KeyId, string Serial, string Kind)
{
    /// <summary>Whom it stands for: host names, also with wildcards, or user names; an empty list stands for nobody.</summary>
    public ImmutableArray<string> Principals { get; init; } = [];

    /// <summary>The first moment it is valid; null where it has no beginning.</summary>
    public DateTimeOffset? ValidAfter { get; init; }

    /// <summary>The first moment it is not valid any more; null where it has no end.</summary>
    public DateTimeOffset? ValidBefore { get; init; }

    /// <summary>The fingerprint of the key it certifies, which is what a known_hosts file without its authority would have.</summary>
    public string Key { get; init; } = "";

    /// <summary>The type of its authority's key.</summary>
    public string AuthorityType { get; init; } = "";

    /// <summary>The fingerprint of its authority's key.</summary>
    public string Authority { get; init; } = "";

    /// <summary>The algorithm of its authority's signature.</summary>
    public string SignatureAlgorithm { get; init; } = "";

    /// <summary>The names of its critical options.</summary>
    public ImmutableArray<string> CriticalOptions { get; init; } = [];

    /// <summary>The names of its extensions.</summary>
    public ImmutableArray<string> Extensions { get; init; } = [];

    /// <summary>The certificate on one line, for people.</summary>
    public override string ToString() =>
        $"{Kind} certificate \"{KeyId}\" serial {Serial} for {(Principals.IsEmpty ? "nobody" : string.Join(',', Principals))}, valid {Validity}, "
        + $"signed by {AuthorityType} {Authority} with {SignatureAlgorithm}";

    /// <summary>When it is valid, for people.</summary>
    internal string Validity => (ValidAfter, ValidBefore) switch
    {
        (null, null) => "for ever",
        (null, { } before) => $"until {before:yyyy-MM-dd HH:mm:ss}Z",
        ({ } after, null) => $"from {after:yyyy-MM-dd HH:mm:ss}Z on",
        ({ } after, { } before) => $"from {after:yyyy-MM-dd HH:mm:ss}Z until {before:yyyy-MM-dd HH:mm:ss}Z",
    };
}
