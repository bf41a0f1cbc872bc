using System.Collections.Immutable;

namespace LucidSsh.Cli;

/// <summary>Part of a conversation.</summary>
internal enum TracePhase
{
    Identification,
    KeyExchange,
    Login,
    Session,
}

/// <summary>One step of a conversation as people read it: a message with its packet, or something that happened on one side.</summary>
/// <param name="Record">The event; a message's own where it was decoded, else its packet's.</param>
/// <param name="Phase">The phase it belongs to.</param>
/// <param name="Sent">True for what was sent, false for what was received, null for what did neither.</param>
/// <param name="Label">The message's name, or the event's.</param>
internal sealed record TraceStep(TraceRecord Record, TracePhase Phase, bool? Sent, string Label)
{
    /// <summary>The packet's sequence number; null where it is not known.</summary>
    public string? Sequence { get; init; }

    /// <summary>The payload's bytes; null where they are not known.</summary>
    public string? Length { get; init; }

    /// <summary>True where the step is, or tells of, the connection's failure.</summary>
    public bool IsFailure => Record.Layer == "error" || Record.Event is "disconnect received";

    /// <summary>What it says, on one line.</summary>
    public string Summary
    {
        get
        {
            IEnumerable<KeyValuePair<string, string>> shown = Record.Fields.Length > 0
                ? Record.Fields.Where(pair => pair.Key is not ("cookie" or "reserved") && pair.Value.Length > 0)
                : Record.Members.Where(member => member.Key is not ("message" or "seq"));
            return string.Join("  ", shown.Select(pair => $"{pair.Key}={pair.Value}"));
        }
    }

    /// <summary>The steps of one connection: a message and its packet are one.</summary>
    public static ImmutableArray<TraceStep> Of(IEnumerable<TraceRecord> records)
    {
        List<TraceStep> steps = [];
        TracePhase phase = TracePhase.Identification;
        foreach (TraceRecord record in records)
        {
            bool? sent = Direction(record.Event);
            string label = record["message"] is { } message && sent is not null ? message : record.Event;

            // The packet of a message that was just decoded, or the decoding of a packet that has just come.
            bool isPacket = record.Event is "packet sent" or "packet received";
            int twin = sent is null ? -1 : Twin(steps, label, sent.Value, isPacket);
            if (twin >= 0)
            {
                steps[twin] = isPacket
                    ? steps[twin] with { Sequence = record["seq"], Length = record["bytes"] }
                    : steps[twin] with { Record = record };
                continue;
            }

            if (label == "KEXINIT")
                phase = TracePhase.KeyExchange;
            steps.Add(new TraceStep(record, phase, sent, label) { Sequence = isPacket ? record["seq"] : null, Length = isPacket ? record["bytes"] : null });
            phase = label switch
            {
                "NEWKEYS" when sent == false => steps.Any(step => step.Label == "USERAUTH_SUCCESS") ? TracePhase.Session : TracePhase.Login,
                "USERAUTH_SUCCESS" => TracePhase.Session,
                _ => phase,
            };
        }

        return [.. steps];
    }

    // A few steps back at most: the other side's may have come between.
    private static int Twin(List<TraceStep> steps, string label, bool sent, bool isPacket)
    {
        for (int i = steps.Count - 1; i >= Math.Max(0, steps.Count - 4); i--)
        {
            if (steps[i].Sent == sent && steps[i].Label == label
                && (isPacket ? steps[i].Sequence is null : steps[i].Record.Event is "packet sent" or "packet received"))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool? Direction(string name) =>
        name.EndsWith(" sent", StringComparison.Ordinal) ? true : name.EndsWith(" received", StringComparison.Ordinal) ? false : null;
}
