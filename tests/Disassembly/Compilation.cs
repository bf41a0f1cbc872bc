using System.Globalization;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Disassembly;

/// <summary>A way of compiling: which of the just-in-time compiler's tiers, and for which instructions.</summary>
/// <param name="Column">Its column in the reviewed list.</param>
/// <param name="IsOptimised">Whether it is the optimising tier, to which everything that is called often comes.</param>
/// <param name="Environment">The variables that choose the instructions.</param>
internal sealed record Compilation(string Column, bool IsOptimised, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Every compilation, in the order of the columns. The instructions are limited by name, so that a wider machine
    /// compiles what a narrower one does.</summary>
    public static IReadOnlyList<Compilation> All { get; } =
    [
        new("first/portable", false, Instructions(any: "0", avx512: "0")),
        new("first/avx2", false, Instructions(any: "1", avx512: "0")),
        new("first/avx512", false, Instructions(any: "1", avx512: "1")),
        new("optimised/portable", true, Instructions(any: "0", avx512: "0")),
        new("optimised/avx2", true, Instructions(any: "1", avx512: "0")),
        new("optimised/avx512", true, Instructions(any: "1", avx512: "1")),
    ];

    /// <summary>Compiles the whole of the cryptography in a process of its own: what came out, by the methods' names.</summary>
    public async Task<IReadOnlyDictionary<string, MachineCode>> RunAsync()
    {
        using TemporaryDirectory directory = new();
        string listing = directory["listing"];
        Dictionary<string, string> environment = new(Environment)
        {
            // Ours alone: the compiler's other threads, busy with the runtime's methods, would write between the lines.
            ["DOTNET_JitDisasm"] = "LucidSsh.Crypto.*:*",
            ["DOTNET_JitStdOutFile"] = listing,
            ["DOTNET_TieredCompilation"] = IsOptimised ? "0" : "1",
            ["DOTNET_TieredPGO"] = "0", // without counters of calls …
            ["DOTNET_TC_OnStackReplacement"] = "0", // … and of rounds, which are branches too
        };
        string[] arguments = ["exec", typeof(EveryMethod).Assembly.Location, EveryMethod.Verb, .. IsOptimised ? (string[])[EveryMethod.Initialised] : []];
        string dotnet = System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        (int exitCode, string output, string error) = await ChildProcess.RunAsync(dotnet, arguments, environment: environment);

        Assert.True(exitCode == 0, $"{Column}: the compilation ended with {exitCode}.\n{output}\n{error}");
        List<MachineCode> methods = [.. MachineCode.Read(File.ReadLines(listing))];
        int compiled = int.Parse(output, CultureInfo.InvariantCulture);
        Assert.True(methods.Count >= compiled, $"{Column}: of {compiled} methods compiled, {methods.Count} are in the listing.");
        return methods.GroupBy(method => method.Name).ToDictionary(overloads => overloads.Key, overloads => overloads.Aggregate(MachineCode.Join));
    }

    private static Dictionary<string, string> Instructions(string any, string avx512) =>
        new() { ["DOTNET_EnableHWIntrinsic"] = any, ["DOTNET_EnableAVX512"] = avx512 };
}
