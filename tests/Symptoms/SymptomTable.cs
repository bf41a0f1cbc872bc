using System.Text.RegularExpressions;
using LucidSsh.Tests.Architecture;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>The rows of docs/symptoms.md: each test provokes its symptom and checks that the row still holds what Lucid said. With
/// <c>LUCID_WRITE_DOCS=1</c> the test writes its row instead.</summary>
internal static partial class SymptomTable
{
    private const string Document = "docs/symptoms.md";
    private static readonly Lock Gate = new();

    /// <summary>Compares the row of a symptom.</summary>
    /// <param name="id">Its name in the table: a letter for the theme and a number.</param>
    /// <param name="symptom">What people see elsewhere.</param>
    /// <param name="provokedBy">How the test provokes it.</param>
    /// <param name="failure">What Lucid threw.</param>
    public static void Says(string id, string symptom, string provokedBy, SshException failure) => Says(id, symptom, provokedBy, failure.Message);

    /// <summary>The same for a text that is no exception's.</summary>
    public static void Says(string id, string symptom, string provokedBy, string text)
    {
        Assert.DoesNotContain(text, c => char.IsControl(c));
        string row = $"| {id} | {symptom} | {provokedBy} | {Comparable(text).Replace("|", "\\|", StringComparison.Ordinal)} |";
        string path = Path.Combine([SourceTree.Root, .. Document.Split('/')]);
        lock (Gate)
        {
            List<string> lines = [.. File.ReadAllLines(path)];
            int present = lines.FindIndex(line => line.StartsWith($"| {id} |", StringComparison.Ordinal));
            if (Environment.GetEnvironmentVariable("LUCID_WRITE_DOCS") == "1")
            {
                if (present >= 0)
                    lines[present] = row;
                else
                    lines.Insert(Place(lines, id), row);
                File.WriteAllText(path, string.Join('\n', lines) + "\n");
                return;
            }

            Assert.True(present >= 0, $"{Document} has no row {id}. Run this test once more with LUCID_WRITE_DOCS=1 to write it.");
            Assert.Equal(lines[present], row);
        }
    }

    // Behind the last row that comes before it, or behind its table's head.
    private static int Place(List<string> lines, string id)
    {
        int last = lines.FindLastIndex(line => Row().Match(line) is { Success: true } match && match.Groups[1].Value == id[..1] && Number(match.Groups[2].Value) < Number(id[1..]));
        int head = lines.FindIndex(line => line.StartsWith($"<!-- {id[..1]} -->", StringComparison.Ordinal));
        Assert.True(last >= 0 || head >= 0, $"{Document} has no table for {id}: a line <!-- {id[..1]} -->, an empty line, and two lines of head.");
        return last >= 0 ? last + 1 : head + 4;
    }

    private static int Number(string digits) => int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);

    // What differs from run to run: ports, files, keys, times.
    private static string Comparable(string text)
    {
        text = Port().Replace(text, "$1PORT");
        text = Temporary().Replace(text, "/DIR/");
        text = Fingerprint().Replace(text, "SHA256:…");
        text = Seconds().Replace(text, "N seconds after its last bytes and N after ours");
        return Silent().Replace(text, "silent for N seconds");
    }

    [GeneratedRegex(@"^\| ([A-Z])(\d+) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"((?:127\.0\.0\.1|localhost)\]?:|on port )\d{4,5}")]
    private static partial Regex Port();

    [GeneratedRegex(@"/tmp/[^/ ""]+/")]
    private static partial Regex Temporary();

    [GeneratedRegex(@"SHA256:[A-Za-z0-9+/]{43}")]
    private static partial Regex Fingerprint();

    [GeneratedRegex(@"[\d.]+ seconds after its last bytes and [\d.]+ after ours")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"silent for [\d.]+ seconds")]
    private static partial Regex Silent();
}
