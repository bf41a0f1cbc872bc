using System.Collections.Immutable;
using LucidSsh.Crypto;

namespace LucidSsh.Auth;

/// <summary>How a server lets clients log in.</summary>
public sealed record ServerLoginOptions
{
    /// <summary>Failed requests after which the client is disconnected, 1 or more; 6 as OpenSSH's <c>MaxAuthTries</c>. A key the
    /// server does not know counts; the first request for the list of methods does not.</summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>The time a login may take; two minutes as OpenSSH's <c>LoginGraceTime</c>.</summary>
    public TimeSpan GraceTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A refusal leaves no earlier than this after its request came, and later ones at this time doubled, and doubled again:
    /// so that the time says little about what was wrong. Zero answers at once.</summary>
    public TimeSpan RefusalTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The signature algorithms a client's key may use; names are matched exactly. RSA with SHA-1 (<c>ssh-rsa</c>) is
    /// accepted only where it is named here.</summary>
    public ImmutableArray<string> SignatureAlgorithms { get; init; } = LoginAlgorithms.Default;

    /// <summary>Whether a user may log in at all, asked when a client names the user; null: every user may whom the authenticator lets in.
    /// <see cref="UserPatterns"/> reads OpenSSH's AllowUsers and DenyUsers. A user who may not is asked and refused as one who does not
    /// exist.</summary>
    public Func<LoginContext, bool>? MayLogIn { get; init; }

    /// <summary>The algorithms a certificate's authority may have signed with, as OpenSSH's <c>CASignatureAlgorithms</c>: all but RSA with
    /// SHA-1.</summary>
    public ImmutableArray<string> AuthorityAlgorithms { get; init; } = CertificateRules.DefaultAuthorityAlgorithms;

    /// <summary>The smallest RSA key that logs in or certifies, in bits.</summary>
    public int MinimumRsaBits { get; init; } = 2048;

    /// <summary>Keys, authorities and certificates that log nobody in, whatever the authenticator says; null for none.</summary>
    public RevocationList? Revoked { get; init; }

    /// <summary>Where the client comes from, for the authenticator; null where that is not known.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>The client's host name, where it was looked up and is trusted: patterns for names in <c>from=</c> are compared with it.
    /// Null where it is not known.</summary>
    public string? RemoteHostName { get; init; }
}

/// <summary>A login that came to its end.</summary>
public sealed record LoginResult
{
    /// <summary>Who is logged in.</summary>
    public required string User { get; init; }

    /// <summary>The methods passed, in order.</summary>
    public required ImmutableArray<string> Methods { get; init; }

    /// <summary>The keys whose signatures were verified for this user in this login, in order, each with what its authenticator
    /// tied to it; empty where none was used. A key that was only asked about is never here.</summary>
    public required ImmutableArray<AuthorizedKey> Keys { get; init; }

    /// <summary>What those keys leave allowed.</summary>
    public required SessionPermissions Permissions { get; init; }

    /// <summary>The key that was verified last; null where none was.</summary>
    public AuthorizedKey? Key => Keys.IsEmpty ? null : Keys[^1];
}
