using System.Text;
using LucidSsh.Client;
using LucidSsh.Lab;
using LucidSsh.Tests.Harness;

namespace LucidSsh.Tests.Lab;

/// <summary>Peers that are not SSH, or are and do not want to talk: what the probe takes them for, and the sentence it says first. The rows of the
/// table in docs/probe.md.</summary>
public class NotSshProbeTests
{
    private static readonly byte[] TlsAlert = [0x15, 3, 3, 0, 2, 2, 70];

    // A ServerHello of TLS 1.2 that chose the application protocol "ftp".
    private static readonly byte[] ServerHelloFtp =
    [
        0x16, 3, 3, 0, 54, 2, 0, 0, 50, 3, 3, .. new byte[32], 0, 0xc0, 0x2f, 0, 0, 10, 0, 16, 0, 6, 0, 4, 3, .. "ftp"u8,
    ];

    internal static readonly (string Title, string Peer, Func<ScriptedPeer> Start)[] Rows =
    [
        ("FTP", "ftp", () => ScriptedPeer.Answering("220 ProFTPD Server ready.\r\n", _ => "500 Unknown command\r\n"u8.ToArray())),
        ("FTP with TLS (explicit FTPS)", "ftps", () => ScriptedPeer.Answering("220 (vsFTPd 3.0.3)\r\n", _ => "211-Features:\r\n AUTH TLS\r\n PBSZ\r\n211 End\r\n"u8.ToArray())),
        ("FTP over TLS (implicit FTPS), says ALPN", "ftps", () => ScriptedPeer.Answering("", words => words[0] == 0x16 ? ServerHelloFtp : [])),
        ("TLS that answers with an alert", "tls", () => ScriptedPeer.Answering("", _ => TlsAlert)),
        ("TLS that hangs up on an SSH client", "tls", () => ScriptedPeer.Answering("", words => words[0] == 0x16 ? TlsAlert : [])),
        ("TLS that waits for more", "tls", () => ScriptedPeer.Answering("", words => words[0] == 0x16 ? TlsAlert : null)),
        ("HTTP", "http", () => ScriptedPeer.Answering("", _ => "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray())),
        ("SMTP", "smtp", () => ScriptedPeer.Answering("220 mail.example ESMTP Postfix\r\n", _ => null)),
        ("POP3", "pop3", () => ScriptedPeer.Answering("+OK Dovecot ready.\r\n", _ => null)),
        ("IMAP", "imap", () => ScriptedPeer.Answering("* OK [CAPABILITY IMAP4rev1] ready\r\n", _ => null)),
        ("Telnet", "telnet", () => ScriptedPeer.Answering("\u00ff\u00fd\u0018\u00ff\u00fd\u0020", _ => null)),
        ("RDP", "rdp", () => ScriptedPeer.Answering("", words => words[0] == 3 ? [3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 2, 0, 0, 0] : [])),
        ("VNC", "vnc", () => ScriptedPeer.Answering("RFB 003.008\n", _ => null)),
        ("MySQL", "mysql", () => ScriptedPeer.Answering("\u004a\0\0\0\u000a8.0.36\0", _ => null)),
        ("PostgreSQL that waits", "postgresql", () => ScriptedPeer.Answering("", words => words is [0, 0, 0, 8, ..] ? "S"u8.ToArray() : [])),
        ("PostgreSQL that answers with an error", "postgresql", () => ScriptedPeer.Answering("", _ => [(byte)'E', 0, 0, 0, 40, .. "SFATAL\0C0A000\0Munsupported frontend\0\0"u8])),
        ("SSH-1", "ssh-1", () => ScriptedPeer.Answering("SSH-1.5-Cisco-1.25\n", _ => null)),
        ("OpenSSH with too many clients", "ssh-busy", () => ScriptedPeer.Answering("Exceeded MaxStartups\r\n", _ => [])),
        ("OpenSSH that penalises the address", "ssh-busy", () => ScriptedPeer.Answering("Not allowed at this time\r\n", _ => [])),
        ("TCP wrappers", "closed", () => new ScriptedPeer((_, _) => Task.CompletedTask)),
        ("hangs up on everybody", "closed", () => ScriptedPeer.Answering("", _ => [])),
        ("silence", "silent", () => ScriptedPeer.Answering("", _ => null)),
        ("a tarpit", "tarpit", () => new ScriptedPeer(TarpitAsync)),
        ("something else", "unknown", () => ScriptedPeer.Answering("hello there\r\n", _ => [])),
    ];

    internal static ProbeOptions Options { get; } = new()
    {
        ListenTime = TimeSpan.FromMilliseconds(400),
        Client = new SshClientOptions { HandshakeTimeout = TimeSpan.FromSeconds(2) },
    };

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Rows.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public async Task Peer_IsRecognised(int row)
    {
        (string _, string expected, Func<ScriptedPeer> start) = Rows[row];
        await using ScriptedPeer peer = start();
        ProbeResult result = await ServerProbe.RunAsync(new SshTarget("user", "127.0.0.1", peer.Port), Options);
        Assert.Equal(expected, result.Peer);
        Assert.False(result.Succeeded);
        Assert.Equal(result.Failure!.Sentence, result.Summary);
        Assert.NotNull(result.Failure.Remedy);
        Assert.InRange(peer.Count, 1, 4);
        Assert.Equal(peer.Count, result.Connections);
        Assert.Empty(result.Findings);
    }

    [Fact]
    public async Task ClosedPort_IsRefused()
    {
        ProbeResult result = await ServerProbe.RunAsync(new SshTarget("user", "127.0.0.1", LoopbackPort.Free()), Options);
        Assert.Equal("refused", result.Peer);
        Assert.EndsWith("nothing listens there.", result.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownHost_IsNoHost()
    {
        ProbeResult result = await ServerProbe.RunAsync(new SshTarget("user", "no-such-host.invalid", 22), Options);
        Assert.Equal("no-host", result.Peer);
    }

    [Fact]
    public async Task Probe_ThatTakesTooLong_EndsInTime()
    {
        await using ScriptedPeer peer = ScriptedPeer.Answering("", _ => null);
        ProbeOptions options = Options with { TotalTime = TimeSpan.FromMilliseconds(500), ListenTime = TimeSpan.FromSeconds(30) };
        ProbeResult result = await ServerProbe.RunAsync(new SshTarget("user", "127.0.0.1", peer.Port), options);
        Assert.False(result.Succeeded);
        Assert.Contains("was not complete after 0.5 seconds", result.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstBytes_AreNotAnsweredWithSsh_WhereTheyAreOfAnotherProtocol()
    {
        StringBuilder heard = new();
        await using ScriptedPeer peer = ScriptedPeer.Answering("220 mail.example ESMTP\r\n", words =>
        {
            lock (heard)
                heard.Append(Encoding.Latin1.GetString(words));
            return null;
        });
        await ServerProbe.RunAsync(new SshTarget("user", "127.0.0.1", peer.Port), Options);
        Assert.Equal("", heard.ToString());
    }

    private static async Task TarpitAsync(Stream stream, CancellationToken stop)
    {
        while (true)
        {
            await stream.WriteAsync("x4Kd\r\n"u8.ToArray(), stop);
            await Task.Delay(300, stop);
        }
    }
}
