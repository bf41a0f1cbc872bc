using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>Where two servers differ.</summary>
/// <param name="Left">One server.</param>
/// <param name="Right">The other.</param>
public sealed record ProbeComparison(ProbeResult Left, ProbeResult Right)
{
    /// <summary>The differences; empty where there are none.</summary>
    public ImmutableArray<ProbeDifference> Differences { get; init; } = [];

    /// <summary>Compares what was found.</summary>
    public static ProbeComparison Of(ProbeResult left, ProbeResult right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        List<ProbeDifference> differences = [];
        Compare("what answers", [left.Peer], [right.Peer]);
        Compare("identification", One(left.Negotiation?.ServerVersion), One(right.Negotiation?.ServerVersion));
        foreach (AlgorithmKind kind in Enum.GetValues<AlgorithmKind>())
            Compare(NegotiationReport.Describe(kind), List(left, kind), List(right, kind));
        Compare("host keys", Keys(left), Keys(right));
        Compare("smallest group", Groups(left), Groups(right));
        Compare("extensions", Extensions(left), Extensions(right));
        Compare("login methods", left.LoginMethods, right.LoginMethods);
        Compare("findings", [.. left.Findings.Select(finding => finding.Code)], [.. right.Findings.Select(finding => finding.Code)]);
        return new ProbeComparison(left, right) { Differences = [.. differences] };

        void Compare(string what, ImmutableArray<string> one, ImmutableArray<string> other)
        {
            ImmutableArray<string> onlyLeft = [.. one.Except(other)];
            ImmutableArray<string> onlyRight = [.. other.Except(one)];
            bool order = onlyLeft.IsEmpty && onlyRight.IsEmpty && !one.SequenceEqual(other);
            if (order || !onlyLeft.IsEmpty || !onlyRight.IsEmpty)
                differences.Add(new ProbeDifference(what, onlyLeft, onlyRight, order));
        }
    }

    private static ImmutableArray<string> List(ProbeResult result, AlgorithmKind kind) => result.Negotiation?.ServerKexInit?.List(kind) ?? [];

    private static ImmutableArray<string> Keys(ProbeResult result) => [.. result.HostKeys.Select(key => $"{key.Type} {key.Bits}").Order()];

    private static ImmutableArray<string> Groups(ProbeResult result) =>
        [.. result.GroupSizes.GroupBy(group => group.Method).Select(method => $"{method.Key} {GroupSize.Smallest(method)}")];

    private static ImmutableArray<string> Extensions(ProbeResult result) =>
        [.. (result.Negotiation?.ServerExtensions ?? []).Select(extension => $"{extension.Name}={extension.Value}")];

    private static ImmutableArray<string> One(string? text) => text is null ? [] : [text];
}

/// <summary>One difference.</summary>
/// <param name="What">What differs.</param>
/// <param name="OnlyLeft">What only the one server has.</param>
/// <param name="OnlyRight">What only the other has.</param>
/// <param name="OrderOnly">Both have the same, in another order.</param>
public sealed record ProbeDifference(string What, ImmutableArray<string> OnlyLeft, ImmutableArray<string> OnlyRight, bool OrderOnly);
