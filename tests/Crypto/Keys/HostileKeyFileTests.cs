using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto.Keys;

/// <summary>Key files, blobs and signatures that are cut, changed or made up end in an SshException or false: never in another
/// exception, and never in work that a few bytes asked for.</summary>
public sealed class HostileKeyFileTests
{
    private const string Passphrase = KeyTools.Passphrase;

    private static readonly KeyFileOptions Cheap = new() { Rounds = 1 };

    private const int LargestDerivation = 8 << 20; // bytes: Argon2's memory, of what is not too costly for a test

    private static readonly Lazy<Dictionary<string, byte[]>> LazyFiles = new(MakeFiles);

    public static TheoryData<string> Names =>
    [
        "ssh-ed25519 openssh", "ssh-ed25519 openssh encrypted", "ssh-ed25519 openssh text", "ssh-ed25519 pkcs8 encrypted",
        "ecdsa-sha2-nistp256 openssh", "ecdsa-sha2-nistp256 pem", "ecdsa-sha2-nistp256 pkcs8", "ecdsa-sha2-nistp521 pkcs8",
        "ssh-rsa openssh", "ssh-rsa pem", "ssh-rsa pkcs8", "pem encrypted", "ppk2 plain", "ppk2 encrypted", "ppk3 plain", "ppk3 encrypted",
        "line", "rfc4716", "spki",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_EveryTruncation_EndsInATypedError(string name)
    {
        byte[] file = LazyFiles.Value[name];
        for (int length = 0; length < file.Length - 1; length++)
            Assert.True(Survives(file.AsSpan(0, length).ToArray()), $"{name} cut to {length} bytes");
        Assert.True(Opens(file));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_AnyMutation_EndsInATypedError(string name)
    {
        byte[] file = LazyFiles.Value[name];
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => Survives(Mutate(file, new Random(seed)))).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
    }

    // What is there twice, or under a MAC, betrays every bit: the public key, RSA's numbers, a PuTTY file.
    [Theory]
    [InlineData("ssh-ed25519 openssh", 1)]
    [InlineData("ecdsa-sha2-nistp256 openssh", 3)]
    [InlineData("ecdsa-sha2-nistp256 pkcs8", 3)]
    [InlineData("ssh-rsa openssh", 61)]
    [InlineData("ssh-rsa pem", 61)]
    [InlineData("ppk2 plain", 1)]
    [InlineData("ppk3 plain", 1)]
    public void Read_AnyBitTurned_IsTheSameKeyOrATypedError(string name, int step)
    {
        byte[] file = LazyFiles.Value[name];
        PublicKey expected = KeyFile.ReadPublic(file);
        int refused = 0;
        for (int bit = 0; bit < 8 * file.Length; bit += step)
        {
            byte[] changed = (byte[])file.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                using PrivateKey key = KeyFile.ReadPrivate(changed);
                Assert.True(expected.Equals(key.PublicKey), $"{name}, bit {bit}: another key");
            }
            catch (SshException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 8 * file.Length / step / 2, 8 * file.Length);
    }

    [Fact]
    public void Read_FileThatIsFullOfPromises_TakesNoMoreThanItsSizeJustifies()
    {
        byte[] four = [0xff, 0xff, 0xff, 0xff];
        string long1 = new('A', KeyFile.MaximumSize - 200);
        byte[][] files =
        [
            [.. OpenSshKeyFile.Magic, .. four],
            [.. OpenSshKeyFile.Magic, 0, 0, 0, 4, .. "none"u8, 0, 0, 0, 4, .. "none"u8, 0, 0, 0, 0, .. four, .. four],
            [0x30, 0x83, 0xff, 0xff, 0xff, 0x02, 0x83, 0xff, 0xff, 0xf0],
            Encoding.ASCII.GetBytes($"-----BEGIN RSA PRIVATE KEY-----\n{long1}\n-----END RSA PRIVATE KEY-----"),
            Encoding.ASCII.GetBytes($"-----BEGIN OPENSSH PRIVATE KEY-----\n{long1}\n-----END OPENSSH PRIVATE KEY-----"),
            Encoding.ASCII.GetBytes($"-----BEGIN RSA PRIVATE KEY-----\n{string.Concat(Enumerable.Range(0, 90_000).Select(i => $"a{i}: b\n"))}\n-----END RSA PRIVATE KEY-----"),
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("-----BEGIN A-----\n-----END A-----\n", 30_000))),
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("-----BEGIN A-----\n", 55_000))),
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("ssh-rsa A\n", 100_000))),
            Encoding.ASCII.GetBytes($"ssh-ed25519 {long1}"),
            Encoding.ASCII.GetBytes($"---- BEGIN SSH2 PUBLIC KEY ----\n{string.Concat(Enumerable.Repeat("x: y\\\n", 150_000))}---- END SSH2 PUBLIC KEY ----"),
            Encoding.ASCII.GetBytes($"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: c\nPublic-Lines: 2147483647\n{long1}"),
            [0xff, 0xfe, .. Encoding.Unicode.GetBytes(long1[..500_000])],
            new byte[KeyFile.MaximumSize],
            new byte[64 << 20],
        ];
        foreach (byte[] file in files)
            Assert.True(Survives(file));
    }

    [Fact]
    public void Read_RandomBytes_EndInATypedError() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Survives(bytes) && Survives([.. OpenSshKeyFile.Magic, .. bytes]))
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("ecdsa-sha2-nistp256")]
    [InlineData("ecdsa-sha2-nistp521")]
    [InlineData("ssh-rsa")]
    public void ParseAndVerify_AnyMutation_IsATypedErrorOrFalse(string type)
    {
        using PrivateKey key = KeyTools.NewKey(type);
        string algorithm = key.PublicKey.SignatureAlgorithms[0];
        byte[] blob = key.PublicKey.Blob.ToArray(), signature = key.Sign(algorithm, "data"u8, SystemRandom.Shared);

        for (int length = 0; length < blob.Length; length++)
            Assert.ThrowsAny<SshException>(() => PublicKey.Parse(blob.AsSpan(0, length)));
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            Random random = new(seed);
            byte[] changed = Mutate(signature, random);
            bool same = changed.AsSpan().SequenceEqual(signature);
            if (key.PublicKey.Verify(algorithm, "data"u8, changed) != same)
                return false;
            return !PublicKey.TryParse(Mutate(blob, random), out PublicKey? other, out _)
                || other.Equals(key.PublicKey) || !other.Verify(algorithm, "data"u8, signature);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    // True where reading ends in a key or in an SshException. What a mutation made costly is not opened: that it is bounded is
    // what the tests of the bounds say.
    private static bool Survives(byte[] file)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            KeyFileInfo info = KeyFile.Inspect(file);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Bound(file));
            bool costly = info.KeyDerivation is not null && Regex.Matches(info.KeyDerivation, "[0-9]+").Any(number => int.Parse(number.Value) > 5000)
                || Regex.IsMatch(info.KeyDerivation ?? "", "bcrypt, [0-9]{3,}|KiB, [0-9]{2,}");
            if (info.IsPrivate && !costly)
                KeyFile.ReadPrivate(file, Passphrase).Dispose();
        }
        catch (SshException)
        {
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Bound(file) + LargestDerivation);
        return true;
    }

    // The multiple is that of strings, lists and copies of what is there; a file that is too large is not looked at.
    private static long Bound(byte[] file) => (1 << 20) + 20L * Math.Min(file.Length, KeyFile.MaximumSize);

    private static bool Opens(byte[] file)
    {
        if (KeyFile.Inspect(file).IsPrivate)
            KeyFile.ReadPrivate(file, Passphrase).Dispose();
        return true;
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int i = random.Next(1, 4); i > 0 && bytes.Count > 8; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 9)));
                    break;
                case 3:
                    bytes.InsertRange(at, original.AsSpan(random.Next(original.Length - 4), 4).ToArray());
                    break;
                case 4:
                    bytes[at] = 0xff;
                    break;
                default:
                    bytes[at] = 0;
                    break;
            }
        }

        return [.. bytes];
    }

    private static Dictionary<string, byte[]> MakeFiles()
    {
        Dictionary<string, byte[]> files = [];
        foreach (string type in new[] { "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp521", "ssh-rsa" })
        {
            using PrivateKey key = KeyTools.NewKey(type);
            key.Comment = "hostile";
            files[$"{type} openssh"] = Decode(KeyFile.Write(key));
            files[$"{type} openssh text"] = KeyFile.Write(key);
            files[$"{type} openssh encrypted"] = Decode(KeyFile.Write(key, KeyFileFormat.OpenSsh, Passphrase, Cheap));
            files[$"{type} pkcs8"] = KeyFile.Write(key, KeyFileFormat.Pkcs8);
            files[$"{type} pkcs8 encrypted"] = KeyFile.Write(key, KeyFileFormat.Pkcs8, Passphrase, Cheap);
            if (type != "ssh-ed25519")
                files[$"{type} pem"] = KeyFile.Write(key, KeyFileFormat.Pem);
            files["line"] = Encoding.ASCII.GetBytes(key.PublicKey.ToOpenSshLine("hostile"));
            files["rfc4716"] = Encoding.ASCII.GetBytes(PublicKeyFile.WriteRfc4716(key.PublicKey, "hostile"));
        }

        string pem = Encoding.ASCII.GetString(files["ssh-rsa pem"]);
        files["pem encrypted"] = Encoding.ASCII.GetBytes(KeyTools.Run("openssl", ["rsa", "-traditional", "-aes128", "-passout", $"pass:{Passphrase}"], pem));
        files["spki"] = Encoding.ASCII.GetBytes(KeyTools.Run("openssl", ["rsa", "-pubout"], pem));
        files["ppk2 plain"] = Encoding.ASCII.GetBytes(PuttyFixtures.Files["ed25519-v2-plain"]);
        files["ppk2 encrypted"] = Encoding.ASCII.GetBytes(PuttyFixtures.Files["ed25519-v2"]);
        files["ppk3 plain"] = Encoding.ASCII.GetBytes(PuttyFixtures.Files["ecdsa521-v3-plain"]);
        files["ppk3 encrypted"] = Encoding.ASCII.GetBytes(PuttyFixtures.Files["ecdsa521-v3"]);
        return files;
    }

    private static byte[] Decode(byte[] pem) =>
        Convert.FromBase64String(string.Concat(Encoding.ASCII.GetString(pem).Split('\n').Where(line => !line.StartsWith('-'))));
}
