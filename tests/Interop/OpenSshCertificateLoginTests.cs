using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>An OpenSSH server that trusts one authority of users, and that authority.</summary>
public sealed class CertificateServer : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();

    internal SshdServer Server { get; private set; } = null!;

    internal string this[string name] => _directory[name];

    public async Task InitializeAsync()
    {
        await CheckAsync("-t", "ed25519", "-N", "", "-f", _directory["ca"]);
        await File.WriteAllTextAsync(_directory["principals"], "lucid-test\nthe-role\n");
        await File.WriteAllTextAsync(_directory["revoked"], "");
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0b111_101_101);
        Server = await SshdServer.StartAsync($"""
            TrustedUserCAKeys {_directory["ca.pub"]}
            AuthorizedPrincipalsFile {_directory["principals"]}
            RevokedKeys {_directory["revoked"]}
            """);
    }

    /// <summary>Makes a key and a certificate of it beside it.</summary>
    internal async Task<string> IssueAsync(string name, string type, params string[] options)
    {
        string file = _directory[name];
        await CheckAsync("-t", type, "-N", "", "-C", name, "-f", file);
        await SignAsync(name, options);
        return file;
    }

    /// <summary>Signs a public key.</summary>
    internal async Task SignAsync(string name, params string[] options)
    {
        string[] principals = options.Contains("-n") ? [] : ["-n", TestAccount.Name];
        await CheckAsync(["-s", _directory["ca"], "-I", name, "-z", "7", .. principals, .. options, _directory[$"{name}.pub"]]);
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        _directory.Dispose();
    }

    internal static async Task CheckAsync(params string[] arguments)
    {
        (int code, string output, string error) = await ChildProcess.RunAsync("ssh-keygen", ["-q", .. arguments]);
        Assert.True(code == 0, $"ssh-keygen failed: {output}{error}");
    }
}

/// <summary>User certificates against OpenSSH's server: every type, every critical option, and what is not sent at all.</summary>
[Trait("Peer", "OpenSsh")]
public class OpenSshCertificateLoginTests(CertificateServer fixture) : IClassFixture<CertificateServer>
{
    [Theory]
    [InlineData("ed25519", "ssh-ed25519-cert-v01@openssh.com")]
    [InlineData("ecdsa", "ecdsa-sha2-nistp256-cert-v01@openssh.com")]
    [InlineData("rsa", "rsa-sha2-512-cert-v01@openssh.com")]
    public async Task Certificate_BesideItsKey_LogsIn(string type, string algorithm)
    {
        string file = await fixture.IssueAsync($"beside-{type}", type);
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(file);
        LoginReport report = await LogInAsync(credential);
        LoginAttempt attempt = Assert.Single(report.Attempts);
        Assert.Equal((LoginOutcome.Accepted, algorithm), (attempt.Outcome, attempt.Algorithm));
        Assert.Equal($"the certificate “beside-{type}” (serial 7) of the key {credential.PublicKey.Fingerprint}", attempt.Credential);
    }

    [Fact]
    public async Task Certificate_ThatIsNamed_LogsIn()
    {
        string file = await fixture.IssueAsync("named", "ed25519");
        File.Move($"{file}-cert.pub", fixture["elsewhere.pub"]);
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(file, certificatePath: fixture["elsewhere.pub"]);
        Assert.Equal("named", credential.Certificate!.KeyId);
        Assert.True((await LogInAsync(credential)).Succeeded);
    }

    [Fact]
    public async Task Certificate_OfAnotherKey_IsAnErrorWhereItIsNamedAndAnAttemptWhereItIsFound()
    {
        string file = await fixture.IssueAsync("first", "ed25519"), other = await fixture.IssueAsync("second", "ed25519");
        LocalMisuseException mismatch = Assert.Throws<LocalMisuseException>(() => PrivateKeyCredential.FromFile(file, certificatePath: $"{other}-cert.pub"));
        Assert.Equal(SshErrorCode.KeyPairMismatch, mismatch.Code);
        Assert.StartsWith("The certificate “second” (serial 7) certifies ssh-ed25519 SHA256:", mismatch.Sentence, StringComparison.Ordinal);
        Assert.Contains(", and the private key is ssh-ed25519 SHA256:", mismatch.Sentence, StringComparison.Ordinal);

        File.Copy($"{other}-cert.pub", $"{file}-cert.pub", overwrite: true);
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(file);
        Assert.Null(credential.Certificate);
        LoginException refused = await RefusedAsync(credential);
        Assert.Equal([LoginOutcome.Failed, LoginOutcome.Refused], refused.Report.Attempts.Select(a => a.Outcome));
        Assert.Contains("the certificate “second” (serial 7) certifies", refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_BesideTheKeyThatIsNoCertificate_IsNoReasonToDoWithoutTheKey()
    {
        await File.WriteAllTextAsync($"{fixture.Server.UserKey}-cert.pub", "this is no certificate\n");
        try
        {
            using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(fixture.Server.UserKey);
            LoginReport report = await LogInAsync(credential);
            Assert.Equal([LoginOutcome.Failed, LoginOutcome.Accepted], report.Attempts.Select(a => a.Outcome));
            Assert.Contains("user_ed25519-cert.pub", report.Attempts[0].Detail, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete($"{fixture.Server.UserKey}-cert.pub");
        }
    }

    [Theory]
    [InlineData("expired", "it has expired: it was valid until 2021-01-0", "-V", "20200101:20210101")]
    [InlineData("early", "it is not valid yet: it will be from 2091-01-0", "-V", "20910101:20920101")]
    [InlineData("host", "it is a host's, and nobody can log in with it", "-h")]
    public async Task Certificate_ThatCannotBeGood_IsNotSentAndTheReportSaysWhy(string name, string why, params string[] options)
    {
        string file = await fixture.IssueAsync($"useless-{name}", "ed25519", options);
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(file);
        LoginException refused = await RefusedAsync(credential);
        Assert.Equal([LoginOutcome.Failed, LoginOutcome.Refused], refused.Report.Attempts.Select(a => a.Outcome));
        Assert.StartsWith(why, refused.Report.Attempts[0].Detail, StringComparison.Ordinal);
        Assert.Contains($"could not be used: {why}", refused.Sentence, StringComparison.Ordinal);

        await File.AppendAllTextAsync(fixture.Server["authorized_keys"], await File.ReadAllTextAsync($"{file}.pub"));
        Assert.Equal([LoginOutcome.Failed, LoginOutcome.Accepted], (await LogInAsync(credential)).Attempts.Select(a => a.Outcome));
    }

    [Theory]
    [InlineData("principal", "it is for “somebody-else”, not for lucid-test, and its authority is SHA256:", "-n", "somebody-else")]
    [InlineData("address", "it is for “lucid-test”, with source-address 10.0.0.0/8, and its authority is SHA256:", "-O", "source-address=10.0.0.0/8")]
    [InlineData("unknown", "it is for “lucid-test”, with who@knows what, and its authority is SHA256:", "-O", "critical:who@knows=what")]
    public async Task Certificate_TheServerDoesNotTake_IsRefusedWithWhatStandsInIt(string name, string detail, params string[] options)
    {
        string file = await fixture.IssueAsync($"refused-{name}", "ed25519", options);
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(file);
        LoginException refused = await RefusedAsync(credential);
        Assert.Equal([LoginOutcome.Refused, LoginOutcome.Refused], refused.Report.Attempts.Select(a => a.Outcome));
        Assert.StartsWith(detail, refused.Report.Attempts[0].Detail, StringComparison.Ordinal);
        Assert.Contains(detail, refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_Revoked_IsRefused()
    {
        string file = await fixture.IssueAsync("revoked-one", "ed25519");
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(file);
        Assert.True((await LogInAsync(credential)).Succeeded);
        await File.AppendAllTextAsync(fixture["revoked"], await File.ReadAllTextAsync($"{file}.pub"));
        Assert.Contains("RevokedKeys", (await Assert.ThrowsAsync<LoginException>(() => ConnectAsync(CertificateOnly(file)))).Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("role", "-n", "the-role")]
    [InlineData("address-ok", "-O", "source-address=192.0.2.1,127.0.0.0/8")]
    [InlineData("verify", "-O", "verify-required")] // means something to FIDO tokens only
    public async Task Certificate_TheServerTakes_LogsIn(string name, params string[] options)
    {
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(await fixture.IssueAsync($"taken-{name}", "ed25519", options));
        Assert.True((await LogInAsync(credential)).Succeeded);
    }

    [Fact]
    public async Task Certificate_WithAForcedCommand_RunsThatOne()
    {
        string file = await fixture.IssueAsync("forced", "ed25519", "-O", "force-command=echo forced instead of $SSH_ORIGINAL_COMMAND");
        await using SshClient client = await ConnectAsync(PrivateKeyCredential.FromFile(file));
        Assert.Equal("forced instead of id -un", (await client.ExecuteAsync("id -un")).Output.Trim());
    }

    [Theory]
    [InlineData("sk-ssh-ed25519@openssh.com", false, true)]
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com", false, true)]
    [InlineData("sk-ssh-ed25519@openssh.com", true, true)]
    [InlineData("sk-ssh-ed25519@openssh.com", true, false)]
    public async Task Certificate_OfAToken_LogsInAsVerifiedAsItDemands(string type, bool demanded, bool verified)
    {
        string name = $"token-{type[..9]}-{demanded}-{verified}";
        using SecurityToken token = new(type);
        if (verified)
            token.Flags = SecurityToken.Touched | SecurityToken.Verified;
        await File.WriteAllTextAsync(fixture[$"{name}.pub"], token.PublicKey.ToOpenSshLine(name) + "\n");
        await fixture.SignAsync(name, demanded ? ["-O", "verify-required"] : []);
        Certificate certificate = Certificate.ReadFile(fixture[$"{name}-cert.pub"]);
        using PrivateKeyCredential credential = PrivateKeyCredential.FromSigner(token, certificate, certificateOnly: true);
        if (!demanded || verified)
        {
            Assert.True((await LogInAsync(credential)).Succeeded);
            return;
        }

        LoginException refused = await RefusedAsync(credential);
        Assert.Equal(LoginOutcome.KeyAcceptedSignatureRefused, Assert.Single(refused.Report.Attempts).Outcome);
    }

    [Fact]
    public async Task Certificate_AcceptedAsAFactor_IsNotFollowedByItsPlainKey()
    {
        await using SshdServer server = await SshdServer.StartAsync($"""
            TrustedUserCAKeys {fixture["ca.pub"]}
            AuthenticationMethods publickey,publickey
            """);
        string file = await fixture.IssueAsync("factor", "ed25519");
        await File.AppendAllTextAsync(server["authorized_keys"], await File.ReadAllTextAsync($"{file}.pub"));
        using PrivateKeyCredential first = PrivateKeyCredential.FromFile(file), second = PrivateKeyCredential.FromFile(server.UserKey);
        await using SshClient client = await SshClient.ConnectAsync(server.Target, server.Options with { Credentials = [first, second] });
        Assert.Equal([LoginOutcome.PartialSuccess, LoginOutcome.Accepted], client.Login.Attempts.Select(a => a.Outcome));
        LoginException missing = await Assert.ThrowsAsync<LoginException>(() => SshClient.ConnectAsync(server.Target, server.Options with { Credentials = [first] }));
        Assert.Equal(SshErrorCode.MoreFactorsRequired, missing.Code);
    }

    private static PrivateKeyCredential CertificateOnly(string file) => PrivateKeyCredential.FromSigner(
        new KeySigner(KeyFile.ReadPrivate(file)), Certificate.ReadFile($"{file}-cert.pub"), certificateOnly: true);

    private async Task<LoginReport> LogInAsync(params Credential[] credentials)
    {
        await using SshClient client = await ConnectAsync(credentials);
        Assert.Equal(TestAccount.Name, (await client.ExecuteAsync("id -un")).Output.Trim());
        return client.Login;
    }

    private Task<LoginException> RefusedAsync(params Credential[] credentials) => Assert.ThrowsAsync<LoginException>(() => ConnectAsync(credentials));

    private Task<SshClient> ConnectAsync(params Credential[] credentials) =>
        SshClient.ConnectAsync(fixture.Server.Target, fixture.Server.Options with { Credentials = credentials });

    private sealed class KeySigner(PrivateKey key) : ISigner
    {
        public PublicKey PublicKey => key.PublicKey;

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
            ValueTask.FromResult(key.Sign(algorithm, data.Span, SystemRandom.Shared));
    }
}
