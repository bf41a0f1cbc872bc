using System.Text.Json.Nodes;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Architecture;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>docs/negotiation-report.md and the schema beside it are what the code does.</summary>
public class NegotiationReportDocumentTests
{
    private const string Document = "docs/negotiation-report.md";

    [Fact]
    public void Schema_IsWhatTheTypesAre() =>
        GeneratedDocument.Check("docs/negotiation-report.schema.json", NegotiationJson.Schema().ToString());

    [Fact]
    public void Document_NamesEveryMember()
    {
        string text = File.ReadAllText(Path.Combine(SourceTree.Root, Document));
        HashSet<string> members = [];
        Collect(NegotiationJson.Schema(), members);
        Assert.True(members.Count > 60);
        Assert.DoesNotContain(members, member => !text.Contains($"`{member}`", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task Example_IsOfARealConnection()
    {
        await using SshdServer server = await SshdServer.StartAsync("AuthenticationMethods publickey,password\nBanner /etc/debian_version");
        SshClientOptions options = server.Options with
        {
            Credentials =
            [
                PrivateKeyCredential.FromKey(PrivateKey.Generate("ssh-ed25519")),
                PrivateKeyCredential.FromFile(server.UserKey),
                new PasswordCredential(TestAccount.Password),
            ],
        };
        await using SshClient client = await SshClient.ConnectAsync(server.Target, options);
        NegotiationReport report = client.Negotiation;
        Assert.Equal(
            [LoginOutcome.Refused, LoginOutcome.PartialSuccess, LoginOutcome.Accepted],
            report.Login!.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal("OpenSSH", report.ServerSoftware?.Name);
        Assert.Equal(HandshakePhase.Connect, report.Phases[0].Phase);
        string json = report.ToJson();
        Assert.DoesNotContain(TestAccount.Password, json, StringComparison.Ordinal);
        Assert.Equal(json, NegotiationReport.FromJson(json).ToJson());
        GeneratedDocument.CheckSection(Document, "example", $"```json\n{json}\n```", Shape);
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task FailedLogin_CarriesTheReportWithItsAttempts()
    {
        await using SshdServer server = await SshdServer.StartAsync("AuthenticationMethods publickey,password");
        SshClientOptions options = server.Options with { Credentials = [PrivateKeyCredential.FromFile(server.UserKey)] };
        LoginException failure = await Assert.ThrowsAsync<LoginException>(() => SshClient.ConnectAsync(server.Target, options));
        LoginAttempt attempt = Assert.Single(failure.Negotiation!.Login!.Attempts);
        Assert.Equal((LoginOutcome.PartialSuccess, "password"), (attempt.Outcome, string.Join(',', attempt.CanContinue)));
    }

    // Versions, times, keys and ports differ from run to run; which members there are does not.
    private static string Shape(string section)
    {
        SortedSet<string> paths = [];
        Walk(JsonNode.Parse(section.Replace("```json", "", StringComparison.Ordinal).Replace("```", "", StringComparison.Ordinal)), "", paths);
        return string.Join('\n', paths);

        static void Walk(JsonNode? node, string path, SortedSet<string> paths)
        {
            paths.Add(path);
            if (node is JsonObject members)
            {
                foreach ((string name, JsonNode? value) in members)
                    Walk(value, $"{path}.{name}", paths);
            }
            else if (node is JsonArray items)
            {
                foreach (JsonNode? item in items)
                    Walk(item, $"{path}[]", paths);
            }
        }
    }

    private static void Collect(JsonNode? schema, HashSet<string> members)
    {
        if (schema is JsonArray alternatives)
        {
            foreach (JsonNode? alternative in alternatives)
                Collect(alternative, members);
        }

        if (schema is not JsonObject node)
            return;
        if (node["properties"] is JsonObject properties)
        {
            foreach ((string name, JsonNode? value) in properties)
            {
                members.Add(name);
                Collect(value, members);
            }
        }

        Collect(node["items"], members);
    }
}
