using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Iris;
using LucidSsh.Tests.Crypto.Keys;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Interop;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>Logins that do not come to their end, and what people blame for it.</summary>
[Trait("Peer", "OpenSsh")]
public class LoginSymptoms(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private SshdServer Server => fixture.Server;

    private static async Task<LoginException> RefusedAsync(SshdServer server, params Credential[] credentials) => await Assert.ThrowsAsync<LoginException>(
        () => SshClient.ConnectAsync(server.Target, server.Options with { Credentials = credentials }));

    [Fact]
    public async Task SecondFactorMissing_IsItsOwnOutcome()
    {
        await using SshdServer server = await SshdServer.StartAsync("AuthenticationMethods publickey,password");
        using Session session = new();
        Assert.True(session.Connect("127.0.0.1", server.Port).IsOk);
        Status status = session.AuthenticateWithKeyPair(TestAccount.Name, "", server.UserKey);
        Assert.Equal(-19, status.ReturnCode);
        Assert.Contains("[80101013]", status.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("nvalid signature", status.ToString(), StringComparison.Ordinal);
        SymptomTable.Says("C1", "`[80101013]: Invalid signature for supplied public key` though the key is right", "OpenSSH with `AuthenticationMethods publickey,password`", status.Failure!);
        Assert.True(session.AuthenticateWithUsername(TestAccount.Name, TestAccount.Password).IsOk);
    }

    [Fact]
    public async Task TraceOfASuccess_HoldsNoFailure()
    {
        using Session session = new();
        session.SetTraceMask(511, Server["trace-of-success"]);
        Assert.True(session.Connect("127.0.0.1", Server.Port).IsOk);
        Assert.True(session.AuthenticateWithUsername(TestAccount.Name, TestAccount.Password).IsOk);
        session.Dispose(); // the trace is complete from here on
        string trace = await File.ReadAllTextAsync(Server["trace-of-success"]);
        Assert.DoesNotContain("-37", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("Failure Event", trace, StringComparison.Ordinal);
        Assert.DoesNotContain(TestAccount.Password, trace, StringComparison.Ordinal);
        SymptomTable.Says("C2", "`Failure Event: -37 - Failed getting banner` all over the log", "a login against OpenSSH at mask 511", "Nothing: waiting is no failure and is not traced as one; nor is the password.");
    }

    [Fact]
    public async Task TraceMask_ChangesWhileConnected()
    {
        using Session session = new();
        Assert.True(session.Connect("127.0.0.1", Server.Port).IsOk);
        Assert.True(session.AuthenticateWithUsername(TestAccount.Name, TestAccount.Password).IsOk);
        Assert.True(session.SetTraceMask(2 + 16 + 128, Server["trace-later"]).IsOk);
        Assert.True(session.Execute("true", out Device? device).IsOk);
        device!.Dispose();
        session.Dispose(); // the trace is complete from here on
        string trace = await File.ReadAllTextAsync(Server["trace-later"]);
        Assert.Contains(" Conn: ", trace, StringComparison.Ordinal);
        Assert.DoesNotContain(" Userauth: ", trace, StringComparison.Ordinal);
        SymptomTable.Says("C3", "\"Which mask for trouble after the connection is made?\"", "`SetTraceMask(146, …)` after the login", "2 + 16 + 128 (transport, connection, errors), switched on at any time.");
    }

    [Fact]
    public async Task PasswordAgainstQuestionsOnly_NamesWhatTheServerAccepts()
    {
        await using SshdServer server = await SshdServer.StartAsync("PasswordAuthentication no");
        LoginException failure = await RefusedAsync(server, new PasswordCredential("not the password"));
        Assert.Contains("keyboard-interactive", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Password:", failure.Message, StringComparison.Ordinal);
        SymptomTable.Says("C4", "The password is refused although the prompt looks like a password's", "OpenSSH with `PasswordAuthentication no`; a password that is right answers the one question and logs in", failure);
    }

    [Fact]
    public async Task UnknownUserAndUnknownKey_AreWhatTheServerMakesOfThem()
    {
        using PrivateKeyCredential stranger = PrivateKeyCredential.FromKey(PrivateKey.Generate("ssh-ed25519"));
        LoginException wrongKey = await RefusedAsync(Server, stranger);
        LoginException wrongUser = await Assert.ThrowsAsync<LoginException>(() => SshClient.ConnectAsync(
            new SshTarget("nobody-of-this-name", "127.0.0.1", Server.Port), Server.Options with { Credentials = [PrivateKeyCredential.FromFile(Server.UserKey)] }));
        Assert.All([wrongKey, wrongUser], failure => Assert.Contains("does not tell an unknown user from an unknown key", failure.Message, StringComparison.Ordinal));
        SymptomTable.Says("C5", "`Username/PublicKey combination invalid` (-18)", "a key that is not authorised", wrongKey);
        SymptomTable.Says("C6", "`'Authenticate' error, check username/password`", "a user that does not exist", wrongUser);
    }

    [Fact]
    public async Task RsaKeyAgainstAServerWithoutRsa_NamesTheAlgorithms()
    {
        await using SshdServer server = await SshdServer.StartAsync("PubkeyAcceptedAlgorithms ssh-ed25519");
        using PrivateKeyCredential rsa = PrivateKeyCredential.FromKey(PrivateKey.Generate("ssh-rsa", 2048));
        LoginException failure = await RefusedAsync(server, rsa);
        Assert.Contains("(ssh-rsa)", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("takes rsa-sha2-", failure.Remedy, StringComparison.Ordinal);
        SymptomTable.Says("C7", "`key type ssh-rsa not in PubkeyAcceptedAlgorithms`, in the server's log only", "OpenSSH with `PubkeyAcceptedAlgorithms ssh-ed25519`, and an RSA key", failure);
    }

    [Fact]
    public async Task TooManyKeys_EndWithTheServersOwnWords()
    {
        await using SshdServer server = await SshdServer.StartAsync("MaxAuthTries 2");
        using PrivateKeyCredential a = PrivateKeyCredential.FromKey(PrivateKey.Generate("ssh-ed25519")), b = PrivateKeyCredential.FromKey(PrivateKey.Generate("ssh-ed25519")), c = PrivateKeyCredential.FromKey(PrivateKey.Generate("ssh-ed25519"));
        LoginException failure = await RefusedAsync(server, a, b, c);
        Assert.Contains("Too many authentication failures", failure.Message, StringComparison.Ordinal);
        SymptomTable.Says("C8", "`socket disconnect` (-13) in the middle of a login", "OpenSSH with `MaxAuthTries 2`, and three keys", failure);
    }

    [Fact]
    public async Task Secrets_AreToldApart()
    {
        string key = Server["encrypted"];
        using (PrivateKey made = PrivateKey.Generate("ssh-ed25519"))
            KeyFile.WritePrivate(key, made, KeyFileFormat.OpenSsh, "the passphrase");
        await File.WriteAllTextAsync(Server["no-key"], "this is no key\n");
        Dictionary<string, string> said = new()
        {
            ["C9"] = Says(() => PrivateKeyCredential.FromFile(Server["does-not-exist"])),
            ["C10"] = Says(() => PrivateKeyCredential.FromFile(Server["no-key"])),
            ["C11"] = Says(() => PrivateKeyCredential.FromFile(key)),
            ["C12"] = Says(() => PrivateKeyCredential.FromFile(key, TestAccount.Password)),
            ["C13"] = Says(() => PrivateKeyCredential.FromFile(key, "the passphrase", Server.UserKey + ".pub")),
            ["C14"] = (await RefusedAsync(Server, new PasswordCredential("the passphrase"))).Message,
        };
        Assert.Equal(said.Count, said.Values.Distinct().Count());
        Assert.Contains("There is no key file", said["C9"], StringComparison.Ordinal);
        Assert.Contains("passphrase", said["C12"], StringComparison.Ordinal);
        Assert.Contains("password", said["C14"], StringComparison.Ordinal);
        Assert.Equal(2, said["C13"].Split("SHA256:").Length - 1);
        const string Callback = "`Callback returned error (-19)`, `Error parsing PEM` (-14) or `Unable to read key file` (-16)";
        SymptomTable.Says("C9", Callback, "a key file that does not exist", said["C9"]);
        SymptomTable.Says("C10", Callback, "a file that is no key", said["C10"]);
        SymptomTable.Says("C11", Callback, "an encrypted key without a passphrase", said["C11"]);
        SymptomTable.Says("C12", "The account's password and the key's passphrase in one setting", "the account's password as the passphrase", said["C12"]);
        SymptomTable.Says("C13", "A public key file is needed too, and may be the wrong one", "the public key of another key", said["C13"]);
        SymptomTable.Says("C14", "The account's password and the key's passphrase in one setting", "the key's passphrase as the password", said["C14"]);
    }

    [Fact]
    public async Task PuttyAndOpenSshKeys_LogIn_AsTheyAre()
    {
        string putty = Server["key.ppk"];
        string name = PuttyFixtures.Files.Keys.First(file => file.Contains("ed25519", StringComparison.Ordinal) && file.Contains("plain", StringComparison.Ordinal));
        await File.WriteAllTextAsync(putty, PuttyFixtures.Files[name]);
        using PrivateKeyCredential credential = PrivateKeyCredential.FromFile(putty);
        await File.AppendAllTextAsync(Server["authorized_keys"], KeyFile.ReadPrivate(putty).PublicKey.ToOpenSshLine() + "\n");
        await using SshClient client = await SshClient.ConnectAsync(Server.Target, Server.Options with { Credentials = [credential] });
        SymptomTable.Says("C15", "A .PPK key: \"format not recognized\"", "OpenSSH and a key in PuTTY's format", "Nothing: it logs in.");
        Assert.StartsWith("-----BEGIN OPENSSH PRIVATE KEY-----", await File.ReadAllTextAsync(Server.UserKey), StringComparison.Ordinal);
        await using SshClient other = await SshClient.ConnectAsync(Server.Target, Server.Options with { Credentials = [PrivateKeyCredential.FromFile(Server.UserKey)] });
        SymptomTable.Says("C16", "A key that begins with `BEGIN OPENSSH PRIVATE KEY` fails", "OpenSSH and such a key, without its public file", "Nothing: it logs in.");
    }

    private static string Says(Action action) => Assert.ThrowsAny<SshException>(action).Message;
}
