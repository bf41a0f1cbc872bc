using System.Security.Cryptography;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Tests.Architecture;
using LucidSsh.Tests.Auth;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>docs/login.md: its snippets are those of <see cref="LoginGuide"/>, and they do what it says.</summary>
[Trait("Peer", "OpenSsh")]
public class LoginGuideTests(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private SshdServer Server => fixture.Server;

    private string Target => $"{TestAccount.Name}@127.0.0.1:{Server.Port}";

    [Theory]
    [InlineData("plan")]
    [InlineData("account")]
    [InlineData("change")]
    [InlineData("questions")]
    [InlineData("signer")]
    public void Snippet_OfTheGuide_IsTheOneThatRuns(string name)
    {
        string[] lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "tests", "Interop", "LoginGuide.cs"));
        IEnumerable<string> snippet = lines.SkipWhile(line => line.Trim() != $"// snippet: {name}").Skip(1).TakeWhile(line => line.Trim() != "// end");
        string code = string.Join('\n', snippet.Select(line => line.Length > 4 ? line[4..] : ""));
        GeneratedDocument.CheckSection("docs/login.md", name, $"```csharp\n{code}\n```");
    }

    [Fact]
    public async Task Plan_OfAKeyAndAPassword_LogsIn()
    {
        string file = Server["guide-key"];
        await CertificateServer.CheckAsync("-t", "ed25519", "-N", "pass phrase", "-f", file);
        Assert.Equal("password: the password", await LoginGuide.LogInAsync(Target, file, "pass phrase", TestAccount.Password, Server.Options));
        await File.AppendAllTextAsync(Server["authorized_keys"], await File.ReadAllTextAsync($"{file}.pub"));
        Assert.StartsWith("publickey: the key SHA256:", await LoginGuide.LogInAsync(Target, file, "pass phrase", TestAccount.Password, Server.Options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_OfAFailure_NamesEveryAttempt()
    {
        List<string> account = await LoginGuide.ExplainAsync(Target, Server.Options with { Credentials = [new PasswordCredential("wrong"), new PasswordCredential("as well")] });
        Assert.Equal(["the password: Refused", "the password: Refused", "still accepted: publickey, password, keyboard-interactive"], account[1..]);
    }

    [Fact]
    public async Task Questions_AreAnswered()
    {
        using KeyboardInteractiveCredential answers = LoginGuide.Questions(TestAccount.Password, () => "123456");
        await using SshClient client = await SshClient.ConnectAsync(Target, Server.Options with { Credentials = [answers] });
        Assert.True(client.Login.Succeeded);
    }

    [Fact]
    public async Task Change_OfAnExpiredPassword_IsMade()
    {
        using LoginTestKit kit = new();
        Expirer expirer = new();
        LoginReport report = await kit.RunAsync(expirer, LoginGuide.WithChange("old", "the new one"));
        Assert.True(report.Succeeded);
        Assert.Equal("the new one", expirer.Fresh);
    }

    [Fact]
    public async Task Signers_OfTheBaseLibrarysKeys_LogIn()
    {
        using RSA rsa = RSA.Create(2048);
        using ECDsa p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256), p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        foreach (ISigner signer in (ISigner[])[new LoginGuide.RsaSigner(rsa), new LoginGuide.EcdsaSigner(p256), new LoginGuide.EcdsaSigner(p521)])
        {
            await File.AppendAllTextAsync(Server["authorized_keys"], signer.PublicKey.ToOpenSshLine() + "\n");
            await using SshClient client = await SshClient.ConnectAsync(Target, Server.Options with { Credentials = [PrivateKeyCredential.FromSigner(signer)] });
            Assert.True(client.Login.Succeeded);
        }
    }

    [Fact]
    public void SignatureOfEcdsa_OfAnOddLength_IsRefused() =>
        Assert.Throws<ArgumentException>(() => SignatureBlob.OfEcdsa("ecdsa-sha2-nistp256", new byte[63]));

    private sealed class Expirer : Authenticator
    {
        public string? Fresh { get; private set; }

        public override AuthenticationMethods MethodsFor(LoginContext context) => AuthenticationMethods.Parse("password");

        public override ValueTask<PasswordVerdict> CheckPasswordAsync(LoginContext context, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
            ValueTask.FromResult(PasswordVerdict.ChangeRequired("Choose a new one"));

        public override ValueTask<PasswordVerdict> ChangePasswordAsync(
            LoginContext context, ReadOnlyMemory<byte> oldPassword, ReadOnlyMemory<byte> newPassword, CancellationToken cancellationToken)
        {
            Fresh = System.Text.Encoding.UTF8.GetString(newPassword.Span);
            return ValueTask.FromResult(PasswordVerdict.Accepted);
        }
    }
}
