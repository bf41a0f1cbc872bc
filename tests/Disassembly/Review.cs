namespace LucidSsh.Tests.Disassembly;

/// <summary>Writes the reviewed lists anew from what the compiler does now. A row that is unchanged keeps its reason; a new one
/// gets a question mark, with which the tests fail until somebody has looked at the method and written the reason.</summary>
internal static class Review
{
    public const string Verb = "review-cryptography";

    public static async Task WriteAsync()
    {
        List<IReadOnlyList<MachineCode>> compiled = [];
        foreach (Compilation compilation in Compilation.All)
            compiled.Add(await compilation.RunAsync());
        ISet<string> leftOut = ReviewedCode.LeftOut().Keys.ToHashSet();

        Write(ReviewedCode.MethodsFile, MethodRows(compiled, leftOut));
        Write(ReviewedCode.CallsFile, CallRows(compiled, leftOut));
    }

    private static IEnumerable<string> MethodRows(List<IReadOnlyList<MachineCode>> compiled, ISet<string> leftOut)
    {
        Dictionary<string, ReviewedMethod> before = ReviewedCode.Methods().ToDictionary(method => method.Name);
        List<Dictionary<string, string>> columns =
            [.. compiled.Select(methods => methods.ToDictionary(method => method.Name, method => method.Findings.ToString()))];
        IEnumerable<string> names = compiled.SelectMany(methods => methods)
            .Where(method => !leftOut.Contains(method.Class))
            .Select(method => method.Name).Distinct().Order(StringComparer.Ordinal);
        foreach (string name in names)
        {
            string[] cells = [.. columns.Select(column => column.GetValueOrDefault(name, "-"))];
            if (cells.All(cell => cell == "-"))
                continue;
            string reason = before.TryGetValue(name, out ReviewedMethod? old) && old.Cells.SequenceEqual(cells) ? old.Reason : ReviewedCode.Unreviewed;
            yield return string.Join('\t', [name, .. cells, reason]);
        }
    }

    private static IEnumerable<string> CallRows(List<IReadOnlyList<MachineCode>> compiled, ISet<string> leftOut)
    {
        IReadOnlyList<ReviewedCall> before = ReviewedCode.Calls();
        var calls =
            from method in compiled.SelectMany(methods => methods)
            where !leftOut.Contains(method.Class)
            from callee in method.CallsOutside(leftOut)
            group method.ShortName by callee into callers
            orderby callers.Key
            select (Callee: callers.Key, Callers: callers.Distinct().Order(StringComparer.Ordinal).ToArray());
        foreach ((string callee, string[] callers) in calls)
        {
            foreach (ReviewedCall old in before.Where(call => call.Callee == callee))
            {
                string[] still = old.Callers.Contains("*") ? ["*"] : [.. old.Callers.Intersect(callers)];
                if (still.Length > 0)
                    yield return Row(callee, still, old.Reason);
            }

            string[] added = [.. callers.Where(caller => !before.Any(call => call.Callee == callee && call.Allows(caller)))];
            if (added.Length > 0)
                yield return Row(callee, added, ReviewedCode.Unreviewed);
        }

        static string Row(string callee, string[] callers, string reason) => $"{callee}\t{string.Join(", ", callers)}\t{reason}";
    }

    private static void Write(string file, IEnumerable<string> rows)
    {
        string path = ReviewedCode.PathOf(file);
        string[] heading = [.. File.ReadLines(path).TakeWhile(line => line.StartsWith('#') || line.Length == 0)];
        File.WriteAllLines(path, [.. heading, .. rows]);
    }
}
