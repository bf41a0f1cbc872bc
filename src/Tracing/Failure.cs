using LucidSsh.Wire;

namespace LucidSsh.Tracing;

/// <summary>A failure that somebody will see as an exception; what is going to be tried again is none.</summary>
internal readonly record struct Failure(SshErrorCode Code, string Sentence) : ITraceEvent
{
    public static string Name => "failure";
    public static TraceMask Category => TraceMask.Error;

    public void Describe(ITraceFields fields)
    {
        fields.Add("code", (long)Code);
        fields.Add("sentence", Sentence);
    }
}
