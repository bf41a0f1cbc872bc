using System.Collections.Concurrent;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>Every algorithm against OpenSSH's server, each connection with one choice of each kind: a handshake, a login, a command
/// whose output is larger than a window of packets, and a rekey in the middle.</summary>
[Trait("Peer", "OpenSsh")]
public class OpenSshAlgorithmTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private static readonly string[] Aead = ["chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com"];
    private static readonly string[] Counter = ["aes128-ctr", "aes192-ctr", "aes256-ctr"];
    private static readonly string[] Macs = ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"];
    private static readonly string[] Kex = ["curve25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512"];
    private static readonly string[] HostKeys = ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256", "rsa-sha2-512"];

    // What the matrix leaves out: each row once beside one choice of the other kinds. OpenSSH 9.2 has no ML-KEM.
    private static readonly string[] OtherKex =
    [
        "sntrup761x25519-sha512@openssh.com", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
        "diffie-hellman-group-exchange-sha256", "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1", "diffie-hellman-group-exchange-sha1",
    ];

    private static readonly string[] Chaining = ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"];

    private static readonly string[] OtherMacs =
    [
        "umac-64@openssh.com", "umac-128@openssh.com", "umac-64-etm@openssh.com", "umac-128-etm@openssh.com", "hmac-sha1", "hmac-sha1-etm@openssh.com",
    ];

    [Fact]
    public async Task EveryCipherMacKexAndHostKey_ConnectsRunsAndRekeys()
    {
        (string Cipher, string? Mac)[] protections =
        [
            .. Aead.Select(cipher => (cipher, (string?)null)),
            .. Counter.SelectMany(cipher => Macs.Select(mac => (cipher, (string?)mac))),
        ];
        Assert.Equal((3 + 3 * 4) * 4 * 4, await RunAllAsync(
            from protection in protections from kex in Kex from hostKey in HostKeys select (protection, kex, hostKey)));
    }

    [Fact]
    public async Task OtherKexCiphersMacsAndHostKeys_ConnectRunAndRekey()
    {
        (string, string?) usual = ("aes128-ctr", "hmac-sha2-256");
        List<((string, string?), string, string)> rows =
        [
            .. OtherKex.Select(kex => (usual, kex, "ssh-ed25519")),
            .. Chaining.SelectMany(cipher => ((string[])[.. Macs, .. OtherMacs]).Select(mac => ((cipher, (string?)mac), "curve25519-sha256", "ssh-ed25519"))),
            .. OtherMacs.Select(mac => (("aes256-ctr", (string?)mac), "curve25519-sha256", "ssh-ed25519")),
            (usual, "curve25519-sha256", "ssh-rsa"),
        ];
        Assert.Equal(9 + 4 * 10 + 6 + 1, await RunAllAsync(rows));
    }

    private async Task<int> RunAllAsync(IEnumerable<((string Cipher, string? Mac) Protection, string Kex, string HostKey)> combinations)
    {
        ConcurrentBag<string> failures = [];
        int passed = 0;
        await Parallel.ForEachAsync(combinations, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (combination, _) =>
        {
            ((string cipher, string? mac), string kex, string hostKey) = combination;
            try
            {
                await RunAsync(cipher, mac, kex, hostKey);
                Interlocked.Increment(ref passed);
            }
            catch (Exception exception)
            {
                failures.Add($"{cipher} {mac} {kex} {hostKey}: {exception.Message}");
            }
        });
        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(10)) + "\n" + fixture.Server.Log[^Math.Min(2000, fixture.Server.Log.Length)..]);
        return passed;
    }

    private async Task RunAsync(string cipher, string? mac, string kex, string hostKey)
    {
        SshClientOptions options = fixture.Server.Options with
        {
            Credentials = [PrivateKeyCredential.FromFile(fixture.Server.UserKey)],
            Algorithms = AlgorithmPreferences.Default.Apply(keyExchange: kex, hostKeys: hostKey, ciphers: cipher, macs: mac),
        };
        await using SshClient client = await SshClient.ConnectAsync(fixture.Server.Target, options);
        Assert.Equal(kex, client.Negotiation.Chosen(AlgorithmKind.KeyExchange));
        Assert.Equal(hostKey, client.Negotiation.Chosen(AlgorithmKind.HostKey));
        Assert.Equal(cipher, client.Negotiation.Chosen(AlgorithmKind.CipherClientToServer));
        Assert.Equal(mac, client.Negotiation.Chosen(AlgorithmKind.MacServerToClient));
        Assert.True(client.Negotiation.StrictKeyExchange);

        byte[] input = Encoding.ASCII.GetBytes(new string('x', 100_000));
        Task<CommandResult> echo = client.ExecuteAsync("cat; echo -n done >&2; exit 3", new CommandOptions { Input = new MemoryStream(input) });
        client.Rekey();
        CommandResult result = await echo;
        Assert.Equal(input, result.StandardOutput);
        Assert.Equal("done", result.Error);
        Assert.Equal(3, result.ExitStatus);
    }
}
