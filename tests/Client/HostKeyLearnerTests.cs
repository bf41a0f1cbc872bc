using System.Net;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Connection;
using LucidSsh.Crypto;
using LucidSsh.Server;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Transport;

namespace LucidSsh.Tests.Client;

/// <summary>hostkeys-00@openssh.com: what a client learns from a server, and what it does not.</summary>
public sealed class HostKeyLearnerTests : IDisposable
{
    private static readonly PrivateKey Current = PrivateKey.Generate("ssh-ed25519");
    private static readonly PrivateKey Next = PrivateKey.Generate("ecdsa-sha2-nistp256");
    private static readonly PrivateKey Rsa = PrivateKey.Generate("ssh-rsa", 2048);
    private static readonly PrivateKey Other = PrivateKey.Generate("ssh-ed25519");
    private static readonly byte[] SessionId = [1, 2, 3];

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _requests = [];
    private Func<IReadOnlyList<byte[]>, byte[]?> _proof;
    private string? _agreed = "ssh-ed25519";

    public HostKeyLearnerTests() => _proof = Honest;

    private string Path => _directory["known_hosts"];

    private static string Line(PrivateKey key, string host = "host") => $"{host} {key.PublicKey.ToOpenSshLine()}\n";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task NewKeys_AreProved_AndAdded_AndGoneOnesRemoved_InOneChange()
    {
        await File.WriteAllTextAsync(Path, $"# mine\n{Line(Other)}{Line(Current)}host damaged\n");
        Assert.Equal($"{Path} is up to date", await LearnAsync(Current, Next, Rsa));
        Assert.Equal($"# mine\n{Line(Current)}host damaged\n{Line(Next)}{Line(Rsa)}", await File.ReadAllTextAsync(Path));
        Assert.Equal([HostKeyProof.Prove], _requests);
        Assert.Equal("they are all known", await LearnAsync(Current, Next, Rsa));
        Assert.Single(_requests);
    }

    [Fact]
    public async Task GoneKey_Alone_IsRemoved_WithoutAProof()
    {
        await File.WriteAllTextAsync(Path, Line(Other) + Line(Current));
        Assert.Equal($"{Path} is up to date", await LearnAsync(Current));
        Assert.Equal(Line(Current), await File.ReadAllTextAsync(Path));
        Assert.Empty(_requests);
    }

    [Theory]
    [InlineData("rsa-sha2-256", "rsa-sha2-256", true)]
    [InlineData("rsa-sha2-256", "rsa-sha2-512", false)]
    [InlineData("ssh-ed25519", "rsa-sha2-512", true)]
    [InlineData("ssh-ed25519", "rsa-sha2-256", true)]
    [InlineData("ssh-ed25519", "ssh-rsa", false)]
    public async Task RsaProof_IsMadeWithTheAgreedAlgorithm_AndNeverWithSha1(string agreed, string algorithm, bool accepted)
    {
        PrivateKey current = agreed.StartsWith("rsa", StringComparison.Ordinal) ? Rsa : Current;
        PrivateKey added = current == Rsa ? PrivateKey.Generate("ssh-rsa", 2048) : Rsa;
        await File.WriteAllTextAsync(Path, Line(current));
        _agreed = agreed;
        _proof = blobs => HostKeyProof.Write([added.Sign(algorithm, HostKeyProof.DataToSign(SessionId, blobs[0]), SystemRandom.Shared)]);
        await LearnAsync(current, added);
        Assert.Equal(Line(current) + (accepted ? Line(added) : ""), await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task HashedName_IsLearntFor_AndNewLinesAreHashedWhereAsked()
    {
        await KnownHostsFile.AddAsync(Path, "host", 22, Current.PublicKey, hashed: true);
        Assert.Equal($"{Path} is up to date", await LearnAsync(options => options with { HashNames = true }, Current, Next));
        Assert.Equal(2, KnownHostsFile.Read(Path).Find("host").Count(entry => entry.IsHashed));
    }

    public static TheoryData<string, string, string> OddFiles => new()
    {
        { "wildcard", $"h*t {Text(Current)}", "the host is known by a line that speaks of others too (FILE, line 1)" },
        { "negation", $"host,!x {Text(Current)}", "the host is known by a line that speaks of others too (FILE, line 1)" },
        { "list", $"host,a,b {Text(Current)}", "the host is known by a line that speaks of others too (FILE, line 1)" },
        { "authority", $"host {Text(Current)}\n@cert-authority *.org,host {Text(Other)}", "there is a line with a marker about this host (FILE, line 2)" },
        { "revoked other", $"host {Text(Current)}\n@revoked host {Text(Other)}", "there is a line with a marker about this host (FILE, line 2)" },
        { "revoked new", $"host {Text(Current)}\n@revoked * {Text(Next)}", $"The host key ecdsa-sha2-nistp256 {Next.PublicKey.Fingerprint} of host:22 is revoked (FILE, line 2)." },
        { "damaged revocation", $"host {Text(Current)}\n@revoked host ssh-ed25519 AAAA", $"Line 2 of FILE may revoke the key ssh-ed25519 {Current.PublicKey.Fingerprint} of host:22, and cannot be read: its key is cut off." },
        { "unknown", $"other {Text(Other)}", "the host is not known by its key in FILE" },
        { "new key elsewhere", $"host {Text(Current)}\nother {Text(Next)}", "a key of the host is known under another name (FILE, line 2)" },
        { "old key elsewhere", $"host {Text(Current)}\nhost {Text(Other)}\nother {Text(Other)}", "a key of the host is known under another name (FILE, line 3)" },
    };

    [Theory]
    [MemberData(nameof(OddFiles))]
    public async Task OddFile_IsNotChanged(string what, string lines, string reason)
    {
        await File.WriteAllTextAsync(Path, lines);
        Assert.Equal($"nothing is changed: {reason}", (await LearnAsync(Current, Next)).Replace(Path, "FILE", StringComparison.Ordinal));
        Assert.True(lines == await File.ReadAllTextAsync(Path), what);
        Assert.Empty(_requests);
    }

    [Theory]
    [InlineData("refused", "the server would not prove that it holds the new keys")]
    [InlineData("empty", "the server's proof is malformed")]
    [InlineData("too many", "the server's proof is malformed")]
    [InlineData("garbage", "the server's proof is malformed")]
    [InlineData("another session", "the server's proof for ecdsa-sha2-nistp256 NEXT is wrong")]
    [InlineData("another key's", "the server's proof for ecdsa-sha2-nistp256 NEXT is wrong")]
    [InlineData("swapped", "the server's proof for ecdsa-sha2-nistp256 NEXT is wrong")]
    [InlineData("second wrong", "the server's proof for ssh-rsa RSA is wrong")]
    public async Task WrongProof_ChangesNothing(string how, string reason)
    {
        await File.WriteAllTextAsync(Path, Line(Current));
        byte[] next = Sign(Next, SessionId, Next);
        byte[] rsa = Sign(Rsa, SessionId, Rsa);
        _proof = _ => how switch
        {
            "refused" => null,
            "empty" => [],
            "too many" => HostKeyProof.Write([next, rsa, next]),
            "garbage" => [0, 0, 0, 9, 1],
            "another session" => HostKeyProof.Write([Sign(Next, [9], Next), rsa]),
            "another key's" => HostKeyProof.Write([Sign(Next, SessionId, Rsa), rsa]),
            "swapped" => HostKeyProof.Write([rsa, next]),
            _ => HostKeyProof.Write([next, Sign(Rsa, SessionId, Next)]),
        };
        string expected = reason.Replace("NEXT", Next.PublicKey.Fingerprint, StringComparison.Ordinal).Replace(" RSA", $" {Rsa.PublicKey.Fingerprint}", StringComparison.Ordinal);
        Assert.Equal($"nothing is changed: {expected}", await LearnAsync(Current, Next, Rsa));
        Assert.Equal(Line(Current), await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task OddRequests_ChangeNothing()
    {
        await File.WriteAllTextAsync(Path, Line(Current));
        byte[] current = Current.PublicKey.Blob.ToArray();
        byte[] next = Next.PublicKey.Blob.ToArray();
        Assert.Equal("nothing is changed: the server told a key twice", await LearnAsync(null, [current, next, next]));
        Assert.Equal("nothing is changed: the key the server proved itself with is not among those it told", await LearnAsync(null, [next]));
        Assert.Equal("nothing is changed: the key the server proved itself with is not among those it told", await LearnAsync(null, Array.Empty<byte[]>()));
        Assert.Equal("ignored: the request is malformed or has more than 64 keys", await LearnAsync(null, [current, .. Enumerable.Range(0, 64).Select(i => new byte[] { (byte)i })]));
        Assert.Equal("ignored: the request is malformed or has more than 64 keys", await ToldAsync(null, [0, 0, 0, 9, 1], certificate: null));
        Assert.Equal("they are all known", await LearnAsync(null, [current, [1, 2, 3], .. Enumerable.Range(0, 60).Select(i => new byte[] { (byte)i })])); // types nobody knows
        Assert.Equal(Line(Current), await File.ReadAllTextAsync(Path));
        Assert.Empty(_requests);
    }

    [Fact]
    public async Task Certificate_AndOptionOff_LearnNothing()
    {
        await File.WriteAllTextAsync(Path, Line(Current));
        Certificate certificate = new CertificateRequest(Current.PublicKey, CertificateKind.Host) { Principals = ["host"] }.Sign(Other);
        byte[] keys = HostKeyProof.Write([Current.PublicKey.Blob, Next.PublicKey.Blob]);
        Assert.Equal("nothing is changed: the host proved itself with a certificate", await ToldAsync(null, keys, certificate));
        Assert.Null(await ToldAsync(options => options with { UpdateHostKeys = false }, keys, null));
        Assert.Null(await ToldAsync(options => options with { UpdateHostKeys = null }, keys, null)); // not the default files
        Assert.Equal(Line(Current), await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task SecondTelling_IsIgnored()
    {
        await File.WriteAllTextAsync(Path, Line(Current));
        List<string> outcomes = [];
        await using HostKeyLearner learner = Learner(null, outcomes, null);
        byte[] keys = HostKeyProof.Write([Current.PublicKey.Blob]);
        learner.Told(keys);
        await learner.Done;
        learner.Told(HostKeyProof.Write([Current.PublicKey.Blob, Next.PublicKey.Blob]));
        Assert.Equal(["they are all known", "ignored: the server told its keys before"], outcomes);
        Assert.Equal(Line(Current), await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task OurServer_TellsAndProves_AndOurClientLearns()
    {
        await using SshServer server = StartServer();
        await File.WriteAllTextAsync(Path, Line(Current, $"[127.0.0.1]:{server.EndPoint.Port}"));
        await ConnectAsync(server, options => options);
        Assert.Equal(3, KnownHostsFile.Read(Path).Find("127.0.0.1", server.EndPoint.Port).Length);
    }

    [Fact]
    public async Task OurServer_ProvesEachKeyOnce_AndNoOther()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        HostKeyTeller teller = new(pair.Server, [Current, Next, Rsa]);
        bool Proves(params PrivateKey[] keys) => teller.Prove(HostKeyProof.Write(keys.Select(key => key.PublicKey.Blob))) is not null;
        Assert.True(Proves(Next));
        Assert.False(Proves(Next));
        Assert.False(Proves(Other));
        Assert.False(Proves());
        Assert.False(Proves(Rsa, Rsa));
        Assert.Null(teller.Prove([0, 0, 0, 9]));
        Assert.True(Proves(Current));
    }

    private SshServer StartServer()
    {
        SimpleAuthenticator authenticator = new();
        authenticator.AddUser("alice", "secret");
        return SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions { HostKeys = [Current, Next, Rsa], Authenticator = authenticator });
    }

    private async Task ConnectAsync(SshServer server, Func<KnownHostsOptions, KnownHostsOptions> change)
    {
        KnownHostsOptions options = change(new KnownHostsOptions { Files = [Path], GlobalFiles = [], UpdateHostKeys = true });
        await using SshClient client = await SshClient.ConnectAsync(
            new SshTarget("alice", "127.0.0.1", server.EndPoint.Port),
            new SshClientOptions { Credentials = [new PasswordCredential("secret")], HostKeys = HostKeyPolicy.KnownHosts(options) });
        await client.PingAsync();
    }

    private Task<string> LearnAsync(params PrivateKey[] told) => LearnAsync(null, told);

    private Task<string> LearnAsync(Func<KnownHostsOptions, KnownHostsOptions>? change, params PrivateKey[] told) =>
        LearnAsync(change, [.. told.Select(key => key.PublicKey.Blob.ToArray())], told[0]);

    private async Task<string> LearnAsync(Func<KnownHostsOptions, KnownHostsOptions>? change, byte[][] told, PrivateKey? current = null) =>
        (await ToldAsync(change, HostKeyProof.Write(told.Select(blob => (ReadOnlyMemory<byte>)blob)), null, current))!;

    // The outcome as the trace has it; null where nothing began.
    private async Task<string?> ToldAsync(Func<KnownHostsOptions, KnownHostsOptions>? change, byte[] request, Certificate? certificate, PrivateKey? current = null)
    {
        List<string> outcomes = [];
        HostKeyLearner learner = Learner(change, outcomes, certificate, current);
        learner.Told(request);
        await learner.DisposeAsync();
        return outcomes.SingleOrDefault();
    }

    private HostKeyLearner Learner(Func<KnownHostsOptions, KnownHostsOptions>? change, List<string> outcomes, Certificate? certificate, PrivateKey? current = null)
    {
        KnownHostsOptions options = new() { Files = [Path], GlobalFiles = [], UpdateHostKeys = true };
        HostKeyLearner learner = new(new SshClientOptions { HostKeys = HostKeyPolicy.KnownHosts(change?.Invoke(options) ?? options) }, new SshTarget("alice", "host"));
        learner.Attach(new LearningConnection(
            new ServerHostKey((current ?? Current).PublicKey, certificate), SessionId, _agreed, new Tracer(TimeProvider.System, [new Outcomes(outcomes)]),
            (name, data, _) =>
            {
                _requests.Add(name);
                Assert.True(HostKeyProof.TryRead(data.Span, out List<byte[]>? blobs));
                return Task.FromResult(_proof(blobs));
            }));
        return learner;
    }

    private static byte[]? Honest(IReadOnlyList<byte[]> blobs) => HostKeyProof.Write(blobs.Select(blob =>
    {
        PrivateKey key = new[] { Current, Next, Rsa, Other }.Single(key => key.PublicKey.Blob.Span.SequenceEqual(blob));
        return (ReadOnlyMemory<byte>)Sign(key, SessionId, key);
    }));

    private static byte[] Sign(PrivateKey signer, byte[] sessionId, PrivateKey about) =>
        signer.Sign(signer.PublicKey.SignatureAlgorithms[0], HostKeyProof.DataToSign(sessionId, about.PublicKey.Blob.Span), SystemRandom.Shared);

    private static string Text(PrivateKey key) => key.PublicKey.ToOpenSshLine();

    private sealed class Outcomes(List<string> outcomes) : TraceSink
    {
        public override void Write<TEvent>(in TraceStamp stamp, in TEvent traceEvent)
        {
            if (traceEvent is HostKeysTold told)
                outcomes.Add(told.Outcome);
        }
    }
}
