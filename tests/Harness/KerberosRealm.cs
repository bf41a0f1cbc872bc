namespace LucidSsh.Tests.Harness;

/// <summary>A Kerberos realm of the test's own, LUCID.TEST: its KDC on a loopback port, the test account as a principal, and a keytab for
/// host/localhost. Everything finds it through the environment alone.</summary>
internal sealed class KerberosRealm : IAsyncDisposable
{
    public const string Name = "LUCID.TEST";

    private readonly TemporaryDirectory _directory;
    private readonly ChildProcess _kdc;

    private KerberosRealm(TemporaryDirectory directory, ChildProcess kdc, Dictionary<string, string> environment) =>
        (_directory, _kdc, Environment) = (directory, kdc, environment);

    /// <summary>What a process of this realm has in its environment, a server's keytab included.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    public string this[string name] => _directory[name];

    public static async Task<KerberosRealm> StartAsync()
    {
        TemporaryDirectory directory = new();
        int port = LoopbackPort.Free();
        await File.WriteAllTextAsync(directory["krb5.conf"], $$"""
            [libdefaults]
              default_realm = {{Name}}
              dns_lookup_kdc = false
              dns_lookup_realm = false
              dns_canonicalize_hostname = false
              rdns = false
            [realms]
              {{Name}} = {
                kdc = 127.0.0.1:{{port}}
              }
            """);
        await File.WriteAllTextAsync(directory["kdc.conf"], $$"""
            [kdcdefaults]
              kdc_listen = 127.0.0.1:{{port}}
              kdc_tcp_listen = 127.0.0.1:{{port}}
            [realms]
              {{Name}} = {
                database_name = {{directory["principal"]}}
                key_stash_file = {{directory["stash"]}}
                max_life = 10h
              }
            """);
        Dictionary<string, string> environment = new()
        {
            ["KRB5_CONFIG"] = directory["krb5.conf"],
            ["KRB5_KDC_PROFILE"] = directory["kdc.conf"],
            ["KRB5_KTNAME"] = directory["keytab"],
        };
        await RunAsync(environment, "/usr/sbin/kdb5_util", "", "create", "-s", "-r", Name, "-P", "the realm's master key");
        await RunAsync(environment, "/usr/sbin/kadmin.local", "", "-q", $"addprinc -pw \"{TestAccount.Password}\" {TestAccount.Name}");
        await RunAsync(environment, "/usr/sbin/kadmin.local", "", "-q", $"addprinc -pw \"{TestAccount.Password}\" somebody-else");
        await RunAsync(environment, "/usr/sbin/kadmin.local", "", "-q", "addprinc -randkey host/localhost");
        await RunAsync(environment, "/usr/sbin/kadmin.local", "", "-q", $"ktadd -k {directory["keytab"]} host/localhost");
        ChildProcess kdc = ChildProcess.Start("/usr/sbin/krb5kdc", ["-n", "-r", Name], environment: environment);
        await LoopbackPort.WaitUntilOpenAsync(port, () => kdc.Log);
        return new KerberosRealm(directory, kdc, environment);
    }

    /// <summary>Gets a ticket into a cache of its own, and returns the environment of a process that has it.</summary>
    public async Task<Dictionary<string, string>> TicketAsync(string principal, params string[] options)
    {
        Dictionary<string, string> environment = new(Environment) { ["KRB5CCNAME"] = $"FILE:{_directory[$"tickets-{Guid.NewGuid():N}"]}" };
        await RunAsync(environment, "kinit", TestAccount.Password + "\n", [.. options, principal]);
        return environment;
    }

    /// <summary>Runs the realm's administration.</summary>
    public Task AdministerAsync(string command) => RunAsync(Environment, "/usr/sbin/kadmin.local", "", "-q", command);

    public async ValueTask DisposeAsync()
    {
        await _kdc.DisposeAsync();
        _directory.Dispose();
    }

    private static async Task RunAsync(IReadOnlyDictionary<string, string> environment, string program, string input, params string[] arguments)
    {
        (int code, string output, string error) = await ChildProcess.RunAsync(program, arguments, input, environment: environment);
        Assert.True(code == 0, $"{program} failed: {output}{error}");
    }
}
