using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>The rows of docs/symptoms.md.</summary>
internal static class SymptomTable
{
    private static readonly GeneratedRows Rows = new("docs/symptoms.md");

    /// <summary>Compares the row of a symptom.</summary>
    /// <param name="id">Its name in the table: a letter for the theme and a number.</param>
    /// <param name="symptom">What people see elsewhere.</param>
    /// <param name="provokedBy">How the test provokes it.</param>
    /// <param name="failure">What Lucid threw.</param>
    public static void Says(string id, string symptom, string provokedBy, SshException failure) => Says(id, symptom, provokedBy, failure.Message);

    /// <summary>The same for a text that is no exception's.</summary>
    public static void Says(string id, string symptom, string provokedBy, string text) => Rows.Check(id, [symptom, provokedBy], text);
}

/// <summary>The rows of docs/login-failures.md.</summary>
internal static class LoginFailureTable
{
    private static readonly GeneratedRows Rows = new("docs/login-failures.md");

    /// <summary>Compares the row of a failure.</summary>
    /// <param name="id">Its name in the table: a letter for the theme and a number.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="provokedBy">How the test provokes it.</param>
    /// <param name="failure">What Lucid threw.</param>
    public static void Says(string id, string what, string provokedBy, SshException failure) =>
        Rows.Check(id, [what, provokedBy, $"{(int)failure.Code} {failure.Code}"], failure.Message);

    /// <summary>The same for a failure of which there is the text alone.</summary>
    public static void Says(string id, string what, string provokedBy, SshErrorCode code, string text) =>
        Rows.Check(id, [what, provokedBy, $"{(int)code} {code}"], text);
}
