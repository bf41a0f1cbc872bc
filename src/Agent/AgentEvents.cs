using LucidSsh.Tracing;

namespace LucidSsh.Agent;

/// <summary>A connection to an agent was made.</summary>
internal readonly record struct AgentConnected(string Address) : ITraceEvent
{
    public static string Name => "agent connected";

    public static TraceMask Category => TraceMask.PublicKey;

    public void Describe(ITraceFields fields) => fields.Add("address", Address);
}

/// <summary>An agent was asked for something.</summary>
internal readonly record struct AgentRequestSent(string Request, string? KeyFingerprint = null, string? Algorithm = null) : ITraceEvent
{
    public static string Name => "agent request sent";

    public static TraceMask Category => TraceMask.PublicKey;

    public void Describe(ITraceFields fields)
    {
        fields.Add("request", Request);
        fields.Add("key", KeyFingerprint);
        fields.Add("algorithm", Algorithm);
    }
}

/// <summary>An agent answered.</summary>
internal readonly record struct AgentAnswered(string Request, string Answer, int Bytes) : ITraceEvent
{
    public static string Name => "agent answered";

    public static TraceMask Category => TraceMask.PublicKey;

    public void Describe(ITraceFields fields)
    {
        fields.Add("request", Request);
        fields.Add("answer", Answer);
        fields.Add("bytes", Bytes);
    }
}

/// <summary>The agent in this process was asked for something, and answered.</summary>
internal readonly record struct AgentRequestServed(string Request, string Answer, string? KeyFingerprint = null, string? Reason = null) : ITraceEvent
{
    public static string Name => "agent request served";

    public static TraceMask Category => TraceMask.PublicKey;

    public void Describe(ITraceFields fields)
    {
        fields.Add("request", Request);
        fields.Add("answer", Answer);
        fields.Add("key", KeyFingerprint);
        fields.Add("reason", Reason);
    }
}
