using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using LucidSsh.Benchmarks;
using LucidSsh.Benchmarks.Comparison;
using LucidSsh.Benchmarks.Timing;

switch (args)
{
    case ["compare", string file]: // crypto.sh
        Comparison.Run(file);
        break;
    case ["first-handshake"]:
        FirstHandshake.Print();
        break;
    case ["report", string allVectors, string avx2Only, string document]:
        Report.Write(allVectors, avx2Only, document);
        break;
    case ["timing", .. var operations]: // docs/constant-time.md
        Environment.ExitCode = TimingReport.Run(operations.FirstOrDefault(""));
        break;
    case ["trace"]: // docs/performance.md, section Tracing
        await TraceBenchmarks.RunAsync().ConfigureAwait(false);
        break;
    default:
        // A machine with more to do than this may build for longer than the two minutes that are the default.
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(10)));
        break;
}
