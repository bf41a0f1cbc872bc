using System.Collections.Immutable;

namespace LucidSsh.Wire;

/// <summary>What came of one credential.</summary>
public enum LoginOutcome
{
    /// <summary>The login is complete.</summary>
    Accepted,

    /// <summary>Accepted as one factor; the server wants another.</summary>
    PartialSuccess,

    /// <summary>The server said no. It does not say why: the user may be unknown, or the credential wrong.</summary>
    Refused,

    /// <summary>The server said that the key would do, and then refused its signature.</summary>
    KeyAcceptedSignatureRefused,

    /// <summary>The password has expired, and no new one was given, or none the server took.</summary>
    PasswordExpired,

    /// <summary>The credential could not answer; <see cref="LoginAttempt.Detail"/> says why. The server did not refuse it.</summary>
    Failed,

    /// <summary>The server did not offer this kind of credential when it could have been used.</summary>
    NotOffered,

    /// <summary>The login had ended before this credential's turn.</summary>
    NotTried,

    /// <summary>It was used, and the connection ended before the server answered.</summary>
    NotAnswered,
}

/// <summary>One credential's part in a login.</summary>
/// <param name="Method">The method it was used with (RFC 4252); the empty string where it was not used.</param>
/// <param name="Credential">What it is, for example <c>the key SHA256:…</c>; never a secret.</param>
/// <param name="Outcome">What came of it.</param>
public sealed record LoginAttempt(string Method, string Credential, LoginOutcome Outcome)
{
    /// <summary>The key's type, for example <c>ssh-ed25519</c>; null where it is no key.</summary>
    public string? KeyType { get; init; }

    /// <summary>The key's fingerprint, <c>SHA256:…</c>; null where it is no key.</summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>The signature algorithm used last; null where there was none.</summary>
    public string? Algorithm { get; init; }

    /// <summary>More about it in words, or null.</summary>
    public string? Detail { get; init; }

    /// <summary>The methods that can continue, as the server said in its answer; empty after success.</summary>
    public ImmutableArray<string> CanContinue { get; init; } = [];
}

/// <summary>How a login went: everything tried, in order, and what the server said to it.</summary>
public sealed record LoginReport
{
    /// <summary>Who logged in, or wanted to.</summary>
    public required string User { get; init; }

    /// <summary>True when the login is complete.</summary>
    public bool Succeeded { get; init; }

    /// <summary>Every credential used, in the order of use, then those that were not.</summary>
    public ImmutableArray<LoginAttempt> Attempts { get; init; } = [];

    /// <summary>The methods the server offered at the beginning; empty where it wanted no login.</summary>
    public ImmutableArray<string> MethodsOffered { get; init; } = [];

    /// <summary>The methods that can continue at the end; empty after success.</summary>
    public ImmutableArray<string> CanContinue { get; init; } = [];

    /// <summary>The server's banner (RFC 4252 section 5.4), made safe for a terminal, at most 65536 characters; empty where it sent
    /// none.</summary>
    public string Banner { get; init; } = "";

    /// <summary>The attempts the server accepted, as a factor or as the last of them.</summary>
    public IEnumerable<LoginAttempt> Accepted =>
        Attempts.Where(a => a.Outcome is LoginOutcome.PartialSuccess or LoginOutcome.Accepted);
}
