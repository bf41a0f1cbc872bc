using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;
using LucidSsh.Tests.Crypto.Keys;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Crypto;

/// <summary>Lists that ssh-keygen makes: what it calls revoked is revoked here, and nothing else.</summary>
[Trait("Peer", "OpenSsh")]
public sealed class RevocationListTests(KeyTools tools) : IClassFixture<KeyTools>
{
    private static readonly PrivateKey Authority = PrivateKey.Generate("ssh-ed25519"), Other = PrivateKey.Generate("ssh-ed25519");
    private static readonly PublicKey Key = PrivateKey.Generate("ssh-ed25519").PublicKey;

    private static Certificate Of(PrivateKey authority, ulong serial, string id = "id") =>
        new CertificateRequest(Key, CertificateKind.User) { Serial = serial, KeyId = id, Principals = ["a"] }.Sign(authority);

    private string Write(string text) => tools.WriteFile(Encoding.UTF8.GetBytes(text));

    private string Make(string specification, PublicKey? authority = null)
    {
        string path = tools.NewPath("krl");
        KeyTools.Run("ssh-keygen",
            ["-q", "-k", "-f", path, "-s", authority is null ? "none" : Write(authority.ToOpenSshLine()), Write(specification)]);
        return path;
    }

    // ssh-keygen -Q says "PATH (comment): ok" or "REVOKED", and fails where one is revoked.
    private async Task CheckAsSshKeygenDoesAsync(string list, IReadOnlyCollection<Certificate> certificates, IReadOnlyCollection<PublicKey> keys)
    {
        RevocationList ours = RevocationList.Read(list);
        string[] lines = [.. certificates.Select(certificate => certificate.ToOpenSshLine("c")), .. keys.Select(key => key.ToOpenSshLine("c"))];
        bool[] found = [.. certificates.Select(ours.IsRevoked), .. keys.Select(ours.IsRevoked)];
        string[] paths = [.. lines.Select(line => Write(line + "\n"))];
        (_, string output, _) = await ChildProcess.RunAsync("ssh-keygen", ["-Q", "-f", list, .. paths]);
        string[] theirs = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Length, theirs.Length);
        for (int i = 0; i < lines.Length; i++)
            Assert.True(found[i] == theirs[i].EndsWith("REVOKED", StringComparison.Ordinal), $"{theirs[i]}, here {found[i]}: {lines[i]}");
        Assert.Contains(true, found);
        Assert.Contains(false, found);
    }

    [Theory]
    [InlineData("serial: 5")]
    [InlineData("serial: 5-9")]
    [InlineData("serial: 1\nserial: 3\nserial: 5\nserial: 7\nserial: 9\nserial: 11\nserial: 13\nserial: 300")] // a bitmap
    [InlineData("serial: 1\nserial: 100000\nserial: 18446744073709551615")]
    [InlineData("serial: 18446744073709551600-18446744073709551615\nserial: 2\nserial: 4\nserial: 6")]
    [InlineData("id: id")]
    [InlineData("id: someone\nserial: 7\nid: anna")]
    public async Task Certificates_AreRevokedAsSshKeygenSays(string specification)
    {
        List<Certificate> certificates = [];
        foreach (ulong serial in (ulong[])[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 299, 300, 301, 100000, ulong.MaxValue - 16, ulong.MaxValue - 15, ulong.MaxValue])
            certificates.AddRange([Of(Authority, serial), Of(Other, serial), Of(Authority, serial, "anna")]);
        await CheckAsSshKeygenDoesAsync(Make(specification, Authority.PublicKey), certificates, [Key, Authority.PublicKey]);
    }

    [Fact]
    public async Task RandomSerials_AreRevokedAsSshKeygenSays()
    {
        Random random = new(20261124);
        for (int round = 0; round < 8; round++)
        {
            int width = (int[])[20, 100, 1000, 40000] is var widths ? widths[round % 4] : 0;
            ulong start = (ulong)random.Next(1, 1000);
            StringBuilder specification = new();
            for (int i = 0; i < 40; i++)
            {
                ulong from = start + (ulong)random.Next(width);
                specification.Append(random.Next(5) == 0 ? $"serial: {from}-{from + (ulong)random.Next(1, 9)}\n" : $"serial: {from}\n");
            }

            List<Certificate> asked = [.. Enumerable.Range(0, 60).Select(_ => Of(Authority, start + (ulong)random.Next(width))), Of(Other, start), Of(Authority, start - 1)];
            asked.AddRange(specification.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(5).Select(line => Of(Authority, ulong.Parse(line[8..].Split('-')[0]))));
            await CheckAsSshKeygenDoesAsync(Make(specification.ToString(), Authority.PublicKey), asked, []);
        }
    }

    [Theory]
    [InlineData("key: {0}")]
    [InlineData("sha1: {0}")]
    [InlineData("sha256: {0}")]
    [InlineData("hash: {1}")]
    public async Task Keys_AreRevokedAsSshKeygenSays(string specification)
    {
        string list = Make(string.Format(specification, Key.ToOpenSshLine(), Key.Fingerprint));
        await CheckAsSshKeygenDoesAsync(list, [Of(Authority, 1)], [Key, Authority.PublicKey, Other.PublicKey]);
        list = Make(string.Format(specification, Authority.PublicKey.ToOpenSshLine(), Authority.PublicKey.Fingerprint));
        await CheckAsSshKeygenDoesAsync(list, [Of(Authority, 1), Of(Other, 1)], [Key, Authority.PublicKey]);
    }

    [Fact]
    public async Task CertificateFiles_AreRevokedAsSshKeygenSays()
    {
        string specification = $"{Of(Authority, 9).ToOpenSshLine()}\n{Of(Other, 0, "unnumbered").ToOpenSshLine()}\n";
        await CheckAsSshKeygenDoesAsync(
            Make(specification), [Of(Authority, 9), Of(Authority, 8), Of(Other, 9), Of(Other, 0, "unnumbered"), Of(Other, 3, "unnumbered"), Of(Authority, 0, "unnumbered")], [Key]);
    }

    [Fact]
    public async Task SerialsOfEveryAuthority_AreRevokedAsSshKeygenSays() =>
        await CheckAsSshKeygenDoesAsync(Make("serial: 9\nid: x", authority: null), [Of(Authority, 9), Of(Other, 9), Of(Other, 8), Of(Authority, 1, "x")], [Key]);

    [Fact]
    public void PlainList_RevokesKeysCertificatesAndWhatAnAuthoritySigned()
    {
        string dsa = $"ssh-dss {Convert.ToBase64String([0, 0, 0, 7, .. "ssh-dss"u8])} old";
        RevocationList list = RevocationList.Parse(Encoding.UTF8.GetBytes($"# revoked\r\n\n  {Other.PublicKey.ToOpenSshLine("comment with blanks")}\r\n{dsa}\n"));
        Assert.True(list.IsRevoked(Other.PublicKey));
        Assert.False(list.IsRevoked(Key));
        Assert.True(list.IsRevoked(Of(Other, 1)));
        Assert.False(list.IsRevoked(Of(Authority, 1)));
        Assert.True(RevocationList.Parse(Encoding.UTF8.GetBytes(Of(Authority, 1).ToOpenSshLine())).IsRevoked(Key));
        Assert.False(RevocationList.Parse([]).IsRevoked(Key));
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("hello world")]
    [InlineData("serial: 5")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA!")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw")]
    [InlineData("SSHKRL\n")]
    public void PlainList_WithALineThatIsNoKey_IsRefusedWhole(string line)
    {
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => RevocationList.Parse(Encoding.UTF8.GetBytes($"{Key.ToOpenSshLine()}\n{line}\n"), "r.txt"));
        Assert.Equal(SshErrorCode.RevocationListUnusable, exception.Code);
        Assert.Equal("The revocation list r.txt cannot be used: its line 2 is neither a public key nor a comment.", exception.Sentence);
    }

    [Fact]
    public void File_ThatIsNotThere_IsAnError()
    {
        LocalMisuseException exception = Assert.Throws<LocalMisuseException>(() => RevocationList.Read(tools.NewPath("none")));
        Assert.Equal(SshErrorCode.LocalFile, exception.Code);
    }

    private static byte[] Krl(byte type, byte[] section, uint version = 1)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Bytes(KrlReader.Magic);
        writer.UInt32(version);
        writer.UInt64(1);
        writer.UInt64(2);
        writer.UInt64(0);
        writer.String([]);
        writer.Text("comment");
        writer.Byte(type);
        writer.String(section);
        return buffer.Written.ToArray();
    }

    private static byte[] InCertificates(byte type, byte[] part)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.String([]);
        writer.String([]);
        writer.Byte(type);
        writer.String(part);
        return Krl(1, buffer.Written.ToArray());
    }

    private static byte[] Extension(bool critical) => [0, 0, 0, 1, (byte)'x', critical ? (byte)1 : (byte)0, 0, 0, 0, 0];

    [Fact]
    public void WhatIsNotUnderstood_RefusesTheList()
    {
        (string Fault, byte[] List)[] cases =
        [
            ("its format has the version 2, and 1 is known", Krl(2, [], version: 2)),
            ("it is signed, which OpenSSH has given up and which is not supported", Krl(4, [])),
            ("it has a section of the type 9, which is not known", Krl(9, [])),
            ("it has a certificate section of the type 0x24, which is not known", InCertificates(0x24, [])),
            ("it has the critical extension \"x\", which is not known", Krl(255, Extension(critical: true))),
            ("it has the critical extension \"x\", which is not known", InCertificates(0x39, Extension(critical: true))),
            ("it has a fingerprint of 4 bytes where 20 are expected", Krl(3, [0, 0, 0, 4, 1, 2, 3, 4])),
            ("it has a fingerprint of 4 bytes where 32 are expected", Krl(5, [0, 0, 0, 4, 1, 2, 3, 4])),
            ("it revokes the serial 0, which is none", InCertificates(0x20, new byte[8])),
            ("it revokes the serial 0, which is none", InCertificates(0x21, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9])),
            ("it has a range of serials from 9 down to 8", InCertificates(0x21, [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 8])),
            ("it revokes the serial 0, which is none", InCertificates(0x22, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])),
            ("it has a bitmap of serials beyond the highest one", InCertificates(0x22, [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 1, 2])),
            ("bitmap is a negative number", InCertificates(0x22, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x80])),
            ("revoked serial needs 8 bytes, 7 remain", InCertificates(0x20, new byte[7])),
            ("1 bytes follow the last field", InCertificates(0x21, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 8, 0])),
        ];
        foreach ((string fault, byte[] list) in cases)
            Assert.Equal($"The revocation list in memory cannot be used: {fault}.", Assert.Throws<LocalMisuseException>(() => RevocationList.Parse(list)).Sentence);
        RevocationList.Parse(Krl(255, Extension(critical: false)));
        RevocationList.Parse(InCertificates(0x39, Extension(critical: false)));
    }

    [Fact]
    public void Bitmap_AtTheHighestSerial_IsRead()
    {
        RevocationList list = RevocationList.Parse(InCertificates(0x22, [255, 255, 255, 255, 255, 255, 255, 254, 0, 0, 0, 1, 2]));
        Assert.True(list.IsRevoked(Of(Authority, ulong.MaxValue)));
        Assert.False(list.IsRevoked(Of(Authority, ulong.MaxValue - 1)));
    }

    [Fact]
    public void EveryTruncationOfAList_IsRefused()
    {
        byte[] list = File.ReadAllBytes(Make($"serial: 1\nserial: 3\nserial: 5-90\nid: x\nsha1: {Key.ToOpenSshLine()}\nsha256: {Key.ToOpenSshLine()}\nkey: {Key.ToOpenSshLine()}", Authority.PublicKey));
        HashSet<int> whole = [.. SectionEnds(list)];
        for (int length = 1; length < list.Length; length++)
        {
            if (!whole.Contains(length))
                Assert.Equal(SshErrorCode.RevocationListUnusable, Assert.Throws<LocalMisuseException>(() => RevocationList.Parse(list.AsSpan(0, length))).Code);
        }

        Assert.True(RevocationList.Parse(list).IsRevoked(Key));
        Prop.ForAll<int, byte>((at, value) =>
        {
            byte[] damaged = [.. list];
            damaged[(int)((uint)at % damaged.Length)] ^= value;
            try
            {
                RevocationList.Parse(damaged).IsRevoked(Of(Authority, 5));
            }
            catch (LocalMisuseException)
            {
            }
        }).QuickCheckThrowOnFailure();
    }

    // A list that ends behind a section is whole in the eyes of its format.
    private static IEnumerable<int> SectionEnds(byte[] list)
    {
        int at = KrlReader.Magic.Length + 4 + 8 + 8 + 8;
        for (int i = 0; i < 2; i++)
            at += 4 + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(list.AsSpan(at));
        for (; at < list.Length; at += 5 + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(list.AsSpan(at + 1)))
            yield return at;
    }
}
