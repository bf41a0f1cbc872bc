using System.Collections.Immutable;

namespace LucidSsh.Cli;

/// <summary>Where two conversations part.</summary>
internal static class TraceDifference
{
    // What differs between any two connections says nothing.
    private static readonly string[] Different =
        ["cookie", "client's key exchange value", "server's key exchange value", "signature", "safe prime", "rest", "(malformed)", "seq", "bytes", "microseconds", "milliseconds", "data"];

    /// <summary>The lines of the report, and whether the two are the same.</summary>
    public static (ImmutableArray<string> Lines, bool Same) Compare(IReadOnlyList<TraceStep> first, IReadOnlyList<TraceStep> second)
    {
        string[] left = [.. first.Select(Signature)];
        string[] right = [.. second.Select(Signature)];
        int common = 0;
        while (common < left.Length && common < right.Length && left[common] == right[common])
            common++;
        if (common == left.Length && common == right.Length)
            return ([$"The two conversations are the same, {common} steps."], true);

        const int Before = 3, After = 12;
        List<string> lines = [$"The first {common} steps are the same. Then they part:"];
        for (int i = Math.Max(0, common - Before); i < common; i++)
            lines.Add($"  {left[i]}");
        if (common < left.Length && common < right.Length && first[common].Label == second[common].Label && first[common].Sent == second[common].Sent)
            lines.AddRange(FieldDifferences(first[common], second[common]));
        lines.AddRange(left.Skip(common).Take(After).Select(line => $"- {line}"));
        if (left.Length == common)
            lines.Add("- (the first ends here)");
        lines.AddRange(right.Skip(common).Take(After).Select(line => $"+ {line}"));
        if (right.Length == common)
            lines.Add("+ (the second ends here)");
        return ([.. lines], false);
    }

    private static IEnumerable<string> FieldDifferences(TraceStep first, TraceStep second)
    {
        yield return $"! both {Arrow(first)} {first.Label}, not with the same fields:";
        foreach ((string name, string value) in Telling(first))
        {
            string? other = Telling(second).FirstOrDefault(pair => pair.Key == name).Value;
            if (other != value)
            {
                yield return $"!   {name}";
                yield return $"!     first:  {value}";
                yield return $"!     second: {other ?? "(none)"}";
            }
        }
    }

    private static string Signature(TraceStep step) =>
        $"{Arrow(step)} {step.Record.Layer} {step.Label}  {string.Join("  ", Telling(step).Select(pair => $"{pair.Key}={pair.Value}"))}".TrimEnd();

    private static IEnumerable<KeyValuePair<string, string>> Telling(TraceStep step) =>
        step.Record.Members.Concat(step.Record.Fields).Where(pair => pair.Key != "message" && !Different.Contains(pair.Key));

    private static string Arrow(TraceStep step) => step.Sent switch { true => "sent", false => "received", null => "-" };
}
