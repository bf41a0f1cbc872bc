using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>What findings are graded against: a dated table. The built-in one is what this library's authors think; a file changes
/// what it names and leaves the rest.</summary>
public sealed record ProbePolicy
{
    private static readonly ImmutableArray<string> Lists = ["kex", "hostkey", "cipher", "mac", "compression"];

    /// <summary>The policy that comes with the library.</summary>
    public static ProbePolicy BuiltIn { get; } = new();

    /// <summary>The policy's name.</summary>
    public string Name { get; init; } = "built-in";

    /// <summary>When it was written, year-month-day.</summary>
    public string Date { get; init; } = BuiltInRules.Date;

    /// <summary>From this grade on a peer fails the policy.</summary>
    public FindingGrade FailFrom { get; init; } = FindingGrade.Weak;

    /// <summary>The sizes of RSA keys.</summary>
    public SizeLimits RsaBits { get; init; } = new(Broken: 1025, Weak: 2048, Legacy: 3072);

    /// <summary>The sizes of groups in a group exchange.</summary>
    public SizeLimits GroupBits { get; init; } = new(Broken: 1025, Weak: 2048, Legacy: 3072);

    /// <summary>Rules beside the built-in ones. A rule with a built-in rule's code, list and pattern takes its place.</summary>
    public ImmutableArray<PolicyRule> Rules { get; init; } = [];

    /// <summary>Codes that are not found at all.</summary>
    public ImmutableArray<string> Ignore { get; init; } = [];

    /// <summary>Per list the only names, with wildcards, that a peer may offer; a list that is not named here is free.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Allowed { get; init; } = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>Per list the names that a peer must offer.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Required { get; init; } = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>Whether a method that stands against quantum computers must be offered; <c>notQuantumSafe</c> is found where it is not.</summary>
    public bool WantsQuantumSafe { get; init; } = true;

    /// <summary>Reads a policy file: JSON with the members of this record in camel case; what it leaves out is built in.</summary>
    /// <exception cref="LocalMisuseException">The file cannot be read or is no policy; says where.</exception>
    public static ProbePolicy Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalMisuseException(SshErrorCode.LocalFile, $"The policy file {path} could not be read: {exception.Message}", inner: exception);
        }
    }

    /// <summary>Reads a policy.</summary>
    /// <param name="json">The policy.</param>
    /// <param name="name">What an error calls it, and its name where it gives none.</param>
    /// <exception cref="LocalMisuseException">The text is no policy; says where.</exception>
    public static ProbePolicy Parse(string json, string name)
    {
        ProbePolicy policy;
        try
        {
            JsonTypeInfo<ProbePolicy> type = LabJson.Readable.ProbePolicy;
            policy = JsonDefaults.Complete(json, JsonSerializer.SerializeToNode(BuiltIn, type)).Deserialize(type)!;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException) // the latter for a member given twice
        {
            throw new LocalMisuseException(SshErrorCode.Misuse, $"{name} is no probe policy: {exception.Message}", "docs/probe.md describes the format.", exception);
        }

        string? wrong = policy.Rules.Select(rule => rule.List).Concat(policy.Allowed.Keys).Concat(policy.Required.Keys).FirstOrDefault(list => !Lists.Contains(list));
        if (wrong is not null)
            throw new LocalMisuseException(SshErrorCode.Misuse, $"{name} names the list \"{wrong}\".", $"Known: {string.Join(", ", Lists)}.");
        return policy.Name == BuiltIn.Name ? policy with { Name = name } : policy;
    }

    /// <summary>The rules in force: those of the policy, then the built-in ones they do not replace.</summary>
    internal IEnumerable<PolicyRule> RulesInForce =>
        Rules.Concat(BuiltInRules.All.Where(rule => !Rules.Any(own => own.Code == rule.Code && own.List == rule.List && own.Pattern == rule.Pattern)));

    /// <summary>True when one of the findings fails the policy.</summary>
    public bool IsFailedBy(IEnumerable<Finding> findings) => findings.Any(finding => finding.Grade >= FailFrom);
}
