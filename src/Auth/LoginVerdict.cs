using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>What came of one credential, as a method found it.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="CanContinue">The methods that can continue; default where the server gave no answer.</param>
internal readonly record struct LoginVerdict(LoginOutcome Outcome, ImmutableArray<string> CanContinue = default)
{
    /// <summary>More about it in words: the end of a sentence, without a full stop; or null.</summary>
    public string? Detail { get; init; }

    /// <summary>The signature algorithm used last, or null.</summary>
    public string? Algorithm { get; init; }

    /// <summary>What to do about it, or null.</summary>
    public string? Remedy { get; init; }

    /// <summary>What a callback or signer threw, or null.</summary>
    public Exception? Cause { get; init; }

    /// <summary>The credential could not answer, for a reason on this side.</summary>
    public static LoginVerdict Failed(string detail, Exception? cause = null, string? remedy = null) =>
        new(LoginOutcome.Failed) { Detail = detail, Cause = cause, Remedy = remedy };
}
