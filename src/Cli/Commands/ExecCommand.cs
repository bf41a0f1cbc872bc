using System.CommandLine;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using LucidSsh.Client;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary><c>lucid exec TARGET COMMAND…</c>: runs a command with this process's standard streams.</summary>
internal static class ExecCommand
{
    public static Command Create()
    {
        ConnectionArguments connection = new();
        Argument<string[]> words = new("command") { Description = "the command; several words are joined by blanks", Arity = ArgumentArity.OneOrMore };
        Option<string[]> environment = new("--env") { Description = "an environment variable for the command", HelpName = "NAME=VALUE" };
        Option<bool> json = JsonOutput.Option();
        Command command = new("exec", "Run a command on the server.");
        connection.AddTo(command);
        command.Add(words);
        command.Add(environment);
        command.Add(json);
        command.SetGuardedAction(async (arguments, cancellationToken) =>
        {
            using ConnectionArguments owned = connection;
            ConfiguredConnection target = connection.Resolve(arguments);
            CommandOptions options = new() { Environment = ParseEnvironment(target.Configuration.CommandEnvironment, arguments.GetValue(environment) ?? []) };
            string line = string.Join(' ', arguments.GetRequiredValue(words));
            SshClient client = await connection.ConnectAsync(arguments, target, cancellationToken).ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
            {
                return arguments.GetValue(json)
                    ? await CollectAsync(client, line, options, cancellationToken).ConfigureAwait(false)
                    : await StreamAsync(client, line, options, cancellationToken).ConfigureAwait(false);
            }
        });
        return command;
    }

    private static async Task<int> StreamAsync(SshClient client, string line, CommandOptions options, CancellationToken cancellationToken)
    {
        RemoteProcess process = await client.StartAsync(line, options, cancellationToken).ConfigureAwait(false);
        await using (process.ConfigureAwait(false))
        {
            using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _ = FeedAsync(process.StandardInput, done.Token);
            using Stream output = Console.OpenStandardOutput();
            using Stream error = Console.OpenStandardError();
            await Task.WhenAll(
                process.StandardOutput.CopyToAsync(output, cancellationToken),
                process.StandardError.CopyToAsync(error, cancellationToken)).ConfigureAwait(false);
            ExitResult exit = await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            await done.CancelAsync().ConfigureAwait(false);
            return Status(exit);
        }
    }

    // Standard input may be a terminal that nobody types on: the command's end does not wait for it.
    private static async Task FeedAsync(PipeWriter target, CancellationToken cancellationToken)
    {
        try
        {
            using Stream input = Console.OpenStandardInput();
            await input.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
            await target.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException or IOException)
        {
            // The command has ended.
        }
    }

    private static async Task<int> CollectAsync(SshClient client, string line, CommandOptions options, CancellationToken cancellationToken)
    {
        using Stream? input = Console.IsInputRedirected ? Console.OpenStandardInput() : null;
        CommandResult result = await client.ExecuteAsync(line, options with { Input = input }, cancellationToken).ConfigureAwait(false);
        JsonOutput.Write(new JsonObject
        {
            ["command"] = line,
            ["exitStatus"] = result.Exit.Status,
            ["signal"] = result.Exit.Signal,
            ["stdout"] = result.Output,
            ["stderr"] = result.Error,
        });
        return Status(result.Exit);
    }

    private static int Status(ExitResult exit)
    {
        if (exit.Status is { } status)
            return status;
        Console.Error.WriteLine($"lucid: the command ended by {exit}.");
        return ExitCode.Failed;
    }

    private static Dictionary<string, string> ParseEnvironment(IReadOnlyDictionary<string, string> configured, string[] assignments)
    {
        Dictionary<string, string> environment = new(configured);
        foreach (string assignment in assignments)
        {
            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{assignment}\" is no environment variable.", "Write NAME=VALUE.");
            environment[assignment[..equals]] = assignment[(equals + 1)..];
        }

        return environment;
    }
}
