using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>Results and policies as JSON: docs/probe.md describes them.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters =
    [
        typeof(Milliseconds),
        typeof(CamelCase<AlgorithmKind>),
        typeof(CamelCase<HandshakePhase>),
        typeof(CamelCase<ConnectionSide>),
        typeof(CamelCase<LoginOutcome>),
        typeof(CamelCase<SshErrorCode>),
        typeof(CamelCase<DisconnectReason>),
        typeof(CamelCase<FindingGrade>),
    ])]
[JsonSerializable(typeof(ProbeResult))]
[JsonSerializable(typeof(ClientStudy))]
[JsonSerializable(typeof(ProbeComparison))]
[JsonSerializable(typeof(ProbePolicy))]
internal sealed partial class LabJson : JsonSerializerContext
{
    /// <summary>For people and for machines: indented, and names such as "+" as they are.</summary>
    public static LabJson Readable => field ??= // not an initializer: the generated half's may run after it
        new LabJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, TypeInfoResolver = null });
}
