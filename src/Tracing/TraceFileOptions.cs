namespace LucidSsh.Tracing;

/// <summary>How events are written.</summary>
public enum TraceFormat
{
    /// <summary>Lines for people, in the shape of libssh2's trace.</summary>
    Text,

    /// <summary>One JSON object a line, for programs: the schema is in docs/trace.md.</summary>
    JsonLines,
}

/// <summary>A trace file: what goes into it and how large it grows.</summary>
public sealed record TraceFileOptions
{
    /// <summary>How events are written.</summary>
    public TraceFormat Format { get; init; } = TraceFormat.Text;

    /// <summary>Which events.</summary>
    public TraceMask Mask { get; init; } = TraceSink.DefaultMask;

    /// <summary>Bytes a file holds: one that would grow larger is renamed (<c>ssh.log</c> to <c>ssh.log.1</c>, that to
    /// <c>ssh.log.2</c>…) and a new one begun. Zero lets it grow without end.</summary>
    public long MaximumBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>How many renamed files are kept; older ones are deleted.</summary>
    public int KeptFiles { get; init; } = 3;
}
