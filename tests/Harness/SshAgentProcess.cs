using LucidSsh.Agent;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Harness;

/// <summary>OpenSSH's agent on a socket of its own.</summary>
internal sealed class SshAgentProcess : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ChildProcess _process;

    private SshAgentProcess() => _process = ChildProcess.Start("ssh-agent", ["-D", "-a", Path]);

    /// <summary>Its socket.</summary>
    public string Path => _directory["agent"];

    /// <summary>A path in its directory.</summary>
    public string this[string name] => _directory[name];

    /// <summary>What a program needs in its environment to use it.</summary>
    public IReadOnlyDictionary<string, string> Environment => EnvironmentOf(Path);

    public static IReadOnlyDictionary<string, string> EnvironmentOf(string path) => new Dictionary<string, string>
    {
        ["SSH_AUTH_SOCK"] = path,
        ["SSH_ASKPASS"] = "/bin/false",
        ["SSH_ASKPASS_REQUIRE"] = "never",
    };

    public static async Task<SshAgentProcess> StartAsync()
    {
        SshAgentProcess agent = new();
        for (int i = 0; ; i++)
        {
            try
            {
                await (await agent.ConnectAsync()).DisposeAsync();
                return agent;
            }
            catch (SshException) when (i < 1000)
            {
                await Task.Delay(10); // not there yet, or not listening yet
            }
        }
    }

    public Task<AgentClient> ConnectAsync() => AgentClient.ConnectAsync(Path);

    /// <summary>Runs ssh-add against it.</summary>
    public Task<(int ExitCode, string Output, string Error)> AddAsync(params string[] arguments) => AddAsync(Path, arguments);

    public static Task<(int ExitCode, string Output, string Error)> AddAsync(string path, params string[] arguments) =>
        ChildProcess.RunAsync("ssh-add", arguments, environment: EnvironmentOf(path));

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }
}
