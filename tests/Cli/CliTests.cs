using System.Text.Json;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Cli;

/// <summary>The command against <c>lucid serve</c>: results, exit statuses, one clear line on failure.</summary>
[Trait("Peer", "OpenSsh")] // its keys are made by ssh-keygen
public class CliTests(LucidSsh.Tests.Interop.ServedDirectory fixture) : IClassFixture<LucidSsh.Tests.Interop.ServedDirectory>
{
    private string[] Target => [$"{LucidServer.User}@127.0.0.1:{fixture.Server.Port}", "-i", fixture.Server.UserKey, "--known-hosts", fixture.Server.KnownHosts];

    [Fact]
    public async Task Exec_PassesStreamsAndStatus()
    {
        (int code, string output, string error) = await LucidProgram.RunAsync(["exec", .. Target, "cat; echo e >&2; exit 9"], "input");
        Assert.Equal(9, code);
        Assert.Equal("input", output);
        Assert.Equal("e", error.Trim());
    }

    [Fact]
    public async Task Exec_Json_IsOneDocument()
    {
        (int code, string output, _) = await LucidProgram.RunAsync(["exec", .. Target, "--json", "echo hi"]);
        Assert.Equal(0, code);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal("hi\n", document.RootElement.GetProperty("stdout").GetString());
    }

    [Fact]
    public async Task Files_PutListStatMoveGetRemove()
    {
        string local = fixture.Server["cli-local"];
        await File.WriteAllTextAsync(local, "some content");
        await OkAsync(["mkdir", .. Target, "/cli"]);
        await OkAsync(["put", .. Target, local, "/cli/a"]);
        Assert.Contains("a", await OkAsync(["ls", .. Target, "/cli"]), StringComparison.Ordinal);
        using (JsonDocument stat = JsonDocument.Parse(await OkAsync(["stat", .. Target, "/cli/a", "--json"])))
            Assert.Equal(12, stat.RootElement.GetProperty("size").GetInt64());
        await OkAsync(["mv", .. Target, "/cli/a", "/cli/b"]);
        await OkAsync(["get", .. Target, "/cli/b", local + ".back"]);
        Assert.Equal("some content", await File.ReadAllTextAsync(local + ".back"));
        await OkAsync(["get", .. Target, "-r", "/cli", fixture.Server["cli-tree"]]);
        Assert.Equal("some content", await File.ReadAllTextAsync(Path.Combine(fixture.Server["cli-tree"], "b")));
        await OkAsync(["rm", .. Target, "-r", "/cli"]);
        (int code, _, string error) = await LucidProgram.RunAsync(["ls", .. Target, "/cli"]);
        Assert.Equal(255, code);
        Assert.Equal("lucid: The server refused to list \"/cli\": no such file or directory (SFTP status 2, \"No such file\").", error.Trim());
    }

    [Fact]
    public async Task Probe_TellsWithoutLoggingIn()
    {
        (int code, string output, _) = await LucidProgram.RunAsync(["probe", $"127.0.0.1:{fixture.Server.Port}", "--json"]);
        Assert.Equal(0, code);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.True(document.RootElement.GetProperty("negotiation").GetProperty("strictKeyExchange").GetBoolean());
        Assert.Contains("publickey", document.RootElement.GetProperty("loginMethods").EnumerateArray().Select(method => method.GetString()));
        Assert.StartsWith("SHA256:", document.RootElement.GetProperty("hostKeys")[0].GetProperty("sha256").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_FromTheEnvironment_LogsIn()
    {
        (int code, string output, string error) = await LucidProgram.RunAsync(
            ["exec", $"{LucidServer.User}@127.0.0.1:{fixture.Server.Port}", "--known-hosts", fixture.Server.KnownHosts, "--password-env", "SECRET", "echo in"],
            environment: new Dictionary<string, string> { ["SECRET"] = LucidServer.Password, ["HOME"] = fixture.Server["nohome"] });
        Assert.True(code == 0, error);
        Assert.Equal("in", output.Trim());
    }

    [Fact]
    public async Task UnknownHost_IsOneLineWithItsRemedy_And255()
    {
        (int code, _, string error) = await LucidProgram.RunAsync(
            ["exec", $"{LucidServer.User}@127.0.0.1:{fixture.Server.Port}", "-i", fixture.Server.UserKey, "--known-hosts", fixture.Server["empty"], "true"]);
        Assert.Equal(255, code);
        Assert.Single(error.Trim().Split('\n'));
        Assert.Contains("is not known", error, StringComparison.Ordinal);
        Assert.Contains("accept-new", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exec")]
    [InlineData("no-such-command")]
    [InlineData("exec", "host:99999", "true")]
    [InlineData("exec", "host", "true", "--ciphers", "rot13")]
    public async Task WrongUsage_Is2(params string[] arguments)
    {
        (int code, _, string error) = await LucidProgram.RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task Trace_511_CoversTheWholeSession()
    {
        string trace = fixture.Server["cli-trace"];
        await OkAsync(["ls", .. Target, "/", "--trace", $"511:{trace}"]);
        string text = await File.ReadAllTextAsync(trace);
        Assert.All((string[])["Transport:", "Key Ex:", "Userauth:", "Conn:", "SFTP:"], category => Assert.Contains(category, text, StringComparison.Ordinal));
    }

    private static async Task<string> OkAsync(string[] arguments)
    {
        (int code, string output, string error) = await LucidProgram.RunAsync(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {output}{error}");
        return output;
    }
}
