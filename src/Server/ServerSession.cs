using System.Text;
using LucidSsh.Auth;
using LucidSsh.Connection;
using LucidSsh.Sftp;
using LucidSsh.Wire;

namespace LucidSsh.Server;

/// <summary>One session channel in a server: environment first, then one command, shell or subsystem (RFC 4254 section 6), as far as the
/// keys of the login allow it.</summary>
internal sealed class ServerSession(LoginResult login, SshServerOptions options, ConnectionLayer connection) : IChannelHandler
{
    // What OpenSSH calls the SFTP server inside the server; a forced command of this name allows SFTP and nothing else.
    private const string InternalSftp = "internal-sftp";

    private readonly SessionEnvironment _environment = new(options, login.Permissions);
    private readonly CancellationTokenSource _gone = new();
    private CommandContext? _command;
    private ClientAgent? _agent;
    private bool _started;

    /// <summary>True when the channel is closed.</summary>
    public bool IsOver { get; private set; }

    public bool OnRequest(Channel channel, string requestType, ReadOnlySpan<byte> data)
    {
        switch (requestType)
        {
            case "env":
                EnvironmentRequest variable = RequestBody.Decode<EnvironmentRequest>(data);
                return !_started && _environment.TryAdd(variable.Name, variable.Value);
            case "auth-agent-req@openssh.com":
                RequestBody.Decode<OpenSshAgentRequest>(data);
                return UseAgent(AgentForwardingNames.OpenSshChannel);
            case "agent-req":
                RequestBody.Decode<AgentRequest>(data);
                return UseAgent(AgentForwardingNames.Channel);
            case "exec":
                return Start(channel, RequestBody.Decode<ExecRequest>(data).Command, isSftp: false);
            case "shell":
                RequestBody.Decode<ShellRequest>(data);
                return Start(channel, asked: null, isSftp: false);
            case "subsystem":
                return RequestBody.Decode<SubsystemRequest>(data).Name == "sftp" && options.Files is not null
                    && Start(channel, InternalSftp, isSftp: true);
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

    private bool UseAgent(string channelType)
    {
        if (_started || !options.AllowAgentForwarding || !login.Permissions.AllowsAgentForwarding)
            return false;
        _agent ??= new ClientAgent(connection, channelType, options);
        return true;
    }

    // The one place where a session begins, and so the one where a forced command takes the place of what was asked for.
    private bool Start(Channel channel, string? asked, bool isSftp)
    {
        if (_started)
            return false;
        string? forced = login.Permissions.ForcedCommand;
        if (isSftp && forced is null or InternalSftp)
            return Run(channel, () => ServeFilesAsync(channel));
        if (forced?.Split([' ', '\t'])[0] == InternalSftp)
        {
            string why = forced == InternalSftp
                ? "This key is for SFTP only.\n"
                : "This key is for SFTP with arguments, and this server's SFTP takes none: the session is refused.\n";
            return Run(channel, () => RefuseAsync(channel, why));
        }

        return options.Commands is { } commands && Run(channel, () => RunCommandAsync(channel, commands, forced, asked));
    }

    private Task<CommandExit> RunCommandAsync(Channel channel, ICommandHandler commands, string? forced, string? asked)
    {
        string? original = forced is null ? null : asked;
        _command = new CommandContext
        {
            Login = login,
            Command = forced ?? asked,
            OriginalCommand = original,
            Environment = _environment.Complete(original),
            Agent = _agent,
            StandardInput = channel.Input,
            StandardOutput = channel.Output,
            StandardError = channel.ExtendedOutput,
        };
        return commands.RunAsync(_command, _gone.Token);
    }

    private async Task<CommandExit> ServeFilesAsync(Channel channel)
    {
        await SftpServer.ServeAsync(channel, options.Files!(login.User), channel.Tracer, _gone.Token).ConfigureAwait(false);
        return new CommandExit(0);
    }

    private async Task<CommandExit> RefuseAsync(Channel channel, string why)
    {
        await channel.ExtendedOutput.WriteAsync(Encoding.UTF8.GetBytes(why), _gone.Token).ConfigureAwait(false);
        return new CommandExit(1);
    }

    private bool Run(Channel channel, Func<Task<CommandExit>> run)
    {
        _started = true;
        _ = Task.Run(async () =>
        {
            CommandExit exit = await GuardAsync(run).ConfigureAwait(false);
            Finish(channel, exit);
        });
        return true;
    }

    private static async Task<CommandExit> GuardAsync(Func<Task<CommandExit>> run)
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
