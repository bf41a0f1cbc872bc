using System.Net;
using System.Net.Sockets;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Iris;
using LucidSsh.Tests.Harness;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Symptoms;

/// <summary>What people see who do not even get as far as the key exchange.</summary>
public class ConnectSymptoms
{
    private const string Banner = "`SSH Error [8010100D]: Failed getting banner`";

    private static async Task<SshException> FailsAsync(string host, int port, double seconds = 20) =>
        await Assert.ThrowsAnyAsync<SshException>(() => SshClient.ConnectAsync(new SshTarget("alice", host, port), new SshClientOptions
        {
            Credentials = [new PasswordCredential("secret")],
            HostKeys = HostKeyPolicy.InsecureAcceptAny(),
            HandshakeTimeout = TimeSpan.FromSeconds(seconds),
        }));

    [Theory]
    [InlineData(1, Banner + " on port 990", "an implicit FTPS or TLS port that cannot read SSH and hangs up", "", true, "typical of a TLS (FTPS) port")]
    [InlineData(2, Banner + " on port 990", "a TLS port that answers with an alert", "\x15\x03\x01\0\x02\x02\x46", true, "it looks like TLS")]
    [InlineData(3, Banner + " after a time-out; the SFTP adapter left on port 21", "an FTP server's greeting", "220 ProFTPD Server ready.\r\n", false, "This is FTP, not SFTP")]
    [InlineData(4, Banner, "a web server", "HTTP/1.1 400 Bad Request\r\n\r\n", true, "an HTTP server")]
    [InlineData(5, Banner, "a mail server", "220 mail.example.com ESMTP\r\n", false, "an SMTP server")]
    [InlineData(6, "`Protocol major versions differ`", "a device that speaks SSH-1 alone", "SSH-1.5-1.2.27\r\n", false, "SSH-1.5-1.2.27")]
    [InlineData(7, Banner + ", from some addresses only", "OpenSSH's PerSourcePenalties: `Not allowed at this time`", "Not allowed at this time\r\n", true, "PerSourcePenalties")]
    public async Task OtherProtocol_IsNamed(int number, string symptom, string provokedBy, string bytes, bool closes, string expected)
    {
        using LoopbackScript peer = closes ? LoopbackScript.Closing(bytes) : LoopbackScript.Greeting(bytes);
        SshException failure = await FailsAsync("127.0.0.1", peer.Port);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.Remedy);
        SymptomTable.Says($"A{number}", symptom, provokedBy, failure);
    }

    [Fact]
    public async Task Reset_BeforeTheIdentification_IsNoMereBanner()
    {
        using LoopbackScript peer = LoopbackScript.Resetting();
        SshException failure = await FailsAsync("127.0.0.1", peer.Port);
        Assert.Equal(SshErrorCode.ConnectionLost, failure.Code);
        SymptomTable.Says("A8", "`Failed getting banner` with -43; `kex_exchange_identification: read: Connection reset by peer`", "a peer that resets the connection", failure);
    }

    [Fact]
    public async Task Silence_IsTold()
    {
        using LoopbackScript peer = LoopbackScript.Silent();
        SshException failure = await FailsAsync("127.0.0.1", peer.Port, 0.5);
        Assert.Contains("said nothing", failure.Sentence, StringComparison.Ordinal);
        SymptomTable.Says("A9", "`Failed getting banner` with -9 (`Connection timed out during banner exchange`)", "a port that accepts and says nothing", failure);
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task MaxStartups_IsTheServersWord()
    {
        await using SshdServer server = await SshdServer.StartAsync("MaxStartups 1");
        using Socket first = await LoggingInAsync(server.Port);
        SshException failure = await FailsAsync("127.0.0.1", server.Port);
        Assert.Equal(SshErrorCode.ServerBusy, failure.Code);
        Assert.Contains("Exceeded MaxStartups", failure.Message, StringComparison.Ordinal);
        Assert.Contains("try again later", failure.Message, StringComparison.Ordinal);
        SymptomTable.Says("A10", Banner + " now and then, under load", "OpenSSH with `MaxStartups 1` and somebody who is logging in", failure);
    }

    // A connection that is let in and stays: the one that found the port open may still count when this one comes.
    private static async Task<Socket> LoggingInAsync(int port)
    {
        byte[] line = new byte[64];
        while (true)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port);
            await socket.ReceiveAsync(line);
            if (line.AsSpan().StartsWith("SSH-"u8))
                return socket;
            socket.Dispose();
            await Task.Delay(50);
        }
    }

    [Fact]
    public async Task NobodyListens_IsRefused()
    {
        SshException failure = await FailsAsync("127.0.0.1", LoopbackPort.Free());
        Assert.Equal(SshErrorCode.ConnectFailed, failure.Code);
        SymptomTable.Says("A11", "`'Connect' error, check host.`", "a port on which nothing listens", failure);
    }

    [Fact]
    public async Task NoSuchHost_IsToldFromARefusal()
    {
        SshException failure = await FailsAsync("no-such-host.invalid", 22);
        Assert.Equal(SshErrorCode.ConnectFailed, failure.Code);
        Assert.StartsWith("There is no host named no-such-host.invalid", failure.Sentence, StringComparison.Ordinal);
        SymptomTable.Says("A12", "`'Connect' error, check host.`", "a name that does not exist", failure.Sentence.Split(" (")[0] + ".");
    }

    [Fact]
    [Trait("Peer", "OpenSsh")]
    public async Task LinesBeforeTheIdentification_DoNoHarm()
    {
        await using SshdServer server = await SshdServer.StartAsync();
        using Relay relay = LoopbackScript.Relay(server.Port, $"\r\nWelcome\r\n{new string('x', 300)}\r\n");
        await using SshClient client = await SshClient.ConnectAsync(
            new SshTarget(TestAccount.Name, "127.0.0.1", relay.Port),
            new SshClientOptions { Credentials = [PrivateKeyCredential.FromFile(server.UserKey)], HostKeys = HostKeyPolicy.InsecureAcceptAny() });
        Assert.Equal("|Welcome|" + new string('x', 200) + "…", string.Join('|', client.Negotiation.LinesBeforeIdentification));
        SymptomTable.Says("A13", "`Failed getting banner` (-2) from a server that sends empty or long lines first", "OpenSSH behind an empty line, a word and a line of 300 characters", "Nothing: it logs in, and the report keeps the lines.");
    }

    [Fact]
    public void Status_HasTheIrisShape_AndTheTruthBehindIt()
    {
        using LoopbackScript peer = LoopbackScript.Closing();
        using Session session = new();
        Status status = session.Connect("127.0.0.1", peer.Port);
        Assert.Equal(-13, status.ReturnCode);
        Assert.StartsWith("ERROR #7500: SSH Connect Error '-2146430963': SSH Error [8010100D]: Failed getting banner [8010100D] at Session.Connect: The server closed", status.ToString(), StringComparison.Ordinal);
        SymptomTable.Says("A14", "A status text too cryptic to be shown, so that programs drop it", "`LucidSsh.Iris` against a port that hangs up", status.ToString());
    }

    [Fact]
    public void Timeout_IsToldInTheUnitItWasGivenIn()
    {
        using LoopbackScript peer = LoopbackScript.Silent();
        using Session session = new();
        session.SetTimeout(300);
        Status status = session.Connect("127.0.0.1", peer.Port);
        Assert.Equal(-9, status.ReturnCode);
        Assert.Contains("300 ms (SetTimeout)", status.Explanation, StringComparison.Ordinal);
        SymptomTable.Says("A15", "`SetTimeout(300)`, meant as seconds", "a silent port", status.ToString());
    }
}
