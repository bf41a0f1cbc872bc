using LucidSsh.Tracing;

namespace LucidSsh.Client;

/// <summary>The policy accepts a host key; says because of what, and how many known_hosts lines it could not read.</summary>
internal readonly record struct HostKeyTrusted(string Host, string Because, int UnreadableLines) : ITraceEvent
{
    public static string Name => "host key trusted";
    public static TraceMask Category => TraceMask.KeyExchange;

    public void Describe(ITraceFields fields)
    {
        fields.Add("name", Host);
        fields.Add("because", Because);
        fields.Add("unreadable_lines", UnreadableLines);
    }
}

/// <summary>The server has told all its host keys, and what came of it.</summary>
internal readonly record struct HostKeysTold(int Keys, int Added, int Removed, string Outcome) : ITraceEvent
{
    public static string Name => "host keys told";
    public static TraceMask Category => TraceMask.KeyExchange;

    public void Describe(ITraceFields fields)
    {
        fields.Add("keys", Keys);
        fields.Add("added", Added);
        fields.Add("removed", Removed);
        fields.Add("outcome", Outcome);
    }
}
