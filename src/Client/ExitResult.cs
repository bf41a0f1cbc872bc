using System.Text;

namespace LucidSsh.Client;

/// <summary>How a remote program ended.</summary>
/// <param name="Status">Its exit status; null where a signal ended it, or the server did not say.</param>
/// <param name="Signal">The signal that ended it, without SIG (<c>TERM</c>, <c>KILL</c>…); null where it exited by itself.</param>
/// <param name="SignalMessage">What the server says about the signal; empty where there is none.</param>
/// <param name="CoreDumped">True where the server says that a core file was written.</param>
public sealed record ExitResult(int? Status, string? Signal, string SignalMessage = "", bool CoreDumped = false)
{
    /// <summary>True for exit status 0.</summary>
    public bool IsSuccess => Status == 0;

    /// <summary>For example <c>exit status 1</c> or <c>signal TERM</c>.</summary>
    public override string ToString() =>
        Signal is not null ? $"signal {Signal}" : Status is { } status ? $"exit status {status}" : "an end that the server does not describe";
}

/// <summary>A command that has ended, with everything it wrote.</summary>
/// <param name="StandardOutput">Its standard output, as bytes.</param>
/// <param name="StandardError">Its standard error, as bytes.</param>
/// <param name="Exit">How it ended.</param>
public sealed record CommandResult(byte[] StandardOutput, byte[] StandardError, ExitResult Exit)
{
    /// <summary>Standard output as UTF-8 text.</summary>
    public string Output => Encoding.UTF8.GetString(StandardOutput);

    /// <summary>Standard error as UTF-8 text.</summary>
    public string Error => Encoding.UTF8.GetString(StandardError);

    /// <summary>The exit status; null where a signal ended the command.</summary>
    public int? ExitStatus => Exit.Status;
}
