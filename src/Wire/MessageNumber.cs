namespace LucidSsh.Wire;

/// <summary>SSH message numbers (RFC 4250 section 4.1.2, RFC 8308, draft-miller-sshm-ping). The numbers 30 to 49 belong to the key
/// exchange method and 60 to 79 to the login method in use, so that one number has several names. A number without a name is
/// legal and answered with UNIMPLEMENTED.</summary>
public enum MessageNumber : byte
{
#pragma warning disable CS1591 // the names are the RFCs'
    None = 0,
    Disconnect = 1,
    Ignore = 2,
    Unimplemented = 3,
    Debug = 4,
    ServiceRequest = 5,
    ServiceAccept = 6,
    ExtInfo = 7,
    KexInit = 20,
    NewKeys = 21,
    KexMethod30 = 30,
    KexMethod31 = 31,
    KexMethod32 = 32,
    KexMethod33 = 33,
    KexMethod34 = 34,
    UserAuthRequest = 50,
    UserAuthFailure = 51,
    UserAuthSuccess = 52,
    UserAuthBanner = 53,
    UserAuthMethod60 = 60,
    UserAuthMethod61 = 61,
    GlobalRequest = 80,
    RequestSuccess = 81,
    RequestFailure = 82,
    ChannelOpen = 90,
    ChannelOpenConfirmation = 91,
    ChannelOpenFailure = 92,
    ChannelWindowAdjust = 93,
    ChannelData = 94,
    ChannelExtendedData = 95,
    ChannelEof = 96,
    ChannelClose = 97,
    ChannelRequest = 98,
    ChannelSuccess = 99,
    ChannelFailure = 100,
    Ping = 192,
    Pong = 193,
#pragma warning restore CS1591
}

/// <summary>The RFCs' spelling of message numbers.</summary>
public static class MessageNumbers
{
    /// <summary>For example <c>CHANNEL_DATA</c>; for a number without a name <c>message 200</c>.</summary>
    public static string Describe(MessageNumber number) => number switch
    {
        MessageNumber.Disconnect => "DISCONNECT",
        MessageNumber.Ignore => "IGNORE",
        MessageNumber.Unimplemented => "UNIMPLEMENTED",
        MessageNumber.Debug => "DEBUG",
        MessageNumber.ServiceRequest => "SERVICE_REQUEST",
        MessageNumber.ServiceAccept => "SERVICE_ACCEPT",
        MessageNumber.ExtInfo => "EXT_INFO",
        MessageNumber.KexInit => "KEXINIT",
        MessageNumber.NewKeys => "NEWKEYS",
        >= MessageNumber.KexMethod30 and <= (MessageNumber)49 => $"KEX method message {(byte)number}",
        MessageNumber.UserAuthRequest => "USERAUTH_REQUEST",
        MessageNumber.UserAuthFailure => "USERAUTH_FAILURE",
        MessageNumber.UserAuthSuccess => "USERAUTH_SUCCESS",
        MessageNumber.UserAuthBanner => "USERAUTH_BANNER",
        >= MessageNumber.UserAuthMethod60 and <= (MessageNumber)79 => $"USERAUTH method message {(byte)number}",
        MessageNumber.GlobalRequest => "GLOBAL_REQUEST",
        MessageNumber.RequestSuccess => "REQUEST_SUCCESS",
        MessageNumber.RequestFailure => "REQUEST_FAILURE",
        MessageNumber.ChannelOpen => "CHANNEL_OPEN",
        MessageNumber.ChannelOpenConfirmation => "CHANNEL_OPEN_CONFIRMATION",
        MessageNumber.ChannelOpenFailure => "CHANNEL_OPEN_FAILURE",
        MessageNumber.ChannelWindowAdjust => "CHANNEL_WINDOW_ADJUST",
        MessageNumber.ChannelData => "CHANNEL_DATA",
        MessageNumber.ChannelExtendedData => "CHANNEL_EXTENDED_DATA",
        MessageNumber.ChannelEof => "CHANNEL_EOF",
        MessageNumber.ChannelClose => "CHANNEL_CLOSE",
        MessageNumber.ChannelRequest => "CHANNEL_REQUEST",
        MessageNumber.ChannelSuccess => "CHANNEL_SUCCESS",
        MessageNumber.ChannelFailure => "CHANNEL_FAILURE",
        MessageNumber.Ping => "PING",
        MessageNumber.Pong => "PONG",
        _ => $"message {(byte)number}",
    };
}
