using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>OpenSSH servers on as many ports as there are orders of methods, each port wanting one of them; and an account with a
/// password, a key and a host that vouches for it.</summary>
public sealed class FactorServers : IAsyncLifetime
{
    private const int PortsPerServer = 15; // a server listens on 16 sockets at most
    private const string Account = "lucid-factors";
    private const string Host = "client.lucid.test";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<SshdServer> _servers = [];
    private readonly Dictionary<string, (SshdServer Server, int Port)> _ports = [];

    internal static readonly string[] Methods = ["publickey", "password", "keyboard-interactive", "hostbased"];

    /// <summary>Every method alone, every ordered pair, every ordered triple, and every order of all four.</summary>
    internal static IEnumerable<string> Orders
    {
        get
        {
            return Enumerable.Range(1, Methods.Length).SelectMany(length => Arrange([], length));

            static IEnumerable<string> Arrange(string[] begun, int length) => begun.Length == length
                ? [string.Join(',', begun)]
                : Methods.Except(begun).SelectMany(next => Arrange([.. begun, next], length));
        }
    }

    public async Task InitializeAsync()
    {
        await TestAccount.EnsureAsync(Account, TestAccount.Password);
        foreach (string key in (string[])["user", "host"])
            await CertificateServer.CheckAsync("-t", "ed25519", "-N", "", "-f", _directory[key]);
        string home = $"/home/{Account}";
        Directory.CreateDirectory($"{home}/.ssh");
        await File.WriteAllTextAsync($"{home}/.ssh/known_hosts", $"{Host} {await File.ReadAllTextAsync(_directory["host.pub"])}");
        await File.WriteAllTextAsync($"{home}/.shosts", $"{Host} somebody\n");
        await TestAccount.RunAsync("chown", "", "-R", $"{Account}:", $"{home}/.ssh", $"{home}/.shosts");
        foreach (string[] orders in Orders.Chunk(PortsPerServer))
            await StartAsync(orders);
    }

    private async Task StartAsync(string[] orders)
    {
        (string Order, int Port)[] ports = [.. orders.Select(order => (order, LoopbackPort.Free()))];
        SshdServer server = await SshdServer.StartAsync(
            $"""
            ListenAddress 127.0.0.1
            {string.Join('\n', ports.Select(p => $"ListenAddress 127.0.0.1:{p.Port}"))}
            HostbasedAuthentication yes
            HostbasedUsesNameFromPacketOnly yes
            IgnoreRhosts no
            {string.Join('\n', ports.Select(p => $"Match LocalPort {p.Port}\nAuthenticationMethods {p.Order}"))}
            """);
        File.Copy(_directory["user.pub"], server["authorized_keys"], overwrite: true);
        _servers.Add(server);
        foreach ((string order, int port) in ports)
            _ports[order] = (server, port);
    }

    /// <summary>The credential for a method.</summary>
    internal Credential CredentialFor(string method) => method switch
    {
        "publickey" => PrivateKeyCredential.FromFile(_directory["user"]),
        "password" => new PasswordCredential(TestAccount.Password),
        "hostbased" => HostBasedCredential.FromFile(_directory["host"], $"{Host}.", "somebody"),
        _ => new KeyboardInteractiveCredential(request => [.. request.Prompts.Select(prompt => prompt.Echo ? "" : TestAccount.Password)]),
    };

    internal Task<SshClient> ConnectAsync(string order, params IEnumerable<Credential> credentials)
    {
        (SshdServer server, int port) = _ports[order];
        PublicKey hostKey = KeyFile.ReadPublic(server["host_ed25519.pub"]);
        return SshClient.ConnectAsync(
            new SshTarget(Account, "127.0.0.1", port), new SshClientOptions { HostKeys = HostKeyPolicy.Pinned(hostKey.Fingerprint), Credentials = [.. credentials] });
    }

    public async Task DisposeAsync()
    {
        foreach (SshdServer server in _servers)
            await server.DisposeAsync();
        _directory.Dispose();
    }
}

/// <summary>Every method OpenSSH's server offers, alone and in every order of two, three and four, each in one login.</summary>
[Trait("Peer", "OpenSsh")]
public class OpenSshLoginMatrixTests(FactorServers servers) : IClassFixture<FactorServers>
{
    public static TheoryData<string> Orders => [.. FactorServers.Orders];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Order_WithAllItsCredentials_LogsInAndWithoutTheLastIsToldWhichIsMissing(string order)
    {
        string[] wanted = order.Split(',');
        Credential[] plan = [.. FactorServers.Methods.Where(wanted.Contains).Select(servers.CredentialFor)]; // not in the server's order
        await using (SshClient client = await servers.ConnectAsync(order, plan))
        {
            Assert.Equal(wanted, client.Login.Accepted.Select(attempt => attempt.Method));
            Assert.Equal(plan.Length, client.Login.Attempts.Length);
            Assert.Equal("lucid-factors", (await client.ExecuteAsync("id -un")).Output.Trim());
        }

        LoginException missing = await Assert.ThrowsAsync<LoginException>(
            () => servers.ConnectAsync(order, plan.Where(credential => credential.Method != wanted[^1])));
        Assert.Equal(wanted.Length == 1 ? SshErrorCode.LoginRefused : SshErrorCode.MoreFactorsRequired, missing.Code);
        Assert.Equal([wanted[^1]], missing.Report.CanContinue.ToArray());
        Assert.Equal(wanted[..^1], missing.Report.Accepted.Select(attempt => attempt.Method));
        Assert.Contains(wanted[^1], missing.Sentence, StringComparison.Ordinal);
    }
}
