using LucidSsh.Auth;
using LucidSsh.Wire;

namespace LucidSsh.Iris;

/// <summary>Which LIBSSH2_ERROR a failure would have been, and libssh2's text for it (libssh2.h): what the catalogue says, but for three
/// codes where libssh2 looks closer. "Would block" (-37) is none: nothing here fails because it has to wait.</summary>
internal static class Libssh2Errors
{
    private const int Timeout = -9;
    private const int AuthenticationFailed = -18;
    private const int PublicKeyUnverified = -19;
    private const int Invalid = -34;

    /// <summary>The number and the text.</summary>
    public static (int ReturnCode, string Canonical) Map(SshException failure)
    {
        SshErrorDescription row = SshErrorCatalogue.Of(failure.Code);
        int number = failure.Code switch
        {
            // A peer that says nothing is a time-out under the same text.
            SshErrorCode.NotSsh or SshErrorCode.BadIdentification or SshErrorCode.UnsupportedVersion when failure.Fault == SshFault.Network => Timeout,
            SshErrorCode.Misuse when failure.Fault != SshFault.Caller => Invalid,
            _ => row.Libssh2Number,
        };
        return failure.Code is SshErrorCode.LoginRefused or SshErrorCode.LoginLimitReached ? LoginRefused(failure) : (number, row.Libssh2Text);
    }

    // Phase 1 of public key login (the server does not know the key) is -18, phase 2 (it knew the key and refused the signature) -19.
    private static (int ReturnCode, string Canonical) LoginRefused(SshException failure)
    {
        LoginReport? report = (failure as LoginException)?.Report;
        LoginAttempt? last = report?.Attempts.LastOrDefault(attempt => attempt.Method.Length > 0);
        if (last is null)
            return (AuthenticationFailed, "Authentication failed");
        if (last.Method != "publickey")
            return (AuthenticationFailed, last.Method == "password" ? "Authentication failed (username/password)" : "Authentication failed (keyboard-interactive)");
        return last.Outcome == LoginOutcome.KeyAcceptedSignatureRefused
            ? (PublicKeyUnverified, "Invalid signature for supplied public key, or bad username/public key combination")
            : (AuthenticationFailed, "Username/PublicKey combination invalid");
    }
}
