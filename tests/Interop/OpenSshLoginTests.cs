using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>Every login method against OpenSSH's server, alone and several in one login.</summary>
[Trait("Peer", "OpenSsh")]
public class OpenSshLoginTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private static KeyboardInteractiveCredential Interactive(string answer) => new(request =>
        [.. request.Prompts.Select(prompt => prompt.Echo ? "" : answer)]);

    [Fact]
    public async Task Password_Right_LogsIn() => await AssertLogsInAsync(fixture.Server, new PasswordCredential(TestAccount.Password));

    [Fact]
    public async Task KeyboardInteractive_Right_LogsIn() => await AssertLogsInAsync(fixture.Server, Interactive(TestAccount.Password));

    [Fact]
    public async Task PublicKey_Authorised_LogsIn() => await AssertLogsInAsync(fixture.Server, PrivateKeyCredential.FromFile(fixture.Server.UserKey));

    [Theory]
    [InlineData("ecdsa", "256", "")]
    [InlineData("rsa", "3072", "")]
    [InlineData("rsa", "2048", "-mPEM")]
    [InlineData("ecdsa", "256", "-mPEM")]
    [InlineData("rsa", "2048", "-mPKCS8")]
    [InlineData("ed25519", "256", "")]
    public async Task PublicKey_OfEachTypeAndFormatEncrypted_LogsIn(string type, string bits, string format)
    {
        string file = fixture.Server[$"key-{type}-{bits}{format}"];
        (int code, string output, string error) = await ChildProcess.RunAsync(
            "ssh-keygen", ["-q", "-t", type, "-b", bits, "-N", "pass phrase", "-f", file, .. format.Length > 0 ? [format] : Array.Empty<string>()]);
        Assert.True(code == 0, output + error);
        await File.AppendAllTextAsync(fixture.Server["authorized_keys"], await File.ReadAllTextAsync(file + ".pub"));
        await AssertLogsInAsync(fixture.Server, PrivateKeyCredential.FromFile(file, "pass phrase"));
    }

    [Fact]
    public async Task PublicKey_WhereTheServerTakesThat_IsBoundToTheHostKey()
    {
        StringWriter trace = new();
        SshClientOptions options = fixture.Server.Options with { Credentials = [PrivateKeyCredential.FromFile(fixture.Server.UserKey)] };
        using (TraceSink sink = TraceSink.ToWriter(trace, TraceMask.Authentication))
        {
            await using SshClient client = await SshClient.ConnectAsync(fixture.Server.Target, options with { Trace = sink });
            Assert.Equal("publickey", Assert.Single(client.Login.Accepted).Method);
        }

        Assert.Contains("publickey-hostbound-v00@openssh.com", trace.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_Wrong_SaysSoAndNamesWhatIsOffered()
    {
        LoginException exception = await Assert.ThrowsAsync<LoginException>(() => ConnectAsync(fixture.Server, new PasswordCredential("hunter2-is-not-it")));
        Assert.Equal(SshErrorCode.LoginRefused, exception.Code);
        Assert.Contains("password", exception.Sentence, StringComparison.Ordinal);
        Assert.Contains("publickey", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("publickey,password")]
    [InlineData("publickey,keyboard-interactive")]
    [InlineData("password,publickey")]
    [InlineData("publickey,password,keyboard-interactive")]
    public async Task SeveralFactors_AllSupplied_LogIn(string methods)
    {
        await using SshdServer server = await SshdServer.StartAsync($"AuthenticationMethods {methods}");
        await AssertLogsInAsync(
            server, PrivateKeyCredential.FromFile(server.UserKey), new PasswordCredential(TestAccount.Password), Interactive(TestAccount.Password));
    }

    [Fact]
    public async Task SecondFactor_Missing_IsNamedAndNoInvalidSignature()
    {
        await using SshdServer server = await SshdServer.StartAsync("AuthenticationMethods publickey,password");
        LoginException exception = await Assert.ThrowsAsync<LoginException>(() => ConnectAsync(server, PrivateKeyCredential.FromFile(server.UserKey)));
        Assert.Equal(SshErrorCode.MoreFactorsRequired, exception.Code);
        Assert.Contains("password", exception.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("signature", exception.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task KeyboardInteractiveOnly_PasswordCredential_AnswersTheOnePrompt()
    {
        await using SshdServer server = await SshdServer.StartAsync("PasswordAuthentication no");
        await AssertLogsInAsync(server, new PasswordCredential(TestAccount.Password));
    }

    private static async Task AssertLogsInAsync(SshdServer server, params Credential[] credentials)
    {
        await using SshClient client = await ConnectAsync(server, credentials);
        CommandResult result = await client.ExecuteAsync("id -un");
        Assert.Equal(TestAccount.Name, result.Output.Trim());
    }

    private static Task<SshClient> ConnectAsync(SshdServer server, params Credential[] credentials) =>
        SshClient.ConnectAsync(server.Target, server.Options with { Credentials = credentials });
}
