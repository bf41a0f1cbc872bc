using System.Collections.Immutable;

namespace LucidSsh.Auth;

/// <summary>How a client logs in.</summary>
public sealed record LoginOptions
{
    /// <summary>The signature algorithms a key may be used with, the preferred one first; names are matched exactly. RSA with SHA-1
    /// (<c>ssh-rsa</c>) is used only where it is named here. A server that says which it accepts (<c>server-sig-algs</c>, RFC 8308
    /// section 3.1) narrows the choice for RSA keys.</summary>
    public ImmutableArray<string> SignatureAlgorithms { get; init; } = LoginAlgorithms.Default;

    /// <summary>The most credentials tried in one login, 1 or more. Servers count too, mostly to 6 (OpenSSH's
    /// <c>MaxAuthTries</c>), and then disconnect.</summary>
    public int MaxAttempts { get; init; } = 20;

    /// <summary>The server's name as the client was given it, for methods in which the server proves its name.</summary>
    internal string ServerName { get; init; } = "";
}
