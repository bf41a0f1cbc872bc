using System.Text.Json;
using System.Text.RegularExpressions;
using LucidSsh.Client;
using LucidSsh.Lab;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Interop;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Lab;

/// <summary>The probe beside ssh-audit on the same servers: the same lists, key sizes and fingerprints, and everything ssh-audit finds fault with is
/// a finding here.</summary>
[Trait("Peer", "SshAudit")]
[Trait("Peer", "OpenSsh")]
public partial class SshAuditTests(DropbearServer dropbear) : IClassFixture<DropbearServer>
{
    private const string Weak =
        "KexAlgorithms +diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1\n"
        + "Ciphers +aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc\n"
        + "MACs +hmac-md5,hmac-md5-96,hmac-sha1-96,hmac-md5-etm@openssh.com,hmac-sha1-96-etm@openssh.com\n"
        + "HostKeyAlgorithms +ssh-rsa";

    [Theory]
    [InlineData("")]
    [InlineData(Weak)]
    public async Task OpenSsh_IsJudgedAlike(string configuration)
    {
        await using SshdServer server = await SshdServer.StartAsync(configuration);
        await CompareAsync(server.Target);
    }

    [Fact]
    [Trait("Peer", "Dropbear")]
    public Task Dropbear_IsJudgedAlike() => CompareAsync(dropbear.Target);

    private static async Task CompareAsync(SshTarget target)
    {
        ProbeResult ours = await ServerProbe.RunAsync(target, new ProbeOptions { ListenTime = TimeSpan.FromSeconds(5) });
        Assert.True(ours.Succeeded, ours.Summary);
        Assert.Empty(ours.LeftOut);
        (_, string json, string error) = await ChildProcess.RunAsync("ssh-audit", ["-j", $"{target.Host}:{target.Port}"]);
        Assert.True(json.StartsWith('{'), json + error);
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement theirs = document.RootElement;
        KexInitReport offer = ours.Negotiation!.ServerKexInit!;
        Assert.Equal(Names(theirs, "kex"), offer.KeyExchange.AsEnumerable());
        Assert.Equal(Names(theirs, "key"), offer.HostKeys);
        Assert.Equal(Names(theirs, "enc"), offer.CiphersServerToClient);
        Assert.Equal(Names(theirs, "mac"), offer.MacsServerToClient);
        Assert.Equal(Names(theirs, "compression"), offer.CompressionServerToClient);
        Assert.Equal(theirs.GetProperty("banner").GetProperty("raw").GetString(), ours.Negotiation.ServerVersion);
        CompareSizes(theirs, ours);

        (_, string text, _) = await ChildProcess.RunAsync("ssh-audit", ["-n", "-v", $"{target.Host}:{target.Port}"]);
        string[] complaints = [.. Complaints(text)];
        Assert.NotEmpty(complaints);
        HashSet<string> found = [.. ours.Findings.SelectMany(finding => finding.Subjects)];
        Assert.True(complaints.All(found.Contains), $"ssh-audit finds fault with {string.Join(", ", complaints.Except(found))}; the probe does not");
    }

    private static void CompareSizes(JsonElement theirs, ProbeResult ours)
    {
        foreach (JsonElement method in theirs.GetProperty("kex").EnumerateArray().Where(method => method.TryGetProperty("keysize", out _)))
        {
            string name = method.GetProperty("algorithm").GetString()!;
            Assert.Equal(method.GetProperty("keysize").GetInt32(), GroupSize.Smallest(ours.GroupSizes.Where(group => group.Method == name)));
        }

        foreach (JsonElement key in theirs.GetProperty("key").EnumerateArray().Where(key => key.TryGetProperty("keysize", out _)))
        {
            string type = ProbeQuestions.KeyTypeOf(key.GetProperty("algorithm").GetString()!);
            Assert.Equal(key.GetProperty("keysize").GetInt32(), ours.HostKeys.Single(report => report.Type == type).Bits);
        }

        foreach (JsonElement print in theirs.GetProperty("fingerprints").EnumerateArray())
        {
            HostKeyReport key = ours.HostKeys.Single(report => report.Type == print.GetProperty("hostkey").GetString());
            string ourPrint = print.GetProperty("hash_alg").GetString() == "MD5" ? key.Md5 : key.Sha256["SHA256:".Length..];
            Assert.Equal(print.GetProperty("hash").GetString(), ourPrint);
        }
    }

    // ssh-audit writes lists of names, or of objects with a name, depending on the list.
    private static IEnumerable<string> Names(JsonElement report, string list) =>
        report.GetProperty(list).EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetProperty("algorithm").GetString()!);

    // What is unknown to it, or was new when it was written, is no complaint.
    private static IEnumerable<string> Complaints(string text) =>
        Line().Matches(text).Where(match => match.Groups["why"].Value.Trim() is not ("unknown algorithm" or "using experimental algorithm")).Select(match => match.Groups["name"].Value).Distinct();

    [GeneratedRegex(@"^\((?:kex|key|enc|mac)\) (?<name>\S+).*? -- \[(?:fail|warn)\] (?<why>.*)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
