using System.CommandLine;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using LucidSsh.Lab;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary><c>lucid probe TARGET…</c>: what servers offer, what would be agreed, what is wrong with it and what mends it, without
/// logging in; with <c>--client</c> the same for a client that comes.</summary>
internal sealed class ProbeCommand
{
    /// <summary>Exit status of a peer that fails the policy.</summary>
    private const int PolicyFailed = 1;

    // Several at once, but no crowd: they may be one machine's.
    private const int AtOnce = 8;

    private readonly ConnectionArguments _connection = new();
    private readonly Argument<string[]> _targets = new("target") { Description = "[user@]host[:port], one or several", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _json = JsonOutput.Option();
    private readonly Option<string?> _policy = new("--policy") { Description = "a policy file, or \"built-in\": exit status 1 where a peer fails it", HelpName = "FILE" };
    private readonly Option<bool> _compare = new("--compare") { Description = "tell where two targets differ" };
    private readonly Option<string?> _client = new("--client") { Description = "listen once on [ADDRESS:]PORT and study the client that comes", HelpName = "PORT" };
    private readonly Option<double> _time = new("--total-time") { Description = "seconds for all of a probe", HelpName = "SECONDS", DefaultValueFactory = _ => 60 };

    public static Command Create() => new ProbeCommand().CreateCommand();

    private Command CreateCommand()
    {
        Command command = new("probe", "Study servers, or a client, without logging in.") { _targets };
        _connection.AddOptionsTo(command);
        foreach (Option option in (Option[])[_json, _policy, _compare, _client, _time])
            command.Add(option);
        command.SetGuardedAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ConnectionArguments owned = _connection;
        string[] texts = arguments.GetValue(_targets) ?? [];
        string? policy = arguments.GetValue(_policy);
        ProbeOptions options = new()
        {
            Client = _connection.Options(arguments),
            Policy = policy is null or "built-in" ? ProbePolicy.BuiltIn : ProbePolicy.Load(policy),
            TotalTime = TimeSpan.FromSeconds(arguments.GetValue(_time)),
        };
        if (arguments.GetValue(_client) is { } listen)
            return await StudyAsync(arguments, listen, texts, options, cancellationToken).ConfigureAwait(false);
        bool compare = arguments.GetValue(_compare);
        if (texts.Length == 0 || (compare && texts.Length != 2))
            throw new LocalMisuseException(SshErrorCode.Misuse, compare ? "--compare wants two targets." : "There is no target.", "Write [user@]host[:port].");
        ConfiguredConnection[] targets = [.. texts.Select(text => _connection.Resolve(arguments, text))];
        ProbeResult[] results = await ProbeAllAsync(targets, options, cancellationToken).ConfigureAwait(false);
        Report(arguments, results, compare);
        return results.Any(result => !result.Succeeded) ? ExitCode.Failed
            : policy is not null && results.Any(result => options.Policy.IsFailedBy(result.Findings)) ? PolicyFailed
            : ExitCode.Success;
    }

    private static async Task<ProbeResult[]> ProbeAllAsync(ConfiguredConnection[] targets, ProbeOptions options, CancellationToken cancellationToken)
    {
        ProbeResult[] results = new ProbeResult[targets.Length];
        await Parallel.ForAsync(0, targets.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (i, token) =>
            results[i] = await ServerProbe.RunAsync(targets[i].Target, options with { Client = targets[i].Options }, token).ConfigureAwait(false)).ConfigureAwait(false);
        return results;
    }

    private void Report(ParseResult arguments, ProbeResult[] results, bool compare)
    {
        ProbeComparison? comparison = compare ? ProbeComparison.Of(results[0], results[1]) : null;
        if (arguments.GetValue(_json))
        {
            JsonNode? document =
                comparison is not null ? JsonSerializer.SerializeToNode(comparison, LabJson.Readable.ProbeComparison)
                : results.Length == 1 ? JsonSerializer.SerializeToNode(results[0], LabJson.Readable.ProbeResult)
                : new JsonArray([.. results.Select(result => JsonSerializer.SerializeToNode(result, LabJson.Readable.ProbeResult))]);
            JsonOutput.Write(document!);
        }
        else if (comparison is not null)
        {
            Console.Write(ProbeText.Of(comparison));
        }
        else
        {
            Console.Write(string.Join('\n', results.Select(ProbeText.Of)));
        }

        foreach (ProbeResult result in results.Where(result => result.Failure is not null))
            Console.Error.WriteLine($"lucid: {result.Host}:{result.Port}: {result.Failure!.Sentence} {result.Failure.Remedy}".TrimEnd());
    }

    private async Task<int> StudyAsync(ParseResult arguments, string listen, string[] targets, ProbeOptions options, CancellationToken cancellationToken)
    {
        if (targets.Length > 0)
            throw new LocalMisuseException(SshErrorCode.Misuse, "--client waits for a client and has no target.");
        IPEndPoint endPoint = int.TryParse(listen, out int port) && port is >= 0 and <= 65535 ? new IPEndPoint(IPAddress.Loopback, port)
            : listen.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(listen, out IPEndPoint? parsed) ? parsed
            : throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{listen}\" is no port and no ADDRESS:PORT.");
        ClientStudy study = await ClientStudy.ListenAsync(
            endPoint, options, address => Console.Error.WriteLine($"Listening on {address} for one client."), cancellationToken).ConfigureAwait(false);
        if (arguments.GetValue(_json))
            JsonOutput.Write(JsonSerializer.SerializeToNode(study, LabJson.Readable.ClientStudy)!);
        else
            Console.Write(ProbeText.Of(study));
        return study.Failure is not null ? ExitCode.Failed
            : arguments.GetValue(_policy) is not null && options.Policy.IsFailedBy(study.Findings) ? PolicyFailed
            : ExitCode.Success;
    }
}
