using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Interop;

/// <summary>Every key of the zoo loads with the right fingerprint, signs and logs in to OpenSSH's server; what is written of it is read
/// by the programs that made it.</summary>
[Trait("Peer", "OpenSsh")]
[Trait("Peer", "OpenSsl")]
public sealed class KeyZooTests
{
    private static readonly KeyFileOptions Cheap = new() { Rounds = 1 };

    [Fact]
    public async Task Files_OfSshKeygenAndOpenssl_LoadSignAndLogIn()
    {
        using TemporaryDirectory directory = new();
        KeyZoo zoo = new(directory);
        await zoo.MakeKeysAsync();

        List<ZooFile> files = await zoo.MakeFilesAsync();

        Assert.InRange(files.Count, 160, 400);
        await CheckAsync(zoo, files);
    }

    [Fact]
    [Trait("Peer", "Putty")]
    public async Task Files_OfPuttygen_LoadSignAndLogIn()
    {
        using TemporaryDirectory directory = new();
        KeyZoo zoo = new(directory);
        await zoo.MakeKeysAsync();

        List<ZooFile> files = await zoo.MakePuttyFilesAsync();

        Assert.InRange(files.Count, 60, 200);
        await CheckAsync(zoo, files);
        string shown = await zoo.ShellAsync(string.Concat(files.Where(file => file.Name.StartsWith("PuTTY", StringComparison.Ordinal)).Select(file =>
            $"puttygen -l {file.Path} --old-passphrase {directory[KeyZoo.Variable(file.Passphrase)]}\n")));
        Assert.All(shown.TrimEnd().Split('\n'), line => Assert.Contains(line.Split(' ')[2], zoo.Keys.Select(key => key.Fingerprint)));
    }

    [Fact]
    public async Task Written_EveryFormatAndPassphrase_IsReadBySshKeygenAndOpenssl()
    {
        using TemporaryDirectory directory = new();
        KeyZoo zoo = new(directory);
        await zoo.MakeKeysAsync();
        StringBuilder script = new();
        List<string> expected = [];
        int count = 0;
        foreach (ZooKey zooKey in zoo.Keys)
        {
            using PrivateKey key = KeyFile.ReadPrivate(zooKey.OpenSsh ?? zooKey.Pkcs8!);
            string pem = KeyFile.WritePublic(key.PublicKey, KeyFileFormat.PemPublic);
            foreach (string passphrase in KeyZoo.Passphrases.Append(""))
            {
                foreach (KeyFileCipher cipher in passphrase.Length == 0 ? [] : KeyFileCipher.All.Skip(1))
                    BySshKeygen(Write(KeyFileFormat.OpenSsh, passphrase, Cheap with { Cipher = cipher.Name }), passphrase);
                ByOpenSsl(Write(KeyFileFormat.Pkcs8, passphrase, Cheap), passphrase);
                if (key.PublicKey.Type == "ssh-ed25519")
                    continue;
                foreach (string cipher in passphrase.Length < 4 ? [] : (string[])["AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "DES-EDE3-CBC"])
                    ByOpenSsl(Write(KeyFileFormat.Pem, passphrase, Cheap with { Cipher = cipher }), passphrase);
            }

            BySshKeygen(Write(KeyFileFormat.OpenSsh, "", Cheap), "");
            if (key.PublicKey.Type != "ssh-ed25519")
            {
                BySshKeygen(Write(KeyFileFormat.Pem, "", Cheap), "");
                BySshKeygen(Write(KeyFileFormat.Pkcs8, "", Cheap), "");
            }

            string publicFile = directory[$"public{count++}"];
            KeyFile.WritePublic(publicFile, key.PublicKey, KeyFileFormat.Rfc4716Public, "written here");
            script.AppendLine($"ssh-keygen -i -m RFC4716 -f {publicFile}");
            expected.Add(zooKey.PublicLine);

            string Write(KeyFileFormat format, string passphrase, KeyFileOptions options)
            {
                string path = directory[$"written{count++}"];
                KeyFile.WritePrivate(path, key, format, passphrase, options);
                return path;
            }

            void BySshKeygen(string path, string passphrase)
            {
                script.AppendLine($"ssh-keygen -y -P \"${KeyZoo.Variable(passphrase)}\" -f {path} | cut -d ' ' -f 1,2");
                expected.Add(zooKey.PublicLine);
            }

            void ByOpenSsl(string path, string passphrase)
            {
                script.AppendLine($"openssl pkey -in {path} -passin \"pass:${KeyZoo.Variable(passphrase)}\" -pubout");
                expected.AddRange(pem.TrimEnd().Split('\n'));
            }
        }

        Assert.Equal(expected, (await zoo.ShellAsync(script.ToString())).TrimEnd().Split('\n'));
    }

    [Fact]
    [Trait("Peer", "Putty")]
    public async Task Written_InPuttysFormat_IsReadByPuttygen()
    {
        using TemporaryDirectory directory = new();
        KeyZoo zoo = new(directory);
        await zoo.MakeKeysAsync();
        StringBuilder script = new();
        List<string> expected = [];
        foreach (ZooKey zooKey in zoo.Keys)
        {
            using PrivateKey key = KeyFile.ReadPrivate(zooKey.OpenSsh ?? zooKey.Pkcs8!);
            key.Comment = "zoo Grüße";
            foreach (string passphrase in KeyZoo.Passphrases.Append(""))
            {
                string path = directory[$"written{expected.Count}"], passphraseFile = directory[KeyZoo.Variable(passphrase)];
                await File.WriteAllTextAsync(passphraseFile, passphrase);
                KeyFile.WritePrivate(path, key, KeyFileFormat.Putty, passphrase, Cheap);
                script.AppendLine($"puttygen {path} -L --old-passphrase {passphraseFile}");
                expected.Add($"{zooKey.PublicLine} zoo Grüße");
            }
        }

        Assert.Equal(expected, (await zoo.ShellAsync(script.ToString())).TrimEnd().Split('\n'));
    }

    [Fact]
    [Trait("Peer", "Putty")]
    public async Task Putty_FileWithACertificate_GivesTheKeyAndTheCertificate()
    {
        using TemporaryDirectory directory = new();
        KeyZoo zoo = new(directory);
        await zoo.ShellAsync($"""
            cd {directory.Path}
            ssh-keygen -q -t ecdsa -b 256 -N '' -f id; ssh-keygen -q -t ed25519 -N '' -f ca; ssh-keygen -q -s ca -I zoo -n somebody id.pub
            puttygen id --certificate id-cert.pub -O private -o id.ppk
            """);

        using PrivateKey key = KeyFile.ReadPrivate(directory["id.ppk"]);

        Assert.Equal(KeyFile.ReadPublic(directory["id.pub"]), key.PublicKey);
        Assert.Equal(Certificate.ReadFile(directory["id-cert.pub"]), KeyFile.Inspect(directory["id.ppk"]).Certificate);
    }

    [Fact]
    public async Task SecurityKey_SignedElsewhere_LogsIn()
    {
        using SecurityToken ed25519 = new("sk-ssh-ed25519@openssh.com"), ecdsa = new("sk-ecdsa-sha2-nistp256@openssh.com");
        await using SshdServer server = await ServerAsync([ed25519.PublicKey.ToOpenSshLine(), ecdsa.PublicKey.ToOpenSshLine()]);

        foreach (SecurityToken token in (SecurityToken[])[ed25519, ecdsa])
        {
            await LogInAsync(server, PrivateKeyCredential.FromSigner(token));
            token.Flags = 0;
            await Assert.ThrowsAsync<LoginException>(() => LogInAsync(server, PrivateKeyCredential.FromSigner(token)));
        }
    }

    private static async Task CheckAsync(KeyZoo zoo, List<ZooFile> files)
    {
        await using SshdServer server = await ServerAsync(zoo.Keys.Select(key => key.PublicLine));
        List<string> wrong = [];
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (file, _) =>
        {
            string fault = await FaultAsync(server, file);
            if (fault.Length > 0)
            {
                lock (wrong)
                    wrong.Add($"{file}: {fault}");
            }
        });
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {files.Count} files:\n{string.Join('\n', wrong.Order())}");
    }

    private static async Task<string> FaultAsync(SshdServer server, ZooFile file)
    {
        try
        {
            if (file.Passphrase.Length > 0)
            {
                if (Refusal(file, "") != SshErrorCode.PassphraseRequired)
                    return "without passphrase not refused as it should be";
                if (Refusal(file, "wrong") != SshErrorCode.PassphraseWrong)
                    return "wrong passphrase not refused as it should be";
            }

            using PrivateKey key = KeyFile.ReadPrivate(file.Path, file.Passphrase);
            if (key.PublicKey.Fingerprint != file.Key.Fingerprint)
                return $"fingerprint {key.PublicKey.Fingerprint}";
            foreach (string algorithm in key.PublicKey.SignatureAlgorithms)
            {
                if (!key.PublicKey.Verify(algorithm, "data"u8, key.Sign(algorithm, "data"u8, SystemRandom.Shared)))
                    return $"does not sign with {algorithm}";
            }

            await LogInAsync(server, PrivateKeyCredential.FromKey(key));
            return "";
        }
        catch (SshException failure)
        {
            return failure.Message;
        }
    }

    private static SshErrorCode? Refusal(ZooFile file, string passphrase)
    {
        try
        {
            KeyFile.ReadPrivate(file.Path, passphrase).Dispose();
            return null;
        }
        catch (SshException refused)
        {
            return refused.Code;
        }
    }

    private static async Task LogInAsync(SshdServer server, Credential credential)
    {
        await using SshClient client = await SshClient.ConnectAsync(server.Target, server.Options with { Credentials = [credential] }, CancellationToken.None);
    }

    private static async Task<SshdServer> ServerAsync(IEnumerable<string> keys)
    {
        SshdServer server = await SshdServer.StartAsync("UsePAM no\nLogLevel ERROR");
        await File.AppendAllLinesAsync(server["authorized_keys"], keys);
        return server;
    }
}
