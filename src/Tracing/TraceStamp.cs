namespace LucidSsh.Tracing;

/// <summary>Which side of a conversation traces.</summary>
public enum TraceRole
{
    /// <summary>The side that connected.</summary>
    Client,

    /// <summary>The side that was connected to.</summary>
    Server,
}

/// <summary>Whose event it is, and when it happened.</summary>
/// <param name="Connection">The connection's number, from 1; no other connection of this process has it.</param>
/// <param name="Role">Which side this process is in the connection.</param>
/// <param name="Start">When the connection began.</param>
/// <param name="Elapsed">Time since then, from a clock that nobody sets.</param>
public readonly record struct TraceStamp(long Connection, TraceRole Role, DateTimeOffset Start, TimeSpan Elapsed)
{
    /// <summary>The time of day, as the clock stood when the connection began.</summary>
    public DateTimeOffset Time => Start + Elapsed;
}
