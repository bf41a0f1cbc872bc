using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>Two sides that have nothing in common, and host keys that are not the expected ones.</summary>
[Trait("Peer", "OpenSsh")]
public class NegotiationSymptoms
{
    private const string Kex = "`SSH Error [80101005]: Unable to exchange encryption keys`";

    [Theory]
    [InlineData(1, "KexAlgorithms diffie-hellman-group1-sha1", "No common key exchange", "--kex +diffie-hellman-group1-sha1")]
    [InlineData(2, "HostKeyAlgorithms ssh-rsa", "No common host key", "--host-key-algorithms +ssh-rsa")]
    [InlineData(3, "Ciphers 3des-cbc", "No common cipher (client to server)", "--ciphers +3des-cbc")]
    [InlineData(4, "Ciphers aes128-ctr\nMACs hmac-md5", "No common MAC (client to server)", "hmac-md5")]
    public async Task NothingInCommon_NamesTheKind_BothLists_AndWhatToChange(int number, string configuration, string sentence, string expected)
    {
        await using SshdServer server = await SshdServer.StartAsync(configuration);
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => SshClient.ConnectAsync(server.Target, new SshClientOptions
        {
            HostKeys = HostKeyPolicy.InsecureAcceptAny(),
            Algorithms = AlgorithmPreferences.Default.Apply(
                keyExchange: "curve25519-sha256", hostKeys: "ssh-ed25519", ciphers: "aes256-gcm@openssh.com,aes128-ctr", macs: "hmac-sha2-256-etm@openssh.com"),
        }));
        Assert.Equal(SshErrorCode.NoCommonAlgorithm, failure.Code);
        Assert.StartsWith(sentence, failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("this side offers", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("the server offers", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        SymptomTable.Says($"B{number}", Kex, $"OpenSSH with `{configuration.Replace("\n", "`, `", StringComparison.Ordinal)}`", failure);
    }

    [Fact]
    public async Task UnknownHost_IsRefused_WithTheFingerprintToPin()
    {
        await using SshdServer server = await SshdServer.StartAsync();
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => SshClient.ConnectAsync(
            server.Target, new SshClientOptions { HostKeys = HostKeyPolicy.KnownHosts(server["no_known_hosts"]) }));
        Assert.Equal(SshErrorCode.HostKeyUnknown, failure.Code);
        Assert.Contains("SHA256:", failure.Sentence, StringComparison.Ordinal);
        SymptomTable.Says("B5", "No host key is checked anywhere, because checking is optional", "OpenSSH, and an empty known_hosts file", failure);
    }

    [Theory]
    [InlineData(6, "ed25519", "host_ed25519")]
    [InlineData(7, "rsa", "host_rsa")]
    public async Task ChangedHostKey_NamesBothKeysAndTheLine(int number, string type, string of)
    {
        await using SshdServer server = await SshdServer.StartAsync($"HostKeyAlgorithms {(type == "rsa" ? "ssh-ed25519" : "ssh-ed25519,rsa-sha2-256")}");
        using PrivateKey another = PrivateKey.Generate("ssh-ed25519");
        PublicKey known = type == "rsa" ? KeyFile.ReadPublic(server[$"{of}.pub"]) : another.PublicKey;
        await KnownHostsFile.AddAsync(server["other_known_hosts"], "127.0.0.1", server.Port, known);
        SshException failure = await Assert.ThrowsAnyAsync<SshException>(() => SshClient.ConnectAsync(
            server.Target, new SshClientOptions { HostKeys = HostKeyPolicy.KnownHosts(server["other_known_hosts"]) }));
        Assert.Equal(SshErrorCode.HostKeyChanged, failure.Code);
        Assert.Contains(known.Fingerprint, failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("line 1", failure.Sentence, StringComparison.Ordinal);
        SymptomTable.Says(
            $"B{number}",
            type == "rsa" ? "A mismatch is reported although the host only showed a key of another type" : "`KNOWN_HOSTS` (-46) that does not say which key is which",
            type == "rsa" ? "OpenSSH that shows its Ed25519 key where its RSA key is known" : "OpenSSH where another key is known",
            failure);
    }
}
