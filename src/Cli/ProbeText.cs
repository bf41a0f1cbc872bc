using System.Text;
using LucidSsh.Lab;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary>A probe's result as text: the first sentence first, then what it rests on.</summary>
internal static class ProbeText
{
    public static string Of(ProbeResult result)
    {
        StringBuilder text = new();
        text.AppendLine(result.Summary);
        if (result.Failure?.Remedy is { } remedy)
            text.AppendLine(remedy);
        text.AppendLine($"  target     {result.Host}:{result.Port}");
        NegotiationReport? shown = result.LegacyNegotiation ?? result.Negotiation;
        if (result.Negotiation is { } negotiation)
            AddNegotiation(text, negotiation, theirs: "server");
        if (result.WaitsForClient && result.Peer == "ssh")
            text.AppendLine("  note       the server waits for the client's identification before it sends its own");
        foreach (HostKeyReport key in result.HostKeys)
        {
            text.AppendLine($"  host key   {key.Type} {(key.Bits > 0 ? $"{key.Bits} bits " : "")}{key.Certificate?.Key ?? $"{key.Sha256} MD5:{key.Md5}"}");
            if (key.Certificate is { } certificate)
                text.AppendLine($"             {certificate}");
            else if (key.Fault is { } fault)
                text.AppendLine($"             cannot be read: {fault}");
        }

        foreach (GroupSize group in result.GroupSizes)
            text.AppendLine($"  group      {group.Method} {group.Minimum}/{group.Preferred}/{group.Maximum}: {(group.Bits == 0 ? "refused" : $"{group.Bits} bits")}{(group.KnownPrime is { } name ? $" ({name})" : "")}");
        foreach (ExtensionReport extension in shown?.ServerExtensions ?? [])
            text.AppendLine($"  extension  {extension.Name} = {extension.Value}");
        if (result.LoginMethods.Length > 0)
            text.AppendLine($"  login      {result.User} may use {string.Join(", ", result.LoginMethods)}");
        if (shown?.Login?.Banner is { Length: > 0 } banner)
            text.AppendLine($"  banner     {banner.Trim().ReplaceLineEndings("\n             ")}");
        AddPhases(text, shown);
        AddFindings(text, [.. result.Findings], result.Policy);
        foreach (string leftOut in result.LeftOut)
            text.AppendLine($"  left out   {leftOut}");
        return text.AppendLine($"  {result.Connections} connections, {result.Elapsed.TotalSeconds:0.00} s").ToString();
    }

    public static string Of(ClientStudy study)
    {
        StringBuilder text = new();
        text.AppendLine(study.Summary);
        text.AppendLine($"  from       {study.RemoteAddress}");
        if (study.Negotiation is { } negotiation)
        {
            AddNegotiation(text, negotiation, theirs: "client");
            foreach (LoginAttempt attempt in negotiation.Login?.Attempts ?? [])
                text.AppendLine($"  tried      {attempt.Method}: {attempt.KeyType} {attempt.Credential}".Replace(":  ", ": ", StringComparison.Ordinal));
            AddPhases(text, negotiation);
        }

        AddFindings(text, [.. study.Findings], study.Policy);
        return text.ToString();
    }

    public static string Of(ProbeComparison comparison)
    {
        StringBuilder text = new();
        text.AppendLine($"A  {comparison.Left.Host}:{comparison.Left.Port}  {comparison.Left.Summary}");
        text.AppendLine($"B  {comparison.Right.Host}:{comparison.Right.Port}  {comparison.Right.Summary}");
        foreach (ProbeDifference difference in comparison.Differences)
        {
            text.AppendLine($"  {difference.What}{(difference.OrderOnly ? ": the same in another order" : "")}");
            if (difference.OnlyLeft.Length > 0)
                text.AppendLine($"    only A   {string.Join(", ", difference.OnlyLeft)}");
            if (difference.OnlyRight.Length > 0)
                text.AppendLine($"    only B   {string.Join(", ", difference.OnlyRight)}");
        }

        if (comparison.Differences.IsEmpty)
            text.AppendLine("  They do not differ.");
        return text.ToString();
    }

    private static void AddNegotiation(StringBuilder text, NegotiationReport negotiation, string theirs)
    {
        text.AppendLine($"  client     {negotiation.ClientVersion}");
        text.AppendLine($"  server     {negotiation.ServerVersion ?? "(no identification)"}");
        AlgorithmNegotiation? before = null;
        foreach (AlgorithmNegotiation algorithm in negotiation.Algorithms)
        {
            bool same = before is not null && Same(before, algorithm);
            before = algorithm;
            if (same)
                continue;
            string outcome = algorithm.Chosen ?? (algorithm.Needed ? "NOTHING IN COMMON" : "not needed: the cipher authenticates by itself");
            text.AppendLine($"  {NegotiationReport.Describe(algorithm.Kind)}: {outcome}");
            if (theirs == "server" || algorithm.Failed)
                text.AppendLine($"    server offers {string.Join(", ", algorithm.Server)}");
            if (theirs == "client" || algorithm.Failed)
                text.AppendLine($"    client offers {string.Join(", ", algorithm.Client)}");
        }

        if (negotiation.Algorithms.Length > 0)
            text.AppendLine($"  strict key exchange: {(negotiation.StrictKeyExchange ? "yes" : "no")}");
    }

    // The other direction is worth a line where it differs.
    private static bool Same(AlgorithmNegotiation one, AlgorithmNegotiation other) =>
        one.Chosen == other.Chosen && one.Needed == other.Needed && one.Client.SequenceEqual(other.Client) && one.Server.SequenceEqual(other.Server);

    private static void AddPhases(StringBuilder text, NegotiationReport? report)
    {
        if (report is { Phases.IsEmpty: false })
            text.AppendLine($"  time       {string.Join(", ", report.Phases.Select(phase => $"{Words(phase.Phase)} {phase.Duration.TotalMilliseconds:0.0} ms"))}");
    }

    private static void AddFindings(StringBuilder text, Finding[] findings, string policy)
    {
        if (findings.Length == 0)
            return;
        text.AppendLine($"  findings   policy {policy}");
        foreach (Finding finding in findings)
            text.AppendLine($"    {Words(finding.Grade),-16} {finding.Sentence} [{finding.Code}{(finding.Reference is { } reference ? $"; {reference}" : "")}]");
        string[] remedies = [.. findings.Select(finding => finding.Remedy).OfType<string>().Distinct()];
        if (remedies.Length > 0)
            text.AppendLine("  remedies");
        foreach (string remedy in remedies)
            text.AppendLine($"    {remedy}");
    }

    private static string Words(FindingGrade grade) => grade switch
    {
        FindingGrade.Broken => "BROKEN",
        FindingGrade.Weak => "weak",
        FindingGrade.Legacy => "legacy",
        FindingGrade.NotQuantumSafe => "not quantum-safe",
        _ => "note",
    };

    private static string Words(HandshakePhase phase) => phase switch
    {
        HandshakePhase.KeyExchange => "key exchange",
        HandshakePhase.HostKeyVerification => "host key verification",
        HandshakePhase.NewKeys => "new keys",
        _ => $"{phase}".ToLowerInvariant(),
    };
}
