namespace LucidSsh.Tracing;

/// <summary>Makes an event a line. One caller at a time.</summary>
internal interface ITraceFormat
{
    /// <summary>The event as UTF-8, line end included; valid until the next call.</summary>
    ReadOnlySpan<byte> Write<TEvent>(in TraceStamp stamp, in TEvent traceEvent)
        where TEvent : struct, ITraceEvent;
}

/// <summary>The formats by name.</summary>
internal static class TraceFormats
{
    public static ITraceFormat Create(TraceFormat format) => format switch
    {
        TraceFormat.JsonLines => new JsonTraceFormat(),
        _ => new TextTraceFormat(),
    };
}

/// <summary>What a sink could not write in time, said where it would have stood.</summary>
internal readonly record struct EventsDropped(long Count) : ITraceEvent
{
    public static string Name => "dropped events";
    public static TraceMask Category => TraceMask.None;
    public void Describe(ITraceFields fields) => fields.Add("count", Count);
}
