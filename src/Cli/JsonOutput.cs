using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LucidSsh.Cli;

/// <summary>One JSON document on standard output.</summary>
internal static class JsonOutput
{
    private static readonly JsonWriterOptions Format = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Option<bool> Option() => new("--json") { Description = "report as one JSON document" };

    public static void Write(JsonNode document)
    {
        using Stream output = Console.OpenStandardOutput();
        using (Utf8JsonWriter writer = new(output, Format))
            document.WriteTo(writer);
        output.WriteByte((byte)'\n');
    }
}
