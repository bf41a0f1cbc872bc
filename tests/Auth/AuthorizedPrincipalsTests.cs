using LucidSsh.Auth;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;
using static LucidSsh.Tests.Auth.LoginTestKit;

namespace LucidSsh.Tests.Auth;

/// <summary>Files of principals and of authorities, as sshd's AuthorizedPrincipalsFile and TrustedUserCAKeys.</summary>
public sealed class AuthorizedPrincipalsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void File_WithNamesOptionsAndComments_IsRead()
    {
        AuthorizedPrincipals read = AuthorizedPrincipals.Parse("# those who may\nops\n\n  command=\"a b\",no-pty\t deploy \nalice,bob\nno-such-option x\ncert-authority y\nno-pty ", "p.txt");
        Assert.Equal(["ops", "deploy", "alice,bob", "no-pty"], read.Names.ToArray());
        Assert.Equal([6, 7], read.Refused.Select(line => line.Line).ToArray());
        Assert.StartsWith("Line 6 of p.txt lets nobody in: ", read.Refused[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alice", true)]
    [InlineData("bob", false)] // has no file
    [InlineData("../principals/alice", false)]
    [InlineData("..", false)]
    [InlineData(".", false)]
    [InlineData("", false)]
    [InlineData("sub/alice", false)]
    [InlineData("sub\\alice", false)]
    [InlineData("C:alice", false)]
    [InlineData("ali\0ce", false)]
    [InlineData("%u", false)]
    public void Files_OfUsers_AreFoundByASafeName(string user, bool expected)
    {
        Directory.CreateDirectory(_directory["principals"]);
        Directory.CreateDirectory(Path.Combine(_directory["principals"], "sub"));
        File.WriteAllText(Path.Combine(_directory["principals"], "alice"), "ops");
        File.WriteAllText(Path.Combine(_directory["principals"], "sub", "alice"), "ops");
        File.WriteAllText(Path.Combine(_directory["principals"], "sub\\alice"), "ops");
        Func<LoginContext, AuthorizedPrincipals?> find = AuthorizedPrincipals.FromFiles(Path.Combine(_directory["principals"], "%u"));
        Assert.Equal(expected, find(new LoginContext(user, null, null) { Now = default }) is not null);
    }

    [Fact]
    public void File_ForAllUsers_IsReadAnewAtEachLogin()
    {
        string path = _directory["100%u"];
        Func<LoginContext, AuthorizedPrincipals?> find = AuthorizedPrincipals.FromFiles(_directory["100%%u"]);
        LoginContext anybody = new("../anybody", null, null) { Now = default };
        Assert.Null(find(anybody));
        File.WriteAllText(path, "one");
        Assert.Equal(["one"], find(anybody)!.Names.ToArray());
        File.WriteAllText(path, "two");
        Assert.Equal(["two"], find(anybody)!.Names.ToArray());
    }

    [Fact]
    public void Authorities_AreAPlainKeyOnEachLineAndNothingElse()
    {
        File.WriteAllText(_directory["ca"], $"# ours\n{Key.PublicKey.ToOpenSshLine("one")}\n{OtherKey.PublicKey.ToOpenSshLine()}\n");
        Assert.Equal([Key.PublicKey, OtherKey.PublicKey], AuthorizedKeys.ReadAuthorities(_directory["ca"]).ToArray());
        foreach (string bad in (string[])["no key", $"cert-authority {Key.PublicKey.ToOpenSshLine()}", $"no-pty {Key.PublicKey.ToOpenSshLine()}"])
        {
            File.WriteAllText(_directory["ca"], $"{OtherKey.PublicKey.ToOpenSshLine()}\n{bad}\n");
            Assert.Throws<LocalMisuseException>(() => AuthorizedKeys.ReadAuthorities(_directory["ca"]));
        }
    }
}
