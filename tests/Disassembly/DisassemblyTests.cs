namespace LucidSsh.Tests.Disassembly;

/// <summary>The machine code of the cryptography, as the just-in-time compiler makes it, holds no conditional jump, no division and no
/// call out that is not on the reviewed lists. docs/constant-time.md says how to read and to extend them.</summary>
[Trait("Processor", "X64")]
public sealed class DisassemblyTests
{
    [Theory]
    [InlineData("first/portable")]
    [InlineData("optimised/portable")]
    public Task MachineCode_HasNothingUnreviewed(string column) => CheckAsync(column);

    [Theory]
    [Trait("Processor", "Avx2")]
    [InlineData("first/avx2")]
    [InlineData("optimised/avx2")]
    public Task MachineCodeForAvx2_HasNothingUnreviewed(string column) => CheckAsync(column);

    [Theory]
    [Trait("Processor", "Avx512")]
    [InlineData("first/avx512")]
    [InlineData("optimised/avx512")]
    public Task MachineCodeForAvx512_HasNothingUnreviewed(string column) => CheckAsync(column);

    [Fact]
    public void ReviewedLists_AreWhole()
    {
        int columns = Compilation.All.Count;
        HashSet<string> classes = [.. typeof(LucidSsh.Crypto.Hash).Assembly.GetTypes().Select(type => type.Name)];
        string[] reasons = [.. ReviewedCode.Methods().Select(method => method.Reason), .. ReviewedCode.Calls().Select(call => call.Reason), .. ReviewedCode.LeftOut().Values];

        Assert.All(ReviewedCode.Methods(), method => Assert.Equal(columns, method.Cells.Count));
        Assert.All(reasons, reason => Assert.True(reason.Length > ReviewedCode.Unreviewed.Length, "A reviewed row has no reason."));
        Assert.All(ReviewedCode.LeftOut().Keys, name => Assert.Contains(name, classes));
    }

    private static async Task CheckAsync(string column)
    {
        Compilation compilation = Compilation.All.Single(it => it.Column == column);
        int cell = Compilation.All.ToList().IndexOf(compilation);
        IReadOnlyDictionary<string, string> leftOut = ReviewedCode.LeftOut();
        IReadOnlyDictionary<string, MachineCode> compiled = await compilation.RunAsync();
        MachineCode[] methods = [.. compiled.Values.Where(method => !leftOut.ContainsKey(method.Class))];

        Dictionary<string, string> reviewed = ReviewedCode.Methods().ToDictionary(method => method.Name, method => method.Cells[cell]);
        IEnumerable<string> findings =
            from method in methods
            let expected = reviewed.GetValueOrDefault(method.Name, Findings.None)
            where method.Findings.ToString() != expected
            select $"{method.Name} has {method.Findings}; reviewed was {expected}.";
        IEnumerable<string> gone = reviewed.Keys.Where(name => !compiled.ContainsKey(name)).Select(name => $"{name} is reviewed, but gone.");

        IReadOnlyList<ReviewedCall> allowed = ReviewedCode.Calls();
        IEnumerable<string> calls =
            from method in methods
            from callee in method.CallsOutside(leftOut)
            where !allowed.Any(call => call.Covers(callee, method.ShortName))
            select $"{method.ShortName} calls {callee}, which is not reviewed.";

        string[] wrong = [.. findings, .. gone, .. calls];
        Assert.True(wrong.Length == 0, $"{column}: {wrong.Length} unreviewed (docs/constant-time.md says what to do):\n{string.Join('\n', wrong)}");
    }
}
