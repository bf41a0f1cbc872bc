using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>Grades what one side of a negotiation offers.</summary>
internal sealed class Grader(ProbePolicy policy, PeerSoftware? software, KexInitReport offer, bool isClient)
{
    private const string QuantumSafe = "mlkem768x25519-sha256,sntrup761x25519-sha512";

    private readonly List<Finding> _findings = [];

    /// <summary>Everything a server shows.</summary>
    /// <param name="policy">What it is graded against.</param>
    /// <param name="software">Its program, or null.</param>
    /// <param name="offer">Its first KEXINIT.</param>
    /// <param name="hostKeys">Its host keys.</param>
    /// <param name="groups">The groups it named.</param>
    public static ImmutableArray<Finding> Server(
        ProbePolicy policy, PeerSoftware? software, KexInitReport offer, ImmutableArray<HostKeyReport> hostKeys, ImmutableArray<GroupSize> groups)
    {
        Grader grader = new(policy, software, offer, isClient: false);
        grader.Everything();
        grader.HostKeys(hostKeys);
        grader.Groups(groups);
        return grader.Sorted();
    }

    /// <summary>Everything a client shows.</summary>
    public static ImmutableArray<Finding> Client(ProbePolicy policy, PeerSoftware? software, KexInitReport offer)
    {
        Grader grader = new(policy, software, offer, isClient: true);
        grader.Everything();
        return grader.Sorted();
    }

    private string Peer => isClient ? "client" : "server";

    private void Everything()
    {
        Strict();
        QuantumComputers();
        foreach ((string list, ImmutableArray<string> names) in Lists())
        {
            Rules(list, names);
            Allowed(list, names);
            Required(list, names);
        }
    }

    private ImmutableArray<Finding> Sorted() =>
        [.. _findings.Where(finding => !policy.Ignore.Contains(finding.Code)).OrderByDescending(finding => finding.Grade).ThenBy(finding => finding.Code, StringComparer.Ordinal)];

    private IEnumerable<(string List, ImmutableArray<string> Names)> Lists() =>
    [
        ("kex", [.. offer.KeyExchange.Where(name => !KexMarkers.IsMarker(name))]),
        ("hostkey", offer.HostKeys),
        ("cipher", [.. offer.CiphersClientToServer.Union(offer.CiphersServerToClient)]),
        ("mac", [.. offer.MacsClientToServer.Union(offer.MacsServerToClient)]),
        ("compression", [.. offer.CompressionClientToServer.Union(offer.CompressionServerToClient)]),
    ];

    // One line mends a whole list, so every finding of the list gives the same one.
    private void Rules(string list, ImmutableArray<string> names)
    {
        List<(PolicyRule Rule, string[] Names)> matches =
            [.. policy.RulesInForce.Where(rule => rule.List == list).Select(rule => (rule, names.Where(name => Wildcard.Matches(rule.Pattern, name)).ToArray()))];
        if (list == "mac")
            matches.Add((BuiltInRules.PlaintextMac, [.. names.Where(name => !name.Contains("-etm", StringComparison.Ordinal) && name is not "none" && !name.StartsWith("AEAD_", StringComparison.Ordinal))]));
        string[] bad = [.. matches.Where(match => match.Rule.Grade >= FindingGrade.Legacy).SelectMany(match => match.Names).Distinct()];
        string[] kept = [.. names.Except(bad)];
        string? remedy = bad.Length == 0 ? null
            : kept.Length > 0 ? ConfigurationLine.Remove(software, isClient, list, bad, kept)
            : $"Nothing else is offered: give the {Peer} better {ConfigurationLine.Noun(list)} first, or upgrade it.";
        foreach (var group in matches.Where(match => match.Names.Length > 0).GroupBy(match => (match.Rule.Code, match.Rule.Why)))
        {
            PolicyRule rule = group.First().Rule;
            string[] subjects = [.. group.SelectMany(match => match.Names).Distinct()];
            Add(rule.Code, rule.Grade, subjects, $"{Capital(ConfigurationLine.Noun(list))} that {rule.Why} are offered: {string.Join(", ", subjects)}.", rule.Grade >= FindingGrade.Legacy ? remedy : null, rule.Reference);
        }
    }

    private void Allowed(string list, ImmutableArray<string> names)
    {
        if (!policy.Allowed.TryGetValue(list, out ImmutableArray<string> allowed))
            return;
        string[] others = [.. names.Where(name => !allowed.Any(pattern => Wildcard.Matches(pattern, name)))];
        string[] kept = [.. names.Except(others)];
        if (others.Length > 0)
        {
            Add($"{list}.not-allowed", FindingGrade.Weak, others, $"{Capital(ConfigurationLine.Noun(list))} that the policy {policy.Name} does not allow are offered: {string.Join(", ", others)}.",
                ConfigurationLine.Remove(software, isClient, list, others, kept), null);
        }
    }

    private void Required(string list, ImmutableArray<string> names)
    {
        if (!policy.Required.TryGetValue(list, out ImmutableArray<string> required))
            return;
        string[] missing = [.. required.Except(names)];
        if (missing.Length > 0)
        {
            Add($"{list}.missing", FindingGrade.Weak, missing, $"{Capital(ConfigurationLine.Noun(list))} that the policy {policy.Name} requires are missing: {string.Join(", ", missing)}.",
                ConfigurationLine.Add(software, isClient, list, string.Join(',', missing)), null);
        }
    }

    // Without the marker an attacker between the sides can cut messages off the beginning of the encrypted stream, where the cipher
    // is ChaCha20-Poly1305, or CBC with encrypt-then-MAC.
    private void Strict()
    {
        if (offer.Markers.Any(marker => marker.StartsWith(isClient ? "kex-strict-c" : "kex-strict-s", StringComparison.Ordinal)))
            return;
        string[] ciphers = [.. offer.CiphersClientToServer.Union(offer.CiphersServerToClient)];
        bool etm = offer.MacsClientToServer.Concat(offer.MacsServerToClient).Any(mac => mac.Contains("-etm", StringComparison.Ordinal));
        string[] exposed = [.. ciphers.Where(name => name == "chacha20-poly1305@openssh.com" || (etm && name.EndsWith("-cbc", StringComparison.Ordinal)))];
        Add("protocol.strict-kex-missing", exposed.Length > 0 ? FindingGrade.Weak : FindingGrade.Note, exposed,
            $"The {Peer} does not use strict key exchange" + (exposed.Length > 0 ? $", and offers {Join(exposed)}: an attacker in between can cut off the beginning of the encrypted stream." : "."),
            software?.Name switch
            {
                "OpenSSH" or "OpenSSH for Windows" => "Upgrade to OpenSSH 9.6 or a distribution's package that has the correction; until then: "
                    + ConfigurationLine.Remove(software, isClient, "cipher", exposed.Length > 0 ? exposed : ["chacha20-poly1305@openssh.com"], [.. ciphers.Except(exposed)]),
                "Dropbear" => "Upgrade to Dropbear 2024.84.",
                "libssh" => "Upgrade to libssh 0.10.6.",
                "AsyncSSH" => "Upgrade to AsyncSSH 2.14.2.",
                "Paramiko" => "Upgrade to Paramiko 3.4.",
                _ => $"Upgrade the {Peer} to a version that has the correction of CVE-2023-48795.",
            },
            "CVE-2023-48795 (Terrapin)");
    }

    private void QuantumComputers()
    {
        if (!policy.WantsQuantumSafe || offer.KeyExchange.Any(IsQuantumSafe))
            return;
        Add("kex.not-quantum-safe", FindingGrade.NotQuantumSafe, [],
            $"The {Peer} has no key exchange method that stands against quantum computers: what is recorded today may be read later.",
            ConfigurationLine.Add(software, isClient, "kex", QuantumSafe) + (software?.Name.StartsWith("OpenSSH", StringComparison.Ordinal) is true ? " (9.0 or later has sntrup761x25519-sha512@openssh.com, 9.9 or later the others)" : ""),
            "draft-ietf-sshm-mlkem-hybrid-kex; OpenSSH 10.1 release notes");
    }

    /// <summary>True for a method with a post-quantum part.</summary>
    public static bool IsQuantumSafe(string kex) =>
        kex.StartsWith("mlkem", StringComparison.Ordinal) || kex.StartsWith("sntrup", StringComparison.Ordinal)
        || kex.Contains("kyber", StringComparison.Ordinal) || kex.Contains("-mlkem", StringComparison.Ordinal);

    private void HostKeys(ImmutableArray<HostKeyReport> keys)
    {
        foreach (HostKeyReport key in keys.Where(key => key.Type is "ssh-rsa" && key.Bits > 0))
        {
            if (policy.RsaBits.Grade(key.Bits) is { } grade)
            {
                Add("hostkey.rsa-size", grade, [key.Type], $"The RSA host key {key.Sha256} has {key.Bits} bits.",
                    software?.Name.StartsWith("OpenSSH", StringComparison.Ordinal) is true
                        ? "ssh-keygen -t rsa -b 4096 -f /etc/ssh/ssh_host_rsa_key, or leave RSA out: HostKey /etc/ssh/ssh_host_ed25519_key alone"
                        : "Give the server an RSA key of 3072 bits or more, or an Ed25519 key.",
                    "NIST SP 800-57 part 1 table 2");
            }
        }
    }

    private void Groups(ImmutableArray<GroupSize> groups)
    {
        foreach (IGrouping<string, GroupSize> method in groups.GroupBy(group => group.Method))
        {
            int smallest = GroupSize.Smallest(method);
            if (smallest == 0 || policy.GroupBits.Grade(smallest) is not { } grade)
                continue;
            bool openSsh = software?.Name.StartsWith("OpenSSH", StringComparison.Ordinal) is true;
            bool builtIn = openSsh && method.Any(group => group.Bits == smallest && group.KnownPrime is not null);
            Add("kex.group-size", grade, [method.Key],
                $"{method.Key} can be made to use a group of {smallest} bits{(builtIn ? ", which is built into OpenSSH and not in its moduli file" : "")}.",
                builtIn ? ConfigurationLine.Remove(software, isClient, "kex", [method.Key], [.. offer.KeyExchange.Where(name => name != method.Key)])
                    : openSsh ? "awk '$5 >= 3071' /etc/ssh/moduli > /etc/ssh/moduli.safe && mv /etc/ssh/moduli.safe /etc/ssh/moduli"
                    : "Take the groups below 3072 bits out of the server's moduli.",
                "RFC 8270; RFC 9142 section 4");
        }
    }

    private void Add(string code, FindingGrade grade, string[] subjects, string sentence, string? remedy, string? reference) =>
        _findings.Add(new Finding(code, grade, [.. subjects], sentence) { Remedy = remedy, Reference = reference });

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static string Join(string[] names) => names.Length < 2 ? string.Concat(names) : $"{string.Join(", ", names[..^1])} and {names[^1]}";
}
