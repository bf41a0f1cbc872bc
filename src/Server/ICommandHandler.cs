using System.IO.Pipelines;
using LucidSsh.Auth;

namespace LucidSsh.Server;

/// <summary>Runs what clients ask a server to run.</summary>
public interface ICommandHandler
{
    /// <summary>Runs one command. The server completes the streams afterwards, sends the exit status and closes the channel.</summary>
    /// <param name="command">What to run, and for whom.</param>
    /// <param name="cancellationToken">The client has closed the channel, or the connection has ended.</param>
    /// <returns>How it ended.</returns>
    Task<CommandExit> RunAsync(CommandContext command, CancellationToken cancellationToken);
}

/// <summary>How a command ended.</summary>
/// <param name="Status">Its exit status; without meaning where <paramref name="Signal"/> is set.</param>
/// <param name="Signal">The signal that ended it, without SIG, or null.</param>
public readonly record struct CommandExit(int Status, string? Signal = null);

/// <summary>One command of a client.</summary>
public sealed class CommandContext
{
    /// <summary>Who logged in, how, and with which keys.</summary>
    public required LoginResult Login { get; init; }

    /// <summary>The name the client logged in with.</summary>
    public string User => Login.User;

    /// <summary>The command line; null for the user's shell. Where a key forces a command it is that one.</summary>
    public required string? Command { get; init; }

    /// <summary>What the client asked for where a command is forced; null where none is, and where it asked for a shell.</summary>
    public string? OriginalCommand { get; init; }

    /// <summary>The variables to set: those of the client that <see cref="SshServerOptions.AcceptEnvironment"/> lets through, those
    /// of its keys that <see cref="SshServerOptions.PermitKeyEnvironment"/> does, and SSH_ORIGINAL_COMMAND.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>The client's agent; null where it does not forward one, or may not
    /// (<see cref="SshServerOptions.AllowAgentForwarding"/>).</summary>
    public ClientAgent? Agent { get; init; }

    /// <summary>What the client sends.</summary>
    public required PipeReader StandardInput { get; init; }

    /// <summary>What the client gets as standard output.</summary>
    public required PipeWriter StandardOutput { get; init; }

    /// <summary>What the client gets as standard error.</summary>
    public required PipeWriter StandardError { get; init; }

    /// <summary>Raised for each signal the client sends, with the name without SIG. It runs on the connection's read loop and must
    /// not wait.</summary>
    public event Action<string>? SignalReceived;

    internal void RaiseSignal(string name) => SignalReceived?.Invoke(name);
}
