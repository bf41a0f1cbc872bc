namespace LucidSsh.Benchmarks.Timing;

/// <summary>Welch's t-test: by how many standard errors the means of two samples differ, when their variances may differ too.
/// As Reparaz, Balasch and Verbauwhede use it ("Dude, is my code constant time?", 2017).</summary>
internal static class WelchTest
{
    /// <summary>Beyond this, chance explains nothing: less than one in 100,000. It is what a control must reach.</summary>
    public const double Chance = 4.5;

    /// <summary>Beyond this an operation is probably not constant-time, as the paper's own program has it. Between the two,
    /// differences have come and gone from one process to the next: see docs/constant-time.md.</summary>
    public const double Threshold = 10;

    // The longest times are interrupts and other processes; they are cut off for both kinds at one value.
    private const double Kept = 0.9;

    /// <summary>The difference of the mean times of both kinds, without the longest, and its t.</summary>
    public static (double Difference, double T) Compute(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        double[] all = [.. first, .. second];
        Array.Sort(all);
        double longest = all[(int)(Kept * (all.Length - 1))];
        (double mean1, double error1) = Moments(first, longest);
        (double mean2, double error2) = Moments(second, longest);
        double difference = mean1 - mean2;
        return (difference, difference == 0 ? 0 : difference / Math.Sqrt(error1 + error2));
    }

    /// <summary>The mean, and the square of its standard error.</summary>
    private static (double Mean, double SquaredError) Moments(IReadOnlyList<double> times, double longest)
    {
        double[] kept = [.. times.Where(time => time <= longest)];
        double mean = kept.Average();
        double variance = kept.Sum(time => (time - mean) * (time - mean)) / (kept.Length - 1);
        return (mean, variance / kept.Length);
    }
}
