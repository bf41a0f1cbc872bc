namespace LucidSsh.Tests.Harness;

/// <summary>The command <c>lucid</c>, as a process of its own.</summary>
internal static class LucidProgram
{
    public static string DotNet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "lucid.dll");

    /// <summary>Runs it to its end.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(
        IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null) =>
        ChildProcess.RunAsync(DotNet, ["exec", Assembly, .. arguments], input, environment: environment);
}

/// <summary><c>lucid serve</c> on a loopback port, with its own keys and root.</summary>
internal sealed class LucidServer : IAsyncDisposable
{
    public const string User = "alice";
    public const string Password = "wonderland";

    private readonly TemporaryDirectory _directory;
    private readonly ChildProcess _process;

    private LucidServer(TemporaryDirectory directory, ChildProcess process, int port) => (_directory, _process, Port) = (directory, process, port);

    public int Port { get; }

    public string Root => _directory["root"];

    public string UserKey => _directory["user"];

    public string KnownHosts => _directory["known_hosts"];

    public string Log => _process.Log;

    public string this[string name] => _directory[name];

    /// <summary>Starts it with alice's password and a key of hers.</summary>
    public static Task<LucidServer> StartAsync(params string[] arguments) =>
        StartAsync(directory => Task.FromResult<string[]>(["--user", $"{User}:{Password}", "--authorized-keys", directory["user.pub"], .. arguments]));

    /// <summary>Starts it with the arguments a test makes once the directory and its keys are there.</summary>
    public static async Task<LucidServer> StartAsync(Func<TemporaryDirectory, Task<string[]>> prepare)
    {
        TemporaryDirectory directory = new();
        Directory.CreateDirectory(directory["root"]);
        foreach ((string name, string type) in ((string, string)[])[("host_ed25519", "ed25519"), ("host_ecdsa", "ecdsa"), ("host_rsa", "rsa"), ("user", "ed25519")])
        {
            (int code, string output, string error) = await ChildProcess.RunAsync("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", directory[name]]);
            Assert.True(code == 0, output + error);
        }

        ChildProcess process = ChildProcess.Start(LucidProgram.DotNet,
        [
            "exec", LucidProgram.Assembly, "serve", "--port", "0", "--root", directory["root"], "--commands",
            "--host-key", directory["host_ed25519"], "--host-key", directory["host_ecdsa"], "--host-key", directory["host_rsa"],
            .. await prepare(directory),
        ]);
        for (int attempt = 0; attempt < 200; attempt++)
        {
            System.Text.RegularExpressions.Match match = System.Text.RegularExpressions.Regex.Match(process.Log, @"Listening on 127\.0\.0\.1:(\d+)\.");
            if (match.Success)
            {
                int port = int.Parse(match.Groups[1].Value);
                string keys = string.Concat(((string[])["ed25519", "ecdsa", "rsa"]).Select(type => $"[127.0.0.1]:{port} {File.ReadAllText(directory[$"host_{type}.pub"])}"));
                await File.WriteAllTextAsync(directory["known_hosts"], keys);
                return new LucidServer(directory, process, port);
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"lucid serve did not listen. It wrote: {process.Log}");
    }

    /// <summary>Options for OpenSSH's programs that use this server's keys and nothing of the machine's.</summary>
    public string[] SshOptions =>
    [
        "-F", "/dev/null", "-i", UserKey, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", $"UserKnownHostsFile={KnownHosts}",
        "-o", "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes",
    ];

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }
}
