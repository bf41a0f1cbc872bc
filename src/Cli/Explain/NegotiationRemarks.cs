using System.Collections.Immutable;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>What two lists of algorithms say: every kind that has nothing in common, not only the first, and how either side could
/// mend it.</summary>
internal static class NegotiationRemarks
{
    /// <summary>The negotiation of two KEXINIT, and what came of it.</summary>
    public static NegotiationReport Negotiate(this NegotiationReport report, KexInit client, KexInit server) =>
        report.WithNegotiation(client, server, Transport.Negotiation.Choose(client, server)) with
        {
            StrictKeyExchange = client.KexAlgorithms.Contains(KexMarkers.StrictClient) && server.KexAlgorithms.Contains(KexMarkers.StrictServer),
        };

    /// <summary>The negotiation of one kind alone.</summary>
    public static NegotiationReport Negotiate(AlgorithmKind kind, ImmutableArray<string> client, ImmutableArray<string> server) => new()
    {
        Algorithms = [new AlgorithmNegotiation(kind, client, server, client.FirstOrDefault(name => !KexMarkers.IsMarker(name) && server.Contains(name)), true)],
    };

    /// <summary>The remarks of a negotiation.</summary>
    public static IEnumerable<Remark> Of(NegotiationReport report)
    {
        // Both directions are configured by one setting nearly everywhere: the same trouble is told once.
        foreach (IGrouping<string, AlgorithmNegotiation> failed in report.Algorithms.Where(algorithm => algorithm.Failed)
            .GroupBy(algorithm => $"{Setting(algorithm.Kind)} {string.Join(',', algorithm.Client)} {string.Join(',', algorithm.Server)}"))
        {
            yield return Failed(failed.First(), both: failed.Count() > 1);
        }

        if (report.Algorithms.Length == 8 && report.FirstMismatch is null && report is { StrictKeyExchange: false, ClientKexInit: not null })
        {
            yield return new Remark(
                "no-strict-kex", RemarkSeverity.Note, "Strict key exchange, the answer to CVE-2023-48795 (Terrapin), is not in use: not both sides have it.",
                "Upgrade the side without it; until then prefer a cipher other than chacha20-poly1305 and CBC with an -etm MAC.");
        }

        if (report.Algorithms is [{ Chosen: not null } only])
            yield return new Remark("agreed", RemarkSeverity.Note, $"They agree: {only.Explanation}", null);
    }

    private static Remark Failed(AlgorithmNegotiation failed, bool both)
    {
        string kind = both ? Setting(failed.Kind).Noun : NegotiationReport.Describe(failed.Kind);
        string sentence = $"There is no common {kind}: the client offers {Join(failed.Client)}; the server offers {Join(failed.Server)}.";
        (string _, string keyword, string option) = Setting(failed.Kind);
        ImmutableArray<string> client = Names(failed.Client), server = Names(failed.Server);
        if (client.IsEmpty || server.IsEmpty)
            return new Remark("no-common-algorithm", RemarkSeverity.Failure, sentence, $"The {(client.IsEmpty ? "client" : "server")} has to offer something.");

        string[] lucid = [.. server.Where(AlgorithmCatalogue.Of(failed.Kind).All.Contains)];
        string lucidLine = lucid.Length > 0 ? $"; Lucid SSH: {option} +{lucid[0]}" : "";
        return new Remark(
            "no-common-algorithm", RemarkSeverity.Failure, sentence,
            $"Either the client is allowed one of the server's (OpenSSH: -o {keyword}=+{server[0]}{lucidLine}), or the server one of the client's "
            + $"(sshd_config: {keyword} +{client[0]}). A name that one side's software does not know takes an upgrade of that side.");
    }

    private static ImmutableArray<string> Names(ImmutableArray<string> list) => [.. list.Where(name => !KexMarkers.IsMarker(name))];

    private static string Join(ImmutableArray<string> list) => Names(list) is { IsEmpty: false } names ? TerminalText.OneLine(string.Join(',', names), 2000) : "nothing";

    private static (string Noun, string Keyword, string Option) Setting(AlgorithmKind kind) => kind switch
    {
        AlgorithmKind.KeyExchange => ("key exchange", "KexAlgorithms", "--kex"),
        AlgorithmKind.HostKey => ("host key", "HostKeyAlgorithms", "--host-key-algorithms"),
        AlgorithmKind.CipherClientToServer or AlgorithmKind.CipherServerToClient => ("cipher", "Ciphers", "--ciphers"),
        AlgorithmKind.MacClientToServer or AlgorithmKind.MacServerToClient => ("MAC", "MACs", "--macs"),
        _ => ("compression", "Compression", "--compression"),
    };
}
