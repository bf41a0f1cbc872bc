using System.Diagnostics;
using System.Globalization;

namespace LucidSsh.Benchmarks.Comparison;

/// <summary>The command <c>openssl speed</c>.</summary>
internal static class OpenSslSpeed
{
    public const int PacketLength = 32768;

    /// <summary>Packets per second of a cipher or hash.</summary>
    /// <param name="algorithm">Its name, and other options.</param>
    public static double[] Packets(string algorithm) =>
        [Figures($"-bytes {PacketLength} -evp {algorithm}")[^1] / PacketLength];

    /// <summary>Signatures and verifications per second.</summary>
    public static double[] Signatures(string algorithm) => Figures(algorithm)[^2..];

    /// <summary>Shared secrets per second.</summary>
    public static double[] SharedSecrets(string algorithm) => [Figures(algorithm)[^2]];

    /// <summary>The version, as the command says it.</summary>
    public static string Version() => Run("version").Trim();

    // The last line is for machines: +F and its kind, numbers of the algorithm, then the figures.
    private static double[] Figures(string arguments)
    {
        string line = Run("speed -mr -seconds 1 " + arguments).Split('\n').Last(line => line.StartsWith("+F", StringComparison.Ordinal));
        return [.. line.Split(':').Select(field => double.TryParse(field, CultureInfo.InvariantCulture, out double figure) ? figure : 0)];
    }

    private static string Run(string arguments)
    {
        ProcessStartInfo start = new("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"openssl {arguments} failed: {errors.Result}");
    }
}
