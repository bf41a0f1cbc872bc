using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Symptoms;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>A realm, and an OpenSSH server in it.</summary>
public sealed class KerberosServer : IAsyncLifetime
{
    internal KerberosRealm Realm { get; private set; } = null!;

    internal SshdServer Server { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Realm = await KerberosRealm.StartAsync();
        Server = await StartAsync();
    }

    internal Task<SshdServer> StartAsync(string more = "") =>
        SshdServer.StartAsync($"GSSAPIAuthentication yes\nGSSAPIStrictAcceptorCheck no\n{more}", Realm.Environment);

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        await Realm.DisposeAsync();
    }
}

/// <summary>gssapi-with-mic against OpenSSH, with a KDC on the loopback.</summary>
[Trait("Peer", "OpenSsh")]
[Trait("Peer", "Kerberos")]
public class OpenSshKerberosTests(KerberosServer fixture) : IClassFixture<KerberosServer>
{
    [Fact]
    public async Task Ticket_OfTheUser_LogsIn() =>
        Assert.Equal($"gssapi-with-mic {TestAccount.Name}", await LogInAsync(await fixture.Realm.TicketAsync(TestAccount.Name)));

    [Fact]
    public async Task Ticket_AndThenThePassword_AreTwoFactors()
    {
        await using SshdServer server = await fixture.StartAsync("AuthenticationMethods gssapi-with-mic,password");
        Dictionary<string, string> ticket = await fixture.Realm.TicketAsync(TestAccount.Name);
        Assert.Equal($"gssapi-with-mic,password {TestAccount.Name}", await LogInAsync(ticket, server: server, more: "password"));
        Assert.StartsWith(
            $"The server accepted the Kerberos ticket of {TestAccount.Name} and wants a second factor: password.", await LogInAsync(ticket, server: server),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ticket_OfSomebodyElse_IsRefusedByTheServer()
    {
        string said = await LogInAsync(await fixture.Realm.TicketAsync("somebody-else"));
        Assert.StartsWith($"The server refused the Kerberos ticket of {TestAccount.Name}; it accepts ", said, StringComparison.Ordinal);
        LoginFailureTable.Says("G6", "the ticket is somebody else's", "OpenSSH with `GSSAPIAuthentication yes`, and another principal", SshErrorCode.LoginRefused, said);
    }

    [Fact]
    public async Task Ticket_ThatIsNotThere_IsNotCalledRefused()
    {
        Dictionary<string, string> none = new(fixture.Realm.Environment) { ["KRB5CCNAME"] = $"FILE:{fixture.Realm["no-tickets"]}" };
        AssertFailed("G1", "there is no ticket", await LogInAsync(none), "Kerberos for host/localhost: there is no ticket", "kinit");
    }

    [Fact]
    public async Task Ticket_ThatHasExpired_IsToldSo()
    {
        Dictionary<string, string> expired = await fixture.Realm.TicketAsync(TestAccount.Name, "-l", "1s");
        await Task.Delay(2100); // Kerberos counts whole seconds
        AssertFailed("G2", "the ticket has expired", await LogInAsync(expired), "Kerberos for host/localhost: the ticket has expired", "kinit");
    }

    [Fact]
    public async Task Service_TheKdcDoesNotKnow_IsNamed() => AssertFailed(
        "G3", "the KDC does not know the server by this name",
        await LogInAsync(await fixture.Realm.TicketAsync(TestAccount.Name), "nowhere.example"),
        "Kerberos for host/nowhere.example: the KDC does not know the service host/nowhere.example", "ServerName");

    [Fact]
    public async Task Kdc_ThatIsNotKnownOrDoesNotAnswer_IsToldSo()
    {
        Dictionary<string, string> ticket = await fixture.Realm.TicketAsync(TestAccount.Name);
        AssertFailed(
            "G4", "no KDC is configured", await LogInAsync(new(ticket) { ["KRB5_CONFIG"] = "/dev/null" }), "Kerberos for host/localhost: no KDC is known for the realm", "krb5.conf");
        string[] lines = await File.ReadAllLinesAsync(fixture.Realm["krb5.conf"]);
        await File.WriteAllLinesAsync(fixture.Realm["dead.conf"], lines.Select(line => line.Contains(" kdc = ", StringComparison.Ordinal) ? $"    kdc = 127.0.0.1:{LoopbackPort.Free()}" : line));
        AssertFailed(
            "G5", "no KDC answers", await LogInAsync(new(ticket) { ["KRB5_CONFIG"] = fixture.Realm["dead.conf"] }), "Kerberos for host/localhost: no KDC of the realm can be reached", "network");
    }

    [Fact]
    public async Task Keytab_WithAnOlderKey_IsTheServersToldByItsErrorToken()
    {
        await fixture.Realm.AdministerAsync("addprinc -randkey host/stale.example");
        await fixture.Realm.AdministerAsync($"ktadd -k {fixture.Realm["keytab"]} host/stale.example");
        await fixture.Realm.AdministerAsync("cpw -randkey host/stale.example");
        string said = await LogInAsync(await fixture.Realm.TicketAsync(TestAccount.Name), "stale.example");
        Assert.StartsWith("The server refused the Kerberos ticket (", said, StringComparison.Ordinal);
        Assert.Contains("keytab", said, StringComparison.Ordinal);
        LoginFailureTable.Says("G7", "the server's keytab is older than its key in the KDC", "OpenSSH, and `cpw -randkey` without `ktadd`", SshErrorCode.LoginRefused, said);
    }

    private static void AssertFailed(string id, string what, string said, string why, string remedy)
    {
        LoginFailureTable.Says(id, what, "OpenSSH with `GSSAPIAuthentication yes`, and a KDC of the test's own", SshErrorCode.CredentialFailed, said);
        Assert.StartsWith(
            $"The login of {TestAccount.Name} failed on this side: the Kerberos ticket could not be used, because its security context failed ({why}); it accepts ",
            said, StringComparison.Ordinal);
        Assert.Contains(remedy, said, StringComparison.Ordinal);
    }

    private async Task<string> LogInAsync(Dictionary<string, string> environment, string service = "localhost", SshdServer? server = null, params string[] more)
    {
        server ??= fixture.Server;
        string fingerprint = KeyFile.ReadPublic(server["host_ed25519.pub"]).Fingerprint;
        (int code, string output, string error) = await ChildProcess.RunAsync(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["exec", typeof(KerberosLogin).Assembly.Location, KerberosLogin.Verb, $"{server.Port}", fingerprint, service, TestAccount.Name, .. more],
            environment: environment);
        Assert.True(code == 0, output + error);
        return (output + error).Trim();
    }
}
