namespace LucidSsh.Benchmarks.Timing;

/// <summary>Welch's t-test: by how many standard errors the means of two samples differ, when their variances may differ too.
/// As Reparaz, Balasch and Verbauwhede use it ("Dude, is my code constant time?", 2017).</summary>
internal static class WelchTest
{
    /// <summary>Beyond this an operation is probably not constant-time, as the paper's own program has it. (Chance alone stays below
    /// 4.5; between the two lies what moves with where a process's memory happens to be, and is gone in the next.)</summary>
    public const double Threshold = 10;

    // The longest times are interrupts and other processes. They are cut off for both kinds at one value: once few, and once many,
    // for when the machine is busy; the clearer answer counts.
    private static readonly double[] s_kept = [0.9, 0.5];

    /// <summary>The difference of the mean times of both kinds, without the longest, and its t.</summary>
    public static (double Difference, double T) Compute(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        double[] all = [.. first, .. second];
        Array.Sort(all);
        return s_kept.Select(kept => Compute(first, second, all[(int)(kept * (all.Length - 1))])).MaxBy(result => Math.Abs(result.T));
    }

    private static (double Difference, double T) Compute(IReadOnlyList<double> first, IReadOnlyList<double> second, double longest)
    {
        double[] keptFirst = [.. first.Where(time => time <= longest)], keptSecond = [.. second.Where(time => time <= longest)];
        if (keptFirst.Length < 2 || keptSecond.Length < 2)
            return (0, 0); // so far apart that one kind is cut off; the other cut shows it
        (double mean1, double error1) = Moments(keptFirst);
        (double mean2, double error2) = Moments(keptSecond);
        double difference = mean1 - mean2;
        return (difference, difference == 0 ? 0 : difference / Math.Sqrt(error1 + error2));
    }

    /// <summary>The mean, and the square of its standard error.</summary>
    private static (double Mean, double SquaredError) Moments(double[] times)
    {
        double mean = times.Average();
        double variance = times.Sum(time => (time - mean) * (time - mean)) / (times.Length - 1);
        return (mean, variance / times.Length);
    }
}
