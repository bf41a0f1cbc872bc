namespace LucidSsh.Wire;

/// <summary>Why a side ends the connection (RFC 4253 section 11.1).</summary>
public enum DisconnectReason : uint
{
#pragma warning disable CS1591 // the names are the RFC's
    None = 0,
    HostNotAllowedToConnect = 1,
    ProtocolError = 2,
    KeyExchangeFailed = 3,
    Reserved = 4,
    MacError = 5,
    CompressionError = 6,
    ServiceNotAvailable = 7,
    ProtocolVersionNotSupported = 8,
    HostKeyNotVerifiable = 9,
    ConnectionLost = 10,
    ByApplication = 11,
    TooManyConnections = 12,
    AuthCancelledByUser = 13,
    NoMoreAuthMethodsAvailable = 14,
    IllegalUserName = 15,
#pragma warning restore CS1591
}

/// <summary>Why a channel was not opened (RFC 4254 section 5.1).</summary>
public enum ChannelOpenFailureReason : uint
{
#pragma warning disable CS1591 // the names are the RFC's
    None = 0,
    AdministrativelyProhibited = 1,
    ConnectFailed = 2,
    UnknownChannelType = 3,
    ResourceShortage = 4,
#pragma warning restore CS1591
}
