using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Client;

public sealed class SshConfigurationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Write(string name, string text, int mode = 0b110_000_000)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory[name])!);
        File.WriteAllText(_directory[name], text);
        File.SetUnixFileMode(_directory[name], (UnixFileMode)mode);
        return _directory[name];
    }

    private static HostConfiguration For(string text, string target, bool allowCommands = false, params string[] settings) =>
        SshConfiguration.Parse(text, "config", new SshConfigurationOptions { AllowCommands = allowCommands, Settings = settings }).For(target);

    private static LocalMisuseException Fails(Func<object?> action)
    {
        LocalMisuseException failure = Assert.Throws<LocalMisuseException>(action);
        Assert.Equal(SshErrorCode.ConfigurationUnusable, failure.Code);
        Assert.NotNull(failure.Remedy);
        return failure;
    }

    [Theory]
    [InlineData("Port 1\nPort 2", "h", 1)]
    [InlineData("Host other\nPort 1\nHost h\nPort 2", "h", 2)]
    [InlineData("Host * !h\nPort 1\nHost *\nPort 2", "h", 2)]
    [InlineData("Host !h *\nPort 1\nHost *\nPort 2", "h", 2)]
    [InlineData("Host !x\nPort 1\nHost *\nPort 2", "h", 2)]
    [InlineData("Host x h? h\nPort 1", "h", 1)]
    [InlineData("Host=h\nport = 7", "h", 7)]
    [InlineData("Match all\nPort 3", "h", 3)]
    [InlineData("Match host h\nPort 3", "h", 3)]
    [InlineData("Match host=h\nPort 3", "h", 3)]
    [InlineData("Match !host h\nPort 3\nMatch all\nPort 4", "h", 4)]
    [InlineData("HostName real\nMatch host real\nPort 3", "h", 3)]
    [InlineData("HostName real\nMatch host h\nPort 3\nMatch originalhost h\nPort 4", "h", 4)]
    [InlineData("HostName %h.example\nMatch host h.example\nPort 3", "h", 3)]
    [InlineData("Match user bob\nPort 3\nMatch user alice,carol\nPort 4", "alice@h", 4)]
    [InlineData("User bob\nMatch user bob\nPort 3", "h", 3)]
    [InlineData("User bob\nMatch user bob\nPort 3\nMatch all\nPort 4", "alice@h", 4)]
    [InlineData("Tag blue\nMatch tagged b*\nPort 3", "h", 3)]
    [InlineData("Match final\nPort 3\nMatch all\nPort 4", "h", 4)]
    [InlineData("Match final\nPort 3", "h", 3)]
    [InlineData("Match final all\nPort 3", "h", 3)]
    [InlineData("HostName real\nHost real\nPort 3", "h", 22)]
    [InlineData("HostName real\nMatch final\nUser x\nHost real\nPort 3", "h", 3)]
    [InlineData("Match canonical\nPort 3", "h", 22)]
    [InlineData("Port 9", "h:5", 5)]
    public void Block_Condition_DecidesWhoseValueWins(string text, string target, int port) => Assert.Equal(port, For(text, target).Target.Port);

    [Fact]
    public void Values_EachKind_AreReadAsTheyStand()
    {
        HostConfiguration host = For("""
            HostName %h.example.org
            User "alice smith"
            IdentityFile ~/.ssh/id_%r@%h
            IdentityFile /keys/%%
            IdentityFile none
            SendEnv LUCID_A* LUCID_B
            SendEnv -LUCID_AB
            SetEnv LUCID_C="c d" LUCID_D=1
            UserKnownHostsFile a b
            GlobalKnownHostsFile none
            ForwardAgent /run/agent
            BatchMode yes
            RemoteCommand echo "%n" # not a comment
            """, "files", settings: "User=root");
        Assert.Equal(new SshTarget("root", "files.example.org"), host.Target);
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal([$"{home}/.ssh/id_root@files.example.org", "/keys/%"], host.IdentityFiles);
        Assert.Equal(["a", "b"], host.UserKnownHostsFiles!);
        Assert.Empty(host.GlobalKnownHostsFiles!);
        Assert.Equal("echo \"files\" # not a comment", host.RemoteCommand);
        Assert.True(host is { ForwardAgent: true, BatchMode: true, ProxyJump: null, NumberOfPasswordPrompts: 3 });
        Assert.Equal("c d", host.CommandEnvironment["LUCID_C"]);
        Assert.Equal("1", host.CommandEnvironment["LUCID_D"]);
    }

    [Theory]
    [InlineData("Port ssh", "config, line 1: Port: \"ssh\" is no number from 1 to 65535.")]
    [InlineData("\n#\n  Port 0", "config, line 3: Port: \"0\" is no number from 1 to 65535.")]
    [InlineData("Port", "config, line 1: Port: it has no value.")]
    [InlineData("Port 1 2", "config, line 1: Port: \"2\" is one word too many.")]
    [InlineData("Host other\nBatchMode maybe", "config, line 2: BatchMode: \"maybe\" is none of yes, no.")]
    [InlineData("User \"alice", "config, line 1: User: a quotation mark is not closed.")]
    [InlineData("ConnectTimeout soon", "config, line 1: ConnectTimeout: \"soon\" is no time")]
    [InlineData("RekeyLimit much", "config, line 1: RekeyLimit: \"much\" is no amount of data and no time.")]
    [InlineData("Match", "config, line 1: Match: it has no value.")]
    [InlineData("Match colour red", "config, line 1: Match knows no condition \"colour\".")]
    [InlineData("Match host", "config, line 1: the condition host of Match wants an argument.")]
    [InlineData("Match all host x", "config, line 1: the condition all of Match stands alone")]
    [InlineData("SetEnv A", "config, line 1: SetEnv: \"A\" is no NAME=VALUE.")]
    [InlineData("StrictHostKeyChecking perhaps", "config, line 1: StrictHostKeyChecking: \"perhaps\" is none of")]
    public void Value_ThatIsNone_IsAnErrorWithItsLine(string text, string expected) =>
        Assert.StartsWith(expected, Fails(() => For(text, "h")).Sentence, StringComparison.Ordinal);

    [Theory]
    [InlineData("IdentityFile %x", "\"%x\" is no token")]
    [InlineData("IdentityFile a%", "\"%\" is no token")]
    [InlineData("IdentityFile ${LUCID_IS_NOT_SET}", "the environment variable LUCID_IS_NOT_SET is not set")]
    [InlineData("HostName %p", "\"%p\" is no token")]
    [InlineData("HostName \"a b\"", "\"a b\" is no host name")]
    public void Token_ThatIsNone_IsAnErrorWithItsLine(string text, string expected)
    {
        LocalMisuseException failure = Fails(() => For(text, "h").IdentityFiles);
        Assert.StartsWith("config, line 1: ", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a;b@h")]
    [InlineData("$(id)@h")]
    [InlineData("-oX@h")]
    [InlineData("a b@h")]
    [InlineData("a'b@h")]
    [InlineData("alice@h;id")]
    [InlineData("alice@-oProxyCommand=x")]
    public void Token_WhoseTextAShellWouldObey_IsRefusedBeforeItRuns(string target)
    {
        HostConfiguration host = For("ProxyCommand nc %h %p %r", target, allowCommands: true);
        Assert.Contains("cannot stand for %", Fails(() => host.ToOptions(new SshClientOptions())).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Token_ThatWouldLeaveADirectory_IsRefused()
    {
        Assert.Contains("cannot stand for %r in a file's path", Fails(() => For("IdentityFile ~/keys/%r/id", "../../etc@h").IdentityFiles).Sentence, StringComparison.Ordinal);
        Assert.Contains("cannot stand for %r in a file's path", Fails(() => For("IdentityFile ~/keys/%r/id", "..@h").IdentityFiles).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownKeyword_IsReportedWithItsLine_AndStopsNothing()
    {
        HostConfiguration host = For("Colour red\nForwardX11 yes\nIgnoreUnknown Sha*,Size\nShape round\nSize 3\nPort 7", "h");
        Assert.Equal(7, host.Target.Port);
        Assert.Equal("config, line 1: the keyword \"Colour\" is unknown and has no effect (IgnoreUnknown keeps this quiet).", Assert.Single(host.Remarks).ToString());
        Fails(() => For("", "h", settings: "Colour=red"));
        Fails(() => For("", "h", settings: "Port"));
    }

    [Fact]
    public void Include_NamesGlobsAndDepth()
    {
        string main = Write("main", $"Include {_directory["d"]}/*.conf {_directory["missing"]}\nHost h\nInclude {_directory["inner"]}\nPort 9\n");
        Write("d/2.conf", "Port 2\n");
        Write("d/1.conf", "Host other\nPort 1\nUser one\n");
        Write("d/.hidden.conf", "Port 5\n");
        Write("inner", "User inner\nMatch host nobody\nHostName wrong\n");
        HostConfiguration host = SshConfiguration.Load(main).For("h");
        Assert.Equal(new SshTarget("inner", "h", 2), host.Target);
        Assert.Equal("one", SshConfiguration.Load(main).For("other").Target.User);

        string circle = _directory["circle"];
        Write("circle", $"Include {circle}\n");
        Assert.Contains("more than 16 deep", Fails(() => SshConfiguration.Load(circle)).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0b110_110_000, "its group")]
    [InlineData(0b110_000_010, "everybody")]
    public void File_OthersMayWriteTo_IsRefused(int mode, string who)
    {
        string path = Write("open", "Port 1\n", mode);
        LocalMisuseException failure = Fails(() => SshConfiguration.Load(path));
        Assert.Contains($"may be changed by {who}", failure.Sentence, StringComparison.Ordinal);
        string main = Write("main", $"Include {path}\n");
        Assert.StartsWith(path, Fails(() => SshConfiguration.Load(main)).Sentence, StringComparison.Ordinal);
        Assert.Contains("There is no configuration file", Fails(() => SshConfiguration.Load(_directory["none"])).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task Tokens_OfTheLocalUser_AreTheSystems()
    {
        (_, string id, _) = await ChildProcess.RunAsync("id", ["-u"]);
        HostConfiguration host = For("Host h\nIdentityFile /%i/%u/%d/%L/%l/%p/%n/%k/%C\nHostName real\nHostKeyAlias other", "alice@h:5");
        string path = Assert.Single(host.IdentityFiles);
        Assert.StartsWith($"/{id.Trim()}/{Environment.UserName}/{Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)}/", path, StringComparison.Ordinal);
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(System.Text.Encoding.UTF8.GetBytes($"{Environment.MachineName}real5alice")));
        Assert.EndsWith($"/5/h/other/{hash}", path, StringComparison.Ordinal);
    }

    [Fact]
    public void ProxyCommand_WithoutLeave_IsRefusedWithWhatGivesIt()
    {
        HostConfiguration host = For("Host h\nProxyCommand /bin/nc %h %p", "h");
        LocalMisuseException failure = Fails(() => host.ToOptions(new SshClientOptions()));
        Assert.StartsWith("config, line 2: h is reached by a command (ProxyCommand)", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("--allow-commands", failure.Remedy, StringComparison.Ordinal);
        Assert.Equal(
            "proxy command \"/bin/sh -c exec /bin/nc h 22\"",
            For("ProxyCommand /bin/nc %h %p", "h", allowCommands: true).ToOptions(new SshClientOptions()).Proxy!.ToString());
        Assert.Null(For("ProxyCommand none", "h").ToOptions(new SshClientOptions()).Proxy);
    }

    [Fact]
    public void MatchExec_RunsOnlyWithLeave()
    {
        const string Text = "Match exec \"test %n = h\"\nPort 3\nMatch !exec \"test %n = h\"\nPort 4\nMatch exec \"exit 1\"\nPort 5\nMatch all\nPort 6";
        HostConfiguration without = For(Text, "h");
        Assert.Equal(6, without.Target.Port);
        Assert.Equal(3, without.Remarks.Count);
        Assert.Contains("--allow-commands", without.Remarks[0].Text, StringComparison.Ordinal);
        Assert.Equal(3, For(Text, "h", allowCommands: true).Target.Port);
        Assert.Equal(4, For(Text, "other", allowCommands: true).Target.Port);
        Assert.Contains("cannot stand for %n", Fails(() => For(Text, "h;x", allowCommands: true)).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host h\nProxyJump a", "jump host a:22")]
    [InlineData("ProxyJump none\nProxyCommand x", null)]
    [InlineData("Host h\nProxyJump a\nProxyCommand x", "jump host a:22")]
    [InlineData("Host h\nProxyJump bob@a:5,ssh://[::1]:6,c", "jump host a:5 and jump host [::1]:6 and jump host c:22")]
    [InlineData("Host h\nProxyJump b\nHost b\nProxyJump a\nHostName real-b\nPort 7", "jump host a:22 and jump host real-b:7")]
    [InlineData("Host h\nProxyJump b,c\nHost b\nProxyJump a\nHost c\nProxyJump x", "jump host a:22 and jump host b:22 and jump host c:22")]
    public void ProxyJump_Hops_AreConfiguredEachByItsOwnBlocks(string text, string? way) =>
        Assert.Equal(way, For(text, "h").ToOptions(new SshClientOptions()).Proxy?.Way);

    [Theory]
    [InlineData("ProxyJump j", "j is its own jump host")]
    [InlineData("ProxyJump a", "a is its own jump host")]
    [InlineData("Host a\nProxyJump b\nHost b\nProxyJump a", "more than 16 jump hosts")]
    [InlineData("Host a\nProxyJump ,", "names no host")]
    public void ProxyJump_InACircle_IsAnError(string text, string expected) =>
        Assert.Contains(expected, Fails(() => For(text, "a").ToOptions(new SshClientOptions())).Sentence, StringComparison.Ordinal);

    [Fact]
    public void Settings_OfTheCommandLine_HoldForJumpHosts_OnlyWhereTheyAreAboutTrustAndKeys()
    {
        List<HostConfiguration> hops = [];
        HostConfiguration host = For(
            "Host jump\nUserKnownHostsFile theirs", "h", settings: ["ProxyJump=jump,other", "User=alice", "Port=9", "UserKnownHostsFile=mine", "IdentityFile=key"]);
        host.ToOptions(new SshClientOptions(), hop =>
        {
            hops.Add(hop);
            return new SshClientOptions();
        });
        Assert.Equal(["other", "jump"], hops.Select(hop => hop.GivenHost));
        Assert.All(hops, hop => Assert.Equal((null, 22), (hop.Target.User, hop.Target.Port)));
        Assert.All(hops, hop => Assert.Equal(["key"], hop.IdentityFiles));
        Assert.Equal(["mine", "theirs"], hops.Select(hop => hop.UserKnownHostsFiles![0]));
    }

    [Fact]
    public void Options_TakeWhatIsSaid_AndLeaveTheRest()
    {
        SshClientOptions defaults = new() { KeepAliveCount = 9, Credentials = [new PasswordCredential("x"), new KeyboardInteractiveCredential(_ => [])] };
        SshClientOptions options = For("""
            ConnectTimeout 1m
            ServerAliveInterval 7
            RekeyLimit 1M 2h
            Ciphers ^aes256-ctr
            MACs -hmac-sha1*
            KexAlgorithms curve25519-sha256,not-of-this-world
            AddressFamily inet6
            BindAddress 127.0.0.1
            RequiredRSASize 3072
            PreferredAuthentications keyboard-interactive,password,publickey
            """, "h").ToOptions(defaults);
        Assert.Equal(TimeSpan.FromMinutes(1), options.ConnectTimeout);
        Assert.Equal(TimeSpan.FromSeconds(7), options.KeepAliveInterval);
        Assert.Equal(9, options.KeepAliveCount);
        Assert.Equal((1L << 20, TimeSpan.FromHours(2)), (options.Rekey.Bytes, options.Rekey.Interval));
        Assert.Equal("aes256-ctr", options.Algorithms.Ciphers[0]);
        Assert.Equal(["curve25519-sha256"], options.Algorithms.KeyExchange.ToArray());
        Assert.Equal(AlgorithmPreferences.Default.HostKeys, options.Algorithms.HostKeys);
        Assert.Equal(System.Net.Sockets.AddressFamily.InterNetworkV6, options.AddressFamily);
        Assert.Equal(System.Net.IPAddress.Loopback, options.LocalAddress);
        Assert.Equal(3072, options.MinimumRsaBits);
        Assert.Equal(["the keyboard-interactive answers", "the password"], options.Credentials.Select(credential => credential.ToString()));
        Assert.Single(For("PasswordAuthentication no", "h").ToOptions(defaults).Credentials);
        Assert.Contains("not-of-this-world", For("KexAlgorithms curve25519-sha256,not-of-this-world", "h").Remarks[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("names nothing that this library has", Fails(() => For("Ciphers rot13", "h").ToOptions(defaults)).Sentence, StringComparison.Ordinal);
        Assert.Contains("is no address", Fails(() => For("BindAddress nowhere", "h").ToOptions(defaults)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_OfAnyBytes_IsReadOrRefusedWithTheRightError()
    {
        Random random = new(7);
        string[] parts = ["Host ", "Match ", "all", "\"", "'", "\\", "=", "\n", " ", "#", "Port", "22", "!", "*", "exec", "IdentityFile ", "%h", "${", "Include ", "\0", "é", "ProxyJump ", ","];
        for (int round = 0; round < 4000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => parts[random.Next(parts.Length)]));
            try
            {
                HostConfiguration host = For(text, "h");
                _ = host.IdentityFiles;
                _ = host.ToOptions(new SshClientOptions());
            }
            catch (SshException exception)
            {
                Assert.Contains(exception.Code, (SshErrorCode[])[SshErrorCode.ConfigurationUnusable, SshErrorCode.Misuse]);
            }
        }
    }
}
