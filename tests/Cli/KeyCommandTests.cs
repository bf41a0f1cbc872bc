using System.Text.Json;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Cli;

/// <summary><c>lucid key</c>: what it writes is read by OpenSSH's and PuTTY's programs, and a secret is never an argument.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class KeyCommandTests : IDisposable
{
    private static readonly Dictionary<string, string> Passphrases = new() { ["OLD"] = "correct horse", ["NEW"] = "Grüße 🔑", ["EMPTY"] = "" };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task New_ThenConvertAndShow_IsTheSameKeyEverywhere()
    {
        string id = _directory["id"], openssh = _directory["again"];
        string made = await OkAsync("new", "-t", "ecdsa", "-b", "384", "-C", "me at home", "--new-passphrase-env", "OLD", "--rounds", "2", id);
        string line = (await File.ReadAllTextAsync(id + ".pub")).Trim();
        Assert.StartsWith($"{id}: private key in OpenSSH's format, encrypted (aes256-ctr; bcrypt, 2 rounds)\n  type         ecdsa-sha2-nistp384, 384 bits\n", made, StringComparison.Ordinal);
        Assert.Equal(line, (await RunAsync("ssh-keygen", "-y", "-P", "correct horse", "-f", id)).Trim());

        await OkAsync("convert", id, "--to", "openssh", "--passphrase-env", "OLD", "--new-passphrase-env", "NEW", "--cipher", "aes128-gcm@openssh.com", "--rounds", "1", "-o", openssh);
        Assert.Equal(line, (await RunAsync("ssh-keygen", "-y", "-P", "Grüße 🔑", "-f", openssh)).Trim());
        foreach (string format in (string[])["pkcs8", "pem"])
        {
            await OkAsync("convert", openssh, "--to", format, "--passphrase-env", "NEW", "--no-passphrase", "-o", _directory[format]);
            Assert.Equal(line.Split(' ')[1], (await RunAsync("ssh-keygen", "-y", "-f", _directory[format])).Trim().Split(' ')[1]);
        }

        foreach (string file in (string[])[id, openssh, _directory["pkcs8"], _directory["pem"]])
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Contains((await RunAsync("ssh-keygen", "-l", "-f", id + ".pub")).Split(' ')[1], await OkAsync("show", file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Convert_ToPublicFormats_IsReadBySshKeygen()
    {
        string id = _directory["id"];
        await OkAsync("new", "-C", "who am i", "--no-passphrase", id);
        string line = (await File.ReadAllTextAsync(id + ".pub")).Trim();

        Assert.Equal(line, (await OkAsync("convert", id, "--to", "pub")).Trim());
        Assert.Contains("Comment: \"who am i\"\n", await OkAsync("convert", id, "--to", "rfc4716"), StringComparison.Ordinal);
        await OkAsync("convert", id, "--to", "public-pem", "-o", _directory["pem"]);
        Assert.Equal(line, (await OkAsync("convert", _directory["pem"], "--to", "pub", "-C", "who am i")).Trim());
    }

    [Fact]
    [Trait("Peer", "Putty")]
    public async Task Convert_ToPutty_IsReadByPuttygenAndKeepsThePassphrase()
    {
        string id = _directory["id"], ppk = _directory["id.ppk"];
        await OkAsync("new", "-C", "for windows", "--new-passphrase-env", "OLD", "--rounds", "1", id);
        await OkAsync("convert", id, "--to", "putty", "--passphrase-env", "OLD", "--rounds", "1", "-o", ppk);

        await File.WriteAllTextAsync(_directory["passphrase"], "correct horse");

        Assert.Equal(await File.ReadAllTextAsync(id + ".pub"), await RunAsync("puttygen", ppk, "-L", "--old-passphrase", _directory["passphrase"]));
    }

    [Fact]
    [Trait("Peer", "Putty")]
    public async Task Convert_PuttyFileWithACertificate_PutsItBesideTheKey()
    {
        string id = _directory["id"], ca = _directory["ca"], again = _directory["again"];
        await OkAsync("new", "--no-passphrase", id);
        await OkAsync("new", "--no-passphrase", ca);
        await OkAsync("sign", "--ca", ca, "--id", "me", "-n", "me", id + ".pub");
        await RunAsync("puttygen", id, "--certificate", _directory["id-cert.pub"], "-O", "private", "-o", _directory["id.ppk"]);

        await OkAsync("convert", _directory["id.ppk"], "--to", "openssh", "-o", again);

        Assert.Equal(Certificate.ReadFile(_directory["id-cert.pub"]), Certificate.ReadFile(again + "-cert.pub"));
        Assert.Equal(KeyFile.ReadPublic(id), KeyFile.ReadPublic(again));
        Assert.Contains("key id       \"me\"", await OkAsync("show", _directory["id.ppk"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_SeveralFiles_TellsOfEachAndFailsInTheEnd()
    {
        string id = _directory["id"], text = _directory["text"];
        await OkAsync("new", "--no-passphrase", id);
        await File.WriteAllTextAsync(text, "hello world");

        (int code, string output, string error) = await LucidProgram.RunAsync(["key", "show", "--json", text, id]);

        Assert.Equal(255, code);
        Assert.Equal($"lucid: The key file {text} holds no key in a known format: its first bytes are 68656c6c (\"hell\").", error.Trim());
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement failed = document.RootElement.GetProperty("keys")[0], shown = document.RootElement.GetProperty("keys")[1];
        Assert.Equal("KeyFormatUnknown", failed.GetProperty("error").GetProperty("name").GetString());
        Assert.Equal(KeyFile.ReadPublic(id).Fingerprint, shown.GetProperty("sha256").GetString());
        Assert.Equal(("openssh", false), (shown.GetProperty("format").GetString(), shown.GetProperty("encrypted").GetBoolean()));
    }

    [Fact]
    public async Task New_WhereAFileIs_LeavesItAlone()
    {
        string id = _directory["id"];
        await File.WriteAllTextAsync(id + ".pub", "mine");

        (int code, _, string error) = await LucidProgram.RunAsync(["key", "new", "--no-passphrase", id]);

        Assert.Equal((255, "mine", false), (code, await File.ReadAllTextAsync(id + ".pub"), File.Exists(id)));
        Assert.StartsWith($"lucid: No key was made: the file {id}.pub exists.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Nobody is there to be asked for the passphrase of FILE.", "new", "FILE")]
    [InlineData("\"ppk\" is no format of key files.", "convert", "FILE", "--to", "ppk")]
    [InlineData("An ECDSA key cannot have 512 bits.", "new", "-t", "ecdsa", "-b", "512", "--no-passphrase", "FILE")]
    [InlineData("A new key's file cannot be pub.", "new", "--to", "pub", "--no-passphrase", "FILE")]
    [InlineData("--new-passphrase-env and --no-passphrase were both given.", "new", "--no-passphrase", "--new-passphrase-env", "EMPTY", "FILE")]
    [InlineData("The environment variable NOSUCH is not set.", "new", "--new-passphrase-env", "NOSUCH", "FILE")]
    public async Task Command_WrongUsage_SaysWhatIsWanted(string sentence, params string[] arguments)
    {
        string file = _directory["id"];

        (int code, _, string error) = await LucidProgram.RunAsync(["key", .. arguments.Select(argument => argument.Replace("FILE", file))], environment: Passphrases);

        Assert.Equal(2, code);
        Assert.StartsWith($"lucid: {sentence.Replace("FILE", file)}", error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Convert_PrivateKeyWithoutOutput_IsNotWrittenToTheTerminal()
    {
        string id = _directory["id"];
        await OkAsync("new", "--new-passphrase-env", "EMPTY", id);

        (int code, string output, string error) = await LucidProgram.RunAsync(["key", "convert", id, "--to", "pkcs8"]);
        string asked = await OkAsync("convert", id, "--to", "pkcs8", "-o", "-");

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("Give -o FILE", error, StringComparison.Ordinal);
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----\n", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_UserAndHost_IsWhatSshKeygenShows()
    {
        string id = _directory["id"], ca = _directory["ca"];
        await OkAsync("new", "--no-passphrase", id);
        await OkAsync("new", "-t", "rsa", "-b", "2048", "--new-passphrase-env", "OLD", "--rounds", "1", ca);

        await OkAsync("sign", "--ca", ca, "--passphrase-env", "OLD", "--id", "alice's laptop", "-n", "alice", "-n", "a,b", "--serial", "42", "--valid-from", "-5m",
            "--valid-to", "+1d", "--force-command", "ls -l", "--source-address", "10.0.0.0/8,::1", "--permit", "permit-pty", id + ".pub");
        string listed = await RunAsync("ssh-keygen", "-L", "-f", _directory["id-cert.pub"]);
        string shown = await OkAsync("show", _directory["id-cert.pub"]);

        foreach (string expected in (string[])["rsa-sha2-512", "\"alice's laptop\"", "Serial: 42", "alice\n", "a,b\n", "force-command ls -l", "source-address 10.0.0.0/8,::1", "permit-pty"])
            Assert.Contains(expected, listed, StringComparison.Ordinal);
        Assert.DoesNotContain("permit-user-rc", listed, StringComparison.Ordinal);
        Assert.Contains("key id       \"alice's laptop\", serial 42\n  principals   alice, a,b\n", shown, StringComparison.Ordinal);
        Assert.Contains("conditions   force-command=\"ls -l\", source-address=\"10.0.0.0/8,::1\"\n  permits      permit-pty\n", shown, StringComparison.Ordinal);
        Assert.Contains($"signed by    {KeyFile.ReadPublic(ca + ".pub")} with rsa-sha2-512\n", shown, StringComparison.Ordinal);

        File.Delete(_directory["id-cert.pub"]);
        await OkAsync("sign", "--ca", ca, "--passphrase-env", "OLD", "--id", "h", "--host", "-n", "*.example", "--valid-to", "2099-01-31", id + ".pub");
        listed = await RunAsync("ssh-keygen", "-L", "-f", _directory["id-cert.pub"]);
        Assert.Contains("host certificate", listed, StringComparison.Ordinal);
        Assert.Equal(4073500800ul, Certificate.ReadFile(_directory["id-cert.pub"]).ValidBefore); // date -d 2099-01-31Z +%s
    }

    private static async Task<string> OkAsync(params string[] arguments)
    {
        (int code, string output, string error) = await LucidProgram.RunAsync(["key", .. arguments], environment: Passphrases);
        Assert.True(code == 0, $"lucid key {string.Join(' ', arguments)}: {error}");
        return output;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        (int code, string output, string error) = await ChildProcess.RunAsync(program, arguments);
        Assert.True(code == 0, $"{program}: {output}{error}");
        return output;
    }
}
