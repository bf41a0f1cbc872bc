using System.Diagnostics.Tracing;

namespace LucidSsh.Kerberos;

/// <summary>What the system's Kerberos says where it fails. <see cref="System.Net.Security.NegotiateAuthentication"/> returns a status
/// alone and gives the words to its diagnostics only; this listens there while one token is made, and may hear nothing.</summary>
internal sealed class KerberosMessages : EventListener
{
    private const string Source = "Private.InternalDiagnostics.System.Net.Security";

    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>The last words, or null.</summary>
    public string? Last { get; private set; }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Source)
            EnableEvents(eventSource, EventLevel.Error);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (Environment.CurrentManagedThreadId == _thread && eventData.Payload is { Count: > 0 } payload && payload[^1] is string text)
            Last = text;
    }
}
