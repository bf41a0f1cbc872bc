using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Cli;

/// <summary>The command with configuration files, jump hosts, proxies and commands: against OpenSSH's server, with a home of its own.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class ConfigurationCliTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private SshdServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await SshdServer.StartAsync();
        _ = _server.Options; // writes its known_hosts
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _directory.Dispose();

    private string KnownHosts => _server["known_hosts"];

    private string Configuration => $"""
        Host inner
          HostName 127.0.0.1
          Port {_server.Port}
          User {TestAccount.Name}
          IdentityFile {_server.UserKey}
          UserKnownHostsFile {KnownHosts}
          SetEnv LC_LUCID=configured
        Host bastion
          HostName 127.0.0.1
          Port {_server.Port}
          User {TestAccount.Name}
          IdentityFile {_server.UserKey}
          UserKnownHostsFile {KnownHosts}
        Host behind
          HostName 127.0.0.1
          Port {_server.Port}
          User {TestAccount.Name}
          IdentityFile {_server.UserKey}
          UserKnownHostsFile {KnownHosts}
          ProxyJump bastion,inner
        Host piped
          HostName 127.0.0.1
          Port {_server.Port}
          User {TestAccount.Name}
          IdentityFile {_server.UserKey}
          UserKnownHostsFile {KnownHosts}
          ProxyCommand ssh -F none -i {_server.UserKey} -o UserKnownHostsFile={KnownHosts} -p {_server.Port} -W %h:%p {TestAccount.Name}@127.0.0.1

        """;

    private async Task<(int Code, string Output, string Error)> RunAsync(string configuration, params string[] arguments)
    {
        Directory.CreateDirectory(_directory[".ssh"]);
        await File.WriteAllTextAsync(_directory[".ssh/config"], configuration);
        File.SetUnixFileMode(_directory[".ssh/config"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (int code, string output, string error) = await LucidProgram.RunAsync(
            arguments, environment: new Dictionary<string, string> { ["HOME"] = _directory.Path, ["SECRET"] = "s3cret" });
        return (code, output.Trim(), error.Trim());
    }

    private async Task SaysAsync(string expected, string configuration, params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(configuration, arguments);
        Assert.True(code == 0, error);
        Assert.Equal(expected, output);
    }

    private async Task FailsAsync(string expected, string configuration, params string[] arguments)
    {
        (int code, string output, string error) = await RunAsync(configuration, arguments);
        Assert.NotEqual(0, code);
        Assert.Empty(output);
        Assert.Single(error.Split('\n'));
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public Task Host_OfTheUsersFile_IsReachedByItsName_WithItsEnvironment() =>
        SaysAsync("configured", Configuration, "exec", "inner", "echo $LC_LUCID");

    [Fact]
    public Task CommandLine_WinsOverTheConfiguration() =>
        SaysAsync("given", $"Host *\nPort 1\nUser nobody\n{Configuration}", "exec", "inner", "-p", $"{_server.Port}", "-l", TestAccount.Name, "--env", "LC_LUCID=given", "echo $LC_LUCID");

    [Fact]
    public Task Setting_OfTheCommandLine_Wins() =>
        FailsAsync("lucid: 127.0.0.1 refused the connection on port 1", Configuration, "exec", "inner", "-o", "Port=1", "true");

    [Fact]
    public async Task File_GivenOrNone_TakesThePlaceOfTheUsers()
    {
        await File.WriteAllTextAsync(_directory["other"], Configuration.Replace("Host inner", "Host renamed", StringComparison.Ordinal));
        await SaysAsync("1", "Host *\nPort 1", "exec", "renamed", "-F", _directory["other"], "echo 1");
        await FailsAsync("lucid: There is no host named inner", Configuration, "exec", "inner", "-F", "none", "true");
        await FailsAsync("lucid: There is no configuration file /no/such.", Configuration, "exec", "inner", "-F", "/no/such", "true");
    }

    [Fact]
    public async Task JumpHosts_OfTheFileAndOfTheCommandLine_LeadThrough()
    {
        await SaysAsync("2", Configuration, "exec", "behind", "echo 2");
        await SaysAsync("3", Configuration, "exec", "inner", "-J", "bastion", "echo 3");
        await SaysAsync(
            "4", "", "exec", $"{TestAccount.Name}@127.0.0.1:{_server.Port}", "-J", $"{TestAccount.Name}@127.0.0.1:{_server.Port},{TestAccount.Name}@localhost:{_server.Port}",
            "-i", _server.UserKey, "--host-key", "accept-new", "--known-hosts", _directory["new_known_hosts"], "echo 4");
        await FailsAsync(
            $"lucid: Jump host 127.0.0.1:{_server.Port}: The host 127.0.0.1:{_server.Port} is not known",
            Configuration.Replace(KnownHosts, _directory["empty"], StringComparison.Ordinal), "exec", "inner", "-J", "bastion", "true");
    }

    [Fact]
    public async Task ProxyCommand_RunsWhereItIsAllowed()
    {
        await FailsAsync($"lucid: {_directory[".ssh/config"]}, line 27: piped is reached by a command (ProxyCommand)", Configuration, "exec", "piped", "true");
        await SaysAsync("5", Configuration, "exec", "piped", "--allow-commands", "echo 5");
        (int code, _, string error) = await RunAsync(
            "Host broken\nProxyCommand sh -c 'echo no way to %h >&2; exit 3'", "exec", "broken", "--allow-commands", "true");
        Assert.Equal(255, code);
        Assert.Equal("no way to broken", error.Split('\n')[0].Trim());
        Assert.Contains("The program ended with status 3, saying \"no way to broken\".", error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Peer", "Proxy")]
    public async Task Proxies_OfTheCommandLine_LeadThrough()
    {
        await using SocksServer socks = await SocksServer.StartAsync();
        await using HttpProxyServer http = await HttpProxyServer.StartAsync("BasicAuth alice s3cret");
        await SaysAsync("6", Configuration, "exec", "inner", "--proxy", $"socks5://127.0.0.1:{socks.Port}", "echo 6");
        await SaysAsync("7", Configuration, "exec", "behind", "--proxy", $"socks4a://127.0.0.1:{socks.Port}", "echo 7");
        await SaysAsync("8", Configuration, "exec", "inner", "--proxy", $"http://alice@127.0.0.1:{http.Port}", "--proxy-password-env", "SECRET", "echo 8");
        await FailsAsync($"lucid: HTTP proxy 127.0.0.1:{http.Port}: The proxy did not connect", Configuration, "exec", "inner", "--proxy", $"http://127.0.0.1:{http.Port}", "true");
        await FailsAsync("lucid: The address of the proxy 127.0.0.1:1 has a password in it", Configuration, "exec", "inner", "--proxy", "http://alice:s3cret@127.0.0.1:1", "true");
        await FailsAsync("lucid: -J and --proxy are both ways", Configuration, "exec", "inner", "--proxy", "http://127.0.0.1:1", "-J", "bastion", "true");
    }

    [Fact]
    public async Task OtherSubcommands_UseTheConfigurationToo()
    {
        (int code, string output, string error) = await RunAsync(Configuration, "ls", "behind", "/");
        Assert.True(code == 0, error);
        Assert.Contains(" etc", output, StringComparison.Ordinal);
        (code, output, error) = await RunAsync(Configuration, "probe", "behind", "--total-time", "120");
        Assert.True(code == 0, error + output);
        Assert.Contains("OpenSSH", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_OfTheEnvironment_IsUsed_AsTheConfigurationSays()
    {
        await using SshAgentProcess agent = await SshAgentProcess.StartAsync();
        string socket = agent.Path;
        (int code, _, string error) = await agent.AddAsync("-q", _server.UserKey);
        Assert.True(code == 0, error);
        string without = string.Join('\n', Configuration.Split('\n').Where(line => !line.Contains("IdentityFile", StringComparison.Ordinal)));
        await SaysAsync("a", $"IdentityAgent {socket}\n{without}", "exec", "behind", "echo a");
        await SaysAsync("b", $"ForwardAgent yes\nIdentityAgent {socket}\n{without}", "exec", "inner", "test -S $SSH_AUTH_SOCK && echo b");
        await FailsAsync("lucid: The ", $"IdentityAgent none\n{without}", "exec", "inner", "true");
        await FailsAsync("lucid: The ", $"IdentityAgent {socket}\nIdentitiesOnly yes\n{without}", "exec", "inner", "true");

        // The private file is gone, and the public one tells which of the agent's keys is meant.
        File.Copy(_server.UserKey + ".pub", _directory["moved.pub"]);
        await SaysAsync("c", $"IdentityAgent {socket}\nIdentitiesOnly yes\nIdentityFile {_directory["moved"]}\n{without}", "exec", "inner", "echo c");
    }

    [Fact]
    public async Task NamedFile_ThatIsEncrypted_IsLeftToTheAgent()
    {
        await using SshAgentProcess agent = await SshAgentProcess.StartAsync();
        string file = _directory["encrypted"];
        File.Copy(_server.UserKey, file);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (int code, _, string error) = await ChildProcess.RunAsync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "pass phrase", "-f", file]);
        Assert.True(code == 0, error);
        string configuration = $"IdentityAgent {agent.Path}\n{string.Join('\n', Configuration.Split('\n').Where(line => !line.Contains("IdentityFile", StringComparison.Ordinal)))}";
        (_, _, error) = await RunAsync(configuration, "exec", "inner", "-i", file, "true");
        Assert.Contains($"it does not hold the key of {file}, which is encrypted, and no passphrase was given", error, StringComparison.Ordinal);
        (code, _, error) = await agent.AddAsync("-q", _server.UserKey);
        Assert.True(code == 0, error);
        await SaysAsync("d", configuration, "exec", "inner", "-i", file, "echo d");
    }

    [Fact]
    public async Task WhatIsWrongWithAFile_IsOneLine_AndWhatIsUnknown_IsAWarning()
    {
        await FailsAsync($"lucid: {_directory[".ssh/config"]}, line 2: Port: \"x\" is no number from 1 to 65535.", "#\nPort x", "exec", "inner", "true");
        (int code, string output, string error) = await RunAsync($"Colour red\n{Configuration}", "exec", "inner", "echo 9");
        Assert.Equal((0, "9"), (code, output));
        Assert.Equal($"lucid: warning: {_directory[".ssh/config"]}, line 1: the keyword \"Colour\" is unknown and has no effect (IgnoreUnknown keeps this quiet).", error);
        (_, _, error) = await RunAsync($"Colour red\nLogLevel QUIET\n{Configuration}", "exec", "inner", "echo 9");
        Assert.Empty(error);
    }
}
