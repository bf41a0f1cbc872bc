using System.Globalization;
using System.Text;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Interop;

/// <summary>A key pair of the zoo: what ssh-keygen or openssl made, and what ssh-keygen says of it.</summary>
/// <param name="Name">Type and size.</param>
/// <param name="OpenSsh">The unencrypted file in OpenSSH's format; null where only openssl has the key.</param>
/// <param name="Pkcs8">The unencrypted file in PKCS#8; null where ssh-keygen does not write it.</param>
/// <param name="PublicLine">Type and base64.</param>
/// <param name="Fingerprint">As <c>ssh-keygen -l</c> prints it.</param>
internal sealed record ZooKey(string Name, string? OpenSsh, string? Pkcs8, string PublicLine, string Fingerprint);

/// <summary>One file of the zoo.</summary>
internal sealed record ZooFile(string Name, string Path, string Passphrase, ZooKey Key)
{
    public override string ToString() => $"{Key.Name}, {Name}, {(Passphrase.Length == 0 ? "plain" : $"passphrase \"{Passphrase}\"")}";
}

/// <summary>Keys of every type and size in every format, with every encryption and with several passphrases, as ssh-keygen, openssl
/// and puttygen write them. The programs run in one shell script per key, with little work between passphrase and key.</summary>
internal sealed class KeyZoo(TemporaryDirectory directory)
{
    public static readonly string[] Passphrases = ["x", "correct horse", "Grüße, 世界 🔑"];

    private static readonly Dictionary<string, string> ShellEnvironment =
        Passphrases.Append("").ToDictionary(passphrase => Variable(passphrase), passphrase => passphrase);

    private static readonly (string Name, string Arguments)[] SshKeygenKeys =
    [
        ("ed25519", "-t ed25519"), ("ecdsa256", "-t ecdsa -b 256"), ("ecdsa384", "-t ecdsa -b 384"), ("ecdsa521", "-t ecdsa -b 521"),
        ("rsa2048", "-t rsa -b 2048"), ("rsa3072", "-t rsa -b 3072"),
    ];

    private int _count;

    public List<ZooKey> Keys { get; } = [];

    /// <summary>Makes the plain keys.</summary>
    public async Task MakeKeysAsync()
    {
        StringBuilder script = new();
        foreach ((string name, string arguments) in SshKeygenKeys)
        {
            script.AppendLine($"ssh-keygen -q {arguments} -N '' -C 'zoo {name}' -f {directory[name]}");
            if (name != "ed25519")
                script.AppendLine($"cp {directory[name]} {directory[name]}.pem; ssh-keygen -q -p -P '' -N '' -m PKCS8 -f {directory[name]}.pem > /dev/null");
        }

        script.AppendLine($"openssl genpkey -algorithm ed25519 -out {directory["openssl"]}.pem");
        script.AppendLine($"openssl pkey -in {directory["openssl"]}.pem -pubout -outform DER -out {directory["openssl"]}.der");
        await ShellAsync(script.ToString());

        // The last 32 bytes of Ed25519's SubjectPublicKeyInfo are the point.
        byte[] blob = [0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 32, .. (await File.ReadAllBytesAsync(directory["openssl"] + ".der"))[^32..]];
        await File.WriteAllTextAsync(directory["openssl"] + ".pub", $"ssh-ed25519 {Convert.ToBase64String(blob)}\n");
        foreach (string name in SshKeygenKeys.Select(row => row.Name).Append("openssl"))
        {
            string line = string.Join(' ', (await File.ReadAllTextAsync(directory[name] + ".pub")).Split(' ', '\n').Take(2));
            string fingerprint = (await ShellAsync($"ssh-keygen -l -f {directory[name]}.pub")).Split(' ')[1];
            bool isOfOpenSsl = name == "openssl";
            Keys.Add(new ZooKey(
                isOfOpenSsl ? "ed25519 of openssl" : name, isOfOpenSsl ? null : directory[name], name == "ed25519" ? null : directory[name] + ".pem", line, fingerprint));
        }
    }

    /// <summary>Every file that ssh-keygen and openssl write.</summary>
    public async Task<List<ZooFile>> MakeFilesAsync()
    {
        List<ZooFile> files = [];
        await Task.WhenAll(Keys.Select(key =>
        {
            StringBuilder script = new();
            List<ZooFile> made = [];
            if (key.OpenSsh is not null)
                WithSshKeygen(key, script, made);
            if (key.Pkcs8 is not null)
                WithOpenSsl(key, script, made);
            files.AddRange(made);
            return ShellAsync(script.ToString());
        }));
        return files;
    }

    /// <summary>Every file that puttygen writes.</summary>
    public async Task<List<ZooFile>> MakePuttyFilesAsync()
    {
        List<ZooFile> files = [];
        foreach (string passphrase in Passphrases.Append(""))
            await File.WriteAllTextAsync(directory[Variable(passphrase)], passphrase);
        await Task.WhenAll(Keys.Where(key => key.OpenSsh is not null).Select(key =>
        {
            StringBuilder script = new();
            List<ZooFile> made = [];
            WithPuttygen(key, script, made);
            files.AddRange(made);
            return ShellAsync(script.ToString());
        }));
        return files;
    }

    /// <summary>Runs a script, which must succeed; <c>$P0</c> to <c>$P3</c> are the passphrases.</summary>
    public async Task<string> ShellAsync(string script)
    {
        (int code, string output, string error) = await ChildProcess.RunAsync("sh", ["-e"], script, environment: ShellEnvironment);
        Assert.True(code == 0, $"{output}{error}");
        return output;
    }

    /// <summary>The shell's variable that holds a passphrase; also the name of a file with it.</summary>
    public static string Variable(string passphrase) => $"P{Array.IndexOf(Passphrases, passphrase) + 1}";

    private static bool IsTypeOfPem(ZooKey key) => key.Name.StartsWith("rsa", StringComparison.Ordinal) || key.Name.StartsWith("ecdsa", StringComparison.Ordinal);

    private ZooFile New(ZooKey key, List<ZooFile> files, string name, string passphrase = "")
    {
        ZooFile file = new(name, directory[string.Create(CultureInfo.InvariantCulture, $"zoo{Interlocked.Increment(ref _count)}")], passphrase, key);
        files.Add(file);
        return file;
    }

    private void WithSshKeygen(ZooKey key, StringBuilder script, List<ZooFile> files)
    {
        files.Add(new ZooFile("OpenSSH", key.OpenSsh!, "", key));
        Rewritten("OpenSSH", "", "-a 1", Passphrases);
        foreach (KeyFileCipher cipher in KeyFileCipher.All.Skip(1))
            Rewritten($"OpenSSH {cipher.Name}", $"-Z {cipher.Name}", "-a 1", [Passphrases[2]]);
        if (!IsTypeOfPem(key))
            return;
        Rewritten("ssh-keygen's PEM", "-m PEM", "", ["", .. Passphrases[1..]]); // of less than five characters it does not take one here
        Rewritten("ssh-keygen's PKCS#8", "-m PKCS8", "", ["", .. Passphrases[1..]]);

        void Rewritten(string name, string format, string rounds, string[] passphrases)
        {
            foreach (string passphrase in passphrases)
            {
                string path = New(key, files, name, passphrase).Path;
                script.AppendLine($"cp {key.OpenSsh} {path}; ssh-keygen -q -p -P '' -N \"${Variable(passphrase)}\" {format} {rounds} -f {path} > /dev/null");
            }
        }
    }

    private void WithOpenSsl(ZooKey key, StringBuilder script, List<ZooFile> files)
    {
        string[] ciphers = ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des3"];
        string[] hashes = ["hmacWithSHA1", "hmacWithSHA224", "hmacWithSHA256", "hmacWithSHA384", "hmacWithSHA512"];
        for (int i = 0; i < ciphers.Length * hashes.Length; i += i < 5 ? 1 : 3)
            Pkcs8($"{ciphers[i % 4]}, {hashes[i % 5]}", $"-v2 {ciphers[i % 4]} -v2prf {hashes[i % 5]} -iter 100", Passphrases[i % 3]);
        Pkcs8("scrypt", "-v2 aes-256-cbc -scrypt -scrypt_N 1024 -scrypt_r 8 -scrypt_p 1", Passphrases[0]);
        Pkcs8("DER", "-outform DER -iter 100", Passphrases[1]);
        files.Add(new ZooFile("PKCS#8", key.Pkcs8!, "", key));
        script.AppendLine($"openssl pkcs8 -topk8 -nocrypt -in {key.Pkcs8} -outform DER -out {New(key, files, "PKCS#8 in DER").Path}");
        if (!IsTypeOfPem(key))
            return;
        string traditional = key.Name.StartsWith("rsa", StringComparison.Ordinal) ? "openssl rsa -traditional" : "openssl ec";
        (string Option, string Passphrase)[] protections = [("", ""), ("-des3", Passphrases[1]), ("-aes128", Passphrases[2]), ("-aes192", Passphrases[1]), ("-aes256", Passphrases[2])];
        foreach ((string option, string passphrase) in protections)
            script.AppendLine($"{traditional} {option} -in {key.Pkcs8} -passout \"pass:${Variable(passphrase)}\" -out {New(key, files, $"openssl's PEM {option}", passphrase).Path} 2> /dev/null");
        script.AppendLine($"{traditional} -in {key.Pkcs8} -outform DER -out {New(key, files, "PKCS#1 or SEC 1 in DER").Path} 2> /dev/null");

        void Pkcs8(string name, string options, string passphrase) =>
            script.AppendLine($"openssl pkcs8 -topk8 -in {key.Pkcs8} {options} -passout \"pass:${Variable(passphrase)}\" -out {New(key, files, $"PKCS#8 {name}", passphrase).Path}");
    }

    private void WithPuttygen(ZooKey key, StringBuilder script, List<ZooFile> files)
    {
        string from = key.OpenSsh!;
        Written("PuTTY version 2", "-O private --ppk-param version=2", ["", .. Passphrases]);
        Written("PuTTY version 3", "-O private --ppk-param version=3,memory=1024,passes=1", ["", .. Passphrases]);
        Written("PuTTY Argon2i", "-O private --ppk-param kdf=argon2i,memory=512,passes=2,parallelism=2", Passphrases[..1]);
        Written("PuTTY Argon2d", "-O private --ppk-param kdf=argon2d,memory=512,passes=2", Passphrases[1..2]);
        from = files[^1].Path + ".ppk"; // it does not write the format it has just read
        script.AppendLine($"puttygen {key.OpenSsh} -O private -o {from}");
        Written("puttygen's OpenSSH", "-O private-openssh-new", ["", Passphrases[2]]);
        if (IsTypeOfPem(key))
            Written("puttygen's PEM", "-O private-openssh", ["", Passphrases[2]]);

        void Written(string name, string options, string[] passphrases)
        {
            foreach (string passphrase in passphrases)
                script.AppendLine($"puttygen {from} {options} --new-passphrase {directory[Variable(passphrase)]} -o {New(key, files, name, passphrase).Path}");
        }
    }
}
