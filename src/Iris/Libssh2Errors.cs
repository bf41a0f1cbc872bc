using LucidSsh.Auth;
using LucidSsh.Wire;

namespace LucidSsh.Iris;

/// <summary>Which LIBSSH2_ERROR a failure would have been, and libssh2's text for it (libssh2.h). "Would block" (-37) is none:
/// nothing here fails because it has to wait.</summary>
internal static class Libssh2Errors
{
    private const int SocketNone = -1;
    private const int InvalidMac = -4;
    private const int KexFailure = -5;
    private const int KeyExchangeFailure = -8;
    private const int Timeout = -9;
    private const int SocketDisconnect = -13;
    private const int Proto = -14;
    private const int PasswordExpired = -15;
    private const int File = -16;
    private const int AuthenticationFailed = -18;
    private const int PublicKeyUnverified = -19;
    private const int ChannelFailure = -21;
    private const int ChannelRequestDenied = -22;
    private const int ChannelWindowExceeded = -24;
    private const int ChannelClosed = -26;
    private const int SftpProtocol = -31;
    private const int MethodNotSupported = -33;
    private const int Invalid = -34;
    private const int BadUse = -39;
    private const int KnownHosts = -46;
    private const int KeyFileAuthFailed = -48;

    /// <summary>The number and the text.</summary>
    public static (int ReturnCode, string Canonical) Map(SshException failure) => failure.Code switch
    {
        SshErrorCode.NotSsh or SshErrorCode.BadIdentification or SshErrorCode.UnsupportedVersion =>
            (failure.Fault == SshFault.Network ? Timeout : SocketDisconnect, "Failed getting banner"),
        SshErrorCode.ConnectFailed => (SocketNone, "Unable to connect"),
        SshErrorCode.ConnectionLost or SshErrorCode.PeerDisconnected or SshErrorCode.Disconnected or SshErrorCode.KeepAliveLost =>
            (SocketDisconnect, "socket disconnect"),
        SshErrorCode.TimedOut or SshErrorCode.Cancelled => (Timeout, "Timed out"),
        SshErrorCode.NoCommonAlgorithm => (KexFailure, "Unable to exchange encryption keys"),
        SshErrorCode.KeyExchangeFailed => (KeyExchangeFailure, "Unable to exchange encryption keys"),
        SshErrorCode.IntegrityFailure => (InvalidMac, "Invalid MAC received"),
        SshErrorCode.LoginRefused or SshErrorCode.LoginLimitReached => LoginRefused(failure),
        // libssh2 calls this an invalid signature; the number stays, the text does not.
        SshErrorCode.MoreFactorsRequired => (PublicKeyUnverified, "Authenticated with partial success, another method is required"),
        SshErrorCode.PasswordExpired => (PasswordExpired, "Password expired"),
        SshErrorCode.CredentialFailed => (AuthenticationFailed, "Authentication failed"),
        SshErrorCode.ChannelOpenRefused => (ChannelFailure, "Channel open failure"),
        SshErrorCode.RequestRefused => (ChannelRequestDenied, "Unable to complete request for channel-process-startup"),
        SshErrorCode.ChannelClosed => (ChannelClosed, "The channel is closed"),
        SshErrorCode.ChannelMisused or SshErrorCode.OutputLimitExceeded => (ChannelWindowExceeded, "Channel window exceeded"),
        SshErrorCode.SftpStatus => (SftpProtocol, "SFTP Protocol Error"),
        SshErrorCode.SftpProtocol or SshErrorCode.TransferFailed or SshErrorCode.UnsafeFileName => (SftpProtocol, "SFTP Protocol Error"),
        SshErrorCode.SftpUnavailable => (ChannelFailure, "Unable to startup channel"),
        SshErrorCode.KeyFormatUnknown or SshErrorCode.KeyFileDamaged or SshErrorCode.LocalFile or SshErrorCode.KeyPairMismatch =>
            (File, "Unable to read key file"),
        SshErrorCode.PassphraseWrong or SshErrorCode.PassphraseRequired => (KeyFileAuthFailed, "Wrong passphrase for private key"),
        SshErrorCode.KeyUnsupported => (MethodNotSupported, "The key's algorithm is not supported"),
        SshErrorCode.HostKeyUnknown or SshErrorCode.HostKeyChanged or SshErrorCode.HostKeyRevoked or SshErrorCode.KnownHostsUnusable =>
            (KnownHosts, "Host key verification failed"),
        SshErrorCode.Misuse => (failure.Fault == SshFault.Caller ? BadUse : Invalid, "Bad use"),
        _ => (Proto, "Protocol error"),
    };

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
