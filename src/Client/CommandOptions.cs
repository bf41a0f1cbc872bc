namespace LucidSsh.Client;

/// <summary>How a command is run.</summary>
public sealed record CommandOptions
{
    /// <summary>Environment variables asked for before the command starts. Servers refuse most (OpenSSH: AcceptEnv); a refusal is
    /// traced and does not fail the command.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>False keeps the agent of <see cref="SshClientOptions.AgentForwarding"/> from this command; where none is forwarded it means
    /// nothing. A server may refuse; the refusal is traced and does not fail the command.</summary>
    public bool ForwardAgent { get; init; } = true;

    /// <summary>The terminal to run it in, or null for none.</summary>
    public TerminalOptions? Terminal { get; init; }

    /// <summary>What <see cref="SshClient.ExecuteAsync(string, CommandOptions, CancellationToken)"/> collects at most, in bytes, of standard output and standard error together.</summary>
    public int OutputLimit { get; init; } = 256 * 1024 * 1024;

    /// <summary>What <see cref="SshClient.ExecuteAsync(string, CommandOptions, CancellationToken)"/> sends to standard input before its end of file.</summary>
    public Stream? Input { get; init; }
}

/// <summary>A terminal's name and size.</summary>
/// <param name="Term">The terminal's type, as in TERM.</param>
/// <param name="Columns">Width in characters.</param>
/// <param name="Rows">Height in characters.</param>
public sealed record TerminalOptions(string Term = "xterm-256color", int Columns = 80, int Rows = 24);
