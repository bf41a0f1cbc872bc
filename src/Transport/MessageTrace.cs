using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>A message that was sent, decoded by field.</summary>
internal readonly record struct MessageSent<TMessage>(FieldLog Log, byte[]? Payload) : ITraceEvent
    where TMessage : IMessage<TMessage>, allows ref struct
{
    public static string Name => "message sent";
    public static TraceMask Category => MessageTrace.CategoryOf(TMessage.Number);
    public void Describe(ITraceFields fields) => MessageTrace.Describe(fields, TMessage.Number, Log, Payload);
}

/// <summary>A message that was received, decoded by field.</summary>
internal readonly record struct MessageReceived<TMessage>(FieldLog Log, byte[]? Payload) : ITraceEvent
    where TMessage : IMessage<TMessage>, allows ref struct
{
    public static string Name => "message received";
    public static TraceMask Category => MessageTrace.CategoryOf(TMessage.Number);
    public void Describe(ITraceFields fields) => MessageTrace.Describe(fields, TMessage.Number, Log, Payload);
}

/// <summary>Messages in the trace: decoded by the codec itself, where some sink takes them, and never those that carry bulk
/// data.</summary>
internal static class MessageTrace
{
    /// <summary>Bytes of payload an event keeps.</summary>
    private const int KeptBytes = 8 * 1024;

    /// <summary>The mask bit of a message.</summary>
    public static TraceMask CategoryOf(MessageNumber number) => number switch
    {
        MessageNumber.ServiceRequest or MessageNumber.ServiceAccept => TraceMask.Authentication,
        >= MessageNumber.KexInit and <= (MessageNumber)49 => TraceMask.KeyExchange,
        >= MessageNumber.UserAuthRequest and <= (MessageNumber)79 => TraceMask.Authentication,
        >= MessageNumber.GlobalRequest and <= (MessageNumber)127 => TraceMask.Connection,
        _ => TraceMask.Transport,
    };

    /// <summary>Reads a message as <see cref="Message.Decode"/> does, and traces it; one that is malformed too.</summary>
    public static TMessage Decode<TMessage>(this Tracer tracer, ReadOnlySpan<byte> payload)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        if (IsWanted<TMessage>(tracer))
        {
            FieldLog log = FieldLog.Of<TMessage>(payload);
            tracer.Emit(new MessageReceived<TMessage>(log, Keep(log, payload)));
        }

        return Message.Decode<TMessage>(payload);
    }

    /// <summary>Traces a message that is about to be sent.</summary>
    public static void Sending<TMessage>(this Tracer tracer, ReadOnlySpan<byte> payload)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        if (!IsWanted<TMessage>(tracer))
            return;
        FieldLog log = FieldLog.Of<TMessage>(payload);
        tracer.Emit(new MessageSent<TMessage>(log, Keep(log, payload)));
    }

    public static void Describe(ITraceFields fields, MessageNumber number, FieldLog log, byte[]? payload)
    {
        fields.Add("message", MessageNumbers.Describe(number));
        fields.Add("fields", log.Fields);
        if (payload is not null)
            fields.Add("payload", payload);
    }

    private static bool IsWanted<TMessage>(Tracer tracer)
        where TMessage : IMessage<TMessage>, allows ref struct =>
        !IsBulk(TMessage.Number) && tracer.IsOn(CategoryOf(TMessage.Number));

    private static bool IsBulk(MessageNumber number) => number is
        MessageNumber.ChannelData or MessageNumber.ChannelExtendedData or MessageNumber.Ignore or MessageNumber.Ping or MessageNumber.Pong;

    private static byte[]? Keep(FieldLog log, ReadOnlySpan<byte> payload) =>
        log.HasSecret ? null : payload[..Math.Min(payload.Length, KeptBytes)].ToArray();
}
