using System.Text;
using System.Text.RegularExpressions;
using LucidSsh.Client;
using LucidSsh.Lab;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Interop;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Lab;

/// <summary>The first sentence for each kind of server: the table in docs/probe.md is what this test saw.</summary>
[Trait("Peer", "OpenSsh")]
[Trait("Peer", "Dropbear")]
public partial class ProbeTableTests(DropbearServer dropbear) : IClassFixture<DropbearServer>
{
    private static readonly (string Title, string Configuration)[] OpenSsh =
    [
        ("OpenSSH as it comes", ""),
        ("OpenSSH, legacy algorithms only", "KexAlgorithms diffie-hellman-group1-sha1,diffie-hellman-group14-sha1\nCiphers aes128-cbc,3des-cbc\nMACs hmac-sha1,hmac-md5\nHostKeyAlgorithms ssh-rsa"),
        ("OpenSSH, ChaCha20-Poly1305 only", "Ciphers chacha20-poly1305@openssh.com"),
        ("OpenSSH, no common key exchange", "KexAlgorithms diffie-hellman-group1-sha1"),
        ("OpenSSH, no common host key", "HostKeyAlgorithms ssh-rsa"),
        ("OpenSSH, no common cipher", "Ciphers 3des-cbc"),
        ("OpenSSH, no common MAC", "Ciphers aes128-ctr\nMACs hmac-sha1"),
        ("OpenSSH, keyboard-interactive only", "PubkeyAuthentication no\nPasswordAuthentication no"),
    ];

    // The client's lists are fixed, so that the table does not depend on the processor.
    private static ProbeOptions Options { get; } = NotSshProbeTests.Options with
    {
        Client = NotSshProbeTests.Options.Client with
        {
            HandshakeTimeout = TimeSpan.FromSeconds(20),
            Algorithms = AlgorithmPreferences.Default.Apply(keyExchange: "curve25519-sha256", ciphers: "aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr"),
        },
    };

    [Fact]
    public async Task FirstSentences_AreThoseOfTheDocument()
    {
        StringBuilder table = new("| peer | is | first sentence |\n| --- | --- | --- |\n");
        foreach ((string title, string configuration) in OpenSsh)
        {
            await using SshdServer server = await SshdServer.StartAsync(configuration + Defaults(configuration));
            ProbeResult result = await ServerProbe.RunAsync(server.Target, Options);
            Check(title, result);
            Add(title, result);
        }

        ProbeResult small = await ServerProbe.RunAsync(dropbear.Target, Options);
        Assert.True(small.Succeeded, small.Summary);
        Add("Dropbear", small);
        foreach ((string title, string _, Func<ScriptedPeer> start) in NotSshProbeTests.Rows)
        {
            await using ScriptedPeer peer = start();
            Add(title, await ServerProbe.RunAsync(new SshTarget("user", "127.0.0.1", peer.Port), NotSshProbeTests.Options));
        }

        int port = LoopbackPort.Free();
        Add("a closed port", await ServerProbe.RunAsync(new SshTarget("user", "127.0.0.1", port), NotSshProbeTests.Options));
        GeneratedDocument.CheckSection("docs/probe.md", "table", table.ToString(), text => Lines().Replace(Versions().Replace(text, "$1 VERSION"), "lines"));

        void Add(string title, ProbeResult result) =>
            table.Append($"| {title} | `{result.Peer}` | {Ports().Replace(result.Summary, "PORT")} |\n");
    }

    private static void Check(string title, ProbeResult result)
    {
        Assert.Equal("ssh", result.Peer);
        AlgorithmKind? mismatch = result.Negotiation!.FirstMismatch;
        Assert.Equal(
            title.Split(", ")[^1] switch
            {
                "no common key exchange" or "legacy algorithms only" => AlgorithmKind.KeyExchange,
                "no common host key" => AlgorithmKind.HostKey,
                "no common cipher" => AlgorithmKind.CipherClientToServer,
                "no common MAC" => AlgorithmKind.MacClientToServer,
                _ => null,
            },
            mismatch);
        Assert.Equal(mismatch is null, result.Succeeded);

        // Whatever the client lacks, the probe gets at every host key and at the login methods.
        Assert.NotEmpty(result.LoginMethods);
        Assert.Equal(title.Contains("legacy", StringComparison.Ordinal) || title.Contains("host key", StringComparison.Ordinal) ? 1 : 3, result.HostKeys.Length);
        Assert.InRange(result.Connections, 2, Options.MaximumConnections);
        Assert.Empty(result.LeftOut);
    }

    // The test server's own lines turn weak algorithms on; these come first and keep OpenSSH's defaults.
    private static string Defaults(string configuration)
    {
        string[] lines = ["KexAlgorithms +curve25519-sha256", "Ciphers +aes128-ctr", "HostKeyAlgorithms +ssh-ed25519"];
        return string.Concat(lines.Where(line => !configuration.Contains(line.Split(' ')[0], StringComparison.Ordinal)).Select(line => "\n" + line));
    }

    [GeneratedRegex(@"(OpenSSH|Dropbear) [\w.]+")]
    private static partial Regex Versions();

    [GeneratedRegex(@"\d+ lines")]
    private static partial Regex Lines();

    [GeneratedRegex(@"(?<=port )\d+")]
    private static partial Regex Ports();
}
