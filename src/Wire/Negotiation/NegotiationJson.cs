using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;

namespace LucidSsh.Wire;

/// <summary>The report as JSON: docs/negotiation-report.md describes it, docs/negotiation-report.schema.json is its schema.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters =
    [
        typeof(Milliseconds),
        typeof(CamelCase<AlgorithmKind>),
        typeof(CamelCase<HandshakePhase>),
        typeof(CamelCase<ConnectionSide>),
        typeof(CamelCase<LoginOutcome>),
        typeof(CamelCase<SshErrorCode>),
        typeof(CamelCase<DisconnectReason>),
    ])]
[JsonSerializable(typeof(NegotiationReport))]
internal sealed partial class NegotiationJson : JsonSerializerContext
{
    /// <summary>For people and for machines: indented, and names such as "+" as they are.</summary>
    public static NegotiationJson Readable => field ??= // not an initializer: the generated half's may run after it
        new NegotiationJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = null });

    /// <summary>The schema (JSON Schema 2020-12) of a report.</summary>
    public static JsonNode Schema() =>
        Readable.Options.GetJsonSchemaAsNode(typeof(NegotiationReport), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
}

/// <summary>JSON with members left out. The generated readers give those the type's default, which is no empty list; here they get what the
/// defaults say.</summary>
internal static class JsonDefaults
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The document with the defaults' members where it has none.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static JsonObject Complete(string json, JsonNode? defaults)
    {
        JsonObject document = JsonNode.Parse(json, null, Lenient) as JsonObject ?? throw new JsonException("it is no JSON object");
        foreach ((string name, JsonNode? value) in (JsonObject)defaults!)
            document.TryAdd(name, value?.DeepClone());
        return document;
    }
}

/// <summary>Names of enumerations as JSON writes them: <c>hostKey</c>.</summary>
internal sealed class CamelCase<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase)
    where TEnum : struct, Enum;

/// <summary>Times as milliseconds, to the microsecond.</summary>
internal sealed class Milliseconds : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TimeSpan.FromMilliseconds(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Math.Round(value.TotalMilliseconds, 3));
}
