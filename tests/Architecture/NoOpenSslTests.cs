using System.Runtime.InteropServices;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Architecture;

/// <summary>The whole main job in a process in which OpenSSL cannot be loaded. The dynamic linker takes the first file of the name
/// on its path, and these are empty. It also writes down every library it was asked for. Both are glibc's, so elsewhere these facts
/// say nothing.</summary>
public sealed class NoOpenSslTests : IDisposable
{
    private const int Aborted = 128 + 6; // SIGABRT

    private static readonly string[] Libraries = ["libssl", "libcrypto"];

    // Every version the base library looks for, and the plain name.
    private static readonly string[] Versions = ["", ".3", ".1.1", ".1.0.2", ".1.0.0", ".10", ".11", ".111", ".8"];

    private readonly TemporaryDirectory _decoys = new();

    public NoOpenSslTests()
    {
        foreach (string library in Libraries)
        {
            foreach (string version in Versions)
                File.WriteAllBytes(_decoys[$"{library}.so{version}"], []);
        }
    }

    public void Dispose() => _decoys.Dispose();

    [Fact]
    public async Task Control_UsesTheBaseLibrarysHash_AndDies()
    {
        if (!IsGlibc)
            return;
        string control = typeof(Control).Assembly.Location;

        (int exitCode, string output, string error) = await RunAsync(control);

        Assert.DoesNotContain(Control.Success, output);
        Assert.Equal(Aborted, exitCode);
        Assert.Contains("libssl", error);
        Assert.NotEmpty(LibrariesAskedFor());
    }

    [Fact]
    public async Task Control_WithOpenSslInReach_Lives()
    {
        if (!IsGlibc)
            return;

        (int exitCode, string output, _) = await ChildProcess.RunAsync(DotNet, ["exec", typeof(Control).Assembly.Location]);

        Assert.Equal(0, exitCode);
        Assert.Contains(Control.Success, output);
    }

    [Fact]
    public async Task Demo_WithoutOpenSsl_Works()
    {
        if (!IsGlibc)
            return;
        string lucid = Path.Combine(AppContext.BaseDirectory, "lucid.dll");

        (int exitCode, string output, string error) = await RunAsync(lucid, "demo");

        Assert.True(exitCode == 0, $"lucid demo ended with {exitCode}.\n{output}\n{error}");
        Assert.Contains("Everything worked.", output);
        Assert.Empty(LibrariesAskedFor());
    }

    private static bool IsGlibc => OperatingSystem.IsLinux() && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);

    private static string DotNet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private Task<(int ExitCode, string Output, string Error)> RunAsync(string assembly, params string[] arguments) =>
        ChildProcess.RunAsync(DotNet, ["exec", assembly, .. arguments], environment: new Dictionary<string, string>
        {
            ["LD_LIBRARY_PATH"] = _decoys.Path,
            ["LD_DEBUG"] = "libs",
            ["LD_DEBUG_OUTPUT"] = _decoys["asked"],
            ["DOTNET_DbgEnableMiniDump"] = "0", // the control's death is wanted and leaves no dump
        });

    private IEnumerable<string> LibrariesAskedFor()
    {
        string[] traces = Directory.GetFiles(_decoys.Path, "asked.*");
        Assert.NotEmpty(traces);
        return traces
            .SelectMany(File.ReadLines)
            .Where(line => line.Contains("find library=", StringComparison.Ordinal) && Libraries.Any(library => line.Contains(library, StringComparison.Ordinal)));
    }
}
