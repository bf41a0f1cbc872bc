using System.CommandLine;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>The command's exit statuses, and the one place where a failure becomes a line on standard error.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>What was compared or checked is not so.</summary>
    public const int Different = 1;

    /// <summary>Wrong usage.</summary>
    public const int Usage = 2;

    /// <summary>The connection, the login or a transfer failed; OpenSSH's ssh says it with the same number.</summary>
    public const int Failed = 255;

    /// <summary>A subcommand's action: a failure is one clear line with its remedy, and a status.</summary>
    public static void SetGuardedAction(this Command command, Func<ParseResult, CancellationToken, Task<int>> action) =>
        command.SetAction(async (arguments, cancellationToken) =>
        {
            try
            {
                return await action(arguments, cancellationToken).ConfigureAwait(false);
            }
            catch (SshException exception)
            {
                await Console.Error.WriteLineAsync($"lucid: {exception.Message}").ConfigureAwait(false);
                return exception.Code == SshErrorCode.Misuse ? Usage : Failed;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("lucid: interrupted.").ConfigureAwait(false);
                return Failed;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"lucid: {exception.Message}").ConfigureAwait(false);
                return Failed;
            }
        });
}
