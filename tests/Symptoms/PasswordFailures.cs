using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Tests.Auth;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Interop;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>Passwords and questions that do not let anybody in: the rows A of docs/login-failures.md.</summary>
[Trait("Peer", "OpenSsh")]
public class PasswordFailures(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private const string Expires = "lucid-expires"; // an account of this class alone

    [Fact]
    public async Task Passwords_ThatAreRefused()
    {
        LoginException wrong = await LoginFailures.RefusedAsync(fixture.Server, TestAccount.Name, new PasswordCredential("not the password"));
        LoginException unknown = await LoginFailures.RefusedAsync(fixture.Server, "nobody-of-this-name", new PasswordCredential("not the password"));
        LoginException root = await LoginFailures.RefusedAsync(fixture.Server, "root", new PasswordCredential("not the password"));
        LoginFailureTable.Says("A1", "wrong password", "OpenSSH", wrong);
        LoginFailureTable.Says("A2", "a user that does not exist", "OpenSSH", unknown);
        LoginFailureTable.Says("A3", "root with a password", "OpenSSH with `PermitRootLogin prohibit-password`, its default", root);
    }

    [Fact]
    public async Task Questions_ThatAreNotAnsweredRight()
    {
        await using SshdServer server = await SshdServer.StartAsync("PasswordAuthentication no");
        LoginException wrong = await LoginFailures.RefusedAsync(server, TestAccount.Name, new PasswordCredential("not the password"));
        LoginException threw = await LoginFailures.RefusedAsync(
            server, TestAccount.Name, new KeyboardInteractiveCredential(_ => throw new InvalidOperationException("hunter2 is what was typed")));
        LoginException few = await LoginFailures.RefusedAsync(server, TestAccount.Name, new KeyboardInteractiveCredential(_ => []));
        Assert.DoesNotContain("hunter2", threw.Message, StringComparison.Ordinal);
        LoginFailureTable.Says("A4", "wrong password, and only keyboard-interactive is offered", "OpenSSH with `PasswordAuthentication no`", wrong);
        LoginFailureTable.Says("A5", "the callback throws", "OpenSSH and a callback that throws; its exception is the inner one", threw);
        LoginFailureTable.Says("A6", "the callback gives the wrong number of answers", "OpenSSH and a callback that gives none", few);
    }

    [Fact]
    public async Task Password_WhereMoreIsAsked()
    {
        using LoginTestKit kit = new();
        LoginException failure = await kit.FailAsync(new CodeAsker(), new PasswordCredential(LoginTestKit.Password));
        LoginFailureTable.Says("A7", "a password credential, and the server asks for more than a password", "our server, asking for a code", failure);
    }

    [Fact]
    public async Task Password_ThatHasExpired()
    {
        using LoginTestKit none = new(), nothing = new(), refused = new();
        LoginException without = await none.FailAsync(new Expirer(), new PasswordCredential(LoginTestKit.Password));
        LoginException gaveUp = await nothing.FailAsync(
            new Expirer(), new PasswordCredential(LoginTestKit.Password, (_, _) => ValueTask.FromResult<string?>(null)));
        LoginException notTaken = await refused.FailAsync(
            new Expirer(), new PasswordCredential(LoginTestKit.Password, (_, _) => ValueTask.FromResult<string?>("fresh")));
        LoginFailureTable.Says("A8", "the password has expired, and there is no callback for a new one", "our server", without);
        LoginFailureTable.Says("A9", "the password has expired, and the callback gives none", "our server", gaveUp);
        LoginFailureTable.Says("A10", "the password has expired, and the server refuses the new one", "our server", notTaken);
    }

    [Fact]
    public async Task Password_ThatHasExpiredAtPam()
    {
        await TestAccount.EnsureAsync(Expires, TestAccount.Password);
        await TestAccount.RunAsync("chage", "", "-d", "0", Expires);
        await using SshdServer server = await SshdServer.StartAsync("PasswordAuthentication no");
        LoginException failure = await LoginFailures.RefusedAsync(server, Expires, new PasswordCredential(TestAccount.Password));
        LoginFailureTable.Says("A11", "the password has expired, and PAM wants it changed in questions", "OpenSSH with PAM, `chage -d 0`, and a password credential", failure);
    }

    private sealed class CodeAsker : Authenticator
    {
        public override AuthenticationMethods MethodsFor(LoginContext context) => AuthenticationMethods.Parse("keyboard-interactive");

        public override async ValueTask<bool> InteractAsync(LoginContext context, IInteraction interaction, CancellationToken cancellationToken)
        {
            await interaction.AskAsync(new InteractiveRequest("", "", [new("Password: ", false)]), cancellationToken);
            await interaction.AskAsync(new InteractiveRequest("", "Look at your token.", [new("Code: ", true)]), cancellationToken);
            return false;
        }
    }

    private sealed class Expirer : Authenticator
    {
        public override AuthenticationMethods MethodsFor(LoginContext context) => AuthenticationMethods.Parse("password");

        public override ValueTask<PasswordVerdict> CheckPasswordAsync(LoginContext context, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
            ValueTask.FromResult(PasswordVerdict.ChangeRequired("Your password is older than 90 days."));

        public override ValueTask<PasswordVerdict> ChangePasswordAsync(
            LoginContext context, ReadOnlyMemory<byte> oldPassword, ReadOnlyMemory<byte> newPassword, CancellationToken cancellationToken) =>
            ValueTask.FromResult(PasswordVerdict.Refused);
    }
}

/// <summary>What the tests of docs/login-failures.md have in common.</summary>
internal static class LoginFailures
{
    /// <summary>A login that must not succeed.</summary>
    public static Task<LoginException> RefusedAsync(SshdServer server, string user, params Credential[] credentials) =>
        FailsAsync<LoginException>(server, user, server.Options with { Credentials = credentials });

    /// <summary>The same with other options, and another failure than a refusal.</summary>
    public static Task<TException> FailsAsync<TException>(SshdServer server, string user, SshClientOptions options)
        where TException : SshException =>
        Assert.ThrowsAsync<TException>(async () => await (await SshClient.ConnectAsync(new SshTarget(user, "127.0.0.1", server.Port), options)).DisposeAsync());
}
