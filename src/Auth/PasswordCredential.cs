using System.Text;
using LucidSsh.Crypto;

namespace LucidSsh.Auth;

/// <summary>A server wants a new password in place of an expired one (RFC 4252 section 8).</summary>
/// <param name="User">Whose password.</param>
/// <param name="Prompt">What the server says about it, made safe for a terminal.</param>
/// <param name="Round">1 at first; more where the server did not like the new passwords before.</param>
public sealed record PasswordChange(string User, string Prompt, int Round);

/// <summary>A password. It answers the method <c>password</c>, and where the server offers <c>keyboard-interactive</c> but not
/// <c>password</c>, and no <see cref="KeyboardInteractiveCredential"/> is left, it answers there, if the server asks a single
/// question whose answer is not to be shown. The secret lies in
/// pinned memory as UTF-8 and is zeroed by <see cref="Credential.Dispose()"/>.</summary>
public sealed class PasswordCredential : Credential
{
    private readonly Secret _secret;
    private bool _disposed;

    /// <summary>A password.</summary>
    /// <param name="password">The password; at most 8192 bytes in UTF-8.</param>
    /// <param name="changePassword">Gives a new password where the server says that this one has expired, or null to give up.
    /// Without it the login fails with <see cref="Wire.SshErrorCode.PasswordExpired"/>.</param>
    public PasswordCredential(
        string password, Func<PasswordChange, CancellationToken, ValueTask<string?>>? changePassword = null)
        : this(password.AsSpan(), changePassword) => ArgumentNullException.ThrowIfNull(password);

    /// <summary>A password from memory that the caller zeroes.</summary>
    /// <param name="password">The password; at most 8192 bytes in UTF-8.</param>
    /// <param name="changePassword">Gives a new password where the server says that this one has expired, or null to give up.</param>
    public PasswordCredential(
        ReadOnlySpan<char> password, Func<PasswordChange, CancellationToken, ValueTask<string?>>? changePassword = null)
    {
        _secret = SecretText.Encode(password);
        ChangePassword = changePassword;
    }

    /// <summary>The password in UTF-8.</summary>
    internal ReadOnlySpan<byte> Utf8
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _secret.Span;
        }
    }

    internal Func<PasswordChange, CancellationToken, ValueTask<string?>>? ChangePassword { get; }

    /// <inheritdoc />
    public override string ToString() => "the password";

    internal override string Method => LoginMethods.Password;

    internal override string? StandInMethod => LoginMethods.KeyboardInteractive;

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _disposed = true;
            _secret.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>Text on its way into pinned memory.</summary>
internal static class SecretText
{
    /// <summary>The text in UTF-8, without another copy left behind.</summary>
    /// <exception cref="Wire.LocalMisuseException">It is longer than any server reads.</exception>
    public static Secret Encode(ReadOnlySpan<char> text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        if (length > Wire.WireLimits.Password)
        {
            throw new Wire.LocalMisuseException(
                Wire.SshErrorCode.LimitExceeded,
                $"A password or answer has {length} bytes; at most {Wire.WireLimits.Password} are sent.");
        }

        Secret secret = new(length);
        Encoding.UTF8.GetBytes(text, secret.Span);
        return secret;
    }
}
