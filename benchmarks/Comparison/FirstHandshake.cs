using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace LucidSsh.Benchmarks.Comparison;

/// <summary>What the just-in-time compiler costs the first handshake of a process. Measured in a process of its own.</summary>
internal static class FirstHandshake
{
    /// <summary>Milliseconds the compiler takes in fresh processes, the median of some.</summary>
    public static double CompilationMilliseconds() => Stopwatches.Median(Enumerable.Range(0, 7).Select(_ => InFreshProcess()));

    /// <summary>Runs the cryptography of one handshake and prints the milliseconds it spent in the compiler, the number of methods
    /// compiled, and the milliseconds in all. Only this thread's: the handshake does not wait for the others.</summary>
    public static void Print()
    {
        TimeSpan before = JitInfo.GetCompilationTime(currentThread: true);
        long methods = JitInfo.GetCompiledMethodCount(currentThread: true);
        long start = Stopwatch.GetTimestamp();
        using (DefaultHandshake handshake = new())
            handshake.Run();
        TimeSpan compiling = JitInfo.GetCompilationTime(currentThread: true) - before;
        methods = JitInfo.GetCompiledMethodCount(currentThread: true) - methods;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{compiling.TotalMilliseconds:F2} {methods} {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F2}"));
    }

    private static double InFreshProcess()
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, [Environment.GetCommandLineArgs()[0], "first-handshake"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.Parse(output.Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
