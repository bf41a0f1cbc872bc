using LucidSsh.Cli;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Cli;

/// <summary><c>lucid trace</c> over recordings of real conversations with <c>lucid serve</c>.</summary>
[Trait("Peer", "OpenSsh")] // its keys are made by ssh-keygen
public class TraceToolTests(LucidSsh.Tests.Interop.ServedDirectory fixture) : IClassFixture<LucidSsh.Tests.Interop.ServedDirectory>
{
    [Fact]
    public async Task Show_NamesEveryMessageWithItsFields()
    {
        using TemporaryDirectory directory = new();
        await RecordAsync(directory["a.jsonl"]);
        string table = await OkAsync("trace", "show", directory["a.jsonl"]);
        foreach (string part in (string[])["->", "<-", "KEXINIT", "kex_algorithms=mlkem768x25519-sha256", "NEWKEYS", "USERAUTH_SUCCESS", "CHANNEL_REQUEST"])
            Assert.Contains(part, table, StringComparison.Ordinal);
        Assert.DoesNotContain("KEXINIT", await OkAsync("trace", "show", directory["a.jsonl"], "--layer", "auth"), StringComparison.Ordinal);
        Assert.Contains("first_kex_packet_follows: false", await OkAsync("trace", "show", directory["a.jsonl"], "--fields"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_ReadsTextTracesToo()
    {
        using TemporaryDirectory directory = new();
        await RecordAsync(directory["a.log"], format: "text");
        string table = await OkAsync("trace", "show", directory["a.log"]);
        Assert.Contains("kex_algorithms=mlkem768x25519-sha256", table, StringComparison.Ordinal);
        Assert.Contains("USERAUTH_SUCCESS", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_FindsTheFieldInWhichTheyPart()
    {
        using TemporaryDirectory directory = new();
        await RecordAsync(directory["a.jsonl"]);
        await RecordAsync(directory["b.jsonl"], "--ciphers", "aes256-ctr");
        (int code, string report, _) = await LucidProgram.RunAsync(["trace", "diff", directory["a.jsonl"], directory["b.jsonl"]]);
        Assert.Equal(1, code);
        Assert.Contains("KEXINIT, not with the same fields", report, StringComparison.Ordinal);
        Assert.Contains("second: aes256-ctr", report, StringComparison.Ordinal);
        Assert.Contains("are the same", await OkAsync("trace", "diff", directory["a.jsonl"], directory["a.jsonl"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileWithoutATrace_IsRefusedWithTheWayToMakeOne()
    {
        using TemporaryDirectory directory = new();
        await File.WriteAllTextAsync(directory["x"], "nothing\n{\"v\":1}\n{broken\n[lucid] no\n");
        (int code, _, string error) = await LucidProgram.RunAsync(["trace", "show", directory["x"]]);
        Assert.Equal(255, code);
        Assert.Contains("holds no trace", error, StringComparison.Ordinal);
        Assert.Contains("--trace-format jsonl", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Html_KeepsWhatAPeerSentInsideItsData()
    {
        using TemporaryDirectory directory = new();
        await File.WriteAllTextAsync(directory["x"], """{"v":1,"c":1,"t":0,"role":"client","layer":"transport","event":"debug message","text":"</script><script>alert(1)</script>"}""");
        string page = await OkAsync("trace", "html", directory["x"]);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("alert(1)", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", page, StringComparison.Ordinal); // nothing from elsewhere
        Assert.DoesNotContain("https:", page, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Peer", "Chromium")]
    public async Task Html_OpensInABrowser_AMessageExpanded()
    {
        using TemporaryDirectory directory = new();
        await RecordAsync(directory["a.jsonl"]);
        await OkAsync("trace", "html", directory["a.jsonl"], "-o", directory["a.html"]);
        var steps = TraceStep.Of(TraceRecording.Read(directory["a.jsonl"]));
        int kexInit = steps.ToList().FindIndex(step => step.Label == "KEXINIT");
        string[] browser = ["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", $"--user-data-dir={directory["profile"]}", "--window-size=1180,900"];
        string url = $"file://{directory["a.html"]}#step-{kexInit}";
        (int code, string dom, string error) = await ChildProcess.RunAsync("chromium", [.. browser, "--dump-dom", url]);
        Assert.True(code == 0, error);
        Assert.Contains("aria-expanded=\"true\"", dom, StringComparison.Ordinal);
        Assert.Contains("<td>kex_algorithms</td><td>mlkem768x25519-sha256", dom, StringComparison.Ordinal);
        Assert.Contains("USERAUTH_SUCCESS", dom, StringComparison.Ordinal);
        Assert.Contains("Key exchange", dom, StringComparison.Ordinal);
        Assert.Equal(3, dom.Split("class=\"phase\"").Length - 1 - (dom.Contains(">Identification<", StringComparison.Ordinal) ? 1 : 0));

        string picture = Environment.GetEnvironmentVariable("LUCID_WRITE_DOCS") is null ? directory["a.png"] : SourcePath("docs/images/trace.png");
        (code, _, error) = await ChildProcess.RunAsync("chromium", [.. browser, $"--screenshot={picture}", url]);
        Assert.True(code == 0, error);
        Assert.True(new FileInfo(picture).Length > 20_000);
    }

    private static string SourcePath(string path) => Path.Combine(Architecture.SourceTree.Root, path);

    private async Task RecordAsync(string file, string cipherOption = "", string cipher = "", string format = "jsonl")
    {
        string[] more = cipher.Length > 0 ? [cipherOption, cipher] : [];
        (int code, _, string error) = await LucidProgram.RunAsync(
        [
            "exec", $"{LucidServer.User}@127.0.0.1:{fixture.Server.Port}", "-i", fixture.Server.UserKey, "--known-hosts", fixture.Server.KnownHosts,
            "--trace", $"511:{file}", "--trace-format", format, .. more, "echo hi",
        ]);
        Assert.True(code == 0, error);
    }

    private static async Task<string> OkAsync(params string[] arguments)
    {
        (int code, string output, string error) = await LucidProgram.RunAsync(arguments);
        Assert.True(code == 0, error);
        return output;
    }
}
