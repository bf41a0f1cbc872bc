using System.Net;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Auth;
using LucidSsh.Wire;
using static LucidSsh.Tests.Auth.LoginTestKit;

namespace LucidSsh.Tests.Auth;

/// <summary>authorized_keys as sshd(8) describes it: keys, and every option in front of them.</summary>
public sealed class AuthorizedKeysTests
{
    private static readonly string Line = Key.PublicKey.ToOpenSshLine("alice@laptop at home");

    [Fact]
    public void File_WithCommentsBlankLinesAndKeys_IsRead()
    {
        string ecdsa = EcdsaKey.PublicKey.ToOpenSshLine();
        AuthorizedKeys file = AuthorizedKeys.Parse($"# my keys\r\n\r\n  {Line}\r\n{ecdsa}\n\n   # end");
        Assert.Equal(
            [(Key.PublicKey, "alice@laptop at home"), (EcdsaKey.PublicKey, "")],
            file.Keys.Select(key => (key.Key, key.Comment)).ToArray());
        Assert.All(file.Keys, key => Assert.Same(KeyRestrictions.None, key.Restrictions));
        Assert.Empty(file.Refused);
    }

    [Fact]
    public void File_ThatIsNotThere_SaysSo()
    {
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => AuthorizedKeys.ReadFile("/nowhere/authorized_keys"));
        Assert.Equal(SshErrorCode.LocalFile, exception.Code);
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-ed25519 AAAA")]
    [InlineData("ssh-ed25519 not base64 at all")]
    [InlineData("ssh-dss AAAAB3NzaC1kc3M=")]
    [InlineData("no-pty")]
    [InlineData("no-pty not-a-key AAAA")]
    public void File_WithALineThatIsNoKey_RefusesThatLineAndServesTheOthers(string line)
    {
        AuthorizedKeys file = AuthorizedKeys.Parse($"{line}\n{Line}", "keys.txt");
        Assert.Equal(Key.PublicKey, Assert.Single(file.Keys).Key);
        Assert.Equal(1, Assert.Single(file.Refused).Line);
        Assert.StartsWith("Line 1 of keys.txt lets nobody in: ", file.Refused[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-option", "“no-such-option” is no option sshd(8) knows")]
    [InlineData("no-command=\"x\"", "“no-command” is no option sshd(8) knows")]
    [InlineData("no-restrict", "“no-restrict” is no option")]
    [InlineData("=\"x\"", "“” is no option")]
    [InlineData("no-pty,", "“” is no option")]
    [InlineData(",no-pty", "“” is no option")]
    [InlineData("no-pty;no-pty", "a comma or a blank is expected after an option, and “;no-pty")]
    [InlineData("command=\"a\"\"b\"", "a comma or a blank is expected")]
    [InlineData("command=date", "the value of command is not in quotes")]
    [InlineData("command='date'", "the value of command is not in quotes")]
    [InlineData("command", "command wants a value")]
    [InlineData("no-pty=\"yes\"", "pty takes no value")]
    [InlineData("command=\"a\",command=\"a\"", "command is given twice")]
    [InlineData("from=\"10.0.0.1\",from=\"10.0.0.1\"", "from is given twice")]
    [InlineData("cert-authority,principals=\"a\",principals=\"b\"", "principals is given twice")]
    [InlineData("cert-authority,principals=\"a,,b\"", "an empty name")]
    [InlineData("cert-authority,principals=\"\"", "an empty name")]
    [InlineData("principals=\"alice\"", "together with cert-authority only")]
    [InlineData("environment=\"A\"", "not NAME=value")]
    [InlineData("environment=\"=A\"", "not NAME=value")]
    [InlineData("environment=\"A-B=C\"", "not NAME=value")]
    [InlineData("expiry-time=\"2026\"", "is no time")]
    [InlineData("expiry-time=\"20260230\"", "is no time")]
    [InlineData("expiry-time=\"202601012460\"", "is no time")]
    [InlineData("expiry-time=\"\"", "is no time")]
    [InlineData("from=\"\"", "neither an address nor a pattern")]
    [InlineData("from=\"10.0.0.1,,10.0.0.2\"", "neither an address nor a pattern")]
    [InlineData("from=\"10.0.0.1/8\"", "no network")]
    [InlineData("from=\"10.0.0.0/33\"", "no network")]
    [InlineData("from=\"10/8\"", "no network")]
    [InlineData("from=\"*/8\"", "no network")]
    [InlineData("permitopen=\"host\"", "no host and port")]
    [InlineData("permitopen=\"host:0\"", "no host and port")]
    [InlineData("permitopen=\"host:65536\"", "no host and port")]
    [InlineData("permitopen=\"host:+1\"", "no host and port")]
    [InlineData("permitopen=\"8080\"", "no host and port")]
    [InlineData("permitopen=\"::1:80\"", "no host and port")]
    [InlineData("permitopen=\"[::1]\"", "no host and port")]
    [InlineData("permitopen=\":80\"", "no host and port")]
    [InlineData("permitlisten=\"http\"", "no host and port")]
    [InlineData("tunnel=\"x\"", "neither a number nor any")]
    public void Option_ThatIsNotUnderstood_RefusesTheLine(string options, string why)
    {
        AuthorizedKeys file = AuthorizedKeys.Parse($"\n{options} {Line}", "keys.txt");
        Assert.Empty(file.Keys);
        RefusedLine refused = Assert.Single(file.Refused);
        Assert.StartsWith("Line 2 of keys.txt lets nobody in: ", refused.Reason, StringComparison.Ordinal);
        Assert.Contains(why, refused.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("command=\"date")]
    [InlineData("command=\"date\\\"")]
    [InlineData("environment=\"A=ssh-ed25519 AAAA")]
    public void Value_WithoutItsClosingQuote_TakesTheKeyWithIt(string options)
    {
        AuthorizedKeys file = AuthorizedKeys.Parse($"{options} {Line}");
        Assert.Empty(file.Keys);
        Assert.Contains("has no closing quote", Assert.Single(file.Refused).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("command=\"echo \\\"a b\\\", c\\d\\\\ \"", "echo \"a b\", c\\d\\\\ ")]
    [InlineData("command=\"\"", "")]
    [InlineData("COMMAND=\"x\"", "x")]
    [InlineData("pty,command=\"ssh-rsa AAAA # no comment\",no-pty", "ssh-rsa AAAA # no comment")]
    public void Command_IsWhatStandsInItsQuotes(string options, string command) =>
        Assert.Equal(command, Assert.Single(AuthorizedKeys.Parse($"{options}\t{Line}").Keys).Restrictions.ForcedCommand);

    [Fact]
    public void Restrict_TakesAllAndWhatFollowsGivesBack()
    {
        KeyRestrictions restricted = KeyRestrictions.Parse("restrict");
        Assert.False(restricted.AllowsPty || restricted.AllowsPortForwarding || restricted.AllowsAgentForwarding
            || restricted.AllowsX11Forwarding || restricted.AllowsUserRc);
        KeyRestrictions some = KeyRestrictions.Parse("restrict,pty,Agent-Forwarding");
        Assert.True(some.AllowsPty && some.AllowsAgentForwarding);
        Assert.False(some.AllowsPortForwarding || some.AllowsX11Forwarding || some.AllowsUserRc);
        Assert.False(KeyRestrictions.Parse("pty,restrict").AllowsPty); // in the order they stand
    }

    [Fact]
    public void EveryOption_InOneLine_IsRead()
    {
        KeyRestrictions read = KeyRestrictions.Parse(
            "cert-authority,principals=\"alice,a*b\",no-touch-required,verify-required,no-x11-forwarding,no-user-rc,tunnel=\"0\","
            + "environment=\"A=1=2\",environment=\"B=\",environment=\"A=3\",permitopen=\"localhost:80\",permitopen=\"[2001:db8::1]:*\","
            + "permitlisten=\"8080\",permitlisten=\"localhost:*\",no-agent-forwarding,no-port-forwarding,no-pty,"
            + "expiry-time=\"20300101Z\",expiry-time=\"20290101120030Z\",from=\"*.example.org,!192.0.2.0/24\"");
        Assert.True(read.IsCertificateAuthority && read.RequiresVerification);
        Assert.Equal(["alice", "a*b"], read.Principals.ToArray());
        Assert.False(read.RequiresTouch || read.AllowsX11Forwarding || read.AllowsUserRc || read.AllowsAgentForwarding || read.AllowsPortForwarding || read.AllowsPty);
        Assert.Equal([new("A", "1=2"), new("B", "")], read.Environment.ToArray());
        Assert.Equal(["localhost:80", "[2001:db8::1]:*"], read.PermitOpen.Select(target => target.ToString()).ToArray());
        Assert.Equal(["*:8080", "localhost:*"], read.PermitListen.Select(target => target.ToString()).ToArray());
        Assert.Equal(new DateTimeOffset(2029, 1, 1, 12, 0, 30, TimeSpan.Zero), read.ExpiresAt); // the earliest
        Assert.Equal("0", read.Tunnel);
        Assert.Equal("*.example.org,!192.0.2.0/24", read.From!.ToString());
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.10", false)]
    [InlineData("192.0.2.0/24", "192.0.2.255", true)]
    [InlineData("192.0.2.0/24", "192.0.3.0", false)]
    [InlineData("192.0.2.0/24,!192.0.2.7", "192.0.2.7", false)]
    [InlineData("!192.0.2.7,192.0.2.0/24", "192.0.2.7", false)] // wherever the negation stands
    [InlineData("!192.0.2.7", "192.0.2.8", false)] // nothing is let in by a negation alone
    [InlineData("192.0.2.*", "192.0.2.1", true)]
    [InlineData("192.0.2.?", "192.0.2.10", false)]
    [InlineData("*,!192.0.2.*", "192.0.2.10", false)]
    [InlineData("*", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:DB8:0::1", "2001:db8::1", true)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.1", true)] // a socket for both families shows it so
    [InlineData("::/0", "192.0.2.1", false)]
    [InlineData("0.0.0.0/0", "192.0.2.1", true)]
    [InlineData("fe80::/10", "fe80::1%2", true)]
    public void From_LetsInWhatItNames(string from, string address, bool expected) =>
        Assert.Equal(expected, AddressPatterns.Parse(from).Permits(IPAddress.Parse(address)));

    [Fact]
    public void From_WithANamePattern_LooksAtTheNameWhereThereIsOne()
    {
        AddressPatterns from = AddressPatterns.Parse("*.example.org,!bad.example.org");
        IPAddress address = IPAddress.Parse("192.0.2.1");
        Assert.True(from.Permits(address, "good.EXAMPLE.org"));
        Assert.False(from.Permits(address, "bad.example.org"));
        Assert.False(from.Permits(address));
        Assert.False(AddressPatterns.Parse("*").Permits(null));
    }

    [Theory]
    [InlineData("from=\"192.0.2.1\"", "may be used from 192.0.2.1 only, and the client is at 198.51.100.7")]
    [InlineData("expiry-time=\"20200101Z\"", "expired at 2020-01-01 00:00:00 +00:00")]
    public async Task Key_OutsideItsTimeOrPlace_IsRefusedBeforeItsSignatureAndTheTraceSaysWhy(string options, string why)
    {
        using LoginTestKit kit = new();
        kit.ServerOptions = kit.ServerOptions with { RemoteAddress = "198.51.100.7" };
        await kit.FailAsync(WithOptions(options), PrivateKeyCredential.FromKey(Key));
        Assert.DoesNotContain("S60", kit.Link.Numbers, StringComparison.Ordinal); // not even told that the key would do
        Assert.Contains($"key refused user=alice key={Key.PublicKey.Fingerprint} reason=\"{why}\"", kit.Trace, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("from=\"198.51.100.0/24\",no-pty")]
    [InlineData("expiry-time=\"29991231Z\",no-pty")]
    [InlineData("environment=\"A=B\",no-pty")]
    public async Task Key_InsideItsTimeAndPlace_LogsInWithItsRestrictions(string options)
    {
        using LoginTestKit kit = new();
        kit.ServerOptions = kit.ServerOptions with { RemoteAddress = "198.51.100.7" };
        await kit.RunAsync(WithOptions(options), PrivateKeyCredential.FromKey(Key));
        Assert.False(kit.Result!.Permissions.AllowsPty);
        Assert.True(kit.Result.Permissions.AllowsPortForwarding);
        Assert.Equal("the comment", kit.Result.Key!.Comment);
    }

    [Fact]
    public async Task Key_InSeveralLines_LogsInByTheFirstThatLetsItIn()
    {
        string key = Key.PublicKey.ToOpenSshLine();
        AuthorizedKeys file = AuthorizedKeys.Parse(
            $"from=\"192.0.2.1\" {key} one\ncert-authority {key} two\nexpiry-time=\"20200101Z\" {key} three\nno-pty {key} four\n{key} five");
        using LoginTestKit kit = new();
        kit.ServerOptions = kit.ServerOptions with { RemoteAddress = "198.51.100.7" };
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey"));
        authenticator.AddUser("alice", null, file.Keys);
        await kit.RunAsync(authenticator, PrivateKeyCredential.FromKey(Key));
        Assert.Equal("four", kit.Result!.Key!.Comment);
    }

    [Fact]
    public async Task CertificateAuthority_LogsNobodyInItself()
    {
        using LoginTestKit kit = new();
        await kit.FailAsync(WithOptions("cert-authority"), PrivateKeyCredential.FromKey(Key));
    }

    [Fact]
    public async Task TwoKeys_ThatForceDifferentCommands_AreRefused()
    {
        using LoginTestKit kit = new();
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey,publickey"));
        authenticator.AddUser("alice", null,
        [
            new AuthorizedKey(Key.PublicKey) { Restrictions = KeyRestrictions.Parse("command=\"one\"") },
            new AuthorizedKey(OtherKey.PublicKey) { Restrictions = KeyRestrictions.Parse("command=\"two\"") },
        ]);
        await kit.FailAsync(authenticator, PrivateKeyCredential.FromKey(Key), PrivateKeyCredential.FromKey(OtherKey));
        Assert.Contains("forces another command than its certificate, or than a key that was verified before", kit.Trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoKeys_LeaveWhatBothAllow()
    {
        using LoginTestKit kit = new();
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey,publickey"));
        authenticator.AddUser("alice", null,
        [
            new AuthorizedKey(Key.PublicKey) { Restrictions = KeyRestrictions.Parse("no-pty,command=\"one\",permitopen=\"a:1\",permitopen=\"b:2\",environment=\"A=1\"") },
            new AuthorizedKey(OtherKey.PublicKey) { Restrictions = KeyRestrictions.Parse("no-agent-forwarding,permitopen=\"b:2\",environment=\"A=2\",environment=\"B=3\",permitlisten=\"80\"") },
        ]);
        await kit.RunAsync(authenticator, PrivateKeyCredential.FromKey(Key), PrivateKeyCredential.FromKey(OtherKey));
        SessionPermissions permissions = kit.Result!.Permissions;
        Assert.Equal("one", permissions.ForcedCommand);
        Assert.False(permissions.AllowsPty || permissions.AllowsAgentForwarding);
        Assert.True(permissions.AllowsPortForwarding && permissions.AllowsOpening("b", 2));
        Assert.False(permissions.AllowsOpening("a", 1) || permissions.AllowsOpening("b", 3) || permissions.AllowsOpening("c", 2));
        Assert.True(permissions.AllowsListening("", 80) && permissions.AllowsListening("localhost", 80));
        Assert.False(permissions.AllowsListening("", 0) || permissions.AllowsListening("", 81));
        Assert.Equal([new("A", "1"), new("B", "3")], permissions.Environment.ToArray());
        Assert.Equal(
            "only the command one, no terminal, no agent forwarding, forwarding to a:1 b:2 only, forwarding to b:2 only, listening at *:80 only",
            permissions.ToString());
    }

    [Fact]
    public void NoPortForwarding_IsStrongerThanPermitOpen()
    {
        SessionPermissions permissions = SessionPermissions.All.Narrow(KeyRestrictions.Parse("permitopen=\"a:1\",permitlisten=\"1\",no-port-forwarding"))!;
        Assert.False(permissions.AllowsOpening("a", 1) || permissions.AllowsListening("", 1));
    }

    [Fact]
    public async Task User_Changed_ForgetsWhatAKeyRestricted()
    {
        // alice's key narrows what alice may do, and bob, who then logs in with a password on the same connection, begins anew.
        using LoginTestKit kit = new();
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey,password password"));
        authenticator.AddUser("alice", "a", [new AuthorizedKey(Key.PublicKey) { Restrictions = KeyRestrictions.Parse("restrict") }]);
        authenticator.AddUser("bob", "b");
        Task server = kit.StartServer(authenticator);
        await Assert.ThrowsAsync<LoginException>(() => kit.Login.LoginAsync("alice", [PrivateKeyCredential.FromKey(Key)], kit.Deadline));
        await kit.Login.LoginAsync("bob", [new PasswordCredential("b")], kit.Deadline);
        await server;
        Assert.True(kit.Result!.Permissions.AllowsPty);
        Assert.Empty(kit.Result.Keys);
    }

    [Fact]
    public void Options_OfAnyText_AreReadOrRefused() => Prop.ForAll(
        ArbMap.Default.ArbFor<string?>(),
        text =>
        {
            AuthorizedKeys file = AuthorizedKeys.Parse($"{text} {Line}\n\"{text}\" {Line}\ncommand=\"{text}\",{text} {Line}");
            return file.Keys.Length + file.Refused.Length >= 0;
        }).QuickCheckThrowOnFailure();

    private static SimpleAuthenticator WithOptions(string options)
    {
        SimpleAuthenticator authenticator = new(AuthenticationMethods.Parse("publickey"));
        authenticator.AddUser("alice", null, AuthorizedKeys.Parse($"{options} {Key.PublicKey.ToOpenSshLine("the comment")}").Keys);
        return authenticator;
    }
}
