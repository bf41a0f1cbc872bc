using LucidSsh.Auth;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Interop;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>Certificates that do not let anybody in: the rows C of docs/login-failures.md.</summary>
[Trait("Peer", "OpenSsh")]
public class CertificateFailures(CertificateServer fixture) : IClassFixture<CertificateServer>
{
    [Theory]
    [InlineData("C1", "it has expired", "`ssh-keygen -V 20200101:20210101`", "-V", "20200101:20210101")]
    [InlineData("C2", "it is not valid yet", "`ssh-keygen -V 20910101:20920101`", "-V", "20910101:20920101")]
    [InlineData("C3", "it is a host's", "`ssh-keygen -h`", "-h")]
    [InlineData("C4", "it is for somebody else", "`ssh-keygen -n bob`", "-n", "bob")]
    [InlineData("C5", "it is for another address", "`ssh-keygen -O source-address=10.0.0.0/8`", "-O", "source-address=10.0.0.0/8")]
    [InlineData("C6", "it has a critical option the server does not know", "`ssh-keygen -O critical:who@knows=what`", "-O", "critical:who@knows=what")]
    public async Task Certificate_ThatIsNotGood(string id, string what, string how, params string[] options)
    {
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(await fixture.IssueAsync($"alice-{id}", "ed25519", options));
        LoginException failure = await LoginFailures.RefusedAsync(fixture.Server, TestAccount.Name, credential);
        LoginFailureTable.Says(id, what, $"OpenSSH with `TrustedUserCAKeys`, and a certificate of {how}; its plain key is not authorised either", failure);
    }

    [Fact]
    public async Task Certificate_OfAnAuthorityThatIsNotTrusted()
    {
        await using SshdServer server = await SshdServer.StartAsync();
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(await fixture.IssueAsync("alice-C7", "ed25519"));
        LoginFailureTable.Says("C7", "the server does not trust its authority", "OpenSSH without `TrustedUserCAKeys`", await LoginFailures.RefusedAsync(server, TestAccount.Name, credential));
    }

    [Fact]
    public async Task Certificate_OfAnotherKey()
    {
        string file = await fixture.IssueAsync("alice-C8", "ed25519"), other = await fixture.IssueAsync("bob-C8", "ed25519");
        LoginFailureTable.Says(
            "C8", "it is another key's, and was named", "a certificate path", Assert.Throws<LocalMisuseException>(() => PrivateKeyCredential.FromFile(file, certificatePath: $"{other}-cert.pub")));
        File.Copy($"{other}-cert.pub", $"{file}-cert.pub", overwrite: true);
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(file);
        LoginFailureTable.Says("C9", "it is another key's, and lies beside the key", "OpenSSH, and a stale `FILE-cert.pub`", await LoginFailures.RefusedAsync(fixture.Server, TestAccount.Name, credential));
    }
}
