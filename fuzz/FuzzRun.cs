using System.Diagnostics;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Fuzz;

/// <summary>Mutates, runs, and stops at the first finding. It knows no coverage; instead, an input that ends in a way not seen
/// before joins the corpus, which leads it past one check after the other.</summary>
internal sealed class FuzzRun(IFuzzTarget target, int seed)
{
    // Inputs that join the corpus for one kind of error: some errors quote their input, and would fill it.
    private const int MostInputsPerCode = 64;

    // Longer than the oracle's limit, which a run that ends reports itself.
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(20);

    private readonly List<byte[]> _corpus = [.. Corpus.Load(target)];
    private readonly HashSet<Outcome> _outcomes = [];
    private readonly Dictionary<SshErrorCode, int> _inputsPerCode = [];
    private readonly Mutator _mutator = new(new Random(seed));
    private byte[] _running = [];
    private long _runs;
    private long _runsAtLastWatch = -1;

    /// <summary>Runs for a time.</summary>
    /// <returns>True when nothing was found.</returns>
    public bool Run(TimeSpan time)
    {
        Console.WriteLine($"{target.Name}: {_corpus.Count} seeds, {time.TotalSeconds} s, random seed {seed}");
        using Timer watch = new(StopWhenHung, state: null, HangLimit, HangLimit);
        long start = Stopwatch.GetTimestamp();
        int seeds = _corpus.Count;
        foreach (byte[] input in _corpus.ToArray())
        {
            if (!Try(input))
                return false;
        }

        while (Stopwatch.GetElapsedTime(start) < time)
        {
            if (!Try(_mutator.Next(_corpus, seeds)))
                return false;
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"{target.Name}: {_runs} runs ({_runs / seconds:f0}/s), {_outcomes.Count} outcomes, {_inputsPerCode.Count} codes, nothing found");
        return true;
    }

    /// <summary>Writes an input that broke a rule, and says so.</summary>
    public static void Report(IFuzzTarget target, ReadOnlySpan<byte> input, string text)
    {
        Directory.CreateDirectory(Corpus.Findings);
        string file = Path.Combine(Corpus.Findings, $"{target.Name}-{Convert.ToHexStringLower(Hash.Digest(HashName.Sha256, input))[..12]}.bin");
        File.WriteAllBytes(file, input);
        Console.WriteLine($"FOUND, in {file}:\n{text}");
    }

    private bool Try(byte[] input)
    {
        Volatile.Write(ref _running, input);
        Interlocked.Increment(ref _runs);
        if (Oracle.Check(target, input, out Outcome outcome) is { } finding)
        {
            Report(target, input, finding.ToString());
            return false;
        }

        if (_outcomes.Add(outcome) && (_inputsPerCode[outcome.Code] = _inputsPerCode.GetValueOrDefault(outcome.Code) + 1) <= MostInputsPerCode)
            _corpus.Add(input);
        return true;
    }

    private void StopWhenHung(object? state)
    {
        long runs = Interlocked.Read(ref _runs);
        if (runs == _runsAtLastWatch)
        {
            Report(target, Volatile.Read(ref _running), $"{target.Name} does not end: more than {HangLimit.TotalSeconds} s.");
            Environment.Exit(1);
        }

        _runsAtLastWatch = runs;
    }
}
