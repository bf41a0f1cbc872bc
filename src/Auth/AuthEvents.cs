using LucidSsh.Tracing;

namespace LucidSsh.Auth;

/// <summary>A service was asked for, by this side or of it.</summary>
internal readonly record struct ServiceRequested(string Service) : ITraceEvent
{
    public static string Name => "service requested";

    public static TraceMask Category => TraceMask.Authentication;

    public void Describe(ITraceFields fields) => fields.Add("service", Service);
}

/// <summary>A login request was sent, or came.</summary>
internal readonly record struct LoginRequested(
    string Method, string User, string? KeyType = null, string? KeyFingerprint = null, string? Algorithm = null, bool? IsSigned = null)
    : ITraceEvent
{
    public static string Name => "login requested";

    public static TraceMask Category => TraceMask.Authentication;

    public void Describe(ITraceFields fields)
    {
        fields.Add("method", Method);
        fields.Add("user", User);
        fields.Add("key_type", KeyType);
        fields.Add("key", KeyFingerprint);
        fields.Add("algorithm", Algorithm);
        fields.Add("step", IsSigned switch { null => null, true => "signature", false => "question" });
    }
}

/// <summary>A login request was answered, by the server or to the client.</summary>
internal readonly record struct LoginAnswered(string Method, string Answer, string? CanContinue = null) : ITraceEvent
{
    public const string Success = "success";
    public const string PartialSuccess = "partial success";
    public const string Failure = "failure";
    public const string KeyWouldDo = "key would do";
    public const string PasswordExpired = "password expired";

    public static string Name => "login answered";

    public static TraceMask Category => TraceMask.Authentication;

    public void Describe(ITraceFields fields)
    {
        fields.Add("method", Method);
        fields.Add("answer", Answer);
        fields.Add("can_continue", CanContinue);
    }
}

/// <summary>The server did not let a key in that its user has, and why: the client is not told.</summary>
internal readonly record struct KeyRefused(string User, string KeyFingerprint, string Reason) : ITraceEvent
{
    public static string Name => "key refused";

    public static TraceMask Category => TraceMask.Authentication;

    public void Describe(ITraceFields fields)
    {
        fields.Add("user", User);
        fields.Add("key", KeyFingerprint);
        fields.Add("reason", Reason);
    }
}

/// <summary>A banner was sent, or came.</summary>
internal readonly record struct LoginBanner(int Characters) : ITraceEvent
{
    public static string Name => "banner";

    public static TraceMask Category => TraceMask.Authentication;

    public void Describe(ITraceFields fields) => fields.Add("characters", Characters);
}

/// <summary>A round of questions was sent, or came.</summary>
internal readonly record struct LoginPrompts(int Round, int Prompts) : ITraceEvent
{
    public static string Name => "prompts";

    public static TraceMask Category => TraceMask.Authentication;

    public void Describe(ITraceFields fields)
    {
        fields.Add("round", Round);
        fields.Add("prompts", Prompts);
    }
}

/// <summary>A credential could not be used, for a reason on this side.</summary>
internal readonly record struct CredentialUnusable(string Method, string Reason) : ITraceEvent
{
    public static string Name => "credential unusable";

    public static TraceMask Category => TraceMask.Authentication;

    public void Describe(ITraceFields fields)
    {
        fields.Add("method", Method);
        fields.Add("reason", Reason);
    }
}
