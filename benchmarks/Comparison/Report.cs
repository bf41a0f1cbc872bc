using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LucidSsh.Benchmarks.Comparison;

/// <summary>Writes the tables between their two marks in a document.</summary>
internal static class Report
{
    private const string Begin = "<!-- begin: written by benchmarks/crypto.sh -->";
    private const string End = "<!-- end: written by benchmarks/crypto.sh -->";

    public static void Write(string allVectors, string avx2Only, string document)
    {
        StringBuilder text = new();
        text.AppendLine(Machine()).AppendLine();
        string[][] all = Lines(allVectors), narrow = Lines(avx2Only);
        WriteDuels(text, "Against OpenSSL, with all that the processor has", all, row => row.Goal);
        WriteDuels(text, "Against OpenSSL, neither with AVX-512", narrow, row => row.GoalAvx2);
        WriteBudgets(text, all, narrow);

        string before = File.ReadAllText(document);
        int begin = before.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, end = before.IndexOf(End, StringComparison.Ordinal);
        if (begin < Begin.Length || end < begin)
            throw new InvalidOperationException($"{document} lacks the marks between which the tables go: {Begin} and {End}");
        File.WriteAllText(document, $"{before[..begin]}\n{text}{before[end..]}");
    }

    private static void WriteDuels(StringBuilder text, string title, string[][] lines, Func<DuelResult, double> goalOf)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"### {title}").AppendLine();
        text.AppendLine("| Operation | Lucid SSH | OpenSSL | ratio | goal | met |").AppendLine("|---|---:|---:|---:|---:|---|");
        foreach (DuelResult row in lines.Where(line => line[0] == "duel").Select(DuelResult.FromLine))
        {
            double goal = goalOf(row);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Name} | {Speed(row, row.Own)} | {Speed(row, row.Other)} | {row.Ratio:F2} | {goal:F2} | {Met(Math.Round(row.Ratio, 2) >= goal)} |");
        }

        text.AppendLine();
    }

    private static void WriteBudgets(StringBuilder text, string[][] all, string[][] narrow)
    {
        text.AppendLine("### By itself").AppendLine();
        text.AppendLine("| What | unit | goal | all vectors | met | without AVX-512 | met |").AppendLine("|---|---|---:|---:|---|---:|---|");
        IEnumerable<BudgetResult> first = all.Where(line => line[0] == "budget").Select(BudgetResult.FromLine);
        IEnumerable<BudgetResult> second = narrow.Where(line => line[0] == "budget").Select(BudgetResult.FromLine);
        foreach ((BudgetResult row, BudgetResult other) in first.Zip(second))
        {
            string bound = row.AtLeast ? "≥" : "≤";
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"| {row.Name} | {row.Unit} | {bound} {row.Limit} | {Figure(row)} | {Met(row.IsMet)} | {Figure(other)} | {Met(other.IsMet)} |");
        }

        text.AppendLine();
    }

    private static string Speed(DuelResult row, double perSecond) => row.IsPacket
        ? string.Create(CultureInfo.InvariantCulture, $"{perSecond * OpenSslSpeed.PacketLength / 1e9:F2} GB/s")
        : string.Create(CultureInfo.InvariantCulture, $"{1e6 / perSecond:F1} µs");

    private static string Figure(BudgetResult row) => row.Figure.ToString(row.Figure < 100 ? "0.#" : "F0", CultureInfo.InvariantCulture);

    private static string Met(bool met) => met ? "yes" : "**no**";

    private static string Machine()
    {
        string processor = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':')[1].Trim();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Measured on {DateTime.UtcNow:yyyy-MM-dd}: {processor}, {Environment.ProcessorCount} cores; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}; {OpenSslSpeed.Version()}.");
    }

    private static string[][] Lines(string file) => [.. File.ReadLines(file).Select(line => line.Split('\t'))];
}
