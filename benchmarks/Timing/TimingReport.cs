using System.Diagnostics;

namespace LucidSsh.Benchmarks.Timing;

/// <summary>Measures every case and prints what it found. A difference is believed when it is there three times running.</summary>
internal static class TimingReport
{
    private const int Tries = 3;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(400); // the compiler's tiers

    /// <summary>The cases whose names hold <paramref name="filter"/>.</summary>
    /// <returns>0 when no operation leaks and every control is caught; else 1.</returns>
    public static int Run(string filter)
    {
        TimingCase[] cases = [.. Controls.All(), .. SymmetricCases.All(), .. PublicKeyCases.All(), .. KemCases.All()];
        Console.WriteLine($"{"operation",-44} {"between",-46} {"ns",9} {"apart",8} {"|t|",8}  verdict");
        int wrong = 0;
        foreach (TimingCase timingCase in cases.Where(it => it.Name.Contains(filter, StringComparison.OrdinalIgnoreCase)))
        {
            (Measurement measured, bool leaks) = Measure(timingCase);
            bool isRight = leaks == timingCase.IsControl;
            string verdict = (leaks, timingCase.IsControl) switch
            {
                (false, false) when Math.Abs(measured.T) >= WelchTest.Chance => "unclear: run it again",
                (false, false) => "no difference seen",
                (true, false) => "LEAKS",
                (true, true) => "leaks, as it must (control)",
                (false, true) => "CONTROL NOT CAUGHT",
            };
            Console.WriteLine($"{timingCase.Name,-44} {timingCase.First + " / " + timingCase.Second,-46} {measured.Median,9:F0} {Math.Abs(measured.Difference),8:F1} {Math.Abs(measured.T),8:F1}  {verdict}");
            wrong += isRight ? 0 : 1;
        }

        Console.WriteLine(wrong == 0 ? "Nothing leaks but the controls." : $"{wrong} of these are not as they must be.");
        return wrong == 0 ? 0 : 1;
    }

    private static (Measurement Last, bool Leaks) Measure(TimingCase timingCase)
    {
        WarmUp(timingCase);
        Measurement last = default;
        double threshold = timingCase.IsControl ? WelchTest.Chance : WelchTest.Threshold;
        for (int i = 0; i < Tries; i++)
        {
            last = MeasureOnce(timingCase);
            if (Math.Abs(last.T) < threshold)
                return (last, false);
        }

        return (last, true);
    }

    private static void WarmUp(TimingCase timingCase)
    {
        for (int round = 0; round < 3; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < 40 || Stopwatch.GetElapsedTime(start) < s_warmUp / 4; i++)
                Time(timingCase, second: (i & 1) == 1);
            Thread.Sleep(s_warmUp / 4);
        }
    }

    private static Measurement MeasureOnce(TimingCase timingCase)
    {
        List<double> first = new(timingCase.Samples), second = new(timingCase.Samples);
        for (int i = 0; i < timingCase.Samples; i++)
        {
            // In random order, so that nothing that drifts falls on one kind alone.
            bool isSecond = Random.Shared.Next(2) == 1;
            (isSecond ? second : first).Add(Time(timingCase, isSecond));
        }

        double[] sorted = [.. first.Concat(second).Order()];
        (double difference, double t) = WelchTest.Compute(first, second);
        return new Measurement(sorted[sorted.Length / 2], difference, t);
    }

    /// <summary>Nanoseconds of one run.</summary>
    private static double Time(TimingCase timingCase, bool second)
    {
        timingCase.Prepare(second);
        Action run = timingCase.Run;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < timingCase.Repetitions; i++)
            run();
        long ticks = Stopwatch.GetTimestamp() - start; // a TimeSpan would round to 100 ns
        return ticks * 1e9 / Stopwatch.Frequency / timingCase.Repetitions;
    }

    /// <summary>Nanoseconds of one run, and by how many the two kinds are apart.</summary>
    private readonly record struct Measurement(double Median, double Difference, double T);
}
