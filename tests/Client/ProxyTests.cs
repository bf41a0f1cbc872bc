using System.Net;
using System.Net.Sockets;
using System.Text;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Tests.Harness;
using LucidSsh.Tests.Symptoms;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Client;

/// <summary>Proxies that answer what they like.</summary>
public class ProxyTests
{
    private static async Task<SshException> FailsAsync(Proxy proxy, double seconds = 20, string host = "target.example") =>
        await Assert.ThrowsAnyAsync<SshException>(() => SshClient.ConnectAsync(new SshTarget("alice", host, 22), new SshClientOptions
        {
            HostKeys = HostKeyPolicy.InsecureAcceptAny(),
            Proxy = proxy,
            ConnectTimeout = TimeSpan.FromSeconds(seconds),
        }));

    private static Proxy Make(string kind, int port) => Proxy.Parse($"{kind}://127.0.0.1:{port}");

    [Theory]
    [InlineData("socks5", "\x05", "closed the connection after 1 of 2 bytes")]
    [InlineData("socks5", "", "closed the connection without an answer")]
    [InlineData("socks5", "\x04\x00", "answered with version 4, not 5")]
    [InlineData("socks5", "\0\x5b", "it seems to speak SOCKS 4")]
    [InlineData("socks5", "HTTP/1.0 400 Bad Request\r\n\r\n", "it seems to speak HTTP")]
    [InlineData("socks5", "\x05\x02", "chose the login method 2, which was not offered")]
    [InlineData("socks5", "\x05\xff", "lets nobody in without a login")]
    [InlineData("socks5", "\x05\0\x04\0\0\x01\0\0\0\0\0\0", "answered the request with version 4")]
    [InlineData("socks5", "\x05\0\x05\x04\0\x01\0\0\0\0\0\0", "target.example:22: host unreachable (reply 4)")]
    [InlineData("socks5", "\x05\0\x05\x63\0\x01\0\0\0\0\0\0", "a reply this protocol does not know (reply 99)")]
    [InlineData("socks5", "\x05\0\x05\0\0\x09\0\0\0\0\0\0", "an address of the unknown type 9")]
    [InlineData("socks5", "\x05\0\x05\0\0\x03\xff\0\0\0\0\0", "closed the connection after 5 of 257 bytes")]
    [InlineData("socks4a", "", "closed the connection without an answer")]
    [InlineData("socks4a", "\0\x5a\0\0", "closed the connection after 4 of 8 bytes")]
    [InlineData("socks4a", "\x05\0\0\0\0\0\0\0", "begins with 5, not with 0")]
    [InlineData("socks4a", "\0\x5c\0\0\0\0\0\0", "cannot reach identd on this machine (reply 92)")]
    [InlineData("http", "", "closed the connection without an answer")]
    [InlineData("http", "HTTP/1.1 200 Conn", "closed the connection in the middle of its answer")]
    [InlineData("http", "SSH-2.0-OpenSSH_9.2\r\n", "begins with \"SSH-2.0-OpenSSH_9.2\", which is no HTTP")]
    [InlineData("http", "HTTP/2 200\r\n\r\n", "which is no status line of HTTP")]
    [InlineData("http", "HTTP/1.1 999999 x\r\n\r\n", "which is no status line of HTTP")]
    [InlineData("http", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Too\x1b[2J busy\r\n\r\n", "503 Too\\u001b[2J busy.")]
    [InlineData("http", "HTTP/1.0 407 Who are you\r\nproxy-authenticate: NTLM\r\nProxy-Authenticate: Negotiate\r\n\r\n", "407 Who are you (it wants: NTLM; Negotiate).")]
    [InlineData("http", "HTTP/1.1 302\nLocation: elsewhere\n\n", "302 without a reason")]
    public async Task Answer_ThatIsNone_EndsWithTheProxyNamed(string kind, string answer, string expected)
    {
        using LoopbackScript script = LoopbackScript.Closing(answer);
        SshException failure = await FailsAsync(Make(kind, script.Port));
        Assert.Matches($"^(SOCKS5|SOCKS4a|HTTP) proxy 127.0.0.1:{script.Port}: The proxy", failure.Sentence);
        Assert.Contains(expected, failure.Sentence, StringComparison.Ordinal);
        Assert.NotNull(failure.Remedy);
    }

    [Theory]
    [InlineData("socks5", "")]
    [InlineData("socks5", "\x05\0")]
    [InlineData("socks4a", "\0")]
    [InlineData("http", "HTTP/1.1 200 OK\r\nX-Slow: ")]
    public async Task Answer_ThatNeverEnds_EndsWithTheConnectTimeout(string kind, string answer)
    {
        using LoopbackScript script = LoopbackScript.Greeting(answer);
        SshException failure = await FailsAsync(Make(kind, script.Port), 0.4);
        Assert.Equal(SshErrorCode.TimedOut, failure.Code);
        Assert.Contains("The way to target.example:22 was not open after 0.4 seconds", failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", "X-Header: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n")]
    [InlineData("", "HTTP/1.1 100 Continue\r\nX-Header: aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n")]
    public async Task Http_EndlessHead_IsBounded(string begin, string line)
    {
        using LoopbackScript script = LoopbackScript.Greeting(begin + string.Concat(Enumerable.Repeat(line, 5000)));
        SshException failure = await FailsAsync(Make("http", script.Port));
        Assert.Equal(SshErrorCode.ProxyMisbehaved, failure.Code);
        Assert.Contains("more than 64 KiB", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_BytesBehindTheAnswer_AreTheServers()
    {
        using LoopbackScript script = LoopbackScript.Closing("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n220 ftp.example FTP ready\r\n");
        SshException failure = await FailsAsync(Make("http", script.Port));
        Assert.Equal(SshErrorCode.NotSsh, failure.Code);
        Assert.StartsWith($"Through HTTP proxy 127.0.0.1:{script.Port}: ", failure.Sentence, StringComparison.Ordinal);
        Assert.Contains("FTP", failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks4a://bob", "target.example", "\x04\x01\0\x16\0\0\0\u0001bob\0target.example\0", "\0\x5a\0\0\0\0\0\0")]
    [InlineData("socks4a://bob", "192.0.2.7", "\x04\x01\0\x16\xc0\0\x02\u0007bob\0", "\0\x5a\0\0\0\0\0\0")]
    [InlineData("socks5://bob", "target.example", "\x05\x02\0\x02|\x01\u0003bob\x01p|\x05\x01\0\x03\x0etarget.example\0\x16", "\x05\x02|\x01\0|\x05\0\0\x03\x04name\0\x16")]
    [InlineData("socks5://bob", "2001:db8::1", "\x05\x02\0\x02|\x05\x01\0\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\x16", "\x05\0|\x05\0\0\x04................\0\x16")]
    [InlineData("http://bob", "2001:db8::1", "CONNECT [2001:db8::1]:22 HTTP/1.1\r\nHost: [2001:db8::1]:22\r\nProxy-Authorization: Basic Ym9iOnA=\r\n\r\n", "HTTP/1.1 201 \r\n\r\n")]
    public async Task Request_OnTheWire_IsTheProtocols(string address, string host, string expected, string answers)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        PasswordCredential? password = address.StartsWith("socks4a", StringComparison.Ordinal) ? null : new PasswordCredential("p");
        Task<SshException> attempt = FailsAsync(Proxy.Parse($"{address}@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", password), host: host);
        using Socket socket = await listener.AcceptSocketAsync();
        foreach ((string part, string answer) in expected.Split('|').Zip(answers.Split('|')))
        {
            byte[] buffer = new byte[512];
            int length = await socket.ReceiveAsync(buffer);
            Assert.Equal(part, Encoding.Latin1.GetString(buffer, 0, length));
            await socket.SendAsync(Encoding.Latin1.GetBytes(answer));
        }

        await socket.SendAsync("220 this is another server\r\n"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(SshErrorCode.NotSsh, (await attempt).Code);
    }

    [Theory]
    [InlineData("socks5", "\x05\0\x05\0\0\x01\x7f\0\0\x01\0\x16")]
    [InlineData("socks4a", "\0\x5a\0\0\0\0\0\0")]
    [InlineData("http", "HTTP/1.0 100 Wait\r\n\r\nHTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n")]
    public async Task Answer_AByteAtATime_IsTheSameAnswer(string kind, string answer)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<SshException> attempt = FailsAsync(Make(kind, ((IPEndPoint)listener.LocalEndpoint).Port));
        using Socket socket = await listener.AcceptSocketAsync();
        socket.NoDelay = true;
        foreach (byte part in Encoding.Latin1.GetBytes(answer + "220 this is another server\r\n"))
        {
            await socket.SendAsync(new[] { part });
            await Task.Yield();
        }

        socket.Shutdown(SocketShutdown.Send);
        SshException failure = await attempt;
        Assert.Equal(SshErrorCode.NotSsh, failure.Code);
        Assert.StartsWith("Through ", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProxyThatIsNotThere_IsNamed()
    {
        int port = LoopbackPort.Free();
        SshException failure = await FailsAsync(Proxy.Socks5("127.0.0.1", port));
        Assert.Equal(SshErrorCode.ConnectFailed, failure.Code);
        Assert.StartsWith($"SOCKS5 proxy 127.0.0.1:{port}: 127.0.0.1 refused the connection", failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil\r\nX: y")]
    [InlineData("evil host")]
    [InlineData("evil\0")]
    [InlineData("a/b")]
    public async Task HostName_ThatWouldChangeTheRequest_IsRefusedBeforeAnythingIsSent(string host)
    {
        SshException failure = await FailsAsync(Proxy.Http("127.0.0.1", LoopbackPort.Free()), host: host);
        Assert.Equal(SshErrorCode.Misuse, failure.Code);
    }

    [Theory]
    [InlineData("socks5://gate", "SOCKS5 proxy gate:1080")]
    [InlineData("SOCKS5://bob@gate:9/", "SOCKS5 proxy gate:9")]
    [InlineData("socks4a://[::1]:9", "SOCKS4a proxy [::1]:9")]
    [InlineData("http://gate", "HTTP proxy gate:8080")]
    public void Parse_Address_IsTheProxy(string address, string expected) => Assert.Equal(expected, Proxy.Parse(address).ToString());

    [Theory]
    [InlineData("gate:1080", "what kind of proxy")]
    [InlineData("ftp://gate", "no proxy of the kind \"ftp\"")]
    [InlineData("https://gate", "no proxy of the kind \"https\"")]
    [InlineData("socks5://bob:secret@gate", "has a password in it")]
    [InlineData("http://gate:0", "is no port number")]
    public void Parse_WhatIsNone_SaysWhy_AndShowsNoPassword(string address, string expected)
    {
        LocalMisuseException failure = Assert.Throws<LocalMisuseException>(() => Proxy.Parse(address));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Socks5_WhatItsFieldsCannotHold_IsRefused()
    {
        Assert.Throws<LocalMisuseException>(() => Proxy.Socks5("gate", 1, new string('u', 256)));
        Assert.Throws<LocalMisuseException>(() => Proxy.Socks5("gate", 1, "u", new PasswordCredential(new string('p', 256))));
        Assert.Throws<LocalMisuseException>(() => Proxy.Socks5("gate", 1, null, new PasswordCredential("p")));
        Assert.Throws<LocalMisuseException>(() => Proxy.Http("gate", 1, "a:b"));
    }

    [Fact]
    public async Task Command_ThatFails_IsToldWithItsStatusAndWords()
    {
        List<string> lines = [];
        SshException failure = await FailsAsync(Proxy.Command(["/bin/sh", "-c", "echo no such gateway >&2; exit 7"], lines.Add));
        Assert.Equal(SshErrorCode.ProxyMisbehaved, failure.Code);
        Assert.Contains("The program ended with status 7, saying \"no such gateway\".", failure.Sentence, StringComparison.Ordinal);
        Assert.StartsWith("Proxy command \"/bin/sh -c echo no", failure.Sentence, StringComparison.Ordinal);
        Assert.Equal(["no such gateway"], lines);
    }

    [Fact]
    public async Task Command_ThatIsNone_IsTold()
    {
        SshException failure = await FailsAsync(Proxy.Command(["/no/such/program", "x"]));
        Assert.Contains("cannot be started", failure.Sentence, StringComparison.Ordinal);
        Assert.Throws<LocalMisuseException>(() => Proxy.Command([]));
    }

    [Fact]
    public async Task Command_ThatSaysNothing_EndsWithTheHandshakesTime_AndIsEnded()
    {
        using TemporaryDirectory directory = new();
        await Assert.ThrowsAnyAsync<SshException>(() => SshClient.ConnectAsync(new SshTarget("alice", "target", 22), new SshClientOptions
        {
            HostKeys = HostKeyPolicy.InsecureAcceptAny(),
            Proxy = Proxy.Command(["/bin/sh", "-c", $"echo $$ > {directory["pid"]}; sleep 600 & wait"]),
            HandshakeTimeout = TimeSpan.FromSeconds(1),
        })).WaitAsync(TimeSpan.FromSeconds(20));
        int id = int.Parse(await File.ReadAllTextAsync(directory["pid"]));
        Assert.False(Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public async Task Command_WithEndlessStandardError_KeepsTheLastLinesOnly()
    {
        SshException failure = await FailsAsync(Proxy.Command(["/bin/sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo last >&2; exit 1"]));
        Assert.EndsWith("last\".", failure.Sentence, StringComparison.Ordinal);
        Assert.True(failure.Sentence.Length < 4000);
    }
}
