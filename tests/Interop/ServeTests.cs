using System.Security.Cryptography;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Interop;

/// <summary>One <c>lucid serve</c> for the tests of this file.</summary>
public sealed class ServedDirectory : IAsyncLifetime
{
    internal LucidServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await LucidServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

/// <summary>Other people's clients against <c>lucid serve</c>.</summary>
public class ServeTests(ServedDirectory fixture) : IClassFixture<ServedDirectory>
{
    private LucidServer Server => fixture.Server;

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task Ssh_RunsACommand_WithInputErrorAndExitStatus()
    {
        (int code, string output, string error) = await ChildProcess.RunAsync(
            "ssh", [.. Server.SshOptions, "-p", $"{Server.Port}", $"{LucidServer.User}@127.0.0.1", "cat; echo problem >&2; exit 7"], "hello");
        Assert.Equal(7, code);
        Assert.Equal("hello", output);
        Assert.Contains("problem", error, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Peer", "OpenSsh")]
    [InlineData("chacha20-poly1305@openssh.com", "hmac-sha2-256", "curve25519-sha256", "ssh-ed25519")]
    [InlineData("aes128-gcm@openssh.com", "hmac-sha2-256", "ecdh-sha2-nistp256", "ecdsa-sha2-nistp256")]
    [InlineData("aes256-gcm@openssh.com", "hmac-sha2-256", "diffie-hellman-group14-sha256", "rsa-sha2-256")]
    [InlineData("aes128-ctr", "hmac-sha2-256", "diffie-hellman-group16-sha512", "rsa-sha2-512")]
    [InlineData("aes192-ctr", "hmac-sha2-512-etm@openssh.com", "curve25519-sha256@libssh.org", "ssh-ed25519")]
    [InlineData("aes256-ctr", "hmac-sha2-256-etm@openssh.com", "ecdh-sha2-nistp521", "ssh-ed25519")]
    [InlineData("aes256-ctr", "hmac-sha2-512", "ecdh-sha2-nistp384", "ssh-ed25519")]
    [InlineData("aes256-ctr", "umac-128@openssh.com", "sntrup761x25519-sha512@openssh.com", "ssh-ed25519")]
    [InlineData("aes128-ctr", "umac-128-etm@openssh.com", "diffie-hellman-group-exchange-sha256", "ssh-ed25519")]
    public async Task Ssh_EachAlgorithm_MovesDataThroughRekeys(string cipher, string mac, string kex, string hostKey)
    {
        (int code, string output, string error) = await ChildProcess.RunAsync("ssh",
        [
            .. Server.SshOptions, "-c", cipher, "-m", mac, "-o", $"KexAlgorithms={kex}", "-o", $"HostKeyAlgorithms={hostKey}", "-o", "RekeyLimit=1M",
            "-p", $"{Server.Port}", $"{LucidServer.User}@127.0.0.1", "head -c 5000000 /dev/zero | tr '\\0' x",
        ]);
        Assert.True(code == 0, error + Server.Log);
        Assert.Equal(5_000_000, output.Length);
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task Sftp_DoesEverythingItCan()
    {
        byte[] content = RandomNumberGenerator.GetBytes(20_000_000);
        await File.WriteAllBytesAsync(Server["local"], content);
        string batch = $"""
            mkdir dir
            put {Server["local"]} dir/file
            chmod 600 dir/file
            rename dir/file dir/renamed
            symlink renamed dir/link
            ls -l dir
            get dir/link {Server["back"]}
            df
            rm dir/link
            rm dir/renamed
            rmdir dir
            """;
        (int code, string output, string error) = await ChildProcess.RunAsync(
            "sftp", [.. Server.SshOptions, "-b", "-", "-P", $"{Server.Port}", $"{LucidServer.User}@127.0.0.1"], batch);
        Assert.True(code == 0, output + error);
        Assert.Contains("-rw-------", output, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllBytesAsync(Server["back"]));
        Assert.False(Directory.Exists(Path.Combine(Server.Root, "dir")));
    }

    [Fact]
    [Trait("Peer", "Curl")]
    public async Task Curl_PutsAndGetsOverSftp()
    {
        byte[] content = RandomNumberGenerator.GetBytes(3_000_000);
        await File.WriteAllBytesAsync(Server["curl-up"], content);
        string url = $"sftp://127.0.0.1:{Server.Port}/curl-file";
        string[] login = ["-sS", "--insecure", "-u", $"{LucidServer.User}:{LucidServer.Password}"];
        (int put, _, string putError) = await ChildProcess.RunAsync("curl", [.. login, "-T", Server["curl-up"], url]);
        Assert.True(put == 0, putError + Server.Log);
        (int get, _, string getError) = await ChildProcess.RunAsync("curl", [.. login, "-o", Server["curl-down"], url]);
        Assert.True(get == 0, getError + Server.Log);
        Assert.Equal(content, await File.ReadAllBytesAsync(Server["curl-down"]));
    }

    [Fact]
    [Trait("Peer", "Dropbear")]
    public async Task DropbearClient_RunsACommand()
    {
        (int code, string output, string error) = await ChildProcess.RunAsync(
            "dbclient", ["-y", "-y", "-p", $"{Server.Port}", $"{LucidServer.User}@127.0.0.1", "echo from $0"],
            environment: new Dictionary<string, string> { ["DROPBEAR_PASSWORD"] = LucidServer.Password });
        Assert.True(code == 0, error + Server.Log);
        Assert.Contains("from", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task TwoFactors_WithoutTheSecond_AreRefused()
    {
        await using LucidServer server = await LucidServer.StartAsync("--require", "publickey,password");
        (int code, _, string error) = await ChildProcess.RunAsync("ssh", [.. server.SshOptions, "-p", $"{server.Port}", $"{LucidServer.User}@127.0.0.1", "true"]);
        Assert.Equal(255, code);
        Assert.Contains("Permission denied (password)", error, StringComparison.Ordinal);
    }
}
