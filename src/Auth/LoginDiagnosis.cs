using System.Collections.Immutable;
using System.Globalization;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Says in one sentence why a login did not come to its end, from what was tried and what the server said to it.</summary>
internal static class LoginDiagnosis
{
    /// <summary>The exception for a login that has nothing left to try.</summary>
    /// <param name="report">What was tried.</param>
    /// <param name="failure">What the last credential that could not be used had to say, or null.</param>
    public static LoginException Explain(LoginReport report, LoginVerdict? failure)
    {
        ImmutableArray<LoginAttempt> accepted = [.. report.Attempts.Where(a => a.Outcome == LoginOutcome.PartialSuccess)];
        ImmutableArray<LoginAttempt> rest = AfterLastFactor(report.Attempts);
        LoginAttempt? expired = rest.FirstOrDefault(a => a.Outcome == LoginOutcome.PasswordExpired);
        ImmutableArray<LoginAttempt> refused =
            [.. rest.Where(a => a.Outcome is LoginOutcome.Refused or LoginOutcome.KeyAcceptedSignatureRefused)];
        ImmutableArray<LoginAttempt> failed = [.. rest.Where(a => a.Outcome == LoginOutcome.Failed)];
        (SshErrorCode code, string sentence, string? remedy) =
            expired is not null ? Expired(report, accepted, expired)
            : !refused.IsEmpty ? Refused(report, accepted, refused, failed, failure?.Remedy)
            : !failed.IsEmpty ? Failed(report, accepted, failed, failure?.Remedy)
            : !accepted.IsEmpty ? FactorMissing(report, accepted)
            : NothingFits(report);
        return new LoginException(report, code, sentence, remedy, failure?.Cause);
    }

    /// <summary>The exception for a server that ended the connection during a login, with a message.</summary>
    public static LoginException Disconnected(LoginReport report, SshException disconnected) => new(
        report, SshErrorCode.LoginRefused,
        $"{disconnected.Sentence.TrimEnd('.')} during the login of {User(report)}; {Account(report)}{Banner(report)}.",
        LoginRemedies.ForDisconnect(disconnected.Sentence), disconnected);

    /// <summary>The exception for a connection that was lost during a login, without a message.</summary>
    public static TransportLostException Lost(LoginReport report, TimeSpan elapsed, TransportLostException lost) => new(
        lost.Code,
        string.Create(CultureInfo.InvariantCulture,
            $"{lost.Sentence.TrimEnd('.')}, in the login of {User(report)}, {elapsed.TotalSeconds:0.0} seconds after it began; {Account(report)}{Banner(report)}."),
        LoginRemedies.LostInLogin, lost);

    private static ImmutableArray<LoginAttempt> AfterLastFactor(ImmutableArray<LoginAttempt> attempts)
    {
        int start = 0;
        for (int i = 0; i < attempts.Length; i++)
        {
            if (attempts[i].Outcome == LoginOutcome.PartialSuccess)
                start = i + 1;
        }

        return attempts[start..];
    }

    private static (SshErrorCode Code, string Sentence, string? Remedy) FactorMissing(
        LoginReport report, ImmutableArray<LoginAttempt> accepted) => (
            SshErrorCode.MoreFactorsRequired,
            $"{Accepted(report, accepted)} and wants {(accepted.Length == 1 ? "a second" : "another")} factor: "
            + $"{List(report.CanContinue, "or")}.",
            "Give a credential of that kind as well.");

    private static (SshErrorCode Code, string Sentence, string? Remedy) Refused(
        LoginReport report, ImmutableArray<LoginAttempt> accepted, ImmutableArray<LoginAttempt> refused, ImmutableArray<LoginAttempt> failed,
        string? remedy)
    {
        string what = List(refused.Select(Describe), "and");
        string also = string.Concat(failed.Select(attempt => $"; {attempt.Credential} could not be used: {attempt.Detail}")) + Untried(report);
        string sentence = accepted.IsEmpty
            ? $"The server refused {what} of {User(report)}{Accepts(report)}{also}."
            : $"{Accepted(report, accepted)}, then refused {what}{Accepts(report)}{also}.";

        // What was not even sent is the likelier mistake; a certificate is, before its plain key.
        remedy ??= LoginRemedies.For(refused.FirstOrDefault(LoginRemedies.IsCertificate) ?? refused[^1], User(report));
        return (SshErrorCode.LoginRefused, sentence, remedy);
    }

    private static (SshErrorCode Code, string Sentence, string? Remedy) Failed(
        LoginReport report, ImmutableArray<LoginAttempt> accepted, ImmutableArray<LoginAttempt> failed, string? remedy)
    {
        string what = List(failed.Select(attempt => $"{attempt.Credential} could not be used, because {attempt.Detail}"), "and");
        string sentence = accepted.IsEmpty
            ? $"The login of {User(report)} failed on this side: {what}{Accepts(report)}{Untried(report)}."
            : $"{Accepted(report, accepted)}, but {what}{Accepts(report)}{Untried(report)}.";
        return (SshErrorCode.CredentialFailed, sentence, remedy);
    }

    private static (SshErrorCode Code, string Sentence, string? Remedy) Expired(
        LoginReport report, ImmutableArray<LoginAttempt> accepted, LoginAttempt expired)
    {
        string before = accepted.IsEmpty ? "The" : $"{Accepted(report, accepted)}, but the";
        return (
            SshErrorCode.PasswordExpired,
            $"{before} password of {User(report)} has expired and was not changed: {expired.Detail ?? "no new one was given"}.",
            "Change it on the server, or give the password credential a callback that supplies one the server takes.");
    }

    private static (SshErrorCode Code, string Sentence, string? Remedy) NothingFits(LoginReport report)
    {
        string offered = report.CanContinue.IsEmpty
            ? $"The server offers {User(report)} no login method at all"
            : $"The server accepts {List(report.CanContinue, "or")} from {User(report)}";
        string given = report.Attempts.IsEmpty
            ? "no credential was given"
            : $"none of that kind was given, only {List(report.Attempts.Select(a => a.Credential), "and")}";
        return (SshErrorCode.LoginRefused, $"{offered}; {given}.", "Give a credential the server accepts, or have it offer another method.");
    }

    private static string Accepted(LoginReport report, ImmutableArray<LoginAttempt> accepted) =>
        $"The server accepted {List(accepted.Select(Describe), "and")} of {User(report)}";

    private static string Accepts(LoginReport report) =>
        report.CanContinue.IsEmpty ? "; it accepts nothing more" : $"; it accepts {List(report.CanContinue, "or")}";

    // There is something left that the server would look at only where this side's own limit ended the login.
    private static string Untried(LoginReport report)
    {
        int left = report.Attempts.Count(a => a.Outcome == LoginOutcome.NotTried);
        return left == 0
            ? ""
            : $"; {left} more {(left == 1 ? "was" : "were")} not tried, as {report.Attempts.Length - left} is this side's limit (LoginOptions.MaxAttempts)";
    }

    // What was tried and what was not, in a login that was cut short.
    private static string Account(LoginReport report)
    {
        string[] tried = [.. report.Attempts.Where(a => a.Method.Length > 0).Select(a => $"{a.Credential} ({Words(a.Outcome)})")];
        string[] left = [.. report.Attempts.Where(a => a.Method.Length == 0).Select(a => a.Credential)];
        string did = tried.Length == 0 ? "nothing was tried" : $"tried {(tried.Length == 1 ? "was" : "were")} {List(tried, "and")}";
        return left.Length == 0 ? did : $"{did}, and not {List(left, "and")}";
    }

    // Where a server hangs up, what it showed before may say why; what it showed last does most likely.
    private static string Banner(LoginReport report)
    {
        string[] lines = report.Banner.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "" : $"; it had shown “{TerminalText.OneLine(lines[^1], 200)}”";
    }

    private static string Describe(LoginAttempt attempt) => attempt.Outcome switch
    {
        LoginOutcome.KeyAcceptedSignatureRefused => $"the {attempt.Algorithm} signature of {attempt.Credential}",
        LoginOutcome.Refused when attempt.KeyType == "ssh-rsa" => $"{attempt.Credential} (ssh-rsa)", // many servers restrict these
        LoginOutcome.Refused when attempt.Detail is not null => $"{attempt.Credential} ({attempt.Detail})",
        _ => attempt.Credential,
    };

    private static string Words(LoginOutcome outcome) => outcome switch
    {
        LoginOutcome.PartialSuccess => "accepted as a factor",
        LoginOutcome.KeyAcceptedSignatureRefused => "known, its signature refused",
        LoginOutcome.PasswordExpired => "expired",
        LoginOutcome.Failed => "could not be used",
        LoginOutcome.NotAnswered => "not answered",
        _ => "refused",
    };

    private static string User(LoginReport report) => TerminalText.OneLine(report.User);

    private static string List(IEnumerable<string> items, string word)
    {
        string[] all = [.. items];
        return all.Length < 2 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} {word} {all[^1]}";
    }
}
