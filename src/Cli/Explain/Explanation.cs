using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>How much a remark weighs.</summary>
internal enum RemarkSeverity
{
    /// <summary>Good to know.</summary>
    Note,

    /// <summary>Part of the trouble, or near it.</summary>
    Warning,

    /// <summary>What keeps the two sides apart.</summary>
    Failure,
}

/// <summary>One thing a text says.</summary>
/// <param name="Code">A stable word for programs.</param>
/// <param name="Severity">How much it weighs.</param>
/// <param name="Sentence">What it says, in one sentence or two.</param>
/// <param name="Remedy">What to do or to look at, or null.</param>
internal sealed record Remark(string Code, RemarkSeverity Severity, string Sentence, string? Remedy);

/// <summary>What a text about a connection says: the negotiation, as far as it can be seen, and remarks.</summary>
/// <param name="Source">What the text was taken for.</param>
/// <param name="Negotiation">The negotiation; null where the text holds none of it.</param>
/// <param name="Remarks">Remarks, the gravest first.</param>
internal sealed record Explanation(string Source, NegotiationReport? Negotiation, ImmutableArray<Remark> Remarks)
{
    /// <summary>Adds what the negotiation itself says to what the text said.</summary>
    public static Explanation Of(string source, NegotiationReport? negotiation, IEnumerable<Remark> remarks)
    {
        IEnumerable<Remark> all = [.. negotiation is null ? [] : NegotiationRemarks.Of(negotiation), .. remarks];
        return new Explanation(source, negotiation, [.. all.DistinctBy(remark => (remark.Code, remark.Sentence)).OrderByDescending(remark => remark.Severity)]);
    }

    /// <summary>For people.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        foreach (Remark remark in Remarks)
        {
            text.AppendLine(remark.Sentence);
            if (remark.Remedy is not null)
                text.AppendLine($"  {remark.Remedy}");
        }

        if (Remarks.IsEmpty)
            text.AppendLine("Nothing in it went wrong, as far as it goes.");
        text.AppendLine($"(read as {Source})");
        return Negotiation is null ? text.ToString() : text.Append(Negotiation.ToText("  ")).ToString();
    }

    /// <summary>For programs.</summary>
    public JsonObject ToJson() => new()
    {
        ["source"] = Source,
        ["remarks"] = new JsonArray([.. Remarks.Select(remark => (JsonNode)new JsonObject
        {
            ["code"] = remark.Code,
            ["severity"] = remark.Severity switch { RemarkSeverity.Failure => "failure", RemarkSeverity.Warning => "warning", _ => "note" },
            ["sentence"] = remark.Sentence,
            ["remedy"] = remark.Remedy,
        })]),
        ["negotiation"] = Negotiation is null ? null : JsonNode.Parse(Negotiation.ToJson()),
    };
}
