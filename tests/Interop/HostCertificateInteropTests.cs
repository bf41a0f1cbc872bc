using System.Net;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Server;
using LucidSsh.Tests.Crypto.Keys;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>OpenSSH's server with HostCertificate, and OpenSSH's client with @cert-authority at ours.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class HostCertificateInteropTests(KeyTools tools) : IClassFixture<KeyTools>
{
    /// <summary>Trusts one authority, and nothing else.</summary>
    private sealed class AuthorityPolicy(PublicKey authority, DateTimeOffset? now = null) : HostKeyPolicy
    {
        public PresentedHostKey? Seen { get; private set; }

        public override ValueTask VerifyAsync(PresentedHostKey presented, CancellationToken cancellationToken)
        {
            Seen = presented;
            Assert.NotNull(presented.Certificate);
            Assert.Equal(authority, presented.Certificate.SignatureKey);
            return CertificateRules.Check(presented.Certificate, new CertificateUse(CertificateKind.Host, presented.Host, now ?? DateTimeOffset.UtcNow)) is { } refusal
                ? throw refusal.ToException()
                : ValueTask.CompletedTask;
        }
    }

    private string Certify(string publicKey, params string[] arguments)
    {
        KeyTools.Run("ssh-keygen", ["-q", "-h", "-s", tools.Plain("ed25519"), "-I", "the host", .. arguments, publicKey]);
        return publicKey.Replace(".pub", "-cert.pub", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_AtSshdWithHostCertificates_SeesTheOneItAsksFor()
    {
        await using SshdServer plain = await SshdServer.StartAsync(); // makes keys
        foreach (string type in (string[])["ed25519", "ecdsa", "rsa"])
            Certify(plain[$"host_{type}.pub"], "-n", "127.0.0.1", "-z", "17");
        await using SshdServer server = await SshdServer.StartAsync(string.Join('\n', ((string[])["ed25519", "ecdsa", "rsa"]).Select(
            type => $"HostKey {plain[$"host_{type}"]}\nHostCertificate {plain[$"host_{type}-cert.pub"]}")));
        foreach (string algorithm in AlgorithmPreferences.Default.HostKeys.Where(name => name.Contains("-cert-", StringComparison.Ordinal) && !name.Contains("p384", StringComparison.Ordinal) && !name.Contains("p521", StringComparison.Ordinal)))
        {
            AuthorityPolicy policy = new(KeyFile.ReadPublic(tools.Plain("ed25519")));
            await using SshClient client = await SshClient.ConnectAsync(server.Target, new SshClientOptions
            {
                HostKeys = policy,
                Credentials = [PrivateKeyCredential.FromFile(server.UserKey)], // bound to the certificate as the session's host key
                Algorithms = AlgorithmPreferences.Default.Apply(hostKeys: algorithm),
            });
            Assert.Equal("publickey", Assert.Single(client.Login.Accepted).Method);
            Assert.Equal(17ul, client.HostCertificate?.Serial);
            Assert.Equal(policy.Seen!.Key, client.HostKey);
            Assert.Equal("hello\n", (await client.ExecuteAsync("echo hello")).Output);
        }

        // Without a wish the certificate comes first; where the plain key is known, that one does.
        await using (SshClient usual = await SshClient.ConnectAsync(server.Target, new SshClientOptions
        {
            HostKeys = HostKeyPolicy.InsecureAcceptAny(),
            Credentials = [PrivateKeyCredential.FromFile(server.UserKey)],
        }))
        {
            Assert.Equal("ssh-ed25519-cert-v01@openssh.com", usual.Negotiation.Chosen(AlgorithmKind.HostKey));
        }

        string known = server["known"];
        await File.WriteAllTextAsync(known, $"[127.0.0.1]:{server.Port} {KeyFile.ReadPublic(plain["host_rsa.pub"]).ToOpenSshLine()}\n");
        await using SshClient knowing = await SshClient.ConnectAsync(
            server.Target, new SshClientOptions { HostKeys = HostKeyPolicy.KnownHosts(known), Credentials = [PrivateKeyCredential.FromFile(server.UserKey)] });
        Assert.Equal("rsa-sha2-512", knowing.Negotiation.Chosen(AlgorithmKind.HostKey));
        Assert.Null(knowing.HostCertificate);
    }

    [Fact]
    public async Task Client_AtSshdWithACertificateForAnotherHost_SaysSo()
    {
        await using SshdServer plain = await SshdServer.StartAsync();
        string certificate = Certify(plain["host_ed25519.pub"], "-n", "files.example.org,*.example.net");
        await using SshdServer server = await SshdServer.StartAsync($"HostKey {plain["host_ed25519"]}\nHostCertificate {certificate}");
        PeerRefusedException exception = await Assert.ThrowsAsync<PeerRefusedException>(() => SshClient.ConnectAsync(
            server.Target, new SshClientOptions { HostKeys = new AuthorityPolicy(KeyFile.ReadPublic(tools.Plain("ed25519"))) }));
        Assert.Equal(SshErrorCode.CertificateRefused, exception.Code);
        Assert.Equal("The host certificate \"the host\" (serial 0) is for \"files.example.org\", \"*.example.net\", not for the host \"127.0.0.1\".", exception.Sentence);
        Assert.Equal("the host", exception.Negotiation?.HostKey?.Certificate?.KeyId);
    }

    [Theory]
    [InlineData("ed25519", "ssh-ed25519-cert-v01@openssh.com")]
    [InlineData("ecdsa256", "ecdsa-sha2-nistp256-cert-v01@openssh.com")]
    [InlineData("ecdsa521", "ecdsa-sha2-nistp521-cert-v01@openssh.com")]
    [InlineData("rsa", "rsa-sha2-512-cert-v01@openssh.com")]
    [InlineData("rsa", "rsa-sha2-256-cert-v01@openssh.com")]
    public async Task Ssh_WithACertAuthority_TrustsOurServersCertificate(string kind, string algorithm)
    {
        using PrivateKey authority = KeyFile.ReadPrivate(tools.Plain("ecdsa384")), hostKey = KeyFile.ReadPrivate(tools.Plain(kind));
        Certificate certificate = new CertificateRequest(hostKey.PublicKey, CertificateKind.Host) { KeyId = "ours", Serial = 5, Principals = ["127.0.0.1"] }.Sign(authority);
        await using SshServer server = Start(hostKey, certificate);
        string known = tools.WriteFile(System.Text.Encoding.ASCII.GetBytes($"@cert-authority [127.0.0.1]:{server.EndPoint.Port} {authority.PublicKey.ToOpenSshLine()}\n"));
        (int code, string output, string error) = await SshAsync(server, known, "-o", $"HostKeyAlgorithms={algorithm}");
        Assert.True(code == 0, error);
        Assert.Equal("hello\n", output);
        Assert.Contains($"Server host certificate: {certificate.Type} {certificate.Key.Fingerprint}, serial 5 ID \"ours\" CA ecdsa-sha2-nistp384 {authority.PublicKey.Fingerprint}", error, StringComparison.Ordinal);

        // The same client, whose authority is another one, falls back to the key and does not know it.
        string other = tools.WriteFile(System.Text.Encoding.ASCII.GetBytes($"@cert-authority * {tools.PublicLine("ed25519")}\n"));
        (code, _, error) = await SshAsync(server, other, "-o", $"HostKeyAlgorithms={algorithm}");
        Assert.Equal(255, code);
        Assert.Contains("Host key verification failed", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ssh_ThatKnowsThePlainKey_GetsIt()
    {
        using PrivateKey authority = KeyFile.ReadPrivate(tools.Plain("ecdsa384")), hostKey = KeyFile.ReadPrivate(tools.Plain("ed25519"));
        await using SshServer server = Start(hostKey, new CertificateRequest(hostKey.PublicKey, CertificateKind.Host) { Principals = ["x"] }.Sign(authority));
        string known = tools.WriteFile(System.Text.Encoding.ASCII.GetBytes($"[127.0.0.1]:{server.EndPoint.Port} {hostKey.PublicKey.ToOpenSshLine()}\n"));
        (int code, string output, string error) = await SshAsync(server, known);
        Assert.True(code == 0, error);
        Assert.Equal("hello\n", output);
    }

    [Fact]
    public void Server_WithACertificateThatIsNoHostsOrNotItsOwn_DoesNotStart()
    {
        using PrivateKey authority = KeyFile.ReadPrivate(tools.Plain("ecdsa384")), hostKey = KeyFile.ReadPrivate(tools.Plain("ed25519"));
        CertificateRequest request = new(hostKey.PublicKey, CertificateKind.Host);
        Assert.Equal(SshErrorCode.Misuse, Assert.Throws<LocalMisuseException>(() => Start(hostKey, (request with { Kind = CertificateKind.User }).Sign(authority))).Code);
        Assert.Equal(SshErrorCode.KeyPairMismatch, Assert.Throws<LocalMisuseException>(() => Start(hostKey, (request with { Key = authority.PublicKey }).Sign(authority))).Code);
    }

    private SshServer Start(PrivateKey hostKey, Certificate certificate)
    {
        SimpleAuthenticator authenticator = new();
        authenticator.AddUser("alice", null, [new AuthorizedKey(KeyFile.ReadPublic(tools.Plain("ecdsa256")))]);
        return SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions
        {
            HostKeys = [hostKey],
            HostCertificates = [certificate],
            Authenticator = authenticator,
            Commands = new ProcessCommandHandler(),
        });
    }

    private Task<(int ExitCode, string Output, string Error)> SshAsync(SshServer server, string knownHosts, params string[] options) => ChildProcess.RunAsync("ssh",
    [
        "-v", "-F", "/dev/null", "-i", tools.Plain("ecdsa256"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", $"UserKnownHostsFile={knownHosts}",
        "-o", "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes", .. options, "-p", $"{server.EndPoint.Port}", "alice@127.0.0.1", "echo hello",
    ]);
}
