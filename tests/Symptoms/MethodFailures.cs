using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>Methods that do not meet, factors that are missing, logins that are cut short: the rows D and E of
/// docs/login-failures.md.</summary>
[Trait("Peer", "OpenSsh")]
public class MethodFailures
{
    private const string ExpiredAccount = "lucid-over"; // an account of this class alone

    [Fact]
    public async Task Factors_ThatAreMissing()
    {
        await using SshdServer two = await SshdServer.StartAsync("AuthenticationMethods publickey,password");
        using PrivateKeyCredential key = PrivateKeyCredential.FromFile(two.UserKey);
        LoginFailureTable.Says("D1", "the server wants another factor", "OpenSSH with `AuthenticationMethods publickey,password`, and a key", await LoginFailures.RefusedAsync(two, TestAccount.Name, key));
        LoginFailureTable.Says(
            "D2", "the second factor is wrong", "the same with a wrong password as well", await LoginFailures.RefusedAsync(two, TestAccount.Name, key, new PasswordCredential("not the password")));
        LoginFailureTable.Says("D3", "no method in common", "the same with a password alone", await LoginFailures.RefusedAsync(two, TestAccount.Name, new PasswordCredential(TestAccount.Password)));
        LoginFailureTable.Says("D4", "no credential was given", "the same with nothing", await LoginFailures.RefusedAsync(two, TestAccount.Name));
    }

    [Fact]
    public async Task Host_ThatIsNotTrusted()
    {
        await using SshdServer server = await SshdServer.StartAsync("HostbasedAuthentication yes\nHostbasedUsesNameFromPacketOnly yes");
        using HostBasedCredential host = HostBasedCredential.FromKey(PrivateKey.Generate("ssh-ed25519"), "client.example.", "bob");
        LoginFailureTable.Says("D5", "the server does not trust this host", "OpenSSH with `HostbasedAuthentication yes`", await LoginFailures.RefusedAsync(server, TestAccount.Name, host));
    }

    [Fact]
    public async Task Attempts_ThatAreTooMany()
    {
        await using SshdServer server = await SshdServer.StartAsync("MaxAuthTries 3");
        Credential[] keys = [.. Enumerable.Range(0, 3).Select(_ => PrivateKeyCredential.FromKey(PrivateKey.Generate("ssh-ed25519"))), new PasswordCredential(TestAccount.Password)];
        LoginFailureTable.Says("E1", "too many attempts for the server", "OpenSSH with `MaxAuthTries 3`, three keys and the right password", await LoginFailures.RefusedAsync(server, TestAccount.Name, keys));
        SshClientOptions limited = server.Options with { Credentials = keys, Login = new LoginOptions { MaxAttempts = 2 } };
        LoginFailureTable.Says("E2", "more credentials than this side's limit", "OpenSSH, the same, and `LoginOptions.MaxAttempts` 2", await LoginFailures.FailsAsync<LoginException>(server, TestAccount.Name, limited));
    }

    [Fact]
    public async Task Time_ThatIsUp()
    {
        await using SshdServer server = await SshdServer.StartAsync("LoginGraceTime 2\nPasswordAuthentication no");
        using KeyboardInteractiveCredential slow = new(async (request, cancellationToken) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(6), cancellationToken);
            return [.. request.Prompts.Select(_ => TestAccount.Password)];
        });
        SshClientOptions options = server.Options with { Credentials = [slow] };
        LoginFailureTable.Says(
            "E3", "the login takes longer than this side's limit", "OpenSSH, a callback that waits, and `LoginTimeout` one second",
            await LoginFailures.FailsAsync<TransportLostException>(server, TestAccount.Name, options with { LoginTimeout = TimeSpan.FromSeconds(1) }));
        LoginFailureTable.Says(
            "E4", "the login takes longer than the server's limit", "OpenSSH with `LoginGraceTime 2`, and a callback that waits",
            await LoginFailures.FailsAsync<TransportLostException>(server, TestAccount.Name, options));
    }

    [Fact]
    public async Task Account_ThatMayNotBeUsed()
    {
        await TestAccount.EnsureAsync(ExpiredAccount, TestAccount.Password);
        await TestAccount.RunAsync("chage", "", "-E", "1", ExpiredAccount);
        await using SshdServer server = await SshdServer.StartAsync();
        using PrivateKeyCredential key = PrivateKeyCredential.FromFile(server.UserKey);
        LoginFailureTable.Says("E5", "the account has expired", "OpenSSH with PAM, `chage -E 1`, and a key that is authorised", await LoginFailures.FailsAsync<TransportLostException>(server, ExpiredAccount, server.Options with { Credentials = [key] }));
    }
}
