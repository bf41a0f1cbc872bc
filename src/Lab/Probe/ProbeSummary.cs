using LucidSsh.Client;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>A probe's first sentence.</summary>
internal static class ProbeSummary
{
    /// <summary>What is there, and whether this client could speak with it.</summary>
    public static string Of(ProbeResult result, SshTarget target, PeerSoftware? software, string? line)
    {
        string name = software?.ToString() ?? (line is null ? $"{target.Host}:{target.Port}" : $"A server that calls itself \"{line}\"");
        if (result.Failure is { } failure)
            return result.Peer == "ssh" && line is not null ? $"{name} and this client cannot speak with each other: {Lower(failure.Sentence)}" : failure.Sentence;
        NegotiationReport report = result.Negotiation!;
        string agreed = string.Join(", ", new[] { AlgorithmKind.KeyExchange, AlgorithmKind.HostKey, AlgorithmKind.CipherClientToServer, AlgorithmKind.MacClientToServer }
            .Select(report.Chosen).OfType<string>());
        return $"{name} and this client agree on {agreed}{Login(result)}.";
    }

    private static string Login(ProbeResult result) => result switch
    {
        { NeedsNoLogin: true } => $"; it lets {result.User} in without asking for anything",
        { LoginMethods: [] } => "",
        { LoginMethods: ["keyboard-interactive"] } => $"; {result.User} may log in by keyboard-interactive alone, where a password is the answer to a question",
        { LoginMethods: [string one] } => $"; {result.User} may log in by {one} alone",
        _ => $"; {result.User} may log in by {string.Join(", ", result.LoginMethods[..^1])} or {result.LoginMethods[^1]}",
    };

    private static string Lower(string sentence) => sentence.StartsWith("No ", StringComparison.Ordinal) || sentence.StartsWith("The ", StringComparison.Ordinal)
        ? char.ToLowerInvariant(sentence[0]) + sentence[1..]
        : sentence;
}
