using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;

namespace LucidSsh.Tests.Interop;

/// <summary>Captures with the secrets inside open decrypted in tshark. What each cipher shows is tshark 4.0's doing: it knows
/// Curve25519 and the fixed Diffie-Hellman groups, AES-GCM and AES-CTR; not strict key exchange's counting for ChaCha20-Poly1305,
/// no encrypt-then-MAC and no hybrid.</summary>
[Trait("Peer", "OpenSsh")]
public class WiresharkTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    [Theory]
    [Trait("Peer", "Tshark")]
    [InlineData("curve25519-sha256", "aes128-gcm@openssh.com", null)]
    [InlineData("curve25519-sha256", "aes256-gcm@openssh.com", null)]
    [InlineData("curve25519-sha256", "aes128-ctr", "hmac-sha2-256")]
    [InlineData("curve25519-sha256", "aes256-ctr", "hmac-sha2-512")]
    [InlineData("curve25519-sha256", "aes192-ctr", "hmac-sha1")]
    [InlineData("curve25519-sha256", "aes256-cbc", "hmac-sha2-256")]
    [InlineData("diffie-hellman-group14-sha256", "aes256-gcm@openssh.com", null)]
    [InlineData("diffie-hellman-group16-sha512", "aes128-ctr", "hmac-sha2-256")]
    public async Task Pcapng_OpensDecrypted(string kex, string cipher, string? mac)
    {
        using TemporaryDirectory directory = new();
        using (PacketCapture capture = PacketCapture.ToPcapng(directory["session.pcapng"]))
            await RunAsync(capture, kex, cipher, mac);
        string messages = await TsharkAsync("-r", directory["session.pcapng"], "-Y", "ssh", "-T", "fields", "-e", "ssh.message_code", "-e", "ssh.userauth_user_name", "-e", "ssh.connection_type_name");
        string[] codes = [.. messages.Split(['\t', '\n', ',', ' '], StringSplitOptions.RemoveEmptyEntries)];
        // KEXINIT, NEWKEYS, SERVICE_REQUEST, _ACCEPT, USERAUTH_REQUEST, _SUCCESS, CHANNEL_OPEN, _CONFIRMATION, _DATA, _REQUEST
        foreach (string code in (string[])["20", "21", "5", "6", "50", "52", "90", "91", "94", "98"])
            Assert.True(codes.Contains(code), $"message {code} is not among:\n{messages}");
        Assert.Contains("session", codes);
        Assert.Contains("1", (await RunToolAsync("capinfos", directory["session.pcapng"])).Split('\n').First(line => line.Contains("decryption secrets", StringComparison.Ordinal)), StringComparison.Ordinal);
        string comments = await TsharkAsync("-r", directory["session.pcapng"], "-T", "fields", "-e", "frame.comment");
        Assert.Contains("message=KEXINIT", comments, StringComparison.Ordinal);
        Assert.Contains("message=USERAUTH_SUCCESS", comments, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory["session.pcapng"]));
    }

    [Fact]
    [Trait("Peer", "Tshark")]
    public async Task EveryOtherAlgorithm_IsReadableInTheComments()
    {
        using TemporaryDirectory directory = new();
        using (PacketCapture capture = PacketCapture.ToPcapng(directory["session.pcapng"]))
            await RunAsync(capture, "sntrup761x25519-sha512@openssh.com", "chacha20-poly1305@openssh.com", null);
        string comments = await TsharkAsync("-r", directory["session.pcapng"], "-T", "fields", "-e", "frame.comment");
        foreach (string name in (string[])["KEXINIT", "NEWKEYS", "SERVICE_ACCEPT", "USERAUTH_REQUEST", "USERAUTH_SUCCESS", "CHANNEL_OPEN", "CHANNEL_REQUEST", "CHANNEL_CLOSE"])
            Assert.Contains($"message={name}", comments, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyLog_HasALineOfEachFormForEachExchange()
    {
        using TemporaryDirectory directory = new();
        using (PacketCapture keys = PacketCapture.ToKeyLog(directory["keys"]))
            await RunAsync(keys, "curve25519-sha256", "aes128-gcm@openssh.com", null, rekey: true);
        string[] lines = await File.ReadAllLinesAsync(directory["keys"]);
        Assert.Equal(4, lines.Length);
        Assert.Matches("^[0-9a-f]{32} [0-9a-f]{64}$", lines[0]);
        Assert.Matches("^[0-9a-f]{32} SHARED_SECRET [0-9a-f]{60,64}$", lines[1]);
        Assert.NotEqual(lines[0][..32], lines[2][..32]);
    }

    [Fact]
    public void FileThatWasEverybodys_IsItsOwnersAlone()
    {
        using TemporaryDirectory directory = new();
        foreach (string name in (string[])["keys", "session.pcapng"])
        {
            File.WriteAllText(directory[name], "old");
            File.SetUnixFileMode(directory[name], (UnixFileMode)0b110_110_110);
            using (name == "keys" ? PacketCapture.ToKeyLog(directory[name]) : PacketCapture.ToPcapng(directory[name]))
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory[name]));
        }
    }

    private async Task RunAsync(PacketCapture capture, string kex, string cipher, string? mac, bool rekey = false)
    {
        SshClientOptions options = fixture.Server.Options with
        {
            Credentials = [PrivateKeyCredential.FromFile(fixture.Server.UserKey)],
            Algorithms = AlgorithmPreferences.Default.Apply(keyExchange: kex, ciphers: cipher, macs: mac),
            Capture = capture,
        };
        await using SshClient client = await SshClient.ConnectAsync(fixture.Server.Target, options);
        if (rekey)
            client.Rekey();
        Assert.Equal("seen", (await client.ExecuteAsync("echo -n seen")).Output);
    }

    private static Task<string> TsharkAsync(params string[] arguments) => RunToolAsync("tshark", ["-o", "tcp.check_checksum:FALSE", .. arguments]);

    private static async Task<string> RunToolAsync(string tool, params string[] arguments)
    {
        (int code, string output, string error) = await ChildProcess.RunAsync(tool, arguments);
        Assert.True(code == 0, error);
        return output;
    }
}
