using System.Security.Cryptography;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Sftp;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;

namespace LucidSsh.Tests.Interop;

/// <summary>Dropbear's server on a loopback port.</summary>
public sealed class DropbearServer : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ChildProcess _process = null!;

    internal SshTarget Target { get; private set; } = null!;

    internal string Log => _process.Log;

    internal string this[string name] => _directory[name];

    public async Task InitializeAsync()
    {
        await TestAccount.EnsureAsync();
        foreach (string type in (string[])["ed25519", "ecdsa", "rsa"])
        {
            (int code, string output, string error) = await ChildProcess.RunAsync("dropbearkey", ["-t", type, "-f", _directory[type]]);
            Assert.True(code == 0, output + error);
        }

        int port = LoopbackPort.Free();
        _process = ChildProcess.Start(
            "dropbear", ["-F", "-E", "-p", $"127.0.0.1:{port}", "-r", _directory["ed25519"], "-r", _directory["ecdsa"], "-r", _directory["rsa"], "-P", _directory["pid"]]);
        await LoopbackPort.WaitUntilOpenAsync(port, () => _process.Log);
        Target = new SshTarget(TestAccount.Name, "127.0.0.1", port);
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }
}

/// <summary>The short form of the OpenSSH tests against Dropbear.</summary>
[Trait("Peer", "Dropbear")]
public class DropbearTests(DropbearServer server) : IClassFixture<DropbearServer>
{
    private Task<SshClient> ConnectAsync(Func<SshClientOptions, SshClientOptions>? change = null)
    {
        SshClientOptions options = new()
        {
            Credentials = [new PasswordCredential(TestAccount.Password)],
            HostKeys = HostKeyPolicy.InsecureAcceptAny(),
        };
        return SshClient.ConnectAsync(server.Target, change is null ? options : change(options));
    }

    [Theory]
    [InlineData("chacha20-poly1305@openssh.com", "curve25519-sha256", "ssh-ed25519")]
    [InlineData("aes128-ctr", "diffie-hellman-group14-sha256", "rsa-sha2-256")]
    [InlineData("aes256-ctr", "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256")]
    public async Task EachAlgorithm_ConnectsRunsAndRekeys(string cipher, string kex, string hostKey)
    {
        await using SshClient client = await ConnectAsync(options => options with
        {
            Algorithms = AlgorithmPreferences.Default.Apply(ciphers: cipher, keyExchange: kex, hostKeys: hostKey),
        });
        Task<CommandResult> command = client.ExecuteAsync("cat; exit 5", new CommandOptions { Input = new MemoryStream(new byte[300_000]) });
        client.Rekey();
        CommandResult result = await command;
        Assert.Equal(300_000, result.StandardOutput.Length);
        Assert.Equal(5, result.ExitStatus);
    }

    [Fact]
    public async Task Sftp_PutAndGet_AreEqual()
    {
        await using SshClient client = await ConnectAsync(options => options with { Rekey = RekeyLimits.Default with { Bytes = 4_000_000 } });
        await using SftpClient sftp = await client.OpenSftpAsync();
        byte[] content = RandomNumberGenerator.GetBytes(30_000_000);
        await File.WriteAllBytesAsync(server["up"], content);
        string remote = $"dropbear-{Guid.NewGuid():N}";
        await sftp.UploadAsync(server["up"], remote);
        await sftp.DownloadAsync(remote, server["down"]);
        await sftp.RemoveFileAsync(remote);
        Assert.Equal(content, await File.ReadAllBytesAsync(server["down"]));
    }

    [Fact]
    public async Task Password_Wrong_IsRefused()
    {
        LoginException exception = await Assert.ThrowsAsync<LoginException>(
            () => ConnectAsync(options => options with { Credentials = [new PasswordCredential("no")] }));
        Assert.Contains("password", exception.Sentence, StringComparison.Ordinal);
    }
}
