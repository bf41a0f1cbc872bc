using System.Text.Json.Nodes;

namespace LucidSsh.Cli;

/// <summary>A trace as one HTML page that needs nothing but itself: a sequence diagram of both sides over time.</summary>
internal static class TracePage
{
    // A page has an end; what is beyond it is said on it.
    private const int MostSteps = 20_000;

    /// <summary>Writes the page.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="title">What the trace is called.</param>
    /// <param name="records">The events of all connections.</param>
    public static void Write(TextWriter writer, string title, IReadOnlyList<TraceRecord> records)
    {
        using Stream resource = typeof(TracePage).Assembly.GetManifestResourceStream("trace.html")!;
        string page = new StreamReader(resource).ReadToEnd();
        // The encoder escapes < > & and quotes: nothing that a peer sent can leave the data's element.
        writer.Write(page.Replace("\"TRACE-DATA\"", Data(title, records).ToJsonString(), StringComparison.Ordinal));
    }

    private static JsonObject Data(string title, IReadOnlyList<TraceRecord> records) => new()
    {
        ["title"] = title,
        ["connections"] = new JsonArray([.. records.GroupBy(record => record.Connection).Select(Connection)]),
    };

    private static JsonObject Connection(IGrouping<long, TraceRecord> records)
    {
        IReadOnlyList<TraceStep> steps = TraceStep.Of(records);
        string role = records.Select(record => record.Role).FirstOrDefault(name => name.Length > 0) ?? "client";
        return new JsonObject
        {
            ["number"] = records.Key,
            ["role"] = role,
            ["total"] = steps.Count,
            ["client"] = Line(steps, sent: role == "client"),
            ["server"] = Line(steps, sent: role != "client"),
            ["agreed"] = Pairs(steps.Where(step => step.Record.Event == "agreed").Select(
                step => new KeyValuePair<string, string>(step.Record["kind"] ?? "", step.Record["name"] ?? "(not needed)"))),
            ["failure"] = steps.Where(step => step.IsFailure).Select(
                step => string.Join('\n', step.Record.Members.Select(member => $"{member.Key}: {member.Value}"))).FirstOrDefault(),
            ["steps"] = new JsonArray([.. steps.Take(MostSteps).Select(Step)]),
        };
    }

    private static JsonObject Step(TraceStep step) => new()
    {
        ["t"] = step.Record.Seconds,
        ["layer"] = step.Record.Layer,
        ["phase"] = step.Phase.ToString(),
        ["sent"] = step.Sent,
        ["label"] = step.Label,
        ["fails"] = step.IsFailure,
        ["seq"] = step.Sequence,
        ["bytes"] = step.Length,
        ["summary"] = step.Summary.Length <= 300 ? step.Summary : step.Summary[..300] + "…",
        ["members"] = Pairs(step.Record.Members.Where(member => member.Key != "message")),
        ["fields"] = Pairs(step.Record.Fields),
        ["payload"] = step.Record.Payload,
    };

    private static JsonArray Pairs(IEnumerable<KeyValuePair<string, string>> pairs) =>
        new([.. pairs.Select(pair => new JsonArray(pair.Key, pair.Value))]);

    private static string? Line(IReadOnlyList<TraceStep> steps, bool sent) =>
        steps.FirstOrDefault(step => step.Record.Event == (sent ? "identification sent" : "identification received"))?.Record["line"];
}
