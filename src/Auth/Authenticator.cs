using System.Net;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Who asks to be let in.</summary>
/// <param name="User">The name the client gives; nothing about it is checked.</param>
/// <param name="RemoteAddress">Where the client comes from, as the server's host knows it; null where it does not.</param>
/// <param name="ClientVersion">The client's identification line; null where it is not known.</param>
public sealed record LoginContext(string User, string? RemoteAddress, string? ClientVersion)
{
    /// <summary>The client's host name, where the server's host has looked it up and trusts it; null otherwise.</summary>
    public string? RemoteHostName { get; init; }

    /// <summary><see cref="RemoteAddress"/> as an address; null where it is none.</summary>
    internal IPAddress? Address => RemoteAddress is { } text && IPAddress.TryParse(text, out IPAddress? address) ? AddressPatterns.Normalize(address) : null;

    /// <summary>The time of the request, by the server's clock.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>A public key that may log a user in, and what it carries.</summary>
/// <param name="Key">The key.</param>
/// <param name="Comment">The comment of its line; empty where there is none.</param>
/// <param name="Permissions">Whatever the embedder ties to this very key; it comes back with the login's result, and only if this
/// key's signature was verified.</param>
public sealed record AuthorizedKey(PublicKey Key, string Comment = "", object? Permissions = null)
{
    /// <summary>In a login's result, the certificate whose <see cref="Key"/> signed, where one was shown: the rest is then its authority's
    /// line. Null for a key that stands for itself.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>What the key may not do. The login enforces where and until when it may be used, the session the rest.</summary>
    public KeyRestrictions Restrictions { get; init; } = KeyRestrictions.None;
}

/// <summary>A client's host that vouches for a user there (RFC 4252 section 9). That the host's key signed this is verified; that the
/// key is the host's, and that the host is to be believed, is not.</summary>
/// <param name="Key">The host's key.</param>
/// <param name="Name">The name the host gives itself, without a dot at its end.</param>
/// <param name="User">The user's name on that host.</param>
public sealed record ClientHost(PublicKey Key, string Name, string User)
{
    /// <summary>The host's certificate, which is valid and for this name: whether its authority is trusted is to be decided. Null where the
    /// host showed its key alone.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>User and host.</summary>
    public override string ToString() => TerminalText.OneLine($"{User}@{Name}");
}

/// <summary>What an authenticator says to a password.</summary>
public readonly record struct PasswordVerdict
{
    private PasswordVerdict(bool isAccepted, string? changePrompt)
    {
        IsAccepted = isAccepted;
        ChangePrompt = changePrompt;
    }

    /// <summary>The password is wrong, or the user unknown.</summary>
    public static PasswordVerdict Refused => default;

    /// <summary>The password is right.</summary>
    public static PasswordVerdict Accepted { get; } = new(true, null);

    /// <summary>True for <see cref="Accepted"/>.</summary>
    public bool IsAccepted { get; }

    /// <summary>What the client is told where a new password is wanted; null where none is.</summary>
    public string? ChangePrompt { get; }

    /// <summary>The password is right but has expired, or the new one is not good enough: ask for another.</summary>
    public static PasswordVerdict ChangeRequired(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return new PasswordVerdict(false, prompt);
    }
}

/// <summary>Asks a client's user questions (RFC 4256).</summary>
public interface IInteraction
{
    /// <summary>Asks one round and waits for its answers: as many as there are prompts, in their order.</summary>
    /// <exception cref="SshException">The client gave up, or the connection ended; let it pass.</exception>
    ValueTask<IReadOnlyList<string>> AskAsync(InteractiveRequest request, CancellationToken cancellationToken);
}

/// <summary>Decides who is let in. An embedder overrides what it supports; everything else refuses. One instance serves many
/// connections at once. An answer must not tell whether the user exists: an unknown user is treated like a wrong password, with the
/// same methods, and in about the same time. What throws ends the connection and lets nobody in.</summary>
public abstract class Authenticator
{
    /// <summary>Text shown before the login (RFC 4252 section 5.4), at most 65536 bytes; null for none.</summary>
    public virtual string? Banner => null;

    /// <summary>The methods that let this user in. A user that is not known gets a list as well.</summary>
    public virtual AuthenticationMethods MethodsFor(LoginContext context) => AuthenticationMethods.AnyOne;

    /// <summary>Whether a key may log the user in. It is asked before the client has proved that it has the private half, and may be
    /// asked about any number of keys: the answer must change nothing.</summary>
    /// <returns>The key with what it carries, or null to refuse.</returns>
    public virtual ValueTask<AuthorizedKey?> FindKeyAsync(LoginContext context, PublicKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult<AuthorizedKey?>(null);

    /// <summary>Whether the authority of a certificate is trusted for this user. The certificate's form and its authority's signature are
    /// verified already; everything else about it (validity, principals, critical options, revocation) is judged by the login, whatever
    /// the answer. As with a key, the answer must change nothing.</summary>
    /// <returns>The authority: its <see cref="AuthorizedKey.Key"/> is the certificate's signature key, its
    /// <see cref="KeyRestrictions.IsCertificateAuthority"/> is set (<see cref="KeyRestrictions.Authority"/>), and its
    /// <see cref="KeyRestrictions.Principals"/> are the names one of which the certificate must have; with none it must have the user's
    /// name. Null to refuse.</returns>
    public virtual ValueTask<AuthorizedKey?> FindCertificateAsync(LoginContext context, Certificate certificate, CancellationToken cancellationToken) =>
        ValueTask.FromResult<AuthorizedKey?>(null);

    /// <summary>Whether a host is believed when it says that this client is its user (RFC 4252 section 9): the key must be known as
    /// that host's, the name fit the address the client comes from, and the host's user be allowed in as this one. It is asked only
    /// where <see cref="MethodsFor"/> names hostbased, which is not in <see cref="AuthenticationMethods.AnyOne"/>.</summary>
    public virtual ValueTask<bool> AcceptHostAsync(LoginContext context, ClientHost host, CancellationToken cancellationToken) =>
        ValueTask.FromResult(false);

    /// <summary>Checks a password.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="password">The password in UTF-8, at most 8192 bytes; it is zeroed when the call is over.</param>
    /// <param name="cancellationToken">The login's.</param>
    public virtual ValueTask<PasswordVerdict> CheckPasswordAsync(
        LoginContext context, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        ValueTask.FromResult(PasswordVerdict.Refused);

    /// <summary>Checks the old password and, if it is right, sets the new one.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="oldPassword">The old password in UTF-8; it is zeroed when the call is over.</param>
    /// <param name="newPassword">The new one; it is zeroed when the call is over.</param>
    /// <param name="cancellationToken">The login's.</param>
    /// <returns>Accepted: changed, and the factor is passed. ChangeRequired: the new one is not good enough.</returns>
    public virtual ValueTask<PasswordVerdict> ChangePasswordAsync(
        LoginContext context, ReadOnlyMemory<byte> oldPassword, ReadOnlyMemory<byte> newPassword, CancellationToken cancellationToken) =>
        ValueTask.FromResult(PasswordVerdict.Refused);

    /// <summary>Questions the user in as many rounds as it takes; true lets the factor pass.</summary>
    public virtual ValueTask<bool> InteractAsync(LoginContext context, IInteraction interaction, CancellationToken cancellationToken) =>
        ValueTask.FromResult(false);
}
