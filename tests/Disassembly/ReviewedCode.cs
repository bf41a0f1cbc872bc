using System.IO.Enumeration;
using LucidSsh.Tests.Architecture;

namespace LucidSsh.Tests.Disassembly;

/// <summary>What was found in one method.</summary>
/// <param name="Name">Class:Method(parameters).</param>
/// <param name="Cells">The findings, one cell for each <see cref="Compilation"/>.</param>
/// <param name="Reason">Why it is no leak.</param>
internal sealed record ReviewedMethod(string Name, IReadOnlyList<string> Cells, string Reason);

/// <summary>Calls out of the checked code that do not leak. A star stands for any characters.</summary>
/// <param name="Callees">Class:Method of the called.</param>
/// <param name="Callers">Class:Method of those who may call it.</param>
/// <param name="Reason">Why.</param>
internal sealed record ReviewedCall(IReadOnlyList<string> Callees, IReadOnlyList<string> Callers, string Reason)
{
    public bool Covers(string callee, string caller) => Any(Callees, callee) && Any(Callers, caller);

    private static bool Any(IReadOnlyList<string> patterns, string name) =>
        patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));
}

/// <summary>The reviewed lists, which lie beside this file: tab-separated, with comments behind a number sign.</summary>
internal static class ReviewedCode
{
    public const string MethodsFile = "ReviewedMethods.tsv";
    public const string CallsFile = "ReviewedCalls.tsv";
    public const string LeftOutFile = "LeftOut.tsv";

    /// <summary>What stands where a reason has to be written.</summary>
    public const string Unreviewed = "?";

    public static IReadOnlyList<ReviewedMethod> Methods() =>
        [.. Rows(MethodsFile).Select(row => new ReviewedMethod(row[0], row[1..^1], row[^1]))];

    public static IReadOnlyList<ReviewedCall> Calls() =>
        [.. Rows(CallsFile).Select(row => new ReviewedCall(row[0].Split(", "), row[1].Split(", "), row[2]))];

    /// <summary>The classes that are not checked, and why.</summary>
    public static IReadOnlyDictionary<string, string> LeftOut() =>
        Rows(LeftOutFile).SelectMany(row => row[0].Split(", ").Select(name => (name, row[1]))).ToDictionary();

    public static string PathOf(string file) => Path.Combine(SourceTree.Root, "tests", "Disassembly", file);

    private static IEnumerable<string[]> Rows(string file) => File.ReadLines(PathOf(file))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('\t'));
}
