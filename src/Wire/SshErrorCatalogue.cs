using System.Collections.Immutable;

namespace LucidSsh.Wire;

/// <summary>What stands behind a number of <see cref="SshErrorCode"/>. An exception's own sentence names names; this one is what all of its kind
/// have in common.</summary>
/// <param name="Code">The stable number.</param>
/// <param name="Fault">Who usually has to change something; an exception may know better.</param>
/// <param name="Sentence">What happened.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Libssh2Number">libssh2's number for it (LIBSSH2_ERROR_…), negative.</param>
/// <param name="Libssh2Text">What libssh2 says in its place.</param>
internal sealed record SshErrorDescription(
    SshErrorCode Code, SshFault Fault, string Sentence, string Remedy, int Libssh2Number, string Libssh2Text)
{
    /// <summary>The layer it is found in.</summary>
    public string Layer => LayerOf(Code);

    /// <summary>The layer a number belongs to: its thousands digit.</summary>
    public static string LayerOf(SshErrorCode code) => ((int)code / 1000) switch
    {
        1 => "wire",
        2 => "transport",
        3 => "authentication",
        4 => "connection",
        5 => "SFTP",
        6 => "keys and trust",
        _ => "client",
    };
}

/// <summary>Every way to fail, one row each: the source of <c>docs/errors.md</c> and of the numbers IRIS and libssh2 have for it.</summary>
internal static class SshErrorCatalogue
{
    private const string Banner = "Failed getting banner";
    private const string Protocol = "Protocol error";
    private const string Kex = "Unable to exchange encryption keys";
    private const string Lost = "socket disconnect";
    private const string Sftp = "SFTP Protocol Error";
    private const string KeyFile = "Unable to read key file";
    private const string Passphrase = "Wrong passphrase for private key";
    private const string HostKey = "Host key verification failed";
    private const string Agent = "unable to list identities";

    /// <summary>All rows, in the order of their numbers.</summary>
    public static ImmutableArray<SshErrorDescription> All { get; } =
    [
        .. Wire(), .. Transport(), .. Authentication(), .. Connection(), .. SftpRows(), .. Keys(), .. Client(),
    ];

    /// <summary>The row of a code.</summary>
    public static SshErrorDescription Of(SshErrorCode code) => All.First(row => row.Code == code);

    private static SshErrorDescription[] Wire() =>
    [
        new(SshErrorCode.Malformed, SshFault.Peer, "A message did not have the fields its RFC gives it.",
            "The peer's software is at fault, or something between rewrites the stream: record a trace (mask 511) and show it to its maker.", -14, Protocol),
        new(SshErrorCode.LimitExceeded, SshFault.Peer, "A length, a count or a size is beyond its documented limit.",
            "Where this side asked for it, ask for less; where the peer did, it is broken or hostile.", -14, Protocol),
    ];

    private static SshErrorDescription[] Transport() =>
    [
        new(SshErrorCode.ConnectFailed, SshFault.Network, "There is no such host, no way to it, or nothing that listens on the port.",
            "Check the host's name and the port, whether the server runs, and the firewalls between.", -1, "Unable to connect"),
        new(SshErrorCode.ConnectionLost, SshFault.Network, "The connection ended without a DISCONNECT message: end of stream or reset.",
            "The server's log says why it closed; without an entry there a firewall or NAT did. Keepalive messages keep an idle connection open.", -13, Lost),
        new(SshErrorCode.PeerDisconnected, SshFault.Network, "The peer ended the connection with DISCONNECT, and said why.",
            "Its text is in the message: do what it says, or look into the server's log.", -13, Lost),
        new(SshErrorCode.Disconnected, SshFault.Caller, "This side ended the connection.",
            "Look for who disposed or closed it while it was in use.", -13, Lost),
        new(SshErrorCode.TimedOut, SshFault.Network, "A wait on the network passed its deadline; the message says for what.",
            "Look whether the peer is overloaded or a firewall drops packets without a word; raise the timeout only where the wait is legitimate.", -9, "Timed out"),
        new(SshErrorCode.ProxyRefused, SshFault.Refused, "A proxy on the way understood and said no: to this client, or to the target.",
            "Its own words are in the message: give its user name and password, or have its administrator allow the target.", -1, "Unable to connect"),
        new(SshErrorCode.ProxyMisbehaved, SshFault.Peer, "A proxy on the way broke its protocol, or is none; or a proxy command failed.",
            "Check the proxy's kind, host and port; a command's own words are in the message.", -1, "Unable to connect"),
        new(SshErrorCode.NotSsh, SshFault.Peer, "What answers is not an SSH server; its first bytes, or its silence, say what it may be.",
            "Use a client for that protocol, or find the port on which SSH listens (usually 22).", -13, Banner),
        new(SshErrorCode.UnsupportedVersion, SshFault.Peer, "The peer speaks SSH, but not version 2.",
            "Version 1 was broken long ago; the peer has to be upgraded.", -13, Banner),
        new(SshErrorCode.BadIdentification, SshFault.Peer, "The peer's identification line breaks RFC 4253 section 4.2.",
            "Look at what answers there; the line is in the message.", -13, Banner),
        new(SshErrorCode.ServerBusy, SshFault.Refused, "An SSH server takes no connections now, or none from this address, and says so in place of its identification.",
            "Try again later; the server's administrator can raise the limit or exempt the address.", -13, Banner),
        new(SshErrorCode.NoCommonAlgorithm, SshFault.Incompatible, "One of the kinds of algorithm has no name that both sides offer.",
            "The message names the kinds and both sides' lists: enable a name of the other side's on one of them.", -5, Kex),
        new(SshErrorCode.KeyExchangeFailed, SshFault.Peer, "The key exchange's mathematics failed: a value out of range, or a signature that does not verify.",
            "The peer is broken, or somebody in between interferes: compare the host key's fingerprint, and try another key exchange method.", -8, Kex),
        new(SshErrorCode.IntegrityFailure, SshFault.Peer, "A packet's MAC or tag did not verify: it was damaged or forged on its way.",
            "Connect again; where it repeats, a broken device in between or a broken implementation of the cipher is the cause: try another cipher.", -4, "Invalid MAC received"),
        new(SshErrorCode.UnexpectedMessage, SshFault.Peer, "A message came that may not come now.",
            "The peer's software is at fault, or somebody in between inserts messages: record a trace (mask 511).", -14, Protocol),
        new(SshErrorCode.BadPacket, SshFault.Peer, "A packet's length or padding breaks RFC 4253 section 6.",
            "The peer is broken, or the stream is not SSH any more (a login script that prints, a proxy).", -14, Protocol),
        new(SshErrorCode.KeepAliveLost, SshFault.Network, "The peer did not answer keepalive messages.",
            "The host is down or the path to it is cut; connect again.", -13, Lost),
        new(SshErrorCode.ServiceRefused, SshFault.Refused, "The peer refused the service that was asked for.",
            "It is no server for logins; check that it is the server that is meant.", -14, Protocol),
    ];

    private static SshErrorDescription[] Authentication() =>
    [
        new(SshErrorCode.LoginRefused, SshFault.Refused, "The server refused every login method that was tried, or offers none that could be.",
            "The message names what was tried and what the server accepts: check the user name, give a credential of that kind, or authorise the key.", -18, "Authentication failed"),
        // libssh2 calls this an invalid signature; the number stays, the text does not.
        new(SshErrorCode.MoreFactorsRequired, SshFault.Refused, "A factor was accepted, and the server wants another one that was not supplied.",
            "Give a credential of the kind the message names as well, in the same login.", -19, "Authenticated with partial success, another method is required"),
        new(SshErrorCode.PasswordExpired, SshFault.Refused, "The password has expired, and no new one was supplied, or it was refused.",
            "Change it on the server, or give the password credential a callback that supplies a new one.", -15, "Password expired"),
        new(SshErrorCode.CredentialFailed, SshFault.Caller, "A credential could not answer: a callback failed, or a key cannot sign with what the server accepts.",
            "The message names the credential and what was wrong with it.", -18, "Authentication failed"),
        new(SshErrorCode.LoginLimitReached, SshFault.Peer, "A client tried too often, or took too long, to log in.",
            "Offer fewer credentials, the right one first; or raise the server's limit.", -18, "Authentication failed"),
    ];

    private static SshErrorDescription[] Connection() =>
    [
        new(SshErrorCode.ChannelOpenRefused, SshFault.Refused, "The peer did not open a channel.",
            "Its reason is in the message: forbidden for this user, too many sessions (OpenSSH: MaxSessions), or nothing reachable at the far end.", -21, "Channel open failure"),
        new(SshErrorCode.RequestRefused, SshFault.Refused, "The peer refused a request on a channel or a global one.",
            "A forced command, a missing subsystem or a forbidden terminal are common reasons; the server's log names it.", -22, "Unable to complete request for channel-process-startup"),
        new(SshErrorCode.ChannelClosed, SshFault.Caller, "The channel is closed: its program has ended, or one side closed it.",
            "Read the exit status and the error stream for the reason, and open another.", -26, "The channel is closed"),
        new(SshErrorCode.ChannelMisused, SshFault.Peer, "The peer broke the channel protocol: window overrun, unknown channel, data after EOF.",
            "The peer's software is at fault: record a trace (mask 511) and show it to its maker.", -24, "Channel window exceeded"),
        new(SshErrorCode.OutputLimitExceeded, SshFault.Caller, "A command wrote more than the stated limit.",
            "Raise the limit, or read the streams as they come.", -24, "Channel window exceeded"),
    ];

    private static SshErrorDescription[] SftpRows() =>
    [
        new(SshErrorCode.SftpStatus, SshFault.Refused, "The SFTP server answered with an error status; the message has the operation, the path and the server's text.",
            "Look at the path, at the directory it is in, and at the permissions of the user who is logged in.", -31, Sftp),
        new(SshErrorCode.SftpProtocol, SshFault.Peer, "The SFTP peer broke its protocol.",
            "The server's software is at fault: record a trace (mask 511) and show it to its maker.", -31, Sftp),
        new(SshErrorCode.SftpUnavailable, SshFault.Peer, "The SFTP server did not start: something else answered, or it speaks too old a version.",
            "A shell start-up file that prints, a missing Subsystem line, or a missing sftp-server program are the common reasons.", -21, "Unable to startup channel"),
        new(SshErrorCode.TransferFailed, SshFault.Peer, "A file transfer ended early; the message says how many bytes are safe.",
            "Mend what the message names, and resume the transfer.", -31, Sftp),
        new(SshErrorCode.UnsafeFileName, SshFault.Peer, "A name from the server is not one safe file name; nothing was written for it.",
            "The server is broken, or tries to write outside the chosen directory.", -31, Sftp),
    ];

    private static SshErrorDescription[] Keys() =>
    [
        new(SshErrorCode.KeyFormatUnknown, SshFault.Caller, "A file that should hold a key is in no known format.",
            "Check that it is the key file; OpenSSH, PEM, PKCS#8 and PuTTY's format are read.", -16, KeyFile),
        new(SshErrorCode.KeyFileDamaged, SshFault.Caller, "A key file is damaged.",
            "Copy it again from a place where it works.", -16, KeyFile),
        new(SshErrorCode.PassphraseRequired, SshFault.Caller, "A key file is encrypted, and no passphrase was given.",
            "Give the key's passphrase; it is not the account's password.", -48, Passphrase),
        new(SshErrorCode.PassphraseWrong, SshFault.Caller, "The passphrase does not open the key file.",
            "Give the key's passphrase; it is not the account's password.", -48, Passphrase),
        new(SshErrorCode.KeyUnsupported, SshFault.Caller, "A key of a type, size or protection that is not supported or not allowed.",
            "Make a new key, of type ed25519 for example, or protect it in another way.", -33, "The key's algorithm is not supported"),
        new(SshErrorCode.KeyPairMismatch, SshFault.Caller, "A public key file does not belong to its private key.",
            "Leave the public key file out: it is made from the private key. The message names both fingerprints.", -16, KeyFile),
        new(SshErrorCode.HostKeyUnknown, SshFault.Caller, "The host is not known, and the policy is strict.",
            "Compare the fingerprint with the host's owner, then add it or pin it.", -46, HostKey),
        new(SshErrorCode.HostKeyChanged, SshFault.Caller, "The host's key is not the one that is known for it.",
            "Somebody may sit in between, or the host was set up anew: ask its owner before the known key is replaced.", -46, HostKey),
        new(SshErrorCode.HostKeyRevoked, SshFault.Caller, "The host's key is marked as revoked.",
            "It must not be used any more: ask the host's owner for its new key.", -46, HostKey),
        new(SshErrorCode.KnownHostsUnusable, SshFault.Caller, "A known_hosts file could not be read or written.",
            "Check the file's path and its permissions.", -46, HostKey),
        new(SshErrorCode.CertificateRefused, SshFault.Refused, "A certificate is not good for the use: not valid now, for another name, revoked, or with a condition that is not met.",
            "The message says which: have its authority issue another one, or connect under a name it is for.", -46, HostKey),
        new(SshErrorCode.RevocationListUnusable, SshFault.Caller, "A list of revoked keys could not be understood.",
            "It is not used in part: make it anew with ssh-keygen -k, or with one public key a line.", -16, KeyFile),
        new(SshErrorCode.AgentUnavailable, SshFault.Caller, "There is no agent to ask: none is named, its socket is missing or closed to this user, nobody listens there, or it does not answer.",
            "The message says which: start an agent (ssh-agent) and add a key (ssh-add), or name its socket (SSH_AUTH_SOCK).", -42, Agent),
        new(SshErrorCode.AgentRefused, SshFault.Refused, "The agent refused a request: it is locked, a person did not confirm, the key is gone or restricted, or it does not take such keys.",
            "Look with ssh-add -l whether the key is there, unlock the agent (ssh-add -X), and answer its question.", -42, Agent),
        new(SshErrorCode.AgentProtocol, SshFault.Peer, "An agent, or the client of one, broke the agent protocol (RFC 9987).",
            "What listens on the socket is broken or no agent at all: look at what it is.", -42, Agent),
    ];

    private static SshErrorDescription[] Client() =>
    [
        new(SshErrorCode.Misuse, SshFault.Caller, "The library or the command was called in a way it does not allow.",
            "The message says what is allowed.", -39, "Bad use"),
        new(SshErrorCode.Cancelled, SshFault.Caller, "The caller cancelled.",
            "Nothing is broken; call again.", -9, "Timed out"),
        new(SshErrorCode.LocalFile, SshFault.Caller, "A local file could not be read or written.",
            "Check its path, its permissions and the space on the disk.", -16, KeyFile),
        new(SshErrorCode.ConfigurationUnusable, SshFault.Caller, "A configuration file (ssh_config) has a value that is none, or may be written by others.",
            "The message names the file and the line: mend it, or leave the file out (lucid: -F none).", -39, "Bad use"),
    ];
}
