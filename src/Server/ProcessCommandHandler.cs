using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using LucidSsh.Agent;

namespace LucidSsh.Server;

/// <summary>Runs commands as processes of the user who runs the server, through the system's shell. There are no terminals.</summary>
/// <param name="workingDirectory">Where commands start, or null for the server's own directory.</param>
public sealed class ProcessCommandHandler(string? workingDirectory = null) : ICommandHandler
{
    private const int CommandNotStarted = 127; // what a shell says of a command it cannot find

    /// <inheritdoc />
    public async Task<CommandExit> RunAsync(CommandContext command, CancellationToken cancellationToken)
    {
        AgentListener? agent = command.Agent?.Listen();
        try
        {
            return await RunAsync(command, agent?.Path, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (agent is not null)
                await agent.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<CommandExit> RunAsync(CommandContext command, string? agent, CancellationToken cancellationToken)
    {
        using Process process = new() { StartInfo = StartInfo(command, agent) };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            await command.StandardError.WriteAsync(Encoding.UTF8.GetBytes($"The command cannot be started: {exception.Message}\n"), cancellationToken).ConfigureAwait(false);
            return new CommandExit(CommandNotStarted);
        }

        command.SignalReceived += name => Kill(process, name);
        using CancellationTokenRegistration onGone = cancellationToken.Register(() => Kill(process, "KILL"));
        Task input = FeedAsync(command.StandardInput, process.StandardInput.BaseStream, cancellationToken);
        Task output = CopyAsync(process.StandardOutput.BaseStream, command.StandardOutput, cancellationToken);
        Task error = CopyAsync(process.StandardError.BaseStream, command.StandardError, cancellationToken);
        try
        {
            await Task.WhenAll(output, error).ConfigureAwait(false);
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested || !output.IsCompletedSuccessfully || !error.IsCompletedSuccessfully)
                Kill(process, "KILL");
        }

        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        _ = input.ContinueWith(task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return ToExit(process.ExitCode);
    }

    private ProcessStartInfo StartInfo(CommandContext command, string? agent)
    {
        ProcessStartInfo start = new()
        {
            FileName = OperatingSystem.IsWindows() ? "cmd.exe" : "/bin/sh",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "",
        };
        if (command.Command is { } line)
        {
            start.ArgumentList.Add(OperatingSystem.IsWindows() ? "/c" : "-c");
            start.ArgumentList.Add(line);
        }

        foreach ((string name, string value) in command.Environment)
            start.Environment[name] = value;

        // The agent of who started the server is nobody else's.
        start.Environment.Remove("SSH_AUTH_SOCK");
        if (agent is not null)
            start.Environment["SSH_AUTH_SOCK"] = agent;
        return start;
    }

    private static async Task FeedAsync(PipeReader source, Stream target, CancellationToken cancellationToken)
    {
        try
        {
            await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
            target.Close();
        }
        catch (IOException)
        {
            await source.CompleteAsync().ConfigureAwait(false); // the process reads no more; what still comes is dropped
        }
    }

    private static async Task CopyAsync(Stream source, PipeWriter target, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[32 * 1024];
        while (true)
        {
            int count = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                return;
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Kill(Process process, string signal)
    {
        // The base library can only kill; every signal that ends a program does so here.
        if (signal is not ("KILL" or "TERM" or "INT" or "HUP" or "QUIT" or "ABRT"))
            return;
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    // On Unix the base library reports a death by signal n as 128 + n.
    private static CommandExit ToExit(int code) => code switch
    {
        128 + 9 => new CommandExit(code, "KILL"),
        128 + 15 => new CommandExit(code, "TERM"),
        128 + 11 => new CommandExit(code, "SEGV"),
        128 + 6 => new CommandExit(code, "ABRT"),
        _ => new CommandExit(code),
    };
}
