namespace LucidSsh.Tests.Disassembly;

/// <summary>Writes the reviewed methods anew from what the compiler does now. A row that is unchanged keeps its reason; a new one
/// gets a question mark, with which the tests fail until somebody has looked at the method and written the reason.</summary>
internal static class Review
{
    public const string Verb = "review-cryptography";

    public static async Task WriteAsync()
    {
        List<IReadOnlyDictionary<string, MachineCode>> compiled = [];
        foreach (Compilation compilation in Compilation.All)
            compiled.Add(await compilation.RunAsync());

        string path = ReviewedCode.PathOf(ReviewedCode.MethodsFile);
        string[] heading = [.. File.ReadLines(path).TakeWhile(line => line.StartsWith('#') || line.Length == 0)];
        string[] rows = [.. Rows(compiled)];
        await File.WriteAllLinesAsync(path, [.. heading, .. rows]);
        Console.WriteLine($"{path}: {rows.Length} methods, {rows.Count(row => row.EndsWith(ReviewedCode.Unreviewed))} without a reason.");
    }

    private static IEnumerable<string> Rows(List<IReadOnlyDictionary<string, MachineCode>> compiled)
    {
        Dictionary<string, ReviewedMethod> before = ReviewedCode.Methods().ToDictionary(method => method.Name);
        IReadOnlyDictionary<string, string> leftOut = ReviewedCode.LeftOut();
        IEnumerable<string> names = compiled.SelectMany(methods => methods.Values)
            .Where(method => !leftOut.ContainsKey(method.Class))
            .Select(method => method.Name).Distinct().Order(StringComparer.Ordinal);
        foreach (string name in names)
        {
            string[] cells = [.. compiled.Select(methods => methods.TryGetValue(name, out MachineCode? code) ? code.Findings.ToString() : Findings.None)];
            if (cells.All(cell => cell == Findings.None))
                continue;
            bool isReviewed = before.TryGetValue(name, out ReviewedMethod? old) && old.Cells.SequenceEqual(cells);
            yield return string.Join('\t', [name, .. cells, isReviewed ? old!.Reason : ReviewedCode.Unreviewed]);
        }
    }
}
