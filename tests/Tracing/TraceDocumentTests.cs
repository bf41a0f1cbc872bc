using System.Text;
using System.Text.RegularExpressions;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;

namespace LucidSsh.Tests.Tracing;

/// <summary>docs/trace.md names every event there is, and events keep to what it promises.</summary>
public sealed partial class TraceDocumentTests
{
    private static readonly string[] Envelope = ["v", "c", "t", "at", "role", "layer", "event"];

    [Fact]
    public void Document_ListsEveryEvent()
    {
        StringBuilder table = new("| layer | bit | event | fields | when |\n| --- | --- | --- | --- | --- |\n");
        foreach (CataloguedEvent row in TraceEventCatalogue.All)
        {
            string bit = row.Category == TraceMask.None ? "any" : ((int)row.Category).ToString();
            table.Append($"| {row.Layer} | {bit} | {row.Name} | {string.Join(", ", row.Fields.Select(f => $"`{f}`"))} | {row.Summary} |\n");
        }

        GeneratedDocument.CheckSection("docs/trace.md", "events", table.ToString());
    }

    [Fact]
    public void Events_SayWhatTheyAre() =>
        Assert.Empty(TraceEventCatalogue.All.Where(row => row.Summary.Length == 0).Select(row => $"{row.Layer}: {row.Name} has no doc comment"));

    [Fact]
    public void Names_OfDifferentTypes_Differ()
    {
        IEnumerable<string> doubled =
            from type in TraceEventCatalogue.Types()
            where !type.IsGenericType
            let key = (Category(type), Name(type))
            group type by key into same
            where same.Count() > 1
            select $"{same.Key} is the name of {string.Join(" and ", same)}";
        Assert.Empty(doubled);

        static object? Category(Type type) => type.GetProperty("Category")!.GetValue(null);
        static object? Name(Type type) => type.GetProperty("Name")!.GetValue(null);
    }

    [Fact]
    public void Fields_HavePlainNames_OncePerEvent_AndLeaveTheEnvelopeAlone()
    {
        IEnumerable<string> wrong =
            from row in TraceEventCatalogue.All
            from field in row.Fields
            where !Plain().IsMatch(field) || Envelope.Contains(field) || row.Fields.Count(f => f == field) > 1
            select $"{row.Layer}: {row.Name}: {field}";
        Assert.Empty(wrong);
    }

    [GeneratedRegex("^[a-z][a-z_]*$")]
    private static partial Regex Plain();
}
