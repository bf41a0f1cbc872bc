using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>Says in one sentence why a login did not come to its end, from what was tried and what the server said to it.</summary>
internal static class LoginDiagnosis
{
    /// <summary>The exception for a login that has nothing left to try.</summary>
    /// <param name="report">What was tried.</param>
    /// <param name="cause">What a callback or a signer threw last, or null.</param>
    public static LoginException Explain(LoginReport report, Exception? cause)
    {
        ImmutableArray<LoginAttempt> accepted = [.. report.Attempts.Where(a => a.Outcome == LoginOutcome.PartialSuccess)];
        ImmutableArray<LoginAttempt> rest = AfterLastFactor(report.Attempts);
        LoginAttempt? expired = rest.FirstOrDefault(a => a.Outcome == LoginOutcome.PasswordExpired);
        ImmutableArray<LoginAttempt> refused =
            [.. rest.Where(a => a.Outcome is LoginOutcome.Refused or LoginOutcome.KeyAcceptedSignatureRefused)];
        LoginAttempt? failed = rest.LastOrDefault(a => a.Outcome == LoginOutcome.Failed);
        (SshErrorCode code, string sentence, string? remedy) =
            expired is not null ? Expired(report, accepted, expired)
            : !refused.IsEmpty ? Refused(report, accepted, refused, failed)
            : failed is not null ? Failed(report, accepted, failed)
            : !accepted.IsEmpty ? FactorMissing(report, accepted)
            : NothingFits(report);
        return new LoginException(report, code, sentence, remedy, cause);
    }

    /// <summary>The exception for a server that hung up during a login.</summary>
    public static LoginException Explain(LoginReport report, SshException disconnected)
    {
        string tried = List(report.Attempts.Where(a => a.Method.Length > 0).Select(a => $"{a.Credential} ({Words(a.Outcome)})"), "and");
        return new LoginException(
            report, SshErrorCode.LoginRefused,
            $"The server ended the connection during the login of {User(report)}, after {tried}: {disconnected.Sentence.TrimEnd('.')}.",
            "Servers disconnect after a number of refused attempts, and every key counts: offer fewer credentials, the right one first.",
            disconnected);
    }

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
        LoginReport report, ImmutableArray<LoginAttempt> accepted, ImmutableArray<LoginAttempt> refused, LoginAttempt? failed)
    {
        string what = List(refused.Select(Describe), "and");
        string also = failed is null ? "" : $"; {failed.Credential} could not be used: {failed.Detail}";
        string sentence = accepted.IsEmpty
            ? $"The server refused {what} of {User(report)}{Accepts(report)}{also}."
            : $"{Accepted(report, accepted)}, then refused {what}{Accepts(report)}{also}.";
        LoginAttempt last = refused[^1];
        string remedy = last.Outcome == LoginOutcome.KeyAcceptedSignatureRefused
            ? "The server knows the key; a refused signature means that this private key is not its pair, or that the server does not "
                + $"take {last.Algorithm} signatures or restricts the key."
            : last.KeyFingerprint is not null
                ? $"Check that the key is among the authorized keys of {User(report)} on the server, that the server can read them, takes "
                    + $"{last.Algorithm} (OpenSSH: PubkeyAcceptedAlgorithms), and that the user name is right; a server does not tell an unknown "
                    + "user from an unknown key."
                : "Check the user name and what was answered; a server does not tell an unknown user from a wrong password.";
        return (SshErrorCode.LoginRefused, sentence, remedy);
    }

    private static (SshErrorCode Code, string Sentence, string? Remedy) Failed(
        LoginReport report, ImmutableArray<LoginAttempt> accepted, LoginAttempt failed)
    {
        string sentence = accepted.IsEmpty
            ? $"The login of {User(report)} failed on this side: {failed.Credential} could not be used, because {failed.Detail}{Accepts(report)}."
            : $"{Accepted(report, accepted)}, but {failed.Credential} could not be used, because {failed.Detail}{Accepts(report)}.";
        return (SshErrorCode.CredentialFailed, sentence, null);
    }

    private static (SshErrorCode Code, string Sentence, string? Remedy) Expired(
        LoginReport report, ImmutableArray<LoginAttempt> accepted, LoginAttempt expired)
    {
        string before = accepted.IsEmpty ? "The" : $"{Accepted(report, accepted)}, but the";
        return (
            SshErrorCode.PasswordExpired,
            $"{before} password of {User(report)} has expired and was not changed: {expired.Detail ?? "no new one was given"}.",
            "Change it on the server, or give the password credential a callback that supplies a new one.");
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

    private static string Describe(LoginAttempt attempt) => attempt.Outcome switch
    {
        LoginOutcome.KeyAcceptedSignatureRefused => $"the {attempt.Algorithm} signature of {attempt.Credential}",
        LoginOutcome.Refused when attempt.KeyType == "ssh-rsa" => $"{attempt.Credential} (ssh-rsa)", // many servers restrict these
        _ when attempt.KeyFingerprint is null && attempt.Detail is not null => $"{attempt.Credential} ({attempt.Detail})",
        _ => attempt.Credential,
    };

    private static string Words(LoginOutcome outcome) => outcome switch
    {
        LoginOutcome.PartialSuccess => "accepted as a factor",
        LoginOutcome.KeyAcceptedSignatureRefused => "known, its signature refused",
        LoginOutcome.PasswordExpired => "expired",
        LoginOutcome.Failed => "could not be used",
        LoginOutcome.NotTried => "not answered", // the one in which the server hung up
        _ => "refused",
    };

    private static string User(LoginReport report) => TerminalText.OneLine(report.User);

    private static string List(IEnumerable<string> items, string word)
    {
        string[] all = [.. items];
        return all.Length < 2 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} {word} {all[^1]}";
    }
}
