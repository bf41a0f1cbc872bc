namespace LucidSsh.Benchmarks.Comparison;

/// <summary>Timing of operations that take from 50 nanoseconds to some milliseconds. It is processor time that counts, as with
/// <c>openssl speed</c>, so that other processes disturb as little as can be.</summary>
internal static class Stopwatches
{
    private static readonly TimeSpan WarmUpRun = TimeSpan.FromMilliseconds(150);

    // The just-in-time compiler improves a method a tenth of a second after its thirtieth call: three runs with pauses.
    public static void WarmUp(Action operation)
    {
        for (int run = 0; run < 3; run++)
        {
            PerSecond(operation, WarmUpRun);
            Thread.Sleep(WarmUpRun);
        }
    }

    /// <summary>How many operations are done in a second of processor time, measured over <paramref name="time"/>.</summary>
    public static double PerSecond(Action operation, TimeSpan time)
    {
        const int Reads = 100; // of the clock, roughly
        long done = 0, batch = 1;
        TimeSpan start = Environment.CpuUsage.TotalTime, elapsed;
        do
        {
            for (long i = 0; i < batch; i++)
                operation();
            done += batch;
            elapsed = Environment.CpuUsage.TotalTime - start;
            if (elapsed < time / Reads)
                batch *= 2;
        }
        while (elapsed < time);
        return done / elapsed.TotalSeconds;
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
