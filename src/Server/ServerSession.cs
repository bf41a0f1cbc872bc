using LucidSsh.Connection;
using LucidSsh.Sftp;
using LucidSsh.Wire;

namespace LucidSsh.Server;

/// <summary>One session channel in a server: environment first, then one command, shell or subsystem (RFC 4254 section 6).</summary>
internal sealed class ServerSession(Task<string> user, SshServerOptions options) : IChannelHandler
{
    // OpenSSH's servers take at most 1000 variables as well; nobody sends as many as this.
    private const int MaximumVariables = 128;

    private readonly Dictionary<string, string> _environment = [];
    private readonly CancellationTokenSource _gone = new();
    private CommandContext? _command;
    private bool _started;

    /// <summary>True when the channel is closed.</summary>
    public bool IsOver { get; private set; }

    public bool OnRequest(Channel channel, string requestType, ReadOnlySpan<byte> data)
    {
        switch (requestType)
        {
            case "env":
                EnvironmentRequest variable = RequestBody.Decode<EnvironmentRequest>(data);
                return !_started && _environment.Count < MaximumVariables && _environment.TryAdd(variable.Name, variable.Value);
            case "exec":
                return StartCommand(channel, RequestBody.Decode<ExecRequest>(data).Command);
            case "shell":
                RequestBody.Decode<ShellRequest>(data);
                return StartCommand(channel, command: null);
            case "subsystem":
                return StartSubsystem(channel, RequestBody.Decode<SubsystemRequest>(data).Name);
            case "signal":
                _command?.RaiseSignal(RequestBody.Decode<SignalRequest>(data).SignalName);
                return _command is not null;
            default:
                return false; // pty-req among others: a terminal needs native code
        }
    }

    public void OnClosed(Channel channel, SshException? reason)
    {
        IsOver = true;
        _ = _gone.CancelAsync();
    }

    private bool StartCommand(Channel channel, string? command)
    {
        if (_started || options.Commands is not { } handler)
            return false;
        return Start(channel, async () =>
        {
            // The client may open a session before the login has got round to saying who it is.
            _command = new CommandContext
            {
                User = await user.ConfigureAwait(false),
                Command = command,
                Environment = _environment,
                StandardInput = channel.Input,
                StandardOutput = channel.Output,
                StandardError = channel.ExtendedOutput,
            };
            return await handler.RunAsync(_command, _gone.Token).ConfigureAwait(false);
        });
    }

    private bool StartSubsystem(Channel channel, string name)
    {
        if (_started || name != "sftp" || options.Files is not { } files)
            return false;
        return Start(channel, async () =>
        {
            await SftpServer.ServeAsync(channel, files(await user.ConfigureAwait(false)), channel.Tracer, _gone.Token).ConfigureAwait(false);
            return new CommandExit(0);
        });
    }

    private bool Start(Channel channel, Func<Task<CommandExit>> run)
    {
        _started = true;
        _ = Task.Run(async () =>
        {
            CommandExit exit = await RunAsync(run).ConfigureAwait(false);
            Finish(channel, exit);
        });
        return true;
    }

    private static async Task<CommandExit> RunAsync(Func<Task<CommandExit>> run)
    {
        const int Failed = 255;
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException or IOException)
        {
            return new CommandExit(Failed);
        }
    }

    private static void Finish(Channel channel, CommandExit exit)
    {
        try
        {
            if (exit.Signal is { } signal)
                channel.Notify(new ExitSignalRequest(signal, CoreDumped: false, "", ""));
            else
                channel.Notify(new ExitStatusRequest(unchecked((uint)exit.Status)));
        }
        catch (SshException)
        {
            // The client has closed the channel: it does not want to know.
        }

        channel.SendEof();
        channel.SendClose();
        channel.Input.Complete();
    }
}
