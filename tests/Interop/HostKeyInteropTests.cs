using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Interop;

/// <summary>known_hosts files and host keys' rotation with OpenSSH on the other side.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class HostKeyInteropTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Path => _directory["known_hosts"];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("files.example", 22, false)]
    [InlineData("files.example", 22, true)]
    [InlineData("files.example", 2222, true)]
    [InlineData("2001:db8::1", 22, true)]
    [InlineData("2001:db8::1", 2222, false)]
    public async Task FileWeWrote_IsReadBySshKeygen(string host, int port, bool hashed)
    {
        using PrivateKey key = PrivateKey.Generate("ecdsa-sha2-nistp256");
        await KnownHostsFile.AddAsync(Path, host, port, key.PublicKey, hashed);
        string name = port == 22 ? host : $"[{host}]:{port}";
        (int code, string output, string error) = await ChildProcess.RunAsync("ssh-keygen", ["-l", "-F", name, "-f", Path]);
        Assert.True(code == 0, output + error);
        Assert.Contains(key.PublicKey.Fingerprint, output, StringComparison.Ordinal);
        (code, _, _) = await ChildProcess.RunAsync("ssh-keygen", ["-R", name, "-f", Path]);
        Assert.Equal(0, code);
        Assert.Empty(KnownHostsFile.Read(Path).Find(host, port));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FileWeWrote_IsTakenBySsh_AndOneSshWrote_ByUs(bool hashed)
    {
        await using SshdServer server = await SshdServer.StartAsync();
        string theirs = _directory["theirs"];
        (int code, string output, string error) = await SshAsync(server, theirs, "accept-new", "-o", $"HashKnownHosts={(hashed ? "yes" : "no")}", "-o", "UpdateHostKeys=no");
        Assert.True(code == 0, output + error);
        await using (SshClient client = await ConnectAsync(server, HostKeyPolicy.KnownHosts(theirs)))
            Assert.Equal(hashed, Assert.Single(KnownHostsFile.Read(theirs).Find("127.0.0.1", server.Port)).IsHashed);

        await using (SshClient client = await ConnectAsync(server, HostKeyPolicy.AcceptNew(new KnownHostsOptions { Files = [Path], GlobalFiles = [], HashNames = hashed })))
            Assert.Equal(hashed, Assert.Single(KnownHostsFile.Read(Path).Entries).IsHashed);
        (code, output, error) = await SshAsync(server, Path, "yes", "-o", "UpdateHostKeys=no");
        Assert.True(code == 0, output + error);
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("rsa-sha2-256")]
    public async Task OpenSshsKeys_AreLearnt_AndAGoneOneIsForgotten(string algorithm)
    {
        await using SshdServer server = await SshdServer.StartAsync();
        string known = server[algorithm == "ssh-ed25519" ? "host_ed25519.pub" : "host_rsa.pub"];
        using PrivateKey gone = PrivateKey.Generate("ecdsa-sha2-nistp256");
        await KnownHostsFile.AddAsync(Path, "127.0.0.1", server.Port, gone.PublicKey);
        await KnownHostsFile.AddAsync(Path, "127.0.0.1", server.Port, KeyFile.ReadPublic(known));
        KnownHostsOptions options = new() { Files = [Path], GlobalFiles = [], UpdateHostKeys = true };
        SshClientOptions client = server.Options with
        {
            Credentials = [PrivateKeyCredential.FromFile(server.UserKey)],
            HostKeys = HostKeyPolicy.KnownHosts(options),

            // Every type is to be learnt, though one is shown.
            Algorithms = server.Options.Algorithms with { HostKeys = [algorithm, .. server.Options.Algorithms.HostKeys.Where(name => name != algorithm && !name.Contains("cert", StringComparison.Ordinal))] },
        };
        await using (SshClient connected = await SshClient.ConnectAsync(server.Target, client))
            Assert.Equal(0, (await connected.ExecuteAsync("true")).Exit.Status);
        Assert.Equal(
            ((string[])["ed25519", "ecdsa", "rsa"]).Select(type => KeyFile.ReadPublic(server[$"host_{type}.pub"]).Fingerprint).Order(),
            KnownHostsFile.Read(Path).Find("127.0.0.1", server.Port).Select(entry => entry.Fingerprint).Order());
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("rsa-sha2-512")]
    [InlineData("rsa-sha2-256")]
    public async Task OurServersKeys_AreLearntBySsh(string algorithm)
    {
        await using LucidServer server = await LucidServer.StartAsync();
        string type = algorithm == "ssh-ed25519" ? "ed25519" : "rsa";
        await File.WriteAllTextAsync(server.KnownHosts, $"[127.0.0.1]:{server.Port} {await File.ReadAllTextAsync(server[$"host_{type}.pub"])}");
        (int code, string output, string error) = await ChildProcess.RunAsync("ssh",
        [
            .. server.SshOptions, "-v", "-o", "UpdateHostKeys=yes", "-o", $"HostKeyAlgorithms={algorithm},ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512", "-p", $"{server.Port}",
            $"{LucidServer.User}@127.0.0.1", "sleep 1",
        ]);
        Assert.True(code == 0, output + error);
        Assert.True(KnownHostsFile.Read(server.KnownHosts).Find("127.0.0.1", server.Port).Length == 3, error);
    }

    [Fact]
    public async Task Lucid_ChangedKey_SaysItOnStandardError()
    {
        await using LucidServer server = await LucidServer.StartAsync();
        using PrivateKey old = PrivateKey.Generate("ssh-ed25519");
        await KnownHostsFile.AddAsync(Path, "127.0.0.1", server.Port, old.PublicKey);
        (int code, string output, string error) = await LucidProgram.RunAsync(
            ["exec", $"{LucidServer.User}@127.0.0.1:{server.Port}", "-i", server.UserKey, "--known-hosts", Path, "true"]);
        Assert.Equal((255, ""), (code, output));
        string shown = KeyFile.ReadPublic(server["host_ed25519.pub"]).ToString();
        Assert.Contains(
            $"The host key of 127.0.0.1:{server.Port} has changed: it shows {shown}; known is {old.PublicKey} ({Path}, line 1).", error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    private static Task<SshClient> ConnectAsync(SshdServer server, HostKeyPolicy policy) => SshClient.ConnectAsync(
        server.Target, new SshClientOptions { Credentials = [PrivateKeyCredential.FromFile(server.UserKey)], HostKeys = policy });

    private static Task<(int ExitCode, string Output, string Error)> SshAsync(SshdServer server, string file, string strict, params string[] more) => ChildProcess.RunAsync("ssh",
    [
        "-F", "/dev/null", "-i", server.UserKey, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", $"UserKnownHostsFile={file}", "-o", "GlobalKnownHostsFile=/dev/null",
        "-o", $"StrictHostKeyChecking={strict}", .. more, "-p", $"{server.Port}", $"{TestAccount.Name}@127.0.0.1", "true",
    ]);
}
