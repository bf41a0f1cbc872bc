using System.CommandLine;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary><c>lucid trace explain [FILE]</c>: says what a log, a status or two lists mean, without a network.</summary>
internal static class ExplainCommand
{
    private const int LargestText = 256 * 1024 * 1024;

    public static Command Create()
    {
        Command command = new("explain", "What a log, an error text or two lists of algorithms mean: a trace of ours, ssh -vvv, libssh2, an IRIS status.");
        Argument<string?> file = new("FILE") { Description = "the text; standard input where left out", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> client = new("--client") { Description = "the client's list, with commas", HelpName = "LIST" };
        Option<string?> server = new("--server") { Description = "the server's list, with commas", HelpName = "LIST" };
        Option<bool> json = JsonOutput.Option();
        command.Add(file);
        command.Add(client);
        command.Add(server);
        command.Add(json);
        command.SetGuardedAction(async (arguments, cancellationToken) =>
        {
            Explanation explanation = (arguments.GetValue(client), arguments.GetValue(server)) switch
            {
                (null, null) => Explain(await ReadAsync(arguments.GetValue(file), cancellationToken).ConfigureAwait(false)),
                ({ } ours, { } theirs) => NameListText.Explain(ours, theirs),
                _ => throw new LocalMisuseException(SshErrorCode.Misuse, "One list says nothing about what both sides have in common.", "Give --client LIST and --server LIST."),
            };
            if (arguments.GetValue(json))
                JsonOutput.Write(explanation.ToJson());
            else
                Console.Write(explanation.ToText());
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Recognises a text and explains it.</summary>
    /// <exception cref="LocalMisuseException">It is nothing that is known.</exception>
    public static Explanation Explain(string text) =>
        TryReport(text) ?? LucidTrace.TryExplain(text) ?? NameListText.TryExplain(text) ?? Libssh2Log.TryExplain(text) ?? OpenSshLog.TryExplain(text)
        ?? throw new LocalMisuseException(
            SshErrorCode.LocalFile, "The text is nothing this command can read.",
            "It reads a trace of Lucid SSH, a negotiation report in JSON, the output of ssh -v to -vvv, a trace of libssh2, an IRIS status or its number, and two lines with the client's and the server's list.");

    // A report of ours: from a program's ToJson.
    private static Explanation? TryReport(string text)
    {
        if (!text.Contains(NegotiationReport.SchemaName, StringComparison.Ordinal) || !text.TrimStart().StartsWith('{'))
            return null;
        try
        {
            return Explanation.Of("a negotiation report of Lucid SSH", NegotiationReport.FromJson(text), []);
        }
        catch (LocalMisuseException)
        {
            return null;
        }
    }

    private static async Task<string> ReadAsync(string? file, CancellationToken cancellationToken)
    {
        if (file is null)
            return await Console.In.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        return new FileInfo(file) is { Exists: true, Length: > LargestText }
            ? throw new LocalMisuseException(SshErrorCode.LimitExceeded, $"{file} is larger than {LargestText / (1024 * 1024)} MiB.", "Cut the part of one connection out of it.")
            : await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false);
    }
}
