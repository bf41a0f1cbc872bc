using LucidSsh.Lab;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Lab;

/// <summary>Grading: what the built-in policy says, what a file changes, and that every remedy is in the peer's own language.</summary>
public class PolicyTests
{
    private static readonly KexInitReport Modern = new()
    {
        KeyExchange = ["mlkem768x25519-sha256", "curve25519-sha256", "kex-strict-s-v00@openssh.com"],
        HostKeys = ["ssh-ed25519"],
        CiphersClientToServer = ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com"],
        CiphersServerToClient = ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com"],
        MacsClientToServer = ["hmac-sha2-256-etm@openssh.com"],
        MacsServerToClient = ["hmac-sha2-256-etm@openssh.com"],
        CompressionClientToServer = ["none", "zlib@openssh.com"],
        CompressionServerToClient = ["none", "zlib@openssh.com"],
    };

    private static readonly PeerSoftware OpenSsh = PeerSoftware.Recognise("SSH-2.0-OpenSSH_9.2p1")!;

    private static Finding[] Grade(KexInitReport offer, ProbePolicy? policy = null, HostKeyReport[]? keys = null, GroupSize[]? groups = null, PeerSoftware? software = null) =>
        [.. Grader.Server(policy ?? ProbePolicy.BuiltIn, software ?? OpenSsh, offer, [.. keys ?? []], [.. groups ?? []])];

    [Fact]
    public void Findings_AreThoseOfTheDocument()
    {
        IEnumerable<string> rows = BuiltInRules.All.Append(BuiltInRules.PlaintextMac)
            .GroupBy(rule => (rule.Code, rule.Grade, rule.Why))
            .Select(rules => $"| `{rules.Key.Code}` | {rules.Key.Grade} | {rules.First().List}: {string.Join(", ", rules.Select(rule => $"`{rule.Pattern}`"))} {rules.Key.Why} | {rules.First().Reference} |")
            .Concat(
            [
                "| `kex.not-quantum-safe` | NotQuantumSafe | no method with a post-quantum part | draft-ietf-sshm-mlkem-hybrid-kex |",
                "| `kex.group-size` | by size | a group exchange names a group below 3072 (Legacy), 2048 (Weak) or 1025 bits (Broken) | RFC 8270 |",
                "| `hostkey.rsa-size` | by size | an RSA host key below 3072, 2048 or 1025 bits | NIST SP 800-57 |",
                "| `protocol.strict-kex-missing` | Weak or Note | no strict key exchange; Weak beside ChaCha20-Poly1305, or CBC with encrypt-then-MAC | CVE-2023-48795 |",
            ])
            .Order(StringComparer.Ordinal);
        GeneratedDocument.CheckSection("docs/probe.md", "findings", $"Policy `built-in` of {ProbePolicy.BuiltIn.Date}:\n\n| code | grade | found | reference |\n| --- | --- | --- | --- |\n{string.Join('\n', rows)}");
    }

    [Fact]
    public void ModernServer_HasNoFindings() => Assert.Empty(Grade(Modern));

    [Theory]
    [InlineData("kex", "diffie-hellman-group1-sha1", "kex.group-1024", FindingGrade.Broken)]
    [InlineData("kex", "diffie-hellman-group1-sha1", "kex.sha1", FindingGrade.Weak)]
    [InlineData("kex", "gss-group14-sha1-toWM5Slw5Ew8Mqkay+al2g==", "kex.sha1", FindingGrade.Weak)]
    [InlineData("kex", "diffie-hellman-group14-sha256", "kex.group-2048", FindingGrade.Legacy)]
    [InlineData("kex", "ecdh-sha2-nistp256", "kex.nist-curve", FindingGrade.Note)]
    [InlineData("hostkey", "ssh-dss", "hostkey.dsa", FindingGrade.Broken)]
    [InlineData("hostkey", "ssh-rsa", "hostkey.sha1", FindingGrade.Weak)]
    [InlineData("cipher", "none", "cipher.none", FindingGrade.Broken)]
    [InlineData("cipher", "arcfour256", "cipher.rc4", FindingGrade.Broken)]
    [InlineData("cipher", "3des-cbc", "cipher.block-64", FindingGrade.Weak)]
    [InlineData("cipher", "rijndael-cbc@lysator.liu.se", "cipher.cbc", FindingGrade.Weak)]
    [InlineData("mac", "none", "mac.none", FindingGrade.Broken)]
    [InlineData("mac", "hmac-md5-etm@openssh.com", "mac.md5", FindingGrade.Weak)]
    [InlineData("mac", "hmac-sha1-96-etm@openssh.com", "mac.truncated", FindingGrade.Legacy)]
    [InlineData("mac", "umac-64-etm@openssh.com", "mac.tag-64", FindingGrade.Legacy)]
    [InlineData("mac", "hmac-sha2-256", "mac.encrypt-and-mac", FindingGrade.Legacy)]
    [InlineData("compression", "zlib", "compression.before-login", FindingGrade.Note)]
    public void Algorithm_IsFound(string list, string name, string code, FindingGrade grade)
    {
        Finding finding = Assert.Single(Grade(With(list, name)), finding => finding.Code == code);
        Assert.Equal((grade, name), (finding.Grade, Assert.Single(finding.Subjects)));
        Assert.Contains(name, finding.Sentence, StringComparison.Ordinal);
        if (grade >= FindingGrade.Legacy)
            Assert.Matches($"^sshd_config: (KexAlgorithms|HostKeyAlgorithms|Ciphers|MACs) -{System.Text.RegularExpressions.Regex.Escape(name)}$", finding.Remedy);
    }

    [Fact]
    public void EveryFindingOfAList_HasTheSameLine_WithAllItsNames()
    {
        Finding[] findings = Grade(With("cipher", "3des-cbc") with { CiphersServerToClient = ["arcfour", "aes256-gcm@openssh.com", "3des-cbc"] });
        Assert.Equal("sshd_config: Ciphers -arcfour,3des-cbc", Assert.Single(findings.Where(f => f.Code.StartsWith("cipher.", StringComparison.Ordinal)).Select(f => f.Remedy).Distinct()));
    }

    [Theory]
    [InlineData("SSH-2.0-dropbear_2022.83", "localoptions.h, then build anew: #define DROPBEAR_ENABLE_CBC_MODE 0")]
    [InlineData("SSH-2.0-mod_sftp/0.9.9", "proftpd.conf: SFTPCiphers chacha20-poly1305@openssh.com aes256-gcm@openssh.com")]
    [InlineData("SSH-2.0-ROSSSH", "/ip ssh set strong-crypto=yes")]
    [InlineData("SSH-2.0-Cisco-1.25", "ip ssh server algorithm encryption chacha20-poly1305@openssh.com aes256-gcm@openssh.com")]
    [InlineData("SSH-2.0-unheard-of", "Take aes128-cbc out of the server's list of ciphers.")]
    public void Remedy_IsInTheServersLanguage(string line, string remedy)
    {
        ImmutableFindings findings = new(Grader.Server(ProbePolicy.BuiltIn, PeerSoftware.Recognise(line), With("cipher", "aes128-cbc"), [], []));
        Assert.Equal(remedy, findings.Single("cipher.cbc").Remedy);
    }

    [Fact]
    public void StrictKex_Missing_IsWeakWhereTheCipherIsExposed_AndANoteElsewhere()
    {
        KexInitReport exposed = Modern with { KeyExchange = ["mlkem768x25519-sha256"] };
        Assert.Equal(FindingGrade.Weak, Assert.Single(Grade(exposed)).Grade);
        KexInitReport safe = exposed with { CiphersClientToServer = ["aes256-gcm@openssh.com"], CiphersServerToClient = ["aes256-gcm@openssh.com"] };
        Finding note = Assert.Single(Grade(safe));
        Assert.Equal(("protocol.strict-kex-missing", FindingGrade.Note, "CVE-2023-48795 (Terrapin)"), (note.Code, note.Grade, note.Reference));
    }

    [Fact]
    public void QuantumSafe_IsAskedFor_UnlessThePolicyDoesNot()
    {
        KexInitReport classical = Modern with { KeyExchange = ["curve25519-sha256", "kex-strict-s-v00@openssh.com"] };
        Assert.Equal(FindingGrade.NotQuantumSafe, Assert.Single(Grade(classical)).Grade);
        Assert.Empty(Grade(classical, ProbePolicy.BuiltIn with { WantsQuantumSafe = false }));
    }

    [Theory]
    [InlineData(1024, FindingGrade.Broken)]
    [InlineData(1536, FindingGrade.Weak)]
    [InlineData(2048, FindingGrade.Legacy)]
    [InlineData(3072, null)]
    public void Sizes_AreGraded(int bits, FindingGrade? grade)
    {
        HostKeyReport key = new("ssh-rsa", "") { Bits = bits };
        GroupSize group = new("diffie-hellman-group-exchange-sha256", 512, 1024, 8192, bits);
        Finding[] findings = Grade(Modern, keys: [key], groups: [group]);
        Assert.Equal(grade is null ? [] : ["hostkey.rsa-size", "kex.group-size"], findings.Select(finding => finding.Code));
        Assert.All(findings, finding => Assert.Equal(grade, finding.Grade));
    }

    [Fact]
    public void SmallestGroup_ThatIsBuiltIntoOpenSsh_IsNotMendedInItsModuliFile()
    {
        GroupSize group = new("diffie-hellman-group-exchange-sha256", 2048, 2048, 2048, 2048) { KnownPrime = "group 14" };
        Assert.Equal("sshd_config: KexAlgorithms -diffie-hellman-group-exchange-sha256", Assert.Single(Grade(Modern, groups: [group])).Remedy);
    }

    [Fact]
    public void PolicyFile_ChangesWhatItNames()
    {
        ProbePolicy policy = ProbePolicy.Parse(
            """
            {
              // what our auditors want
              "name": "house", "date": "2026-11-01", "failFrom": "legacy", "ignore": ["kex.nist-curve"], "rsaBits": {"broken": 1025, "weak": 2048, "legacy": 4096},
              "rules": [{"list": "cipher", "pattern": "chacha20-*", "code": "cipher.fips", "grade": "weak", "why": "are not approved", "reference": "FIPS 140-3"}],
              "allowed": {"hostkey": ["ssh-ed25519*", "rsa-sha2-*"]},
              "required": {"kex": ["sntrup761x25519-sha512"]}
            }
            """,
            "house.json");
        Finding[] findings = Grade(With("hostkey", "ecdsa-sha2-nistp256"), policy, keys: [new HostKeyReport("ssh-rsa", "") { Bits = 3072 }]);
        Assert.Equal(["cipher.fips", "hostkey.not-allowed", "kex.missing", "hostkey.rsa-size", "hostkey.nist-curve"], findings.Select(finding => finding.Code));
        Assert.True(policy.IsFailedBy(findings));
        Assert.False(policy.IsFailedBy(findings.Where(finding => finding.Grade < FindingGrade.Legacy)));
        Assert.Equal("sshd_config: KexAlgorithms ^sntrup761x25519-sha512", findings[2].Remedy);
    }

    [Theory]
    [InlineData("{", "house.json is no probe policy")]
    [InlineData("null", "house.json is no probe policy")]
    [InlineData("{\"failFrom\": \"terrible\"}", "house.json is no probe policy")]
    [InlineData("{\"unheardOf\": 1}", "house.json is no probe policy")]
    [InlineData("{\"allowed\": {\"ciphers\": []}}", "names the list \"ciphers\"")]
    public void PolicyFile_ThatIsNone_IsRefused(string json, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<LocalMisuseException>(() => ProbePolicy.Parse(json, "house.json")).Sentence, StringComparison.Ordinal);

    private static KexInitReport With(string list, string name) => list switch
    {
        "kex" => Modern with { KeyExchange = [.. Modern.KeyExchange, name] },
        "hostkey" => Modern with { HostKeys = [.. Modern.HostKeys, name] },
        "cipher" => Modern with { CiphersServerToClient = [.. Modern.CiphersServerToClient, name] },
        "mac" => Modern with { MacsClientToServer = [.. Modern.MacsClientToServer, name] },
        _ => Modern with { CompressionServerToClient = [.. Modern.CompressionServerToClient, name] },
    };

    private sealed record ImmutableFindings(IReadOnlyList<Finding> All)
    {
        public Finding Single(string code) => Assert.Single(All, finding => finding.Code == code);
    }
}
