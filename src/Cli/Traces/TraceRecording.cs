using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>Reads recorded traces back: JSON Lines, or text. What is no event is passed over: a recording may stand in a log of
/// other things.</summary>
internal static partial class TraceRecording
{
    private const int LongestLine = 4 * 1024 * 1024;
    private const int MostRecords = 2_000_000;

    private static readonly Dictionary<string, string> LayersInText = new()
    {
        ["Transport"] = "transport",
        ["Key Ex"] = "kex",
        ["Userauth"] = "auth",
        ["Conn"] = "connection",
        ["SCP"] = "scp",
        ["SFTP"] = "sftp",
        ["Failure Event"] = "error",
        ["Publickey"] = "publickey",
        ["Socket"] = "socket",
        ["Trace"] = "trace",
    };

    /// <summary>The events of a file, in its order.</summary>
    /// <exception cref="LocalMisuseException">The file holds no trace.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ImmutableArray<TraceRecord> Read(string path)
    {
        using StreamReader reader = new(path);
        ImmutableArray<TraceRecord> records = Read(reader);
        return records.Length > 0
            ? records
            : throw new LocalMisuseException(
                SshErrorCode.LocalFile, $"{path} holds no trace of Lucid SSH.", "Record one with --trace 511:FILE --trace-format jsonl.");
    }

    /// <summary>The events of a text, in its order.</summary>
    public static ImmutableArray<TraceRecord> Read(TextReader reader)
    {
        ImmutableArray<TraceRecord>.Builder records = ImmutableArray.CreateBuilder<TraceRecord>();
        while (records.Count < MostRecords && reader.ReadLine() is { } line)
        {
            TraceRecord? record = line.Length > LongestLine ? null
                : line.StartsWith('{') ? FromJson(line)
                : line.Contains("[lucid", StringComparison.Ordinal) ? FromText(line)
                : null;
            if (record is not null)
                records.Add(record);
        }

        return records.ToImmutable();
    }

    private static TraceRecord? FromJson(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("v", out JsonElement version) || version.ValueKind != JsonValueKind.Number
                || !root.TryGetProperty("event", out JsonElement name) || !root.TryGetProperty("layer", out JsonElement layer))
            {
                return null;
            }

            ImmutableArray<KeyValuePair<string, string>>.Builder members = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
            ImmutableArray<KeyValuePair<string, string>> fields = [];
            string? payload = null;
            foreach (JsonProperty property in root.EnumerateObject())
            {
                switch (property.Name)
                {
                    case "v" or "c" or "t" or "at" or "role" or "layer" or "event":
                        break;
                    case "fields" when property.Value.ValueKind == JsonValueKind.Array:
                        fields = [.. property.Value.EnumerateArray().Where(IsPair).Select(pair => new KeyValuePair<string, string>(Text(pair[0]), Text(pair[1])))];
                        break;
                    case "payload":
                        payload = Text(property.Value);
                        break;
                    default:
                        members.Add(new(property.Name, Text(property.Value)));
                        break;
                }
            }

            return new TraceRecord(
                root.TryGetProperty("c", out JsonElement c) && c.TryGetInt64(out long connection) ? connection : 1,
                root.TryGetProperty("t", out JsonElement t) && t.ValueKind == JsonValueKind.Number ? t.GetDouble() : 0,
                root.TryGetProperty("role", out JsonElement role) ? Text(role) : "",
                Text(layer),
                Text(name),
                members.ToImmutable())
            {
                Fields = fields,
                Payload = payload,
            };
        }
        catch (JsonException)
        {
            return null; // half a line at the end of a file that is still written to
        }
    }

    private static bool IsPair(JsonElement element) => element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2;

    private static string Text(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();

    private static TraceRecord? FromText(string line)
    {
        Match match = TextLine().Match(line);
        if (!match.Success || !LayersInText.TryGetValue(match.Groups["layer"].Value, out string? layer))
            return null;
        string rest = match.Groups["rest"].Value;
        MatchCollection members = Member().Matches(rest);
        string name = members.Count > 0 ? rest[..members[0].Index] : rest;
        ImmutableArray<KeyValuePair<string, string>> all =
            [.. members.Select(member => new KeyValuePair<string, string>(member.Groups["name"].Value, Unescape(member.Groups["value"].Value)))];

        // In a line of text a message's fields stand behind its name, without a mark between.
        bool isMessage = name is "message sent" or "message received" && all is [{ Key: "message" }, ..];
        return new TraceRecord(
            match.Groups["connection"].Success ? long.Parse(match.Groups["connection"].Value, CultureInfo.InvariantCulture) : 1,
            double.Parse(match.Groups["seconds"].Value, CultureInfo.InvariantCulture),
            "",
            layer,
            name,
            isMessage ? all[..1] : all)
        {
            Fields = isMessage ? all[1..] : [],
        };
    }

    private static string Unescape(string value) =>
        value.StartsWith('"') && value.Length >= 2 ? Escape().Replace(value[1..^1], match => match.Groups[1].Value) : value;

    [GeneratedRegex(@"\[lucid( (?<connection>\d{1,18}))?\] (?<seconds>\d{1,9}\.\d{1,9}) (?<layer>[A-Za-z ]{1,20}): (?<rest>.*)$")]
    private static partial Regex TextLine();

    [GeneratedRegex(@" (?<name>[A-Za-z][\w()./'-]*)=(?<value>""(?:[^""\\]|\\.)*""|[^ ]*)")]
    private static partial Regex Member();

    [GeneratedRegex(@"\\([""\\])")]
    private static partial Regex Escape();
}
