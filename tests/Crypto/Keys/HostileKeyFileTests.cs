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
        int step = Math.Max(1, file.Length / 300);
        for (int length = 0; length < file.Length - 1; length += step)
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
        try
        {
            KeyFileInfo info = KeyFile.Inspect(file);
            bool costly = info.KeyDerivation is not null && Regex.Matches(info.KeyDerivation, "[0-9]+").Any(number => int.Parse(number.Value) > 5000)
                || Regex.IsMatch(info.KeyDerivation ?? "", "bcrypt, [0-9]{3,}|KiB, [0-9]{2,}");
            if (info.IsPrivate && !costly)
                KeyFile.ReadPrivate(file, Passphrase).Dispose();
        }
        catch (SshException)
        {
        }

        return true;
    }

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
