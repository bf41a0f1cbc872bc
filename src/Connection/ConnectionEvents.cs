using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Connection;

/// <summary>This side asks for a channel.</summary>
internal readonly record struct ChannelOpening(uint Channel, string Type) : ITraceEvent
{
    public static string Name => "channel open requested";
    public static TraceMask Category => TraceMask.Connection;

    public void Describe(ITraceFields fields)
    {
        fields.Add("channel", Channel);
        fields.Add("type", Type);
    }
}

/// <summary>A channel is open from both sides; the window and the packet size are the peer's.</summary>
internal readonly record struct ChannelOpened(uint Channel, uint Remote, uint Window, uint MaximumPacket) : ITraceEvent
{
    public static string Name => "channel opened";
    public static TraceMask Category => TraceMask.Connection;

    public void Describe(ITraceFields fields)
    {
        fields.Add("channel", Channel);
        fields.Add("remote", Remote);
        fields.Add("window", Window);
        fields.Add("max_packet", MaximumPacket);
    }
}

/// <summary>One side refused a channel.</summary>
internal readonly record struct ChannelRefused(uint Channel, ChannelOpenFailureReason Reason, string Description) : ITraceEvent
{
    public static string Name => "channel refused";
    public static TraceMask Category => TraceMask.Connection;

    public void Describe(ITraceFields fields)
    {
        fields.Add("channel", Channel);
        fields.Add("reason", Reason.ToString());
        fields.Add("text", Description);
    }
}

/// <summary>A channel or global request was sent.</summary>
internal readonly record struct RequestSent(long Channel, string Type, bool WantReply) : ITraceEvent
{
    public static string Name => "request sent";
    public static TraceMask Category => TraceMask.Connection;

    public void Describe(ITraceFields fields)
    {
        fields.Add("channel", Channel < 0 ? "global" : Channel.ToString());
        fields.Add("type", Type);
        fields.Add("want_reply", WantReply ? "yes" : "no");
    }
}

/// <summary>A channel or global request came and was granted or not.</summary>
internal readonly record struct RequestReceived(long Channel, string Type, bool Granted) : ITraceEvent
{
    public static string Name => "request received";
    public static TraceMask Category => TraceMask.Connection;

    public void Describe(ITraceFields fields)
    {
        fields.Add("channel", Channel < 0 ? "global" : Channel.ToString());
        fields.Add("type", Type);
        fields.Add("granted", Granted ? "yes" : "no");
    }
}

/// <summary>The peer answered a channel or global request.</summary>
internal readonly record struct RequestAnswered(long Channel, string Type, bool Granted) : ITraceEvent
{
    public static string Name => "request answered";
    public static TraceMask Category => TraceMask.Connection;

    public void Describe(ITraceFields fields)
    {
        fields.Add("channel", Channel < 0 ? "global" : Channel.ToString());
        fields.Add("type", Type);
        fields.Add("granted", Granted ? "yes" : "no");
    }
}

/// <summary>The end of one direction of a channel, or of the whole.</summary>
internal readonly record struct ChannelEnding(uint Channel, ChannelEnd End) : ITraceEvent
{
    public static string Name => "channel ending";
    public static TraceMask Category => TraceMask.Connection;

    public void Describe(ITraceFields fields)
    {
        fields.Add("channel", Channel);
        fields.Add("what", End switch
        {
            ChannelEnd.EofSent => "EOF sent",
            ChannelEnd.EofReceived => "EOF received",
            ChannelEnd.CloseSent => "CLOSE sent",
            _ => "CLOSE received",
        });
    }
}

internal enum ChannelEnd
{
    EofSent,
    EofReceived,
    CloseSent,
    CloseReceived,
}

/// <summary>One side lets the other send more on a channel.</summary>
internal readonly record struct WindowAdjusted(uint Channel, uint Bytes, bool Sent) : ITraceEvent
{
    public static string Name => "window adjust";
    public static TraceMask Category => TraceMask.Connection;

    public void Describe(ITraceFields fields)
    {
        fields.Add("channel", Channel);
        fields.Add("bytes", Bytes);
        fields.Add("direction", Sent ? "sent" : "received");
    }
}

/// <summary>The peer has been silent and was asked for a sign of life.</summary>
internal readonly record struct KeepAliveSent(int Unanswered) : ITraceEvent
{
    public static string Name => "keepalive sent";
    public static TraceMask Category => TraceMask.Connection;
    public void Describe(ITraceFields fields) => fields.Add("unanswered", Unanswered);
}
