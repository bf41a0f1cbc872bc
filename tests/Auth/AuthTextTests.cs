using LucidSsh.Auth;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Auth;

/// <summary>What is read from text: AuthenticationMethods; and what is shown of a peer's.</summary>
public sealed class AuthTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("publickey,")]
    [InlineData("publickey,gssapi-with-mic")]
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
