using System.Collections.Immutable;
using System.Globalization;
using LucidSsh.Wire;

namespace LucidSsh.Crypto;

/// <summary>Decides whether a certificate whose authority is trusted is good for a use. Every use of a certificate, in both roles, goes
/// through <see cref="Check(Certificate, CertificateUse, out CertificatePermissions)"/> and through nothing else; it is a pure function.</summary>
/// <remarks>A principal is compared as a whole and never split; a certificate without principals is good for nobody; a critical option that
/// is not known, or whose data is not what it has, refuses (OpenSSH 10.3 does the same).</remarks>
public static class CertificateRules
{
    private const ulong Forever = ulong.MaxValue;

    /// <summary>The algorithms an authority may have signed with where nothing else is said: all but ssh-rsa, which signs with SHA-1.</summary>
    public static ImmutableArray<string> DefaultAuthorityAlgorithms { get; } =
        [.. SignatureAlgorithm.All.Select(row => row.Name).Where(name => name != KeyTypes.Rsa)];

    /// <summary>Null where the certificate is good for the use; otherwise why it is not.</summary>
    public static CertificateRefusal? Check(Certificate certificate, CertificateUse use) => Check(certificate, use, out _);

    /// <summary>Null where the certificate is good for the use; otherwise why it is not.</summary>
    /// <param name="certificate">The certificate. That its authority is trusted for this is the caller's finding.</param>
    /// <param name="use">What it is wanted for.</param>
    /// <param name="permissions">What it permits; null where it is refused. Of a host's it is of no interest.</param>
    public static CertificateRefusal? Check(Certificate certificate, CertificateUse use, out CertificatePermissions? permissions)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(use);
        permissions = null;
        CertificateRefusal? refusal = CheckKind(certificate, use)
            ?? CheckAuthority(certificate, use)
            ?? CheckRevocation(certificate, use)
            ?? CheckValidity(certificate, use.Now)
            ?? CheckPrincipals(certificate, use);
        if (refusal is not null)
            return refusal;

        CertificatePermissions granted = new();
        refusal = CertificateOptions.Read(certificate, use, ref granted);
        if (refusal is null)
            permissions = granted;
        return refusal;
    }

    /// <summary>What begins a sentence about a certificate: its kind and what its authority calls it.</summary>
    internal static string Name(Certificate certificate) =>
        $"The {Word(certificate.Kind)} certificate \"{TerminalText.OneLine(certificate.KeyId)}\" (serial {certificate.Serial})";

    private static CertificateRefusal? CheckKind(Certificate certificate, CertificateUse use) => certificate.Kind == use.Kind
        ? null
        : new(CertificateFault.WrongKind,
            use.Kind == CertificateKind.Host
                ? $"{Name(certificate)} is a user's, and a host cannot prove itself with it."
                : $"{Name(certificate)} is a host's, and nobody can log in with it.",
            use.Kind == CertificateKind.Host ? "Sign the host's key with ssh-keygen -h." : "Sign the user's key without ssh-keygen's -h.");

    private static CertificateRefusal? CheckAuthority(Certificate certificate, CertificateUse use)
    {
        if (!use.AuthorityAlgorithms.Contains(certificate.SignatureAlgorithm))
        {
            return new(CertificateFault.AuthorityAlgorithm,
                $"{Name(certificate)} is signed with {certificate.SignatureAlgorithm}"
                + $"{(certificate.SignatureAlgorithm == KeyTypes.Rsa ? " (RSA with SHA-1)" : "")}, and authorities may sign with {string.Join(", ", use.AuthorityAlgorithms)}.",
                certificate.SignatureAlgorithm == KeyTypes.Rsa
                    ? "Have it signed anew by the same authority: ssh-keygen -t rsa-sha2-512 -s CA …"
                    : "Have it signed by an authority of another type, or allow this algorithm by name.");
        }

        foreach ((PublicKey key, string whose) in ((PublicKey, string)[])[(certificate.Key, "certifies an RSA key"), (certificate.SignatureKey, "is signed by an RSA key")])
        {
            if (key.Type == KeyTypes.Rsa && key.Bits < use.MinimumRsaBits)
            {
                return new(CertificateFault.KeyTooShort,
                    $"{Name(certificate)} {whose} of {key.Bits} bits; at least {use.MinimumRsaBits} are required.", $"{KeyTypes.MakeAnother}.");
            }
        }

        return null;
    }

    private static CertificateRefusal? CheckRevocation(Certificate certificate, CertificateUse use) =>
        use.Revoked?.Find(certificate) is { } reason
            ? new(CertificateFault.Revoked,
                $"{Name(certificate)} is revoked: {reason} ({use.Revoked.Source}).",
                "It must not be used any more: ask its authority for the reason and for a new one.")
            : null;

    private static CertificateRefusal? CheckValidity(Certificate certificate, DateTimeOffset now)
    {
        long seconds = now.ToUnixTimeSeconds();
        ulong time = seconds < 0 ? 0 : (ulong)seconds;
        if (time < certificate.ValidAfter)
        {
            return new(CertificateFault.NotYetValid,
                $"{Name(certificate)} is not valid yet: it will be from {Time(certificate.ValidAfter)} on, and now it is {Time(time)}.",
                "Wait, or set the clocks of this host and of its authority right.");
        }

        return time < certificate.ValidBefore
            ? null
            : new(CertificateFault.Expired,
                $"{Name(certificate)} has expired: it was valid until {Time(certificate.ValidBefore)}, and now it is {Time(time)}.",
                "Have its authority issue a new one, or set this host's clock right.");
    }

    private static CertificateRefusal? CheckPrincipals(Certificate certificate, CertificateUse use)
    {
        if (certificate.Principals.IsEmpty)
        {
            return new(CertificateFault.NoPrincipals,
                $"{Name(certificate)} has no principals and therefore stands for {(use.Kind == CertificateKind.Host ? "no host" : "no user")}.",
                "Have it issued with the names it is for: ssh-keygen -n NAME,NAME …");
        }

        bool matches = use.Kind == CertificateKind.Host
            ? certificate.Principals.Any(pattern => use.Names.Any(name => Wildcard.Matches(pattern, name)))
            : certificate.Principals.Any(use.Names.Contains);
        if (matches)
            return null;
        string has = Join(certificate.Principals);
        return use.Kind == CertificateKind.Host
            ? new(CertificateFault.WrongPrincipal,
                $"{Name(certificate)} is for {has}, not for the host {Join(use.Names)}.",
                "Connect by a name it is for, or have the host's certificate issued with this name too.")
            : new(CertificateFault.WrongPrincipal,
                $"{Name(certificate)} is for {has}, and {(use.Names.IsEmpty ? "no name is" : $"only {Join(use.Names)} is")} accepted for this user.",
                "Log in under a name it is for, or have it issued with this one too.");
    }

    /// <summary>Seconds since 1970 for people; beyond what a calendar has, for ever.</summary>
    internal static string Time(ulong seconds) => seconds == Forever || seconds > (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        ? "the end of time"
        : DateTimeOffset.FromUnixTimeSeconds((long)seconds).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    internal static string Word(CertificateKind kind) => kind == CertificateKind.Host ? "host" : "user";

    // A long list tells nobody more than its first names.
    private static string Join(ImmutableArray<string> names)
    {
        const int Shown = 8;
        string list = string.Join(", ", names.Take(Shown).Select(name => $"\"{TerminalText.OneLine(name, 100)}\""));
        return names.Length > Shown ? $"{list} and {names.Length - Shown} more" : list;
    }
}
