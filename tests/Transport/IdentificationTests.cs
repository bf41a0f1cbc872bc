using System.Buffers;
using System.Text;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>The beginning of the stream: an identification line (RFC 4253 section 4.2), or something else that is told by name.</summary>
public class IdentificationTests
{
    private const string Good = "SSH-2.0-OpenSSH_9.9 comment";

    [Theory]
    [InlineData(Good + "\r\n", Good)]
    [InlineData(Good + "\n", Good)]
    [InlineData("SSH-1.99-old\r\n", "SSH-1.99-old")]
    [InlineData("Welcome\r\n\r\nto us\n" + Good + "\r\n", Good)]
    [InlineData("SSH is here\r\n" + Good + "\r\n", Good)]
    public void Line_AtEverySplitPoint_IsFound(string text, string line)
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(text), 1, 2, 3];
        for (int split = 0; split <= bytes.Length; split++)
        {
            IdentificationReader reader = new(TransportRole.Client);
            ReadOnlySequence<byte> input = new(bytes, 0, split);
            int consumed = 0;
            if (!reader.TryRead(ref input))
            {
                Assert.True(split < text.Length);
                consumed = split - (int)input.Length;
                input = new ReadOnlySequence<byte>(bytes, consumed, bytes.Length - consumed);
                Assert.True(reader.TryRead(ref input));
                Assert.Equal(new byte[] { 1, 2, 3 }, input.ToArray());
            }

            Assert.Equal(line, reader.Line);
        }

        IdentificationReader segmented = new(TransportRole.Client);
        ReadOnlySequence<byte> pieces = Segments.Of(bytes, 1);
        Assert.True(segmented.TryRead(ref pieces));
        Assert.Equal(line, segmented.Line);
        Assert.Equal(3, pieces.Length);
    }

    [Fact]
    public void Length_UpTo255WithLineEnd_IsAllowed()
    {
        string longest = "SSH-2.0-" + new string('x', 245);
        Assert.Equal(longest, Read(TransportRole.Server, longest + "\r\n"));
        Assert.Equal(SshErrorCode.BadIdentification, Fails(TransportRole.Server, longest + "x\r\n").Code);
    }

    [Theory]
    [InlineData("SSH-2.0-a\0b\r\n", SshErrorCode.BadIdentification)]
    [InlineData("SSH-2.0-a\x1b[2J\r\n", SshErrorCode.BadIdentification)]
    [InlineData("SSH-2.0-\u00e9\r\n", SshErrorCode.BadIdentification)]
    [InlineData("SSH-2.0-a\r\r\n", SshErrorCode.BadIdentification)]
    [InlineData("SSH-1.5-old\r\n", SshErrorCode.UnsupportedVersion)]
    [InlineData("SSH-2.1-new\r\n", SshErrorCode.UnsupportedVersion)]
    [InlineData("SSH-2.0\r\n", SshErrorCode.UnsupportedVersion)]
    [InlineData("SSH-\r\n", SshErrorCode.UnsupportedVersion)]
    public void BadLine_IsRefused(string text, SshErrorCode code)
    {
        Assert.Equal(code, Fails(TransportRole.Client, text).Code);
        Assert.Equal(code, Fails(TransportRole.Server, text).Code);
    }

    [Fact]
    public void Version1_TellsThePeerWhy() =>
        Assert.Equal(DisconnectReason.ProtocolVersionNotSupported, Fails(TransportRole.Client, "SSH-1.5-old\r\n").TellPeer);

    [Fact]
    public void NulBytesInAnEarlierLine_AreNoMatter() => Assert.Equal(Good, Read(TransportRole.Client, "a\0b\r\n" + Good + "\r\n"));

    [Fact]
    public void EndlessLine_IsRefusedAtItsLimit()
    {
        Assert.Null(Read(TransportRole.Client, new string('a', 8192)));
        Assert.Equal(SshErrorCode.NotSsh, Fails(TransportRole.Client, new string('a', 8193)).Code);
        Assert.Equal(SshErrorCode.NotSsh, Fails(TransportRole.Client, new string('a', 8193) + "\n").Code);
        Assert.ThrowsAny<SshException>(() => Read(TransportRole.Client, "SSH-2.0-" + new string('a', 9000)));
    }

    [Fact]
    public void EndlessLines_AreRefusedAtTheirLimit()
    {
        string lines = string.Concat(Enumerable.Repeat("x\n", 1024));
        Assert.Equal(Good, Read(TransportRole.Client, lines + Good + "\n"));
        Assert.Equal(SshErrorCode.NotSsh, Fails(TransportRole.Client, lines + "x\n").Code);
    }

    [Theory]
    [InlineData("Welcome\r\n")]
    [InlineData("\r\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("ssh-2.0-lower\r\n")]
    public void Server_TakesNoOtherLine(string text) => Assert.Equal(SshErrorCode.NotSsh, Fails(TransportRole.Server, text).Code);

    [Theory]
    [InlineData("220 (vsFTPd 3.0.3)\r\n", "FTP server")]
    [InlineData("220-FileZilla Server\r\n220 ready\r\n", "FTP server")]
    [InlineData("220 mail.example.com ESMTP Postfix\r\n", "SMTP server")]
    [InlineData("\x15\x03\x01\0\x02\x02\x46", "TLS")]
    [InlineData("\x16\x03\x03\0\x7a", "TLS")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", "HTTP server")]
    [InlineData("<html><body>", "HTTP server")]
    [InlineData("+OK Dovecot ready.\r\n", "POP3 server")]
    [InlineData("* OK [CAPABILITY IMAP4rev1] ready\r\n", "IMAP server")]
    [InlineData("\xff\xfd\x18\xff\xfd\x20", "Telnet server")]
    [InlineData("\xff\xfb\x01", "Telnet server")]
    [InlineData("\x03\0\0\x13\x0e", "RDP server")]
    [InlineData("RFB 003.008\n", "VNC server")]
    [InlineData("J\0\0\0\n8.0.36\0", "MySQL server")]
    [InlineData("Exceeded MaxStartups\r\n", "MaxStartups", SshErrorCode.ServerBusy)]
    [InlineData("Not allowed at this time\r\n", "PerSourcePenalties", SshErrorCode.ServerBusy)]
    [InlineData("Go away\r\n", "\"Go away\"")]
    public void OtherProtocol_IsNamed(string first, string expected, SshErrorCode code = SshErrorCode.NotSsh)
    {
        SshException closed = NotSshDiagnosis.Explain(TransportRole.Client, Encoding.Latin1.GetBytes(first), HowItEnded.Closed);
        Assert.Equal(code, closed.Code);
        Assert.Contains(expected, closed.Message, StringComparison.Ordinal);
        Assert.NotNull(closed.Remedy);
        Assert.DoesNotContain(closed.Sentence, char.IsControl);
    }

    [Theory]
    [InlineData("220 (vsFTPd 3.0.3)\r\n", "FTP server")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", "HTTP server")]
    [InlineData("J\0\0\0\n8.0.36\0", "MySQL server")]
    public void OtherProtocol_WithALine_IsToldAtOnce(string first, string expected) =>
        Assert.Contains(expected, Fails(TransportRole.Client, first).Sentence, StringComparison.Ordinal);

    [Fact]
    public void Silence_TellsClosedFromTimedOut()
    {
        SshException closed = NotSshDiagnosis.Explain(TransportRole.Client, [], HowItEnded.Closed);
        SshException timedOut = NotSshDiagnosis.Explain(TransportRole.Client, [], HowItEnded.TimedOut);
        Assert.Contains("closed the connection without a word", closed.Sentence, StringComparison.Ordinal);
        Assert.Contains("said nothing", timedOut.Sentence, StringComparison.Ordinal);
        Assert.IsType<TransportLostException>(timedOut);
        Assert.Contains("client", NotSshDiagnosis.Explain(TransportRole.Server, [], HowItEnded.Closed).Sentence, StringComparison.Ordinal);
    }

    private static string? Read(TransportRole role, string text)
    {
        IdentificationReader reader = new(role);
        ReadOnlySequence<byte> input = new(Encoding.Latin1.GetBytes(text));
        return reader.TryRead(ref input) ? reader.Line : null;
    }

    private static SshException Fails(TransportRole role, string text) => Assert.ThrowsAny<SshException>(() => Read(role, text));
}
