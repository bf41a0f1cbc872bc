using System.Text.RegularExpressions;

namespace LucidSsh.Tests.Architecture;

/// <summary>Rules of CONTRIBUTING.md that a text search can keep.</summary>
public sealed partial class SourceTests
{
    private const int LongestFile = 450; // lines

    private static readonly string[] Everything = ["src", "tests", "fuzz", "benchmarks"];

    private static readonly string[] Protocol = ["src/Transport", "src/Auth", "src/Connection", "src/Sftp"];

    [Fact]
    public void Files_UnderSrc_AreShort()
    {
        IEnumerable<string> wrong = SourceTree.CSharpFiles("src").Where(file => SourceTree.Lines(file).Count() > LongestFile);
        Assert.Empty(wrong);
    }

    [Fact]
    public void Code_IsFinished() => AssertNone(Unfinished(), Everything);

    [Fact]
    public void Code_NamesNoPathOfTheMachineItWasWrittenOn() => AssertNone(MachinePath(), Everything);

    [Fact]
    public void Protocol_TakesItsTimeFromATimeProvider() =>
        AssertNone(Clock(), Protocol);

    [Fact]
    public void Deadlines_RunOnATimeProvidersClock()
    {
        // CancelAfter takes the clock its source was made with.
        IEnumerable<string> wrong =
            from folder in Protocol
            from file in SourceTree.CSharpFiles(folder)
            let text = File.ReadAllText(Path.Combine(SourceTree.Root, file))
            where text.Contains(".CancelAfter(", StringComparison.Ordinal)
                && !text.Contains("new CancellationTokenSource(Timeout.InfiniteTimeSpan, ", StringComparison.Ordinal)
            select file;
        Assert.Empty(wrong);
    }

    private static void AssertNone(Regex pattern, string[] folders)
    {
        IEnumerable<string> wrong =
            from folder in folders
            from file in SourceTree.CSharpFiles(folder)
            where Path.GetFileName(file) != $"{nameof(SourceTests)}.cs"
            from line in SourceTree.Lines(file)
            where pattern.IsMatch(line.Text)
            select $"{file}:{line.Number}: {line.Text.Trim()}";
        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|NotImplementedException|\bSkip\s*=")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"/home/[a-z]|/root/|/opt/")]
    private static partial Regex MachinePath();

    // A delay or a deadline is allowed where a TimeProvider is handed to it on the same line.
    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now\b|\bStopwatch\b|\bTickCount(64)?\b|"
        + @"(\bTask\.Delay\(|\bnew (System\.Threading\.)?(Periodic)?Timer\(|\bnew CancellationTokenSource\([^)])(?!.*\b_?[Tt]ime(Provider)?\b)")]
    private static partial Regex Clock();
}
