using LucidSsh.Client;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>The same files, read by <c>ssh -G</c> and here: the same values win.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class OpenSshConfigTests : IDisposable
{
    // What ssh -G prints in its own words everywhere; the rest is compared with what stands in the file.
    private static readonly string[] Compared =
    [
        "hostname", "port", "user", "proxyjump", "identityfile", "certificatefile", "userknownhostsfile", "globalknownhostsfile", "hostkeyalias",
        "serveraliveinterval", "serveralivecountmax", "connecttimeout", "batchmode", "identitiesonly", "hashknownhosts", "numberofpasswordprompts",
        "preferredauthentications", "passwordauthentication", "pubkeyauthentication", "addressfamily", "bindaddress", "requesttty", "forwardagent",
        "stricthostkeychecking", "sendenv", "setenv", "proxycommand", "remotecommand", "identityagent", "revokedhostkeys", "loglevel",
    ];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string> Configurations => new()
    {
        { "", "plain" },
        { "Port 2222\nUser alice\nPort 23\nUser bob", "plain" },
        { "Host a\n  HostName a.example\nHost b c\n  HostName b.example\nHost *\n  User last", "c" },
        { "Host *.example !bad.example\nUser good\nHost *\nUser other", "bad.example" },
        { "Host *.example !bad.example\nUser good\nHost *\nUser other", "fine.example" },
        { "Host h?st h*t\nPort 7", "heist" },
        { "host=a\nhostname=real\nport = 9", "a" },
        { "Host \"a\" b\nUser \"quoted name\"", "a" },
        { "Host a\nIdentityFile ~/.ssh/one\nIdentityFile two\nHost *\nIdentityFile three\nIdentityFile two", "a" },
        { "IdentityFile \"with blank\"\nCertificateFile c1\nCertificateFile c2", "a" },
        { "HostName %h.example.org\nHost a\nHostName never", "a" },
        { "HostName=%h.x%%y", "a" },
        { "ProxyJump bastion\nProxyCommand nc %h %p", "a" },
        { "ProxyCommand nc %h %p\nProxyJump bastion", "a" },
        { "ProxyCommand = nc -x 'a b' %h %p # all of it", "a" },
        { "ProxyJump none\nProxyJump bastion", "a" },
        { "ProxyJump alice@one:23,two,[::1]:24", "a" },
        { "ProxyJump=ssh://alice@one:23", "a" },
        { "Match host a\nPort 1\nMatch host b,a*\nPort 2", "abc" },
        { "Match host *,!a\nPort 1\nMatch all\nPort 2", "a" },
        { "Match !host a\nPort 1\nMatch all\nPort 2", "a" },
        { "HostName real\nMatch host real\nPort 3", "a" },
        { "HostName real\nMatch host a\nPort 3\nMatch originalhost a\nPort 4", "a" },
        { "User bob\nMatch user bob\nPort 3", "a" },
        { "User bob\nMatch user bob\nPort 3", "alice@a" },
        { "Match user alice host a\nPort 3", "alice@a" },
        { "Match localuser nobody\nPort 3\nMatch localuser *\nPort 4", "a" },
        { "Match final\nPort 3\nMatch all\nPort 4", "a" },
        { "Match final\nPort 3", "a" },
        { "Match final all\nPort 3", "a" },
        { "Match !final\nPort 3", "a" },
        { "Match canonical\nPort 3", "a" },
        { "HostName real\nHost real\nUser two\nMatch final\nPort 3", "a" },
        { "HostName real\nMatch final host real\nUser two", "a" },
        { "Host a\nUser one\nMatch final\nIdentityFile f1\nHost *\nIdentityFile f2", "a" },
        { "ServerAliveInterval 1m30\nServerAliveCountMax 7\nConnectTimeout 1h", "a" },
        { "ConnectTimeout none\nConnectTimeout 5", "a" },
        { "BatchMode YES\nServerAliveInterval 5\nIdentitiesOnly true\nHashKnownHosts no", "a" },
        { "StrictHostKeyChecking off\nForwardAgent /x/y", "a" },
        { "StrictHostKeyChecking accept-new\nForwardAgent yes", "a" },
        { "UserKnownHostsFile one two\nUserKnownHostsFile three\nGlobalKnownHostsFile none", "a" },
        { "PreferredAuthentications password,publickey\nPasswordAuthentication no\nPubkeyAuthentication no", "a" },
        { "AddressFamily inet\nBindAddress 127.0.0.1\nRequestTTY force\nLogLevel DEBUG", "a" },
        { "SendEnv A B*\nSendEnv C\nSendEnv -B*", "a" },
        { "SetEnv A=1 B=\"2 3\"\nSetEnv C=4", "a" },
        { "RemoteCommand echo \"hi there\" # kept\nHostKeyAlias other", "a" },
        { "IdentityAgent none\nRevokedHostKeys /etc/none", "a" },
        { "IdentityAgent SSH_AUTH_SOCK", "a" },
        { "User a\\ b", "x" },
        { "User a # comment", "x" },
        { "User 'a\"b'", "x" },
        { "Host a # b\nUser u", "b" },
        { "IgnoreUnknown Foo*\nFooBar 1\nPort 5", "a" },
        { "\tPort\t5\t\r\n\r\n  User   x  ", "a" },
        { "NumberOfPasswordPrompts 1\nHost *\nNumberOfPasswordPrompts 2", "a" },
        { "Include DIR/*.inc\nPort 9", "a" },
        { "Host b\nInclude DIR/*.inc\nHost *\nPort 9", "a" },
        { "Host a\nInclude DIR/one.inc DIR/missing\nPort 9", "a" },
        { "ChallengeResponseAuthentication no\nPubkeyAcceptedKeyTypes ssh-ed25519", "a" },
    };

    [Theory]
    [MemberData(nameof(Configurations))]
    public async Task Configuration_ReadByBoth_SaysTheSame(string text, string target)
    {
        File.WriteAllText(_directory["one.inc"], "User one\nHost c\nPort 4\n");
        File.WriteAllText(_directory["two.inc"], "User two\nMatch host a\nUser three\nServerAliveCountMax 5\n");
        File.WriteAllText(_directory["config"], text.Replace("DIR", _directory.Path, StringComparison.Ordinal));
        (int code, string output, string error) = await ChildProcess.RunAsync("ssh", ["-G", "-F", _directory["config"], target]);
        Assert.True(code == 0, error);
        (_, string nothing, _) = await ChildProcess.RunAsync("ssh", ["-G", "-F", "none", target]);
        ILookup<string, string> theirs = Lines(output);
        ILookup<string, string> standing = Lines(nothing);
        HostConfiguration ours = SshConfiguration.Load(_directory["config"]).For(target);
        foreach (string keyword in Compared)
        {
            string[] expected = [.. theirs[keyword]];
            string[] actual = [.. Ours(ours, keyword)];
            if (actual.Length == 0) // nothing is said: OpenSSH prints its default
                Assert.True(expected.SequenceEqual(standing[keyword]), $"{keyword}: ssh says {string.Join(" | ", expected)}, and here nothing is said");
            else
                Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [InlineData("Port x")]
    [InlineData("Port")]
    [InlineData("Port 1 2")]
    [InlineData("Match colour red")]
    [InlineData("Match host")]
    [InlineData("Match all host x")]
    [InlineData("Host x\nBatchMode maybe")]
    [InlineData("User \"open")]
    [InlineData("SetEnv A")]
    [InlineData("ConnectTimeout soon")]
    public async Task Configuration_ThatIsNone_IsRefusedByBoth(string text)
    {
        File.WriteAllText(_directory["config"], text);
        (int code, _, _) = await ChildProcess.RunAsync("ssh", ["-G", "-F", _directory["config"], "a"]);
        Assert.NotEqual(0, code);
        Assert.Throws<LocalMisuseException>(() => SshConfiguration.Load(_directory["config"]).For("a"));
    }

    private static ILookup<string, string> Lines(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2)).ToLookup(parts => parts[0], parts => parts.Length > 1 ? parts[1] : "");

    // In the words of ssh -G.
    private static IEnumerable<string> Ours(HostConfiguration host, string keyword) => keyword switch
    {
        "hostname" => [host.Target.Host],
        "port" => [host.Target.Port.ToString()],
        "user" => host.Target.User is { } user ? [user] : [],
        "identityfile" or "certificatefile" or "setenv" => host.Values(keyword),
        "sendenv" => ConfigEnvironment.Sent(host),
        "proxyjump" => host.ProxyJump is { } jump ? [jump.Replace("ssh://", "", StringComparison.Ordinal)] : [],
        "proxycommand" => host.ProxyCommand is { } command ? [command] : [],
        "serveraliveinterval" or "connecttimeout" => host[keyword] is { } time ? [ValueForm.IsNone(time) ? "none" : $"{ValueForm.ParseTime(time)!.Value.TotalSeconds}"] : [],
        "loglevel" => host[keyword] is { } level ? [level.ToUpperInvariant()] : [],
        "batchmode" or "identitiesonly" or "hashknownhosts" or "passwordauthentication" or "pubkeyauthentication" or "stricthostkeychecking" or "forwardagent"
            or "requesttty" or "addressfamily" => host[keyword] is { } choice ? [Printed(keyword, ValueForm.Canonical(choice))] : [],
        _ => host[keyword] is { } value ? [value] : [],
    };

    private static string Printed(string keyword, string choice) => keyword switch
    {
        "stricthostkeychecking" => choice switch { "yes" => "true", "no" or "off" => "false", _ => choice },
        "requesttty" or "pubkeyauthentication" => choice switch { "yes" => "true", "no" => "false", _ => choice },
        _ => choice,
    };
}
