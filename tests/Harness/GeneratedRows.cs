using System.Text.RegularExpressions;
using LucidSsh.Tests.Architecture;

namespace LucidSsh.Tests.Harness;

/// <summary>A document of tables whose rows are made by tests, each by one of its own, which provokes what the row is about and checks
/// that the row still holds what Lucid said. With <c>LUCID_WRITE_DOCS=1</c> the test writes its row instead.</summary>
/// <param name="document">Its path from the root of the repository, with slashes. A table stands behind a line <c>&lt;!-- LETTER --&gt;</c>, an
/// empty line and two lines of head.</param>
internal sealed partial class GeneratedRows(string document)
{
    private static readonly Lock Gate = new();

    /// <summary>Compares a row.</summary>
    /// <param name="id">Its name in the table: a letter for the theme and a number.</param>
    /// <param name="cells">The cells but the last.</param>
    /// <param name="text">What Lucid said.</param>
    public void Check(string id, string[] cells, string text)
    {
        Assert.DoesNotContain(text, c => char.IsControl(c));
        string row = $"| {id} | {string.Join(" | ", cells)} | {Comparable(text).Replace("|", "\\|", StringComparison.Ordinal)} |";
        string path = Path.Combine([SourceTree.Root, .. document.Split('/')]);
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

            Assert.True(present >= 0, $"{document} has no row {id}. Run this test once more with LUCID_WRITE_DOCS=1 to write it.");
            Assert.Equal(lines[present], row);
        }
    }

    // Behind the last row that comes before it, or behind its table's head.
    private int Place(List<string> lines, string id)
    {
        int last = lines.FindLastIndex(line => Row().Match(line) is { Success: true } match && match.Groups[1].Value == id[..1] && Number(match.Groups[2].Value) < Number(id[1..]));
        int head = lines.FindIndex(line => line.StartsWith($"<!-- {id[..1]} -->", StringComparison.Ordinal));
        Assert.True(last >= 0 || head >= 0, $"{document} has no table for {id}: a line <!-- {id[..1]} -->, an empty line, and two lines of head.");
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
        text = Clock().Replace(text, "TIME");
        text = Began().Replace(text, "N seconds after it began");
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

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")]
    private static partial Regex Clock();

    [GeneratedRegex(@"[\d.]+ seconds after it began")]
    private static partial Regex Began();
}
