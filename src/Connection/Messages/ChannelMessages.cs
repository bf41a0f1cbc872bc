using LucidSsh.Wire;

namespace LucidSsh.Connection;

/* RFC 4254 section 5.1
     byte      SSH_MSG_CHANNEL_OPEN
     string    channel type in US-ASCII only
     uint32    sender channel
     uint32    initial window size
     uint32    maximum packet size
     ....      channel type specific data follows */
internal readonly ref struct ChannelOpen(
    string channelType, uint senderChannel, uint initialWindowSize, uint maximumPacketSize, ReadOnlySpan<byte> data) : IMessage<ChannelOpen>
{
    public static MessageNumber Number => MessageNumber.ChannelOpen;
    public string ChannelType { get; } = channelType;
    public uint SenderChannel { get; } = senderChannel;
    public uint InitialWindowSize { get; } = initialWindowSize;
    public uint MaximumPacketSize { get; } = maximumPacketSize;
    public ReadOnlySpan<byte> Data { get; } = data;

    public static ChannelOpen Read(scoped ref SshReader reader) => new(
        reader.Name("channel type"),
        reader.UInt32("sender channel"),
        reader.UInt32("initial window size"),
        reader.UInt32("maximum packet size"),
        reader.Rest());

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(ChannelType);
        writer.UInt32(SenderChannel);
        writer.UInt32(InitialWindowSize);
        writer.UInt32(MaximumPacketSize);
        writer.Bytes(Data);
    }
}

/* RFC 4254 section 5.1
     byte      SSH_MSG_CHANNEL_OPEN_CONFIRMATION
     uint32    recipient channel
     uint32    sender channel
     uint32    initial window size
     uint32    maximum packet size
     ....      channel type specific data follows */
internal readonly ref struct ChannelOpenConfirmation(
    uint recipientChannel, uint senderChannel, uint initialWindowSize, uint maximumPacketSize, ReadOnlySpan<byte> data) : IMessage<ChannelOpenConfirmation>
{
    public static MessageNumber Number => MessageNumber.ChannelOpenConfirmation;
    public uint RecipientChannel { get; } = recipientChannel;
    public uint SenderChannel { get; } = senderChannel;
    public uint InitialWindowSize { get; } = initialWindowSize;
    public uint MaximumPacketSize { get; } = maximumPacketSize;
    public ReadOnlySpan<byte> Data { get; } = data;

    public static ChannelOpenConfirmation Read(scoped ref SshReader reader) => new(
        reader.UInt32("recipient channel"),
        reader.UInt32("sender channel"),
        reader.UInt32("initial window size"),
        reader.UInt32("maximum packet size"),
        reader.Rest());

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(RecipientChannel);
        writer.UInt32(SenderChannel);
        writer.UInt32(InitialWindowSize);
        writer.UInt32(MaximumPacketSize);
        writer.Bytes(Data);
    }
}

/* RFC 4254 section 5.1
     byte      SSH_MSG_CHANNEL_OPEN_FAILURE
     uint32    recipient channel
     uint32    reason code
     string    description in ISO-10646 UTF-8 encoding
     string    language tag */
internal readonly record struct ChannelOpenFailure(
    uint RecipientChannel, ChannelOpenFailureReason Reason, string Description, string LanguageTag) : IMessage<ChannelOpenFailure>
{
    public static MessageNumber Number => MessageNumber.ChannelOpenFailure;

    public static ChannelOpenFailure Read(scoped ref SshReader reader) => new(
        reader.UInt32("recipient channel"),
        (ChannelOpenFailureReason)reader.UInt32("reason code"),
        reader.Text("description"),
        reader.Text("language tag"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(RecipientChannel);
        writer.UInt32((uint)Reason);
        writer.Text(Description);
        writer.Text(LanguageTag);
    }
}

/* RFC 4254 section 5.2
     byte      SSH_MSG_CHANNEL_WINDOW_ADJUST
     uint32    recipient channel
     uint32    bytes to add */
internal readonly record struct ChannelWindowAdjust(uint RecipientChannel, uint BytesToAdd) : IMessage<ChannelWindowAdjust>
{
    public static MessageNumber Number => MessageNumber.ChannelWindowAdjust;
    public static ChannelWindowAdjust Read(scoped ref SshReader reader) => new(reader.UInt32("recipient channel"), reader.UInt32("bytes to add"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(RecipientChannel);
        writer.UInt32(BytesToAdd);
    }
}

/* RFC 4254 section 5.2
     byte      SSH_MSG_CHANNEL_DATA
     uint32    recipient channel
     string    data */
internal readonly ref struct ChannelData(uint recipientChannel, ReadOnlySpan<byte> data) : IMessage<ChannelData>
{
    public static MessageNumber Number => MessageNumber.ChannelData;
    public uint RecipientChannel { get; } = recipientChannel;
    public ReadOnlySpan<byte> Data { get; } = data;
    public static ChannelData Read(scoped ref SshReader reader) => new(reader.UInt32("recipient channel"), reader.String("data"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(RecipientChannel);
        writer.String(Data);
    }
}

/* RFC 4254 section 5.2
     byte      SSH_MSG_CHANNEL_EXTENDED_DATA
     uint32    recipient channel
     uint32    data_type_code
     string    data */
internal readonly ref struct ChannelExtendedData(uint recipientChannel, uint dataTypeCode, ReadOnlySpan<byte> data) : IMessage<ChannelExtendedData>
{
    /// <summary>SSH_EXTENDED_DATA_STDERR, the only type there is.</summary>
    public const uint StandardError = 1;

    public static MessageNumber Number => MessageNumber.ChannelExtendedData;
    public uint RecipientChannel { get; } = recipientChannel;
    public uint DataTypeCode { get; } = dataTypeCode;
    public ReadOnlySpan<byte> Data { get; } = data;

    public static ChannelExtendedData Read(scoped ref SshReader reader) =>
        new(reader.UInt32("recipient channel"), reader.UInt32("data_type_code"), reader.String("data"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(RecipientChannel);
        writer.UInt32(DataTypeCode);
        writer.String(Data);
    }
}

/* RFC 4254 section 5.3
     byte      SSH_MSG_CHANNEL_EOF
     uint32    recipient channel */
internal readonly record struct ChannelEof(uint RecipientChannel) : IMessage<ChannelEof>
{
    public static MessageNumber Number => MessageNumber.ChannelEof;
    public static ChannelEof Read(scoped ref SshReader reader) => new(reader.UInt32("recipient channel"));
    public void Write(scoped ref SshWriter writer) => writer.UInt32(RecipientChannel);
}

/* RFC 4254 section 5.3
     byte      SSH_MSG_CHANNEL_CLOSE
     uint32    recipient channel */
internal readonly record struct ChannelClose(uint RecipientChannel) : IMessage<ChannelClose>
{
    public static MessageNumber Number => MessageNumber.ChannelClose;
    public static ChannelClose Read(scoped ref SshReader reader) => new(reader.UInt32("recipient channel"));
    public void Write(scoped ref SshWriter writer) => writer.UInt32(RecipientChannel);
}
