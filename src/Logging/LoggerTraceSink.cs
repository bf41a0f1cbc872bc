using System.Collections.Concurrent;
using LucidSsh.Tracing;
using Microsoft.Extensions.Logging;

namespace LucidSsh.Logging;

/// <summary>Hands events to loggers.</summary>
internal sealed class LoggerTraceSink(ILoggerFactory factory) : TraceSink
{
    private readonly ConcurrentDictionary<TraceMask, ILogger> _loggers = new();

    public override void Write<TEvent>(in TraceStamp stamp, in TEvent traceEvent)
    {
#pragma warning disable CA1031 // a log that fails must not end a connection
        try
        {
            ILogger logger = _loggers.GetOrAdd(TEvent.Category, (category, loggers) => loggers.CreateLogger($"LucidSsh.{TraceCategories.Layer(category)}"), factory);
            LogLevel level = LevelOf(TEvent.Category, TEvent.Name);
            if (!logger.IsEnabled(level))
                return;
            LogFields fields = new(stamp, TEvent.Name);
            traceEvent.Describe(fields);
            logger.Log(level, EventIds.Of(TEvent.Category, TEvent.Name), fields, exception: null, static (state, _) => state.ToString());
        }
        catch (Exception)
        {
            // The next event may be luckier.
        }
#pragma warning restore CA1031
    }

    private static LogLevel LevelOf(TraceMask category, string name) => category switch
    {
        TraceMask.Error => LogLevel.Error,
        TraceMask.Socket => LogLevel.Trace,
        _ when name is "packet sent" or "packet received" or "window adjust" => LogLevel.Trace,
        _ => LogLevel.Debug,
    };
}
