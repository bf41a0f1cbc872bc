using LucidSsh.Tracing;

namespace LucidSsh.Transport;

/// <summary>What the network carries, in the trace and in the metrics.</summary>
internal static class SocketTrace
{
    /// <summary>Bytes that came; none is no event.</summary>
    public static void CountRead(this Tracer tracer, long bytes)
    {
        if (bytes == 0)
            return;
        tracer.Emit(new SocketRead(bytes));
        if (Telemetry.NetworkBytes.Enabled)
            Telemetry.NetworkBytes.Add(bytes, Telemetry.RoleTag(tracer.Role), Telemetry.Receive);
    }

    /// <summary>Bytes that are about to go.</summary>
    public static void CountWritten(this Tracer tracer, long bytes)
    {
        tracer.Emit(new SocketWritten(bytes));
        if (Telemetry.NetworkBytes.Enabled)
            Telemetry.NetworkBytes.Add(bytes, Telemetry.RoleTag(tracer.Role), Telemetry.Transmit);
    }
}
