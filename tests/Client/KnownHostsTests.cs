using System.Text.RegularExpressions;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
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

    [Theory]
    [InlineData("", "a-cert,e-cert,r2-cert,a,e,r5,r2")]
    [InlineData("host RSA", "r5,r2,a-cert,e-cert,r2-cert,a,e")]
    [InlineData("host ECDSA\nhost RSA", "e,r5,r2,a-cert,e-cert,r2-cert,a")]
    [InlineData("host ED25519", "a,a-cert,e-cert,r2-cert,e,r5,r2")] // a certificate of an authority that is not trusted proves nothing
    [InlineData("@cert-authority h* ED25519", "a-cert,e-cert,r2-cert,a,e,r5,r2")]
    [InlineData("@cert-authority h* ED25519\nhost RSA", "a-cert,e-cert,r2-cert,r5,r2,a,e")]
    [InlineData("@cert-authority other ED25519\nhost RSA", "r5,r2,a-cert,e-cert,r2-cert,a,e")]
    [InlineData("@revoked * RSA\nother RSA\n[host]:2222 RSA", "a-cert,e-cert,r2-cert,a,e,r5,r2")]
    public void Order_WhatCanBeChecked_ComesFirst_AndNothingIsLeftOut(string lines, string order)
    {
        Dictionary<string, string> names = new()
        {
            ["a-cert"] = "ssh-ed25519-cert-v01@openssh.com",
            ["e-cert"] = "ecdsa-sha2-nistp256-cert-v01@openssh.com",
            ["r2-cert"] = "rsa-sha2-256-cert-v01@openssh.com",
            ["a"] = "ssh-ed25519",
            ["e"] = "ecdsa-sha2-nistp256",
            ["r5"] = "rsa-sha2-512",
            ["r2"] = "rsa-sha2-256",
        };
        using PrivateKey ecdsa = PrivateKey.Generate("ecdsa-sha2-nistp256");
        using PrivateKey rsa = PrivateKey.Generate("ssh-rsa", 2048);
        File.WriteAllText(Path, Regex.Replace(lines, "ED25519|ECDSA|RSA", name => (name.Value switch { "RSA" => rsa.PublicKey, "ECDSA" => ecdsa.PublicKey, _ => _key }).ToOpenSshLine()));
        Assert.Equal(order.Split(',').Select(name => names[name]), HostKeyPolicy.KnownHosts(Path).Order("host", 22, [.. names.Values]));
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

    [Fact]
    public async Task Pinned_Base64_IsComparedLetterByLetter()
    {
        string swapped = string.Concat(_key.Fingerprint[7..].Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)));
        await Assert.ThrowsAsync<PeerRefusedException>(() => HostKeyPolicy.Pinned($"SHA256:{swapped}").VerifyAsync(new("host", 22, _key), default).AsTask());
    }

    [Fact]
    public async Task Ask_GetsWhatOneNeedsToDecide()
    {
        await File.WriteAllTextAsync(Path, $"alias {_key.ToOpenSshLine()}\nother {_other.ToOpenSshLine()}\n");
        HostKeyQuestion? asked = null;
        HostKeyPolicy policy = HostKeyPolicy.Ask(
            (question, _) =>
            {
                asked = question;
                return new(HostKeyAnswer.AcceptOnce);
            },
            new KnownHostsOptions { Files = [Path], GlobalFiles = [] });
        await policy.VerifyAsync(new("host", 2222, _key), default);
        Assert.NotNull(asked);
        Assert.Equal(("[host]:2222", Path, _key), (asked.Name, asked.RemembersIn, asked.Key));
        Assert.Equal(
            $"The host [host]:2222 is not known yet.\nIts ssh-ed25519 key has the fingerprint {_key.Fingerprint}.\nThis key is known as alias ({Path}, line 1).", asked.Text);
        Assert.True(asked.IsFingerprint(_key.Fingerprint));
        Assert.True(asked.IsFingerprint($" {_key.Fingerprint[7..]} "));
        Assert.False(asked.IsFingerprint(_other.Fingerprint));
        Assert.False(asked.IsFingerprint(""));
    }

    [Fact]
    public async Task Ask_NobodyAnswers_IsARefusal()
    {
        KnownHostsOptions options = new() { Files = [Path], GlobalFiles = [], AnswerTimeout = TimeSpan.FromMilliseconds(50) };
        HostKeyPolicy policy = HostKeyPolicy.Ask(async (_, _) => await new TaskCompletionSource<HostKeyAnswer>().Task, options);
        PeerRefusedException exception = await Assert.ThrowsAsync<PeerRefusedException>(() => policy.VerifyAsync(new("host", 22, _key), default).AsTask());
        Assert.Equal($"The host host:22 is not known, and its key {_key} was not accepted. Nobody answered within 0.1 seconds.", exception.Message);
    }

    [Fact]
    public async Task Ask_MayTakeLongerThanTheHandshake()
    {
        DuplexPipePair pipes = new();
        Task<SshTransport> server = TransportPair.StartAsync(pipes.Right, TransportRole.Server, new TransportOptions { HostKeys = [TransportPair.HostKey] }, new RecordingReceiver());
        SshClientOptions options = new()
        {
            HandshakeTimeout = TimeSpan.FromMilliseconds(500),
            HostKeys = HostKeyPolicy.Ask(
                async (_, token) =>
                {
                    await Task.Delay(1500, token);
                    return HostKeyAnswer.AcceptOnce;
                },
                new KnownHostsOptions { Files = [Path], GlobalFiles = [] }),
        };
        await using ClientHandshake handshake = await ClientHandshake.RunAsync(pipes.Left, new SshTarget("alice", "host"), options, default);
        Assert.Equal(TransportPair.HostKey.PublicKey, handshake.Transport.ServerHostKey!.Key);
        await (await server).DisposeAsync();
    }

    [Fact]
    public async Task AcceptNew_WhereAnotherProcessMetTheHostMeanwhile_KeepsItsWord()
    {
        HostKeyPolicy policy = HostKeyPolicy.Ask(
            async (question, token) =>
            {
                await KnownHostsFile.AddAsync(Path, "host", 22, _other, hashed: false, token); // somebody else, in the meantime
                return HostKeyAnswer.AcceptAndRemember;
            },
            new KnownHostsOptions { Files = [Path], GlobalFiles = [] });
        PeerRefusedException exception = await Assert.ThrowsAsync<PeerRefusedException>(() => policy.VerifyAsync(new("host", 22, _key), default).AsTask());
        Assert.Equal(SshErrorCode.HostKeyChanged, exception.Code);
        Assert.Single(await File.ReadAllLinesAsync(Path));
    }

    [Fact]
    public async Task SeveralFiles_AreOne_AndTheFirstIsWritten()
    {
        string second = _directory["second"];
        string global = _directory["global"];
        await File.WriteAllTextAsync(second, $"second {_key.ToOpenSshLine()}\n");
        await File.WriteAllTextAsync(global, $"global {_key.ToOpenSshLine()}\n@revoked * {_other.ToOpenSshLine()}\n");
        KnownHostsOptions options = new() { Files = [Path, second], GlobalFiles = [global, _directory["none"]] };
        await HostKeyPolicy.KnownHosts(options).VerifyAsync(new("second", 22, _key), default);
        await HostKeyPolicy.KnownHosts(options).VerifyAsync(new("global", 22, _key), default);
        Assert.Equal(
            SshErrorCode.HostKeyRevoked,
            (await Assert.ThrowsAsync<PeerRefusedException>(() => HostKeyPolicy.AcceptNew(options).VerifyAsync(new("new", 22, _other), default).AsTask())).Code);
        PeerRefusedException unknown = await Assert.ThrowsAsync<PeerRefusedException>(() => HostKeyPolicy.KnownHosts(options).VerifyAsync(new("new", 22, _key), default).AsTask());
        Assert.Contains($"is neither in {Path} nor in {second} nor in {global}.", unknown.Sentence, StringComparison.Ordinal);
        await HostKeyPolicy.AcceptNew(options).VerifyAsync(new("new", 22, _key), default);
        Assert.Equal($"new {_key.ToOpenSshLine()}\n", await File.ReadAllTextAsync(Path));
    }
}
