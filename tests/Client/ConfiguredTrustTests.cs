using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Client;

/// <summary>What a configuration says of known hosts, as a policy.</summary>
public sealed class ConfiguredTrustTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly PublicKey _key = NewKey();
    private readonly PublicKey _other = NewKey();
    private int _asked;

    public void Dispose() => _directory.Dispose();

    private static PublicKey NewKey()
    {
        using PrivateKey key = PrivateKey.Generate("ssh-ed25519");
        return key.PublicKey;
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_directory[name], text);
        return _directory[name];
    }

    private HostKeyPolicy Policy(string text, HostKeyAnswer? answer = null)
    {
        SshConfigurationOptions options = new()
        {
            HostKeyAsker = answer is { } given
                ? (_, _) =>
                {
                    _asked++;
                    return ValueTask.FromResult(given);
                }
            : null,
        };
        return SshConfiguration.Parse($"{text}\nGlobalKnownHostsFile none", "config", options).For("host").ToOptions(new SshClientOptions()).HostKeys;
    }

    private static ValueTask VerifyAsync(HostKeyPolicy policy, PublicKey key) => policy.VerifyAsync(new PresentedHostKey("host", 22, key, null), default);

    private static async Task<SshErrorCode> RefusesAsync(HostKeyPolicy policy, PublicKey key) =>
        (await Assert.ThrowsAnyAsync<SshException>(async () => await VerifyAsync(policy, key))).Code;

    [Fact]
    public async Task KnownHosts_OfSeveralFiles_AndAnAlias_AreLookedUp()
    {
        string one = Write("one", "");
        string two = Write("two", $"alias {_key.ToOpenSshLine(null)}\n");
        await VerifyAsync(Policy($"UserKnownHostsFile {one} {two}\nHostKeyAlias alias"), _key);
        Assert.Equal(SshErrorCode.HostKeyChanged, await RefusesAsync(Policy($"UserKnownHostsFile {one} {two}\nHostKeyAlias alias"), _other));
        Assert.Equal(SshErrorCode.HostKeyUnknown, await RefusesAsync(Policy($"UserKnownHostsFile {one} {two}"), _key));
        Assert.Equal(SshErrorCode.HostKeyUnknown, await RefusesAsync(Policy($"UserKnownHostsFile {one}\nHostKeyAlias alias"), _key));
        Assert.Equal(SshErrorCode.HostKeyUnknown, await RefusesAsync(Policy("UserKnownHostsFile none"), _key));
    }

    [Theory]
    [InlineData("yes", false)]
    [InlineData("ask", false)]
    [InlineData("accept-new", true)]
    [InlineData("no", true)]
    [InlineData("off", true)]
    public async Task StrictHostKeyChecking_TakesNewKeysOrNot_AndNeverAChangedOne(string strict, bool takesNew)
    {
        string file = Write("known", "");
        HostKeyPolicy policy = Policy($"UserKnownHostsFile {file}\nStrictHostKeyChecking {strict}\nHashKnownHosts yes");
        if (!takesNew)
        {
            Assert.Equal(SshErrorCode.HostKeyUnknown, await RefusesAsync(policy, _key));
            Write("known", $"host {_key.ToOpenSshLine(null)}\n");
        }

        await VerifyAsync(policy, _key);
        Assert.Equal(takesNew, File.ReadAllText(file).StartsWith("|1|", StringComparison.Ordinal));
        Assert.Equal(SshErrorCode.HostKeyChanged, await RefusesAsync(policy, _other));
    }

    [Fact]
    public async Task Asker_IsAskedWhereTheConfigurationLeavesItToThePerson()
    {
        string file = Write("known", "");
        await VerifyAsync(Policy($"UserKnownHostsFile {file}\nStrictHostKeyChecking ask", HostKeyAnswer.AcceptOnce), _key);
        await VerifyAsync(Policy($"UserKnownHostsFile {file}", HostKeyAnswer.AcceptOnce), _key);
        Assert.Equal(2, _asked);
        await RefusesAsync(Policy($"UserKnownHostsFile {file}\nBatchMode yes", HostKeyAnswer.AcceptOnce), _key);
        await RefusesAsync(Policy($"UserKnownHostsFile {file}\nStrictHostKeyChecking yes", HostKeyAnswer.AcceptOnce), _key);
        await VerifyAsync(Policy($"UserKnownHostsFile {file}\nStrictHostKeyChecking accept-new", HostKeyAnswer.Refuse), _key);
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task RevokedHostKeys_RefuseAKnownKey()
    {
        string file = Write("known", $"host {_key.ToOpenSshLine(null)}\n");
        string revoked = Write("revoked", $"{_key.ToOpenSshLine(null)}\n");
        Assert.Equal(SshErrorCode.HostKeyRevoked, await RefusesAsync(Policy($"UserKnownHostsFile {file}\nRevokedHostKeys {revoked}"), _key));
        await RefusesAsync(Policy($"UserKnownHostsFile {file}\nRevokedHostKeys {_directory["missing"]}"), _key);
    }

    [Fact]
    public async Task NullDevice_RemembersNothing_AndStaysWhatItIs()
    {
        await VerifyAsync(Policy("UserKnownHostsFile /dev/null\nStrictHostKeyChecking no"), _key);
        await VerifyAsync(Policy("UserKnownHostsFile /dev/null\nStrictHostKeyChecking no"), _other);
        Assert.Empty(File.ReadAllText("/dev/null"));
    }

    [Fact]
    public void Configuration_ThatSaysNothingOfTrust_LeavesTheProgramsPolicy()
    {
        HostKeyPolicy pinned = HostKeyPolicy.Pinned(_key.Fingerprint);
        Assert.Same(pinned, SshConfiguration.Parse("Port 5").For("host").ToOptions(new SshClientOptions { HostKeys = pinned }).HostKeys);
    }

    [Fact]
    public void CaSignatureAlgorithms_AreAList()
    {
        HostConfiguration host = SshConfiguration.Parse("CASignatureAlgorithms -ecdsa*\nPubkeyAcceptedAlgorithms ssh-ed25519,rsa-sha2-*").For("host");
        Assert.DoesNotContain("ecdsa-sha2-nistp256", ConfiguredAlgorithms.Signatures(host, "CASignatureAlgorithms", CertificateRules.DefaultAuthorityAlgorithms));
        Assert.Contains("ssh-ed25519", ConfiguredAlgorithms.Signatures(host, "CASignatureAlgorithms", CertificateRules.DefaultAuthorityAlgorithms));
        Assert.Equal("ssh-ed25519", host.ToOptions(new SshClientOptions()).Login.SignatureAlgorithms[0]);
        Assert.DoesNotContain("ecdsa-sha2-nistp256", host.ToOptions(new SshClientOptions()).Login.SignatureAlgorithms);
    }
}
