using LucidSsh.Tests.Architecture;

namespace LucidSsh.Tests.Harness;

/// <summary>Parts of documents that tests produce: what stands in the document must be what the test just saw. With the environment
/// variable <c>LUCID_WRITE_DOCS=1</c> the test writes the document instead.</summary>
internal static class GeneratedDocument
{
    private const string Variable = "LUCID_WRITE_DOCS";

    private static readonly Lock Gate = new();

    /// <summary>Compares a whole document.</summary>
    /// <param name="document">Its path from the root of the repository, with slashes.</param>
    /// <param name="produced">What the test produced.</param>
    public static void Check(string document, string produced)
    {
        string path = PathOf(document);
        if (Writes)
            File.WriteAllText(path, EndWithNewline(produced));
        Assert.True(File.Exists(path), $"{document} does not exist. {HowToWrite}");
        AssertSame(document, File.ReadAllText(path), produced, text => text);
    }

    /// <summary>Compares the section between the lines <c>&lt;!-- NAME: begin --&gt;</c> and <c>&lt;!-- NAME: end --&gt;</c>.</summary>
    /// <param name="document">The document's path from the root of the repository, with slashes.</param>
    /// <param name="section">The section's name.</param>
    /// <param name="produced">What the test produced.</param>
    /// <param name="comparable">What of both is compared: for sections that hold times, ports or keys; all of it where left out.</param>
    public static void CheckSection(string document, string section, string produced, Func<string, string>? comparable = null)
    {
        lock (Gate)
        {
            string path = PathOf(document);
            Assert.True(File.Exists(path), $"{document} does not exist; write it, with the section's two marker lines.");
            (string before, string present, string after) = Split(document, section, File.ReadAllText(path));
            comparable ??= text => text;
            if (Writes && comparable(present.TrimEnd()) != comparable(produced.TrimEnd())) // a new key or time alone is no news
            {
                File.WriteAllText(path, before + EndWithNewline(produced) + after);
                present = produced;
            }

            AssertSame($"{document}, section {section},", present, produced, comparable);
        }
    }

    private static bool Writes => Environment.GetEnvironmentVariable(Variable) == "1";

    private static string HowToWrite => $"Run this test once more with {Variable}=1 to write it, and look at the difference before you commit it.";

    private static string PathOf(string document) => Path.Combine([SourceTree.Root, .. document.Split('/')]);

    private static string EndWithNewline(string text) => text.TrimEnd() + "\n";

    private static (string Before, string Section, string After) Split(string document, string section, string text)
    {
        string begin = $"<!-- {section}: begin -->\n";
        string end = $"<!-- {section}: end -->";
        int start = text.IndexOf(begin, StringComparison.Ordinal);
        int stop = text.IndexOf(end, StringComparison.Ordinal);
        Assert.True(start >= 0 && stop > start, $"{document} has no lines {begin.Trim()} and {end}.");
        start += begin.Length;
        return (text[..start], text[start..stop], text[stop..]);
    }

    private static void AssertSame(string what, string present, string produced, Func<string, string> comparable)
    {
        string[] expected = comparable(produced.TrimEnd()).Split('\n');
        string[] actual = comparable(present.TrimEnd()).Split('\n');
        int line = 0;
        while (line < expected.Length && line < actual.Length && expected[line] == actual[line])
            line++;
        Assert.True(
            expected.Length == actual.Length && line == expected.Length,
            $"{what} is not what the code does any more; the first difference, in line {line + 1}:\n"
            + $"  document: {actual.ElementAtOrDefault(line) ?? "(ends)"}\n  code:     {expected.ElementAtOrDefault(line) ?? "(ends)"}\n{HowToWrite}");
    }
}
