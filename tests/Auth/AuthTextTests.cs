using LucidSsh.Auth;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Auth;

/// <summary>What is read from text: authorized_keys, AuthenticationMethods; and what is shown of a peer's.</summary>
public sealed class AuthTextTests
{
    [Fact]
    public void AuthorizedKeys_WithCommentsBlankLinesAndKeys_AreRead()
    {
        string ed25519 = LoginTestKit.Key.PublicKey.ToOpenSshLine("alice@laptop at home");
        string ecdsa = LoginTestKit.EcdsaKey.PublicKey.ToOpenSshLine();
        var keys = AuthorizedKeys.Parse($"# my keys\r\n\r\n  {ed25519}\r\n{ecdsa}\n\n   # end");
        Assert.Equal(
            [(LoginTestKit.Key.PublicKey, "alice@laptop at home"), (LoginTestKit.EcdsaKey.PublicKey, "")],
            keys.Select(key => (key.Key, key.Comment)));
    }

    [Theory]
    [InlineData("command=\"/bin/false\",no-pty ", "command")]
    [InlineData("restrict ", "restrict")]
    [InlineData("from=\"10.0.0.0/8\" ", "from")]
    [InlineData("cert-authority ", "cert-authority")]
    [InlineData("environment=\"A=ssh-rsa\" ", "environment")]
    public void AuthorizedKeys_WithOptions_AreRefusedByLineAndOption(string options, string option)
    {
        string text = $"# first\n{options}{LoginTestKit.Key.PublicKey.ToOpenSshLine()}";
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => AuthorizedKeys.Parse(text, "keys.txt"));
        Assert.StartsWith($"Line 2 of keys.txt begins with “{option}”", exception.Sentence, StringComparison.Ordinal);
        Assert.Equal(SshErrorCode.KeyUnsupported, exception.Code);
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-ed25519 AAAA")]
    [InlineData("ssh-ed25519 not base64 at all")]
    [InlineData("ssh-dss AAAAB3NzaC1kc3M=")]
    public void AuthorizedKeys_WithALineThatIsNoKey_NameIt(string line)
    {
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => AuthorizedKeys.Parse(line, "keys.txt"));
        Assert.StartsWith("Line 1 of keys.txt holds no key that can be used", exception.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void AuthorizedKeys_FileThatIsNotThere_SaysSo()
    {
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => AuthorizedKeys.ReadFile("/nowhere/authorized_keys"));
        Assert.Equal(SshErrorCode.LocalFile, exception.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("publickey,")]
    [InlineData("publickey,hostbased")]
    [InlineData("publickey:rsa")]
    [InlineData("Publickey")]
    [InlineData("none,password")]
    public void AuthenticationMethods_ThatAreNone_AreRefused(string text) =>
        Assert.Equal(SshErrorCode.Misuse, Assert.Throws<LocalMisuseException>(() => AuthenticationMethods.Parse(text)).Code);

    [Fact]
    public void FactorProgress_ThroughAlternatives_OffersWhatIsLeft()
    {
        FactorProgress progress = new(AuthenticationMethods.Parse("publickey,password publickey,keyboard-interactive,password password,publickey"));
        Assert.Equal(["publickey", "password"], progress.Offered.ToArray());
        Assert.False(progress.Wants("keyboard-interactive"));
        Assert.False(progress.Pass("publickey"));
        Assert.Equal(["password", "keyboard-interactive"], progress.Offered.ToArray());
        Assert.False(progress.Pass("keyboard-interactive"));
        Assert.True(progress.Pass("password"));
        Assert.Equal(["publickey", "keyboard-interactive", "password"], progress.Passed);
    }

    [Fact]
    public void FactorProgress_WithNone_DoesNotListIt()
    {
        FactorProgress progress = new(AuthenticationMethods.Parse("none password"));
        Assert.Equal(["password"], progress.Offered.ToArray());
        Assert.True(progress.Pass("none"));
    }

    [Fact]
    public void TerminalText_OfAPeer_MovesNoCursor()
    {
        Assert.Equal("a\\u0007b\\u001b]0;title\\u0000\tc\nd\ne", TerminalText.Sanitize("a\ab\u001b]0;title\0\tc\r\nd\u2028e"));
        Assert.Equal("one two", TerminalText.OneLine("one\r\ntwo\n"));
        Assert.Equal(11, TerminalText.OneLine(new string('x', 100), 10).Length);
    }

    [Fact]
    public void Credentials_AsText_ShowNoSecret()
    {
        Assert.Equal("the password", new PasswordCredential("hunter2").ToString());
        Assert.Equal($"the key {LoginTestKit.Key.PublicKey.Fingerprint}", PrivateKeyCredential.FromKey(LoginTestKit.Key).ToString());
    }

    [Fact]
    public void Password_LongerThanAnyServerReads_IsRefused() =>
        Assert.Equal(
            SshErrorCode.LimitExceeded, Assert.Throws<LocalMisuseException>(() => new PasswordCredential(new string('x', 8193))).Code);
}
