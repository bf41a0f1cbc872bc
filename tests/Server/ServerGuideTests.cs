using System.Net;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Server;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Server;

/// <summary>docs/server.md: its table is the code's, and its program runs.</summary>
public sealed class ServerGuideTests
{
    [Fact]
    public void Guide_ListsEveryOption()
    {
        StringBuilder table = new("| option | here |\n| --- | --- |\n");
        foreach (KeyOption option in KeyOptions.All)
        {
            string written = option.Form switch
            {
                KeyOptionForm.Value => $"`{option.Name}=\"…\"`",
                KeyOptionForm.Switch => $"`{option.Name}`, `no-{option.Name}`",
                _ => $"`{option.Name}`",
            };
            table.Append($"| {written} | {option.Effect} |\n");
        }

        GeneratedDocument.CheckSection("docs/server.md", "options", table.ToString());
    }

    [Fact]
    public async Task Program_OfTheGuide_LetsAliceIn()
    {
        using TemporaryDirectory directory = new();
        using PrivateKey key = PrivateKey.Generate("ssh-ed25519"), authority = PrivateKey.Generate("ssh-ed25519"), revoked = PrivateKey.Generate("ssh-ed25519");
        KeyFile.WritePrivate(directory["host_key"], PrivateKey.Generate("ssh-ed25519"), KeyFileFormat.OpenSsh);
        await File.WriteAllTextAsync(directory["ca.pub"], authority.PublicKey.ToOpenSshLine());
        await File.WriteAllTextAsync(directory["authorized_keys"], $"restrict,command=\"echo forced\" {key.PublicKey.ToOpenSshLine()}");
        await File.WriteAllTextAsync(directory["revoked"], revoked.PublicKey.ToOpenSshLine());

        SimpleAuthenticator authenticator = new() { Authorities = AuthorizedKeys.ReadAuthorities(directory["ca.pub"]) };
        AuthorizedKeys keys = AuthorizedKeys.ReadFile(directory["authorized_keys"]);
        authenticator.AddUser("alice", password: null, keys.Keys);
        await using SshServer server = SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions
        {
            HostKeys = [KeyFile.ReadPrivate(directory["host_key"])],
            Authenticator = authenticator,
            Commands = new ProcessCommandHandler(),
            Login = new ServerLoginOptions { Revoked = RevocationList.Read(directory["revoked"]), MayLogIn = UserPatterns.Parse("alice deploy@192.0.2.0/24").Permits },
        });
        await using SshClient client = await SshClient.ConnectAsync(
            new SshTarget("alice", "127.0.0.1", server.EndPoint.Port),
            new SshClientOptions { HostKeys = HostKeyPolicy.InsecureAcceptAny(), Credentials = [PrivateKeyCredential.FromKey(key)] });
        Assert.Equal("forced\n", (await client.ExecuteAsync("anything")).Output);
    }
}
