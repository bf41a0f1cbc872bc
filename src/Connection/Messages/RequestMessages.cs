using LucidSsh.Wire;

namespace LucidSsh.Connection;

/* RFC 4254 section 4
     byte      SSH_MSG_GLOBAL_REQUEST
     string    request name in US-ASCII only
     boolean   want reply
     ....      request-specific data follows */
internal readonly ref struct GlobalRequest(string requestName, bool wantReply, ReadOnlySpan<byte> data) : IMessage<GlobalRequest>
{
    public static MessageNumber Number => MessageNumber.GlobalRequest;
    public string RequestName { get; } = requestName;
    public bool WantReply { get; } = wantReply;
    public ReadOnlySpan<byte> Data { get; } = data;

    public static GlobalRequest Read(scoped ref SshReader reader) =>
        new(reader.Name("request name"), reader.Boolean("want reply"), reader.Rest());

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(RequestName);
        writer.Boolean(WantReply);
        writer.Bytes(Data);
    }
}

/* RFC 4254 section 4
     byte      SSH_MSG_REQUEST_SUCCESS
     ....      response specific data */
internal readonly ref struct RequestSuccess(ReadOnlySpan<byte> data) : IMessage<RequestSuccess>
{
    public static MessageNumber Number => MessageNumber.RequestSuccess;
    public ReadOnlySpan<byte> Data { get; } = data;
    public static RequestSuccess Read(scoped ref SshReader reader) => new(reader.Rest());
    public void Write(scoped ref SshWriter writer) => writer.Bytes(Data);
}

/* RFC 4254 section 4
     byte      SSH_MSG_REQUEST_FAILURE */
internal readonly record struct RequestFailure : IMessage<RequestFailure>
{
    public static MessageNumber Number => MessageNumber.RequestFailure;
    public static RequestFailure Read(scoped ref SshReader reader) => default;

    public void Write(scoped ref SshWriter writer)
    {
    }
}

/* RFC 4254 section 5.4
     byte      SSH_MSG_CHANNEL_REQUEST
     uint32    recipient channel
     string    request type in US-ASCII characters only
     boolean   want reply
     ....      type-specific data follows */
internal readonly ref struct ChannelRequest(uint recipientChannel, string requestType, bool wantReply, ReadOnlySpan<byte> data) : IMessage<ChannelRequest>
{
    public static MessageNumber Number => MessageNumber.ChannelRequest;
    public uint RecipientChannel { get; } = recipientChannel;
    public string RequestType { get; } = requestType;
    public bool WantReply { get; } = wantReply;
    public ReadOnlySpan<byte> Data { get; } = data;

    public static ChannelRequest Read(scoped ref SshReader reader) => new(
        reader.UInt32("recipient channel"), reader.Name("request type"), reader.Boolean("want reply"), reader.Rest());

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(RecipientChannel);
        writer.Text(RequestType);
        writer.Boolean(WantReply);
        writer.Bytes(Data);
    }
}

/* RFC 4254 section 5.4
     byte      SSH_MSG_CHANNEL_SUCCESS
     uint32    recipient channel */
internal readonly record struct ChannelSuccess(uint RecipientChannel) : IMessage<ChannelSuccess>
{
    public static MessageNumber Number => MessageNumber.ChannelSuccess;
    public static ChannelSuccess Read(scoped ref SshReader reader) => new(reader.UInt32("recipient channel"));
    public void Write(scoped ref SshWriter writer) => writer.UInt32(RecipientChannel);
}

/* RFC 4254 section 5.4
     byte      SSH_MSG_CHANNEL_FAILURE
     uint32    recipient channel */
internal readonly record struct ChannelFailure(uint RecipientChannel) : IMessage<ChannelFailure>
{
    public static MessageNumber Number => MessageNumber.ChannelFailure;
    public static ChannelFailure Read(scoped ref SshReader reader) => new(reader.UInt32("recipient channel"));
    public void Write(scoped ref SshWriter writer) => writer.UInt32(RecipientChannel);
}
