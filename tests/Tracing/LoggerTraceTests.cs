using LucidSsh.Logging;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;
using Microsoft.Extensions.Logging;

namespace LucidSsh.Tests.Tracing;

/// <summary>Events as log records.</summary>
public sealed class LoggerTraceTests
{
    [Fact]
    public void Event_IsARecord_WithItsLayersLogger_ItsNumberAndItsFields()
    {
        RecordingLoggers loggers = new();
        using TraceSink sink = loggers.CreateTraceSink();
        Tracer tracer = new(TimeProvider.System, [sink], TraceRole.Server);
        tracer.Emit(new AlgorithmChosen(AlgorithmKind.KeyExchange, "curve25519-sha256"));
        tracer.Emit(new SocketRead(1));
        tracer.Failed(new SshException(SshErrorCode.TimedOut, SshFault.Network, "Too late."));
        Assert.Equal(2, loggers.Records.Count); // the socket's is not in the mask
        LogRecord agreed = loggers.Records[0];
        Assert.Equal(("LucidSsh.kex", LogLevel.Debug, new EventId(201, "agreed")), (agreed.Logger, agreed.Level, agreed.Id));
        Assert.Equal("agreed", agreed.Fields["{OriginalFormat}"]);
        Assert.Equal("curve25519-sha256", agreed.Fields["name"]);
        Assert.Equal("server", agreed.Fields["role"]);
        Assert.Contains("name=curve25519-sha256", agreed.Text, StringComparison.Ordinal);
        Assert.Equal(("LucidSsh.error", LogLevel.Error), (loggers.Records[1].Logger, loggers.Records[1].Level));
        Assert.Equal((long)SshErrorCode.TimedOut, loggers.Records[1].Fields["code"]);
    }

    [Fact]
    public void Logger_ThatThrows_HurtsNobody()
    {
        using TraceSink sink = new RecordingLoggers { Throws = true }.CreateTraceSink();
        new Tracer(TimeProvider.System, [sink]).Emit(new DebugReceived("one"));
    }

    [Fact]
    public void Numbers_OfAllEvents_AreThereAndDiffer()
    {
        EventId[] ids = [.. TraceEventCatalogue.All.Select(row => EventIds.Of(row.Category, row.Name))];
        Assert.Empty(ids.Where(id => id.Id == 0).Select(id => $"\"{id.Name}\" has no number: give it the next one of its layer in EventIds"));
        Assert.Equal(ids.Length, ids.Select(id => id.Id).Distinct().Count());
    }
}

internal sealed record LogRecord(string Logger, LogLevel Level, EventId Id, IReadOnlyDictionary<string, object?> Fields, string Text);

/// <summary>Loggers that keep what they get.</summary>
internal sealed class RecordingLoggers : ILoggerFactory
{
    public List<LogRecord> Records { get; } = [];

    public bool Throws { get; init; }

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Recorder(RecordingLoggers owner, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (owner.Throws)
                throw new InvalidOperationException("a provider failed");
            lock (owner.Records)
                owner.Records.Add(new LogRecord(name, logLevel, eventId, ((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary(), formatter(state, exception)));
        }
    }
}
