using LucidSsh.Tracing;

namespace LucidSsh.Agent;

/// <summary>How long an agent may take, and where its trace goes.</summary>
public sealed record AgentClientOptions
{
    /// <summary>The time for the connection, and for every answer but a signature.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time for a signature, for which the agent may ask a person.</summary>
    public TimeSpan SignTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Where the trace goes (mask 256), or null. The sink stays the caller's.</summary>
    public TraceSink? Trace { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The trace of the SSH connection the agent is asked for.</summary>
    internal Tracer? Tracer { get; init; }

    internal Tracer GetTracer() => Tracer ?? new Tracer(Time, Trace is null ? [] : [Trace]);
}
