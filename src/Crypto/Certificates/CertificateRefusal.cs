using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>Why a certificate is not good for a use.</summary>
public enum CertificateFault
{
    /// <summary>A user certificate where a host's is needed, or the other way round.</summary>
    WrongKind,

    /// <summary>The authority signed with an algorithm that is not allowed.</summary>
    AuthorityAlgorithm,

    /// <summary>The certified RSA key or the authority's is too short.</summary>
    KeyTooShort,

    /// <summary>The certificate, its key or its authority is revoked.</summary>
    Revoked,

    /// <summary>Its validity has not begun.</summary>
    NotYetValid,

    /// <summary>Its validity is over.</summary>
    Expired,

    /// <summary>It has no principals and therefore stands for nobody.</summary>
    NoPrincipals,

    /// <summary>Its principals are others.</summary>
    WrongPrincipal,

    /// <summary>It has a critical option that is not known for its kind.</summary>
    UnknownCriticalOption,

    /// <summary>An option's data is not what that option has.</summary>
    MalformedOption,

    /// <summary>It may not be used from this address.</summary>
    SourceAddress,
}

/// <summary>A certificate that was refused.</summary>
/// <param name="Fault">Why.</param>
/// <param name="Sentence">What is wrong, with the certificate's name, what it has and what was wanted; safe for a terminal.</param>
/// <param name="Remedy">What to do.</param>
public sealed record CertificateRefusal(CertificateFault Fault, string Sentence, string Remedy)
{
    /// <summary>The refusal as an exception of this side's, with <see cref="SshErrorCode.CertificateRefused"/>.</summary>
    internal PeerRefusedException ToException() => new(SshErrorCode.CertificateRefused, Sentence, Remedy);
}
