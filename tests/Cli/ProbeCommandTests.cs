using System.Text.Json;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Cli;

/// <summary><c>lucid probe</c>: several targets, comparison, policies and their exit statuses, one JSON document.</summary>
[Trait("Peer", "OpenSsh")] // its keys are made by ssh-keygen
public class ProbeCommandTests(LucidSsh.Tests.Interop.ServedDirectory fixture) : IClassFixture<LucidSsh.Tests.Interop.ServedDirectory>
{
    private string Target => $"{LucidServer.User}@127.0.0.1:{fixture.Server.Port}";

    [Fact]
    public async Task Text_BeginsWithTheSentence()
    {
        (int code, string output, string error) = await LucidProgram.RunAsync(["probe", Target]);
        Assert.True(code == 0, error);
        Assert.StartsWith("Lucid SSH 0.1.0 and this client agree on ", output, StringComparison.Ordinal);
        Assert.Contains("findings   policy built-in", output, StringComparison.Ordinal);
        Assert.Contains("SshServerOptions.Algorithms: Apply(macs: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralTargets_AreAllReported_AndOneThatFailsDecidesTheStatus()
    {
        (int code, string output, string error) = await LucidProgram.RunAsync(["probe", Target, $"127.0.0.1:{LoopbackPort.Free()}", "--json"]);
        Assert.Equal(255, code);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal(["ssh", "refused"], document.RootElement.EnumerateArray().Select(result => result.GetProperty("peer").GetString()));
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task Policy_DecidesTheStatus()
    {
        Assert.Equal(0, (await LucidProgram.RunAsync(["probe", Target, "--policy", "built-in"])).ExitCode);
        string file = fixture.Server["policy.json"];
        await File.WriteAllTextAsync(file, "{\"name\": \"strict\", \"failFrom\": \"legacy\"}");
        (int code, string output, _) = await LucidProgram.RunAsync(["probe", Target, "--policy", file]);
        Assert.Equal(1, code);
        Assert.Contains("policy strict", output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "{\"nonsense\": true}");
        (int wrong, _, string error) = await LucidProgram.RunAsync(["probe", Target, "--policy", file]);
        Assert.Equal(2, wrong);
        Assert.Contains("is no probe policy", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_TellsWhereTwoServersDiffer()
    {
        await using SshdServer other = await SshdServer.StartAsync("Ciphers aes128-ctr,aes256-ctr");
        (int code, string output, string error) = await LucidProgram.RunAsync(["probe", "--compare", Target, $"127.0.0.1:{other.Port}"]);
        Assert.True(code == 0, error);
        Assert.Contains("  cipher (client to server)\n    only A   aes128-gcm@openssh.com", output, StringComparison.Ordinal);
        (int same, string nothing, _) = await LucidProgram.RunAsync(["probe", "--compare", Target, Target]);
        Assert.Equal(0, same);
        Assert.Contains("They do not differ.", nothing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_IsCheckedBeforeAnythingIsAsked()
    {
        Assert.Equal(2, (await LucidProgram.RunAsync(["probe"])).ExitCode);
        Assert.Equal(2, (await LucidProgram.RunAsync(["probe", "--compare", Target])).ExitCode);
        Assert.Equal(2, (await LucidProgram.RunAsync(["probe", "--client", "99999"])).ExitCode);
        Assert.Equal(2, (await LucidProgram.RunAsync(["probe", "--client", "0", Target])).ExitCode);
    }

    // The output of a program that has ended may still be on its way.
    private static async Task WaitForAsync(ChildProcess program, string text)
    {
        for (int i = 0; i < 1200 && !program.Log.Contains(text, StringComparison.Ordinal); i++)
            await Task.Delay(50);
    }

    [Fact]
    public async Task Client_IsStudied()
    {
        int port = LoopbackPort.Free();
        await using ChildProcess study = ChildProcess.Start(LucidProgram.DotNet, ["exec", LucidProgram.Assembly, "probe", "--client", $"{port}"]);
        await WaitForAsync(study, "Listening");
        await LucidProgram.RunAsync(["exec", $"dave@127.0.0.1:{port}", "-i", fixture.Server.UserKey, "--host-key", "insecure-any", "true"]);
        await WaitForAsync(study, "findings");
        Assert.Contains("Lucid SSH 0.1.0 came as dave, agreed on mlkem768x25519-sha256, and tried 1 credential.", study.Log, StringComparison.Ordinal);
    }
}
