using LucidSsh.Auth;

using LucidSsh.Wire;
using static LucidSsh.Tests.Auth.LoginTestKit;

namespace LucidSsh.Tests.Auth;

/// <summary>Users that may log in and users that may not: the latter pass nothing, and learn nothing.</summary>
public sealed class UserPatternTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("alice", "", true)]
    [InlineData("bob al*", "", true)]
    [InlineData("bob", "", false)]
    [InlineData("Alice", "", false)]
    [InlineData("", "alice", false)]
    [InlineData("alice", "a*", false)] // what is denied is, whatever is allowed
    [InlineData("alice@198.51.100.0/24", "", true)]
    [InlineData("alice@192.0.2.1", "", false)]
    [InlineData("*", "*@198.51.100.7", false)]
    [InlineData("*@*,!198.51.100.7", "", false)]
    public void User_IsPermittedByThePatterns(string allowed, string denied, bool expected) => Assert.Equal(
        expected, UserPatterns.Parse(allowed, denied).Permits(new LoginContext("alice", "198.51.100.7", null) { Now = DateTimeOffset.UnixEpoch }));

    [Theory]
    [InlineData("@192.0.2.1")]
    [InlineData("alice@")]
    [InlineData("alice@192.0.2.1/8")]
    public void Pattern_ThatIsNone_IsRefused(string text) =>
        Assert.Equal(SshErrorCode.Misuse, Assert.Throws<LocalMisuseException>(() => UserPatterns.Parse(text)).Code);

    [Fact]
    public async Task User_WhoMayNotLogIn_IsAnsweredAsOneWhoDoesNotExist()
    {
        SimpleAuthenticator authenticator = Alice("publickey password keyboard-interactive", Key);
        ServerLoginOptions options = new() { MayLogIn = UserPatterns.Parse("", "alice").Permits };
        await using ForgeryKit denied = await ForgeryKit.ConnectAsync(authenticator, options);
        await using ForgeryKit unknown = await ForgeryKit.ConnectAsync(authenticator, options);
        foreach ((ForgeryKit kit, string user) in ((ForgeryKit, string)[])[(denied, "alice"), (unknown, "mallory")])
        {
            await kit.RefusedAsync(ForgeryKit.Question(user, Key.PublicKey), "not even a key that would do");
            await kit.RefusedAsync(kit.Signed(user, Key));
            await kit.RefusedAsync(ForgeryKit.PasswordOf(user, LoginTestKit.Password));
            Assert.Equal(60, (await kit.AskAsync(Message.ToArray(new KeyboardInteractiveRequest(user, "ssh-connection"))))[0]);
            await kit.RefusedAsync(ForgeryKit.PasswordOf(user, "another")); // gives the question up
        }
    }

    [Fact]
    public async Task User_WhoMayNotLogIn_CannotChangeAPasswordEither()
    {
        Changer changer = new();
        await using ForgeryKit kit = await ForgeryKit.ConnectAsync(changer, new ServerLoginOptions { MayLogIn = _ => false });
        await kit.RefusedAsync(ForgeryKit.PasswordOf("alice", "expired"), "an expired password is not told from a wrong one");
        await kit.RefusedAsync(Message.ToArray(new PasswordRequest("alice", "ssh-connection", "expired"u8, true, "new"u8)));
        Assert.Equal(0, changer.Changes);
    }

    private sealed class Changer : Authenticator
    {
        public int Changes { get; private set; }

        public override ValueTask<PasswordVerdict> CheckPasswordAsync(LoginContext context, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
            ValueTask.FromResult(PasswordVerdict.ChangeRequired("change it"));

        public override ValueTask<PasswordVerdict> ChangePasswordAsync(
            LoginContext context, ReadOnlyMemory<byte> oldPassword, ReadOnlyMemory<byte> newPassword, CancellationToken cancellationToken)
        {
            Changes++;
            return ValueTask.FromResult(PasswordVerdict.Accepted);
        }
    }
}
