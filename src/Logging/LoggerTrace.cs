using LucidSsh.Tracing;
using Microsoft.Extensions.Logging;

namespace LucidSsh.Logging;

/// <summary>The trace as log records.</summary>
public static class LoggerTrace
{
    /// <summary>A sink that logs each event: one logger a layer (<c>LucidSsh.transport</c>, <c>LucidSsh.kex</c>…), the fields as
    /// structured values, failures at the level Error, packets and the socket at Trace, everything else at Debug. A provider is
    /// called on the connection's thread: it must not wait. What it throws is dropped.</summary>
    /// <param name="loggers">Makes the loggers; stays the caller's.</param>
    /// <param name="mask">Which events.</param>
    public static TraceSink CreateTraceSink(this ILoggerFactory loggers, TraceMask mask = TraceSink.DefaultMask) => new LoggerTraceSink(loggers) { Mask = mask };
}
