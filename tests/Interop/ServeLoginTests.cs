using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Interop;

/// <summary>One <c>lucid serve</c> with restricted keys, a certificate authority and a revocation list, all made by ssh-keygen.</summary>
public sealed class RestrictingServer : IAsyncLifetime
{
    private static readonly (string Key, string Options)[] Keys =
    [
        ("plain", ""),
        ("forced", "restrict,command=\"echo forced: $SSH_ORIGINAL_COMMAND\""),
        ("sftp-only", "command=\"internal-sftp\""),
        ("here", "from=\"127.0.0.0/8\""),
        ("elsewhere", "from=\"192.0.2.0/24,*.example.org\""),
        ("not-here", "from=\"*,!127.0.0.1\""),
        ("expired", "expiry-time=\"20200101Z\""),
        ("unknown-option", "no-such-option"),
        ("revoked", ""),
        ("local-ca", "cert-authority,principals=\"ops\",no-pty"),
        ("forcing-ca", "cert-authority,command=\"echo of the line\""),
    ];

    private static readonly (string Name, string Authority, string[] Arguments)[] Certificates =
    [
        ("good", "ca", ["-n", "alice", "-z", "1"]),
        ("forced", "ca", ["-n", "alice", "-O", "force-command=echo forced: $SSH_ORIGINAL_COMMAND"]),
        ("here", "ca", ["-n", "bob,alice", "-O", "source-address=127.0.0.0/8,::1"]),
        ("elsewhere", "ca", ["-n", "alice", "-O", "source-address=192.0.2.0/24"]),
        ("other-user", "ca", ["-n", "bob"]),
        ("nobody", "ca", []),
        ("expired", "ca", ["-n", "alice", "-V", "20200101:20200102"]),
        ("early", "ca", ["-n", "alice", "-V", "20990101:20990102"]),
        ("critical", "ca", ["-n", "alice", "-O", "critical:no-such-option@example.com"]),
        ("verify", "ca", ["-n", "alice", "-O", "verify-required"]),
        ("host", "ca", ["-h", "-n", "alice"]),
        ("revoked", "ca", ["-n", "alice", "-z", "4711"]),
        ("stranger", "stranger-ca", ["-n", "alice"]),
        ("ops", "local-ca", ["-n", "ops"]),
        ("not-ops", "local-ca", ["-n", "alice"]),
        ("conflict", "forcing-ca", ["-n", "alice", "-O", "force-command=echo of the certificate"]),
        ("same", "forcing-ca", ["-n", "alice", "-O", "force-command=echo of the line"]),
    ];

    internal LucidServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await LucidServer.StartAsync(PrepareAsync);

    public async Task DisposeAsync() => await Server.DisposeAsync();

    private static async Task<string[]> PrepareAsync(TemporaryDirectory directory)
    {
        foreach (string name in Keys.Select(key => key.Key).Concat(["ca", "stranger-ca", "unlisted"]))
            await KeygenAsync("-t", "ed25519", "-N", "", "-f", directory[name]);
        IEnumerable<string> lines = Keys.Select(key => $"{key.Options} {File.ReadAllText(directory[$"{key.Key}.pub"])}".TrimStart());
        await File.WriteAllTextAsync(directory["authorized_keys"], string.Concat(lines));
        foreach ((string name, string authority, string[] arguments) in Certificates)
        {
            await KeygenAsync("-t", name == "good" ? "rsa" : "ecdsa", "-N", "", "-f", directory[$"cert-{name}"]);
            await KeygenAsync(["-s", directory[authority], "-I", name, .. arguments, directory[$"cert-{name}.pub"]]);
        }

        await KeygenAsync("-s", directory["ca"], "-I", "this host", "-h", "-n", "127.0.0.1,localhost", directory["host_ed25519.pub"]);
        await File.WriteAllTextAsync(directory["krl.txt"], "serial: 4711\n");
        await KeygenAsync("-k", "-f", directory["krl"], "-s", directory["ca.pub"], directory["krl.txt"]);
        await KeygenAsync("-k", "-u", "-f", directory["krl"], directory["revoked.pub"]);
        return
        [
            "--user", LucidServer.User, "--authorized-keys", directory["authorized_keys"], "--trusted-ca", directory["ca.pub"],
            "--revoked-keys", directory["krl"], "--host-certificate", directory["host_ed25519-cert.pub"],
        ];
    }

    private static async Task KeygenAsync(params string[] arguments)
    {
        (int code, string output, string error) = await ChildProcess.RunAsync("ssh-keygen", ["-q", .. arguments]);
        Assert.True(code == 0, $"ssh-keygen {string.Join(' ', arguments)}: {output}{error}");
    }
}

/// <summary>OpenSSH's ssh and sftp with restricted keys and with certificates against <c>lucid serve</c>.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class ServeLoginTests(RestrictingServer fixture) : IClassFixture<RestrictingServer>
{
    private LucidServer Server => fixture.Server;

    [Theory]
    [InlineData("plain", "asked")]
    [InlineData("forced", "forced: echo asked")]
    [InlineData("here", "asked")]
    [InlineData("sftp-only", null)]
    [InlineData("elsewhere", null)]
    [InlineData("not-here", null)]
    [InlineData("expired", null)]
    [InlineData("unknown-option", null)]
    [InlineData("revoked", null)]
    [InlineData("local-ca", null)] // an authority logs nobody in itself
    [InlineData("unlisted", null)]
    [InlineData("cert-good", "asked")]
    [InlineData("cert-forced", "forced: echo asked")]
    [InlineData("cert-here", "asked")]
    [InlineData("cert-elsewhere", null)]
    [InlineData("cert-other-user", null)]
    [InlineData("cert-nobody", null)]
    [InlineData("cert-expired", null)]
    [InlineData("cert-early", null)]
    [InlineData("cert-critical", null)]
    [InlineData("cert-verify", null)]
    [InlineData("cert-host", null)]
    [InlineData("cert-revoked", null)]
    [InlineData("cert-stranger", null)]
    [InlineData("cert-ops", "asked")]
    [InlineData("cert-not-ops", null)]
    [InlineData("cert-conflict", null)]
    [InlineData("cert-same", "of the line")]
    public async Task Ssh_WithThisKeyOrCertificate_RunsThis(string key, string? expected)
    {
        (int code, string output, string error) = await SshAsync(key, "echo asked");
        Assert.True(expected is null ? code != 0 && output.Length == 0 : code == 0, $"exit status {code}: {output}{error}{Server.Log}");
        Assert.Equal(expected ?? "", output.Trim());
        if (expected is null)
            Assert.Contains(key == "sftp-only" ? "This key is for SFTP only." : "Permission denied (publickey", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sftp_WithAKeyForItAlone_Works()
    {
        (int code, string output, string error) = await ChildProcess.RunAsync(
            "sftp", [.. Options("sftp-only"), "-b", "-", "-P", $"{Server.Port}", $"{LucidServer.User}@127.0.0.1"], "mkdir made\n");
        Assert.True(code == 0, output + error);
        Assert.True(Directory.Exists(Path.Combine(Server.Root, "made")));
    }

    [Fact]
    public async Task Sftp_WithAForcedCommand_GetsThatInstead()
    {
        (int code, _, string error) = await ChildProcess.RunAsync(
            "sftp", [.. Options("forced"), "-b", "-", "-P", $"{Server.Port}", $"{LucidServer.User}@127.0.0.1"], "ls\n");
        Assert.NotEqual(0, code);
        Assert.Contains("Received message too long", error, StringComparison.Ordinal); // the command's text, read as SFTP
    }

    [Fact]
    public async Task Ssh_BindsItsKeyToTheHost_AndTrustsTheHostsCertificate()
    {
        await File.WriteAllTextAsync(Server["ca_hosts"], $"@cert-authority * {await File.ReadAllTextAsync(Server["ca.pub"])}");
        (int code, string output, string error) = await SshAsync(
            "plain", "echo asked", "-v", "-o", $"UserKnownHostsFile={Server["ca_hosts"]}", "-o", "HostKeyAlgorithms=ssh-ed25519-cert-v01@openssh.com");
        Assert.True(code == 0, error);
        Assert.Equal("asked", output.Trim());
        Assert.Contains("publickey-hostbound@openssh.com=<0>", error, StringComparison.Ordinal);
        Assert.Contains("Server host certificate: ssh-ed25519-cert-v01@openssh.com", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ssh_WithTwoKeysWanted_GivesACertificateAndAKey()
    {
        await using LucidServer server = await LucidServer.StartAsync(async directory =>
        {
            foreach (string name in (string[])["ca", "one", "two"])
                Assert.Equal(0, (await ChildProcess.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", directory[name]])).ExitCode);
            Assert.Equal(0, (await ChildProcess.RunAsync("ssh-keygen", ["-q", "-s", directory["ca"], "-I", "one", "-n", "ops", directory["one.pub"]])).ExitCode);
            await File.WriteAllTextAsync(directory["principals-alice"], "# only here\nno-pty ops\n");
            return
            [
                "--user", LucidServer.User, "--authorized-keys", directory["two.pub"], "--trusted-ca", directory["ca.pub"],
                "--authorized-principals", directory["principals-%u"], "--require", "publickey,publickey", "--allow-users", "ali*@127.0.0.1",
            ];
        });
        string[] options =
        [
            "-F", "/dev/null", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", $"UserKnownHostsFile={server.KnownHosts}",
            "-o", "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes", "-o", "HostKeyAlgorithms=ssh-ed25519", "-p", $"{server.Port}",
        ];
        (int code, string output, string error) = await ChildProcess.RunAsync("ssh", [.. options, "-i", server["one"], "-i", server["two"], "alice@127.0.0.1", "echo in"]);
        Assert.True(code == 0, error + server.Log);
        Assert.Equal("in", output.Trim());
        (int alone, _, string refused) = await ChildProcess.RunAsync("ssh", [.. options, "-i", server["one"], "alice@127.0.0.1", "echo in"]);
        Assert.Equal(255, alone);
        Assert.Contains("Permission denied (publickey)", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Serve_TellsWhichLineLetsNobodyIn() => Assert.Contains(
        "authorized_keys lets nobody in: The options of the key cannot be understood: “no-such-option” is no option sshd(8) knows.",
        Server.Log, StringComparison.Ordinal);

    private string[] Options(string key) =>
    [
        "-o", $"UserKnownHostsFile={Server.KnownHosts}", "-F", "/dev/null", "-i", Server[key], "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
        "-o", "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes", "-o", "HostKeyAlgorithms=ssh-ed25519",
    ];

    // What is given first wins with ssh.
    private Task<(int ExitCode, string Output, string Error)> SshAsync(string key, string command, params string[] options) =>
        ChildProcess.RunAsync("ssh", [.. options, .. Options(key), "-p", $"{Server.Port}", $"{LucidServer.User}@127.0.0.1", command]);
}
