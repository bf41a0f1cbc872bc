using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>An account whose password has expired, at OpenSSH with PAM, which has it changed in keyboard-interactive. The method password
/// has no such conversation there: OpenSSH's server never sends PASSWD_CHANGEREQ, lets the login pass and leaves the change to the
/// session.</summary>
[Trait("Peer", "OpenSsh")]
public class OpenSshExpiredPasswordTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private const string Account = "lucid-expired"; // of these tests alone, which run one after the other
    private const string Old = "old horse battery staple";
    private const string New = "fresh Zebra 4711 umbrella";

    [Fact]
    public async Task ExpiredPassword_ChangedInKeyboardInteractive_LogsInAndTheNewOneWorks()
    {
        await ExpireAsync();
        List<InteractiveRequest> seen = [];
        using KeyboardInteractiveCredential answers = new(request =>
        {
            seen.Add(request);
            return [.. request.Prompts.Select(prompt => prompt.Text.Contains("ew password", StringComparison.Ordinal) ? New : Old)];
        });
        LoginReport report = await LogInAsync(answers);
        Assert.Equal(LoginOutcome.Accepted, Assert.Single(report.Attempts).Outcome);
        Assert.Equal(["Password: ", "Current password: ", "New password: ", "Retype new password: "], seen.SelectMany(r => r.Prompts).Select(p => p.Text.Split('\n')[^1]));
        Assert.Contains(seen, request => $"{request.Instruction}{string.Concat(request.Prompts.Select(p => p.Text))}".Contains("You are required to change your password immediately", StringComparison.Ordinal));

        Assert.True((await LogInAsync(new PasswordCredential(New))).Succeeded);
        LoginException old = await Assert.ThrowsAsync<LoginException>(() => LogInAsync(new PasswordCredential(Old)));
        Assert.Equal(SshErrorCode.LoginRefused, old.Code);
    }

    [Fact]
    public async Task ExpiredPassword_WhereNobodyAnswersForTheNewOne_IsToldWithTheServersQuestion()
    {
        await ExpireAsync();
        await using SshdServer server = await SshdServer.StartAsync("PasswordAuthentication no");
        LoginException failure = await Assert.ThrowsAsync<LoginException>(() => SshClient.ConnectAsync(
            new SshTarget(Account, "127.0.0.1", server.Port), server.Options with { Credentials = [new PasswordCredential(Old)] }));
        Assert.Contains("Current password:", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("KeyboardInteractiveCredential", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExpiredPassword_InTheMethodPassword_PassesAndTheSessionWantsTheChange()
    {
        await ExpireAsync();
        await using SshClient client = await ConnectAsync(new PasswordCredential(Old));
        CommandResult result = await client.ExecuteAsync("id -un");
        Assert.Contains("Password change required but no TTY available", result.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, result.ExitStatus);
    }

    private static async Task ExpireAsync()
    {
        await TestAccount.EnsureAsync(Account, Old);
        await TestAccount.RunAsync("chage", "", "-d", "0", Account);
    }

    private async Task<LoginReport> LogInAsync(Credential credential)
    {
        await using SshClient client = await ConnectAsync(credential);
        Assert.Equal(Account, (await client.ExecuteAsync("id -un")).Output.Trim());
        return client.Login;
    }

    private Task<SshClient> ConnectAsync(Credential credential) => SshClient.ConnectAsync(
        new SshTarget(Account, "127.0.0.1", fixture.Server.Port), fixture.Server.Options with { Credentials = [credential] });
}
