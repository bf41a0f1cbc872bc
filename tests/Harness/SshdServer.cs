using LucidSsh.Client;

namespace LucidSsh.Tests.Harness;

/// <summary>OpenSSH's server with its own configuration and keys, on a loopback port, for one test class.</summary>
internal sealed class SshdServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly ChildProcess _process;

    private SshdServer(TemporaryDirectory directory, ChildProcess process, int port) => (_directory, _process, Port) = (directory, process, port);

    public int Port { get; }

    /// <summary>A user key, authorised for the account the server lets in.</summary>
    public string UserKey => _directory["user_ed25519"];

    /// <summary>A path in the server's directory.</summary>
    public string this[string name] => _directory[name];

    public string Log => _process.Log;

    /// <summary>Starts a server.</summary>
    /// <param name="configuration">Further lines of sshd_config; they come first, so they win.</param>
    /// <param name="environment">More for its environment.</param>
    public static async Task<SshdServer> StartAsync(string configuration = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        await TestAccount.EnsureAsync();
        TemporaryDirectory directory = new();
        Directory.CreateDirectory("/run/sshd"); // where Debian's sshd wants its privilege separation directory
        foreach ((string type, string bits) in ((string, string)[])[("ed25519", "256"), ("ecdsa", "256"), ("rsa", "3072")])
            await KeygenAsync("-t", type, "-b", bits, "-f", directory[$"host_{type}"]);
        await KeygenAsync("-t", "ed25519", "-f", directory["user_ed25519"]);
        File.Copy(directory["user_ed25519.pub"], directory["authorized_keys"]);
        File.SetUnixFileMode(directory.Path, (UnixFileMode)0b111_101_101);

        int port = LoopbackPort.Free();
        string standing = $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {directory["host_ed25519"]}
            HostKey {directory["host_ecdsa"]}
            HostKey {directory["host_rsa"]}
            PidFile none
            AuthorizedKeysFile {directory["authorized_keys"]}
            StrictModes no
            UsePAM yes
            PasswordAuthentication yes
            KbdInteractiveAuthentication yes
            KexAlgorithms +diffie-hellman-group-exchange-sha256,diffie-hellman-group-exchange-sha1,diffie-hellman-group18-sha512,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1
            Ciphers +aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc
            HostKeyAlgorithms +ssh-rsa
            Subsystem sftp internal-sftp
            AcceptEnv LANG LC_*
            MaxStartups 200
            MaxAuthTries 20
            UseDNS no
            PrintMotd no
            PrintLastLog no
            LogLevel VERBOSE
            """;

        // The first line of a keyword wins with most of them, but not with all, and a second Subsystem is refused. A Match block goes on to
        // the end of the file.
        int match = configuration.StartsWith("Match ", StringComparison.Ordinal) ? 0 : configuration.IndexOf("\nMatch ", StringComparison.Ordinal);
        (string general, string matches) = match < 0 ? (configuration, "") : (configuration[..match], configuration[match..]);
        string[] keywords = [.. general.Split('\n').Select(line => line.Split(' ')[0])];
        IEnumerable<string> others = standing.Split('\n').Where(line => !keywords.Contains(line.Split(' ')[0]));
        await File.WriteAllTextAsync(directory["sshd_config"], $"{general}\n{string.Join('\n', others)}\n{matches}\n");
        ChildProcess process = ChildProcess.Start("/usr/sbin/sshd", ["-D", "-e", "-f", directory["sshd_config"]], environment: environment);
        await LoopbackPort.WaitUntilOpenAsync(port, () => process.Log);
        return new SshdServer(directory, process, port);
    }

    /// <summary>The target of the test account.</summary>
    public SshTarget Target => new(TestAccount.Name, "127.0.0.1", Port);

    /// <summary>Options that trust exactly this server's keys.</summary>
    public SshClientOptions Options
    {
        get
        {
            string knownHosts = _directory["known_hosts"];
            lock (_directory)
            {
                if (!File.Exists(knownHosts))
                {
                    File.WriteAllLines(knownHosts, ((string[])["ed25519", "ecdsa", "rsa"]).Select(type => $"[127.0.0.1]:{Port} {File.ReadAllText(_directory[$"host_{type}.pub"]).Trim()}"));
                }
            }

            return new SshClientOptions { HostKeys = HostKeyPolicy.KnownHosts(knownHosts) };
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }

    private static async Task KeygenAsync(params string[] arguments)
    {
        (int code, string output, string error) = await ChildProcess.RunAsync("ssh-keygen", ["-q", "-N", "", .. arguments]);
        Assert.True(code == 0, $"ssh-keygen failed: {output}{error}");
    }
}
