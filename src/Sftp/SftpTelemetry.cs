using System.Diagnostics;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>SFTP in spans and metrics.</summary>
internal static class SftpTelemetry
{
    /// <summary>Records how long a request took; the end of a file is no error.</summary>
    public static void Record(TimeSpan elapsed, TraceRole role, SftpPacketType request, SftpStatusCode code)
    {
        if (!Telemetry.SftpRequestDuration.Enabled)
            return;
        KeyValuePair<string, object?> type = new("sftp.request.type", request.ToString());
        if (code is SftpStatusCode.Ok or SftpStatusCode.Eof)
            Telemetry.SftpRequestDuration.Record(elapsed.TotalSeconds, Telemetry.RoleTag(role), type);
        else
            Telemetry.SftpRequestDuration.Record(elapsed.TotalSeconds, Telemetry.RoleTag(role), type, new("error.type", code.ToString()));
    }

    /// <summary>Runs a transfer in a span of its own, and traces its failure.</summary>
    public static async Task<TResult> TransferAsync<TResult>(Tracer tracer, string name, string path, Func<Task<TResult>> transfer, Func<TResult, long> bytes)
    {
        using Activity? activity = Telemetry.Start(name, tracer.ServerAddress, tracer.ServerPort, tracer.ConnectionSpan);
        activity?.SetTag("file.path", path);
        try
        {
            TResult result = await transfer().ConfigureAwait(false);
            activity?.SetTag("file.size", bytes(result));
            return result;
        }
        catch (Exception exception)
        {
            if (exception is SshException ssh)
                tracer.Failed(ssh);
            activity.Failed(exception);
            throw;
        }
    }
}
