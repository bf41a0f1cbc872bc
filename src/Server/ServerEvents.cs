using LucidSsh.Tracing;

namespace LucidSsh.Server;

/// <summary>A client was turned away before a word was exchanged.</summary>
internal readonly record struct ConnectionTurnedAway(string Source, TurnedAway Reason) : ITraceEvent
{
    public static string Name => "connection turned away";

    public static TraceMask Category => TraceMask.Transport;

    public void Describe(ITraceFields fields)
    {
        fields.Add("source", Source);
        fields.Add("reason", Reason.ToString());
    }
}

/// <summary>A place is turned away from now on, because its clients did not log in.</summary>
internal readonly record struct SourcePenalised(string Source, LoginFailing Reason, TimeSpan For) : ITraceEvent
{
    public static string Name => "source penalised";

    public static TraceMask Category => TraceMask.Authentication;

    public void Describe(ITraceFields fields)
    {
        fields.Add("source", Source);
        fields.Add("reason", Reason.ToString());
        fields.Add("seconds", (long)For.TotalSeconds);
    }
}
