namespace LucidSsh.Wire;

/// <summary>Every way this library fails, by a number that stays. The thousands digit is the layer: 1 wire, 2 transport,
/// 3 authentication, 4 connection, 5 SFTP, 6 keys and trust, 7 client and server.</summary>
public enum SshErrorCode
{
    /// <summary>A message did not have the fields its RFC gives it.</summary>
    Malformed = 1001,

    /// <summary>A length, count or size beyond its documented limit.</summary>
    LimitExceeded = 1002,

    /// <summary>The network refused, or could not find or reach the host.</summary>
    ConnectFailed = 2001,

    /// <summary>The connection ended without DISCONNECT: end of stream or reset.</summary>
    ConnectionLost = 2002,

    /// <summary>The peer ended the connection with DISCONNECT.</summary>
    PeerDisconnected = 2003,

    /// <summary>This side ended the connection.</summary>
    Disconnected = 2004,

    /// <summary>A wait on the network passed its deadline.</summary>
    TimedOut = 2005,

    /// <summary>A proxy on the way understood and said no: to this client, or to the target.</summary>
    ProxyRefused = 2006,

    /// <summary>A proxy on the way broke its protocol, or is none; a proxy command failed.</summary>
    ProxyMisbehaved = 2007,

    /// <summary>What answers is not an SSH-2 server; the first bytes say what it may be.</summary>
    NotSsh = 2010,

    /// <summary>The peer speaks SSH, but not version 2.</summary>
    UnsupportedVersion = 2011,

    /// <summary>An identification line that breaks RFC 4253 section 4.2.</summary>
    BadIdentification = 2012,

    /// <summary>An SSH server that takes no connections now, or none from this address, and says so in place of its identification.</summary>
    ServerBusy = 2013,

    /// <summary>No algorithm in common for one of the negotiated kinds.</summary>
    NoCommonAlgorithm = 2020,

    /// <summary>The key exchange's mathematics failed: a value out of range, a signature that does not verify.</summary>
    KeyExchangeFailed = 2021,

    /// <summary>A packet's MAC or tag did not verify: damaged or forged.</summary>
    IntegrityFailure = 2022,

    /// <summary>A message that may not arrive now.</summary>
    UnexpectedMessage = 2023,

    /// <summary>A packet length or padding that breaks RFC 4253 section 6.</summary>
    BadPacket = 2024,

    /// <summary>The peer did not answer keepalive messages.</summary>
    KeepAliveLost = 2025,

    /// <summary>The peer refused the requested service.</summary>
    ServiceRefused = 2026,

    /// <summary>The server refused every login method that was tried, or offers none that could be.</summary>
    LoginRefused = 3001,

    /// <summary>A factor was accepted, and the server wants another that was not supplied.</summary>
    MoreFactorsRequired = 3002,

    /// <summary>The password has expired and no new one was supplied, or it was refused.</summary>
    PasswordExpired = 3003,

    /// <summary>A credential could not answer: a callback failed, or a key cannot sign with what the server accepts.</summary>
    CredentialFailed = 3004,

    /// <summary>A client tried too often or took too long to log in.</summary>
    LoginLimitReached = 3005,

    /// <summary>The server did not open a channel.</summary>
    ChannelOpenRefused = 4001,

    /// <summary>The server refused a channel or global request.</summary>
    RequestRefused = 4002,

    /// <summary>The channel is closed.</summary>
    ChannelClosed = 4003,

    /// <summary>The peer broke the channel protocol: window overrun, unknown channel, data after EOF.</summary>
    ChannelMisused = 4004,

    /// <summary>More output than the stated limit.</summary>
    OutputLimitExceeded = 4005,

    /// <summary>The SFTP server answered with an error status.</summary>
    SftpStatus = 5001,

    /// <summary>The SFTP peer broke its protocol.</summary>
    SftpProtocol = 5002,

    /// <summary>The SFTP server did not start: no such subsystem, or something else answered.</summary>
    SftpUnavailable = 5003,

    /// <summary>A file transfer ended early; the exception says how many bytes are safe.</summary>
    TransferFailed = 5004,

    /// <summary>A name from the server is not one safe file name.</summary>
    UnsafeFileName = 5005,

    /// <summary>A file that should be a key is in no known format.</summary>
    KeyFormatUnknown = 6001,

    /// <summary>A key file is damaged.</summary>
    KeyFileDamaged = 6002,

    /// <summary>A key file is encrypted and no passphrase was given.</summary>
    PassphraseRequired = 6003,

    /// <summary>The passphrase does not open the key file.</summary>
    PassphraseWrong = 6004,

    /// <summary>A key of a type, size or protection that is not supported or allowed.</summary>
    KeyUnsupported = 6005,

    /// <summary>A public key file that does not belong to its private key.</summary>
    KeyPairMismatch = 6006,

    /// <summary>The host is not known, and the policy is strict.</summary>
    HostKeyUnknown = 6010,

    /// <summary>The host's key is not the one that is known for it.</summary>
    HostKeyChanged = 6011,

    /// <summary>The host's key is revoked.</summary>
    HostKeyRevoked = 6012,

    /// <summary>A known_hosts file could not be read or written.</summary>
    KnownHostsUnusable = 6013,

    /// <summary>A certificate is not good for the use: not valid now, for another name, revoked, with a condition that is not met.</summary>
    CertificateRefused = 6020,

    /// <summary>A list of revoked keys could not be understood.</summary>
    RevocationListUnusable = 6021,

    /// <summary>There is no agent to ask, or it does not answer.</summary>
    AgentUnavailable = 6030,

    /// <summary>An agent understood a request and refused it.</summary>
    AgentRefused = 6031,

    /// <summary>An agent, or the client of one, broke the agent protocol.</summary>
    AgentProtocol = 6032,

    /// <summary>The library was called in a way it does not allow.</summary>
    Misuse = 7001,

    /// <summary>The caller cancelled.</summary>
    Cancelled = 7002,

    /// <summary>A local file could not be read or written.</summary>
    LocalFile = 7003,

    /// <summary>A configuration file (ssh_config) has a value that is none, or may be written by others.</summary>
    ConfigurationUnusable = 7004,
}

/// <summary>Who has to change something.</summary>
public enum SshFault
{
    /// <summary>The peer broke the protocol.</summary>
    Peer,

    /// <summary>Both sides behave, but share nothing to talk with.</summary>
    Incompatible,

    /// <summary>The peer understood and said no.</summary>
    Refused,

    /// <summary>This side: its arguments, files or configuration.</summary>
    Caller,

    /// <summary>Neither: the network between, or time.</summary>
    Network,
}
