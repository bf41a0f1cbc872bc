using System.CommandLine;
using System.Text.Json.Nodes;
using LucidSsh.Client;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary><c>lucid probe TARGET</c>: what a server offers and what would be agreed, without logging in.</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        ConnectionArguments connection = new();
        Option<bool> json = JsonOutput.Option();
        Command command = new("probe", "Study a server's negotiation without logging in.");
        connection.AddTo(command);
        command.Add(json);
        command.SetGuardedAction(async (arguments, cancellationToken) =>
        {
            using ConnectionArguments owned = connection;
            SshTarget target = connection.Target(arguments);
            ProbeResult result = await ServerProbe.RunAsync(target, connection.Options(arguments), cancellationToken).ConfigureAwait(false);
            if (arguments.GetValue(json))
                JsonOutput.Write(ToJson(target, result));
            else
                WriteText(target, result);
            return result.Failure is null ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }

    private static void WriteText(SshTarget target, ProbeResult result)
    {
        Console.WriteLine($"{target.Host}:{target.Port}");
        if (result.Negotiation is { } negotiation)
            WriteNegotiation(negotiation);
        if (result.HostKey is { } key)
            Console.WriteLine($"  host key   {key.Type} {key.Bits} bits {key.Fingerprint}");
        foreach ((string name, string value) in result.Extensions)
            Console.WriteLine($"  extension  {name} = {value}");
        if (result.LoginMethods.Count > 0)
            Console.WriteLine($"  login      {target.User} may use {string.Join(", ", result.LoginMethods)}");
        if (result.Banner.Length > 0)
            Console.WriteLine($"  banner     {result.Banner.Trim()}");
        Console.WriteLine($"  time       connect {Milliseconds(result.ConnectTime)}, key exchange {Milliseconds(result.HandshakeTime)}, login methods {Milliseconds(result.LoginMethodsTime)}");
        if (result.Failure is { } failure)
            Console.Error.WriteLine($"lucid: {failure.Message}");
    }

    private static void WriteNegotiation(NegotiationReport negotiation)
    {
        Console.WriteLine($"  client     {negotiation.ClientVersion}");
        Console.WriteLine($"  server     {negotiation.ServerVersion ?? "(no identification)"}");
        foreach (AlgorithmNegotiation algorithm in negotiation.Algorithms)
        {
            string outcome = algorithm.Chosen ?? (algorithm.Needed ? "NOTHING IN COMMON" : "not needed: the cipher authenticates by itself");
            Console.WriteLine($"  {NegotiationReport.Describe(algorithm.Kind)}: {outcome}");
            Console.WriteLine($"    server offers {string.Join(", ", algorithm.Server)}");
            if (algorithm.Failed)
                Console.WriteLine($"    client offers {string.Join(", ", algorithm.Client)}");
        }

        if (negotiation.Algorithms.Length > 0)
            Console.WriteLine($"  strict key exchange: {(negotiation.StrictKeyExchange ? "yes" : "no")}");
    }

    private static JsonObject ToJson(SshTarget target, ProbeResult result) => new()
    {
        ["host"] = target.Host,
        ["port"] = target.Port,
        ["client"] = result.Negotiation?.ClientVersion,
        ["server"] = result.Negotiation?.ServerVersion,
        ["strictKeyExchange"] = result.Negotiation?.StrictKeyExchange,
        ["algorithms"] = new JsonArray([.. (result.Negotiation?.Algorithms ?? []).Select(ToJson)]),
        ["hostKey"] = result.HostKey is { } key
            ? new JsonObject { ["type"] = key.Type, ["bits"] = key.Bits, ["fingerprint"] = key.Fingerprint }
            : null,
        ["extensions"] = new JsonObject(result.Extensions.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))),
        ["loginMethods"] = ToJson(result.LoginMethods),
        ["banner"] = result.Banner,
        ["milliseconds"] = new JsonObject
        {
            ["connect"] = result.ConnectTime.TotalMilliseconds,
            ["keyExchange"] = result.HandshakeTime.TotalMilliseconds,
            ["loginMethods"] = result.LoginMethodsTime.TotalMilliseconds,
        },
        ["failure"] = result.Failure is { } failure
            ? new JsonObject { ["code"] = (int)failure.Code, ["name"] = failure.Code.ToString(), ["sentence"] = failure.Sentence, ["remedy"] = failure.Remedy }
            : null,
    };

    private static JsonObject ToJson(AlgorithmNegotiation algorithm) => new()
    {
        ["kind"] = algorithm.Kind.ToString(),
        ["chosen"] = algorithm.Chosen,
        ["needed"] = algorithm.Needed,
        ["client"] = ToJson(algorithm.Client),
        ["server"] = ToJson(algorithm.Server),
    };

    private static JsonArray ToJson(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode?)name)]);

    private static string Milliseconds(TimeSpan time) => $"{time.TotalMilliseconds:0.0} ms";
}
