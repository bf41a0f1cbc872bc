using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>A login that did not come to its end, and why. Its codes are <see cref="SshErrorCode.LoginRefused"/>,
/// <see cref="SshErrorCode.MoreFactorsRequired"/>, <see cref="SshErrorCode.PasswordExpired"/> and
/// <see cref="SshErrorCode.CredentialFailed"/>.</summary>
public sealed class LoginException : PeerRefusedException
{
    internal LoginException(LoginReport report, SshErrorCode code, string sentence, string? remedy, Exception? inner = null)
        : base(code, sentence, remedy, inner)
    {
        Report = report;
        TellPeer = DisconnectReason.NoMoreAuthMethodsAvailable;
    }

    /// <summary>Everything tried, in order, and what the server said to it.</summary>
    public LoginReport Report { get; }
}
