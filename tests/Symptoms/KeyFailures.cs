using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tests.Auth;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Interop;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>Keys that do not let anybody in: the rows B of docs/login-failures.md.</summary>
[Trait("Peer", "OpenSsh")]
public class KeyFailures(OpenSshServer fixture) : IClassFixture<OpenSshServer>
{
    private SshdServer Server => fixture.Server;

    [Fact]
    public async Task Keys_TheServerDoesNotKnow()
    {
        using PrivateKeyCredential stranger = PrivateKeyCredential.FromKey(PrivateKey.Generate("ssh-ed25519"));
        LoginFailureTable.Says("B1", "a key that is not authorised", "OpenSSH", await LoginFailures.RefusedAsync(Server, TestAccount.Name, stranger));
        using PrivateKeyCredential known = PrivateKeyCredential.FromFile(Server.UserKey);
        LoginFailureTable.Says("B2", "a user that does not exist", "OpenSSH, and a key that is authorised for another", await LoginFailures.RefusedAsync(Server, "nobody-of-this-name", known));
    }

    [Fact]
    public async Task Keys_WhoseSignatureIsRefused()
    {
        await using SshdServer noRoot = await SshdServer.StartAsync("PermitRootLogin no");
        using PrivateKeyCredential known = PrivateKeyCredential.FromFile(noRoot.UserKey);
        LoginException root = await LoginFailures.RefusedAsync(noRoot, "root", known);
        Assert.Equal(LoginOutcome.KeyAcceptedSignatureRefused, Assert.Single(root.Report.Attempts).Outcome);
        LoginFailureTable.Says("B3", "root may not log in", "OpenSSH with `PermitRootLogin no`, and a key that is authorised", root);

        using SecurityToken token = new("sk-ssh-ed25519@openssh.com");
        await File.AppendAllTextAsync(Server["authorized_keys"], $"verify-required {token.PublicKey.ToOpenSshLine()}\n");
        using PrivateKeyCredential unverified = PrivateKeyCredential.FromSigner(token);
        LoginException refused = await LoginFailures.RefusedAsync(Server, TestAccount.Name, unverified);
        Assert.Equal(LoginOutcome.KeyAcceptedSignatureRefused, Assert.Single(refused.Report.Attempts).Outcome);
        LoginFailureTable.Says("B4", "the key is known, its signature is refused", "OpenSSH, `verify-required` before the key, and a FIDO token that did not verify its owner", refused);
    }

    [Fact]
    public async Task Keys_WithAnAlgorithmTheServerDoesNotTake()
    {
        await using SshdServer onlyEd25519 = await SshdServer.StartAsync("PubkeyAcceptedAlgorithms ssh-ed25519");
        await using SshdServer onlySha1 = await SshdServer.StartAsync("PubkeyAcceptedAlgorithms ssh-rsa");
        using PrivateKeyCredential rsa = PrivateKeyCredential.FromKey(PrivateKey.Generate("ssh-rsa", 2048));
        LoginFailureTable.Says("B5", "an RSA key, and the server takes no RSA", "OpenSSH with `PubkeyAcceptedAlgorithms ssh-ed25519`", await LoginFailures.RefusedAsync(onlyEd25519, TestAccount.Name, rsa));
        LoginFailureTable.Says("B6", "an RSA key, and the server takes RSA with SHA-1 only", "OpenSSH with `PubkeyAcceptedAlgorithms ssh-rsa`", await LoginFailures.RefusedAsync(onlySha1, TestAccount.Name, rsa));
    }

    [Fact]
    public async Task Key_WhereTheServerSaysThatItKnowsSha1Only()
    {
        using LoginTestKit kit = new();
        kit.Link.Client.PeerExtensions = kit.Link.Client.PeerExtensions.Add("server-sig-algs", "ssh-rsa");
        LoginException failure = await kit.FailAsync(LoginTestKit.Alice("publickey", LoginTestKit.RsaKey.Value), PrivateKeyCredential.FromKey(LoginTestKit.RsaKey.Value));
        LoginFailureTable.Says("B14", "an RSA key, and the server says that it takes RSA with SHA-1 only", "our server, with `server-sig-algs` as an old server has it", failure);
    }

    [Fact]
    public void KeyFiles_ThatDoNotOpen()
    {
        string encrypted = Server["encrypted-key"];
        using (PrivateKey made = PrivateKey.Generate("ssh-ed25519"))
            KeyFile.WritePrivate(encrypted, made, KeyFileFormat.OpenSsh, "the passphrase");
        File.WriteAllText(Server["not-a-key"], "this is no key\n");
        Says("B7", "the key file does not exist", "a path to nothing", () => PrivateKeyCredential.FromFile(Server["does-not-exist"]));
        Says("B8", "the file is no key", "a text", () => PrivateKeyCredential.FromFile(Server["not-a-key"]));
        Says("B9", "the key is encrypted, and there is no passphrase", "an encrypted OpenSSH key", () => PrivateKeyCredential.FromFile(encrypted));
        Says("B10", "the key is encrypted, and the passphrase is wrong", "an encrypted OpenSSH key", () => PrivateKeyCredential.FromFile(encrypted, "the account's password"));
        Says("B11", "the public key file is another key's", "the public key of another key", () => PrivateKeyCredential.FromFile(encrypted, "the passphrase", Server.UserKey + ".pub"));

        static void Says(string id, string what, string provokedBy, Action action) => LoginFailureTable.Says(id, what, provokedBy, Assert.ThrowsAny<SshException>(action));
    }

    [Fact]
    public async Task Signers_ThatDoNotSign()
    {
        using PrivateKey key = KeyFile.ReadPrivate(Server.UserKey), rsa = PrivateKey.Generate("ssh-rsa", 2048);
        using PrivateKeyCredential pulled = PrivateKeyCredential.FromSigner(new Signer(key.PublicKey, _ => throw new IOException("the card was pulled")));
        LoginException threw = await LoginFailures.RefusedAsync(Server, TestAccount.Name, pulled);
        Assert.IsType<IOException>(threw.InnerException);
        LoginFailureTable.Says("B12", "the external signer throws", "OpenSSH and a signer that throws; its exception is the inner one", threw);

        await File.AppendAllTextAsync(Server["authorized_keys"], rsa.PublicKey.ToOpenSshLine() + "\n");
        using PrivateKeyCredential old = PrivateKeyCredential.FromSigner(new Signer(rsa.PublicKey, data => rsa.Sign("ssh-rsa", data.Span, SystemRandom.Shared)));
        LoginFailureTable.Says("B13", "the external signer is too old for rsa-sha2", "OpenSSH and a signer that signs with ssh-rsa whatever is asked", await LoginFailures.RefusedAsync(Server, TestAccount.Name, old));
    }

    private sealed class Signer(PublicKey key, Func<ReadOnlyMemory<byte>, byte[]> sign) : ISigner
    {
        public PublicKey PublicKey => key;

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => ValueTask.FromResult(sign(data));
    }
}
