using System.Collections.Immutable;

namespace LucidSsh.Cli;

/// <summary>One event of a recorded trace.</summary>
/// <param name="Connection">The connection's number.</param>
/// <param name="Seconds">Since the connection began.</param>
/// <param name="Role">client or server: the side that traced; empty where the recording does not say.</param>
/// <param name="Layer">The layer, by its name in JSON.</param>
/// <param name="Event">What happened.</param>
/// <param name="Members">The event's own members but those below, in their order.</param>
internal sealed record TraceRecord(
    long Connection, double Seconds, string Role, string Layer, string Event, ImmutableArray<KeyValuePair<string, string>> Members)
{
    /// <summary>A message's fields; empty for every other event.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Fields { get; init; } = [];

    /// <summary>A message's bytes in hexadecimal; null where they were not recorded.</summary>
    public string? Payload { get; init; }

    /// <summary>The member of a name, or null.</summary>
    public string? this[string name] => Members.FirstOrDefault(member => member.Key == name).Value;

    /// <summary>The message's field of a name, or null.</summary>
    public string? Field(string name) => Fields.FirstOrDefault(field => field.Key == name).Value;
}
