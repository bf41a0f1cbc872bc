using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Interop;

/// <summary>The command at a terminal, with an encrypted key.</summary>
[Trait("Peer", "OpenSsh")]
[Trait("Peer", "Terminal")]
public class PassphrasePromptTests
{
    [Theory]
    [InlineData("wrong\npassed phrase\n", true)]
    [InlineData("wrong\nwrong\nwrong\n", false)]
    public async Task EncryptedKey_ItsPassphraseIsAskedFor_ThreeTimes(string typed, bool right)
    {
        await using SshdServer server = await SshdServer.StartAsync("AuthenticationMethods publickey");
        using PrivateKey key = PrivateKey.Generate("ssh-ed25519");
        string file = server["encrypted"];
        KeyFile.WritePrivate(file, key, passphrase: "passed phrase");
        await File.AppendAllTextAsync(server["authorized_keys"], key.PublicKey.ToOpenSshLine() + "\n");
        string command = $"{LucidProgram.DotNet} exec {LucidProgram.Assembly} exec -F none -o IdentityAgent=none --host-key insecure-any -i {file} {server.Target} 'echo logged in'";
        (int code, string output, string error) = await ChildProcess.RunAsync("script", ["-qec", command, "/dev/null"], typed);
        Assert.Contains($"Passphrase of the key file {file}:", output, StringComparison.Ordinal);
        Assert.Contains("does not open with the passphrase", output, StringComparison.Ordinal);
        Assert.Equal((right, right ? 0 : 255), (output.Contains("logged in", StringComparison.Ordinal), code));
        Assert.Empty(error);
    }
}
