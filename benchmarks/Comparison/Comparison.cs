using System.Globalization;

namespace LucidSsh.Benchmarks.Comparison;

/// <summary>Measures every row under the process's settings and writes the figures to a file for <see cref="Report"/>.</summary>
internal static class Comparison
{
    private const int Rounds = 7;

    /// <summary>How long this library runs before it is the other's turn.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(400);

    public static void Run(string file)
    {
        using StreamWriter output = new(file);
        foreach (Duel duel in Duel.All())
        {
            foreach (DuelResult result in Fight(duel))
                Tell(output, result.ToLine());
        }

        foreach (Budget budget in Budget.All())
        {
            double figure = budget.Measure(PerSecond);
            Tell(output, new BudgetResult(budget.Name, budget.Unit, figure, budget.Limit, budget.AtLeast).ToLine());
        }
    }

    // Taking turns, both meet the same clock rate and the same neighbours; the ratio is the median of the rounds' ratios.
    private static IEnumerable<DuelResult> Fight(Duel duel)
    {
        foreach (DuelRow row in duel.Rows)
            Stopwatches.WarmUp(row.Operation);
        (double Own, double Other)[][] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => Round(duel))];
        return duel.Rows.Select((row, i) => new DuelResult(
            row.Name,
            row.IsPacket,
            Stopwatches.Median(rounds.Select(round => round[i].Own)),
            Stopwatches.Median(rounds.Select(round => round[i].Other)),
            Stopwatches.Median(rounds.Select(round => round[i].Own / round[i].Other)),
            row.Goal,
            row.GoalAvx2));
    }

    private static (double Own, double Other)[] Round(Duel duel)
    {
        double[] own = [.. duel.Rows.Select(row => Stopwatches.PerSecond(row.Operation, Turn))];
        return [.. own.Zip(duel.OpenSsl())];
    }

    private static double PerSecond(Action operation)
    {
        Stopwatches.WarmUp(operation);
        return Stopwatches.Median(Enumerable.Range(0, Rounds).Select(_ => Stopwatches.PerSecond(operation, Turn)));
    }

    private static void Tell(StreamWriter output, string line)
    {
        output.WriteLine(line);
        Console.WriteLine(line.Replace('\t', ' '));
    }
}

/// <summary>The figures of a <see cref="DuelRow"/>: operations per second.</summary>
internal sealed record DuelResult(string Name, bool IsPacket, double Own, double Other, double Ratio, double Goal, double GoalAvx2)
{
    public string ToLine() => string.Join('\t', "duel", Name, IsPacket, Text(Own), Text(Other), Text(Ratio), Text(Goal), Text(GoalAvx2));

    public static DuelResult FromLine(string[] fields) => new(
        fields[1], bool.Parse(fields[2]), Number(fields[3]), Number(fields[4]), Number(fields[5]), Number(fields[6]), Number(fields[7]));

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>The figure of a <see cref="Budget"/>.</summary>
internal sealed record BudgetResult(string Name, string Unit, double Figure, double Limit, bool AtLeast)
{
    public bool IsMet => AtLeast ? Figure >= Limit : Figure <= Limit;

    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"budget\t{Name}\t{Unit}\t{Figure:R}\t{Limit:R}\t{AtLeast}");

    public static BudgetResult FromLine(string[] fields) => new(
        fields[1],
        fields[2],
        double.Parse(fields[3], CultureInfo.InvariantCulture),
        double.Parse(fields[4], CultureInfo.InvariantCulture),
        bool.Parse(fields[5]));
}
