using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Client;

public sealed class KnownHostsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly PublicKey _key;
    private readonly PublicKey _other;

    public KnownHostsTests()
    {
        using PrivateKey one = PrivateKey.Generate("ssh-ed25519");
        using PrivateKey two = PrivateKey.Generate("ssh-ed25519");
        (_key, _other) = (one.PublicKey, two.PublicKey);
    }

    private string Path => _directory["known_hosts"];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("host", "host", 22, true)]
    [InlineData("HOST", "host", 22, true)]
    [InlineData("host", "host", 2222, false)]
    [InlineData("[host]:2222", "host", 2222, true)]
    [InlineData("*.example.org,!bad.example.org", "good.example.org", 22, true)]
    [InlineData("*.example.org,!bad.example.org", "bad.example.org", 22, false)]
    [InlineData("h?st,10.0.0.*", "10.0.0.7", 22, true)]
    [InlineData("*", "anything", 22, true)]
    [InlineData("a*b*c", "axxbyyc", 22, true)]
    [InlineData("a*b*c", "axxbyyd", 22, false)]
    public async Task Line_Patterns_MatchAsOpenSsh(string pattern, string host, int port, bool trusted)
    {
        await File.WriteAllTextAsync(Path, $"{pattern} {_key.ToOpenSshLine(null)}\n");
        async Task VerifyAsync() => await HostKeyPolicy.KnownHosts(Path).VerifyAsync(new PresentedHostKey(host, port, _key), default);
        if (trusted)
            await VerifyAsync();
        else
            Assert.Equal(SshErrorCode.HostKeyUnknown, (await Assert.ThrowsAsync<PeerRefusedException>(VerifyAsync)).Code);
    }

    [Fact]
    public async Task HashedName_WrittenBySshKeygen_Matches()
    {
        await File.WriteAllTextAsync(Path, $"[files.example]:2222 {_key.ToOpenSshLine(null)}\n");
        (int code, string output, string error) = await ChildProcess.RunAsync("ssh-keygen", ["-H", "-f", Path]);
        Assert.True(code == 0, output + error);
        Assert.Contains("|1|", await File.ReadAllTextAsync(Path), StringComparison.Ordinal);
        await HostKeyPolicy.KnownHosts(Path).VerifyAsync(new PresentedHostKey("files.example", 2222, _key), default);
        await Assert.ThrowsAsync<PeerRefusedException>(() => HostKeyPolicy.KnownHosts(Path).VerifyAsync(new PresentedHostKey("files.example", 22, _key), default).AsTask());
    }

    [Fact]
    public async Task ChangedKey_IsRefused_WithBothFingerprintsFileAndLine()
    {
        await File.WriteAllTextAsync(Path, $"# a comment\nhost {_key.ToOpenSshLine(null)}\n");
        foreach (HostKeyPolicy policy in (HostKeyPolicy[])[HostKeyPolicy.KnownHosts(Path), HostKeyPolicy.AcceptNew(Path)])
        {
            PeerRefusedException exception = await Assert.ThrowsAsync<PeerRefusedException>(() => policy.VerifyAsync(new PresentedHostKey("host", 22, _other), default).AsTask());
            Assert.Equal(SshErrorCode.HostKeyChanged, exception.Code);
            Assert.Contains(_key.Fingerprint, exception.Sentence, StringComparison.Ordinal);
            Assert.Contains(_other.Fingerprint, exception.Sentence, StringComparison.Ordinal);
            Assert.Contains($"{Path}, line 2", exception.Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task RevokedKey_IsRefused_EvenWhereItIsTrustedToo()
    {
        await File.WriteAllTextAsync(Path, $"host {_key.ToOpenSshLine(null)}\n@revoked * {_key.ToOpenSshLine(null)}\n");
        PeerRefusedException exception = await Assert.ThrowsAsync<PeerRefusedException>(() => HostKeyPolicy.KnownHosts(Path).VerifyAsync(new PresentedHostKey("host", 22, _key), default).AsTask());
        Assert.Equal(SshErrorCode.HostKeyRevoked, exception.Code);
    }

    [Fact]
    public async Task AcceptNew_UnknownHost_IsAddedAndThenKnown_AndSshKeygenFindsIt()
    {
        await File.WriteAllTextAsync(Path, $"other {_other.ToOpenSshLine(null)}"); // no newline at the end
        await HostKeyPolicy.AcceptNew(Path).VerifyAsync(new PresentedHostKey("host", 2222, _key), default);
        await HostKeyPolicy.KnownHosts(Path).VerifyAsync(new PresentedHostKey("host", 2222, _key), default);
        await HostKeyPolicy.KnownHosts(Path).VerifyAsync(new PresentedHostKey("other", 22, _other), default);
        (int code, string output, _) = await ChildProcess.RunAsync("ssh-keygen", ["-F", "[host]:2222", "-f", Path]);
        Assert.Equal(0, code);
        Assert.Contains("ssh-ed25519", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Order_KnownTypes_ComeFirst()
    {
        File.WriteAllText(Path, $"host {_key.ToOpenSshLine(null)}\n");
        Assert.Equal(
            ["ssh-ed25519", "rsa-sha2-512", "ecdsa-sha2-nistp256"],
            HostKeyPolicy.KnownHosts(Path).Order("host", 22, ["rsa-sha2-512", "ecdsa-sha2-nistp256", "ssh-ed25519"]).ToArray());
    }

    [Fact]
    public async Task Pinned_EachForm_AcceptsItsKeyOnly()
    {
        string[] forms =
        [
            _key.Fingerprint,
            Convert.ToHexString(System.Security.Cryptography.MD5.HashData(_key.Blob.Span)),
            Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(_key.Blob.Span)),
            Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(_key.Blob.Span)),
        ];
        foreach (string form in forms)
        {
            await HostKeyPolicy.Pinned(form).VerifyAsync(new PresentedHostKey("host", 22, _key), default);
            PeerRefusedException exception = await Assert.ThrowsAsync<PeerRefusedException>(() => HostKeyPolicy.Pinned(form).VerifyAsync(new PresentedHostKey("host", 22, _other), default).AsTask());
            Assert.Equal(SshErrorCode.HostKeyChanged, exception.Code);
        }

        Assert.Throws<LocalMisuseException>(() => HostKeyPolicy.Pinned("SHA256:tooshort"));
        Assert.Throws<LocalMisuseException>(() => HostKeyPolicy.Pinned("0123"));
    }
}
