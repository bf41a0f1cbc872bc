using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>How a stream ended that brought no SSH identification.</summary>
internal enum HowItEnded
{
    /// <summary>The peer closed it.</summary>
    Closed,

    /// <summary>Time ran out.</summary>
    TimedOut,

    /// <summary>It did not end; what came says enough.</summary>
    StillOpen,
}

/// <summary>Tells what answers where SSH was expected, from its first bytes or its silence.</summary>
internal static class NotSshDiagnosis
{
    private readonly record struct Protocol(string Name, string Remedy);

    private static readonly (byte[] Prefix, Protocol Protocol)[] Signatures =
    [
        ([0x15, 0x03], new("TLS", "This is a TLS port (HTTPS, FTPS, …): use a client for that protocol, or find the port of the SSH server.")),
        ([0x16, 0x03], new("TLS", "This is a TLS port (HTTPS, FTPS, …): use a client for that protocol, or find the port of the SSH server.")),
        ("HTTP/"u8.ToArray(), new("an HTTP server", "This is a web server's port; SSH usually listens on 22.")),
        ("<!DOCTYPE"u8.ToArray(), new("an HTTP server", "This is a web server's port; SSH usually listens on 22.")),
        ("<html"u8.ToArray(), new("an HTTP server", "This is a web server's port; SSH usually listens on 22.")),
        ("+OK"u8.ToArray(), new("a POP3 server", "This is a mail server's port; SSH usually listens on 22.")),
        ("* OK"u8.ToArray(), new("an IMAP server", "This is a mail server's port; SSH usually listens on 22.")),
        ([0x03, 0x00, 0x00], new("an RDP server", "This is a remote desktop port; SSH usually listens on 22.")),
        ("RFB "u8.ToArray(), new("a VNC server", "This is a remote desktop port; SSH usually listens on 22.")),
        ([0xff, 0xfb], new("a Telnet server", "This is a Telnet port; SSH usually listens on 22.")),
        ([0xff, 0xfd], new("a Telnet server", "This is a Telnet port; SSH usually listens on 22.")),
        ("Exceeded MaxStartups"u8.ToArray(), new("an OpenSSH server that takes no more connections now", "Too many clients are logging in at once (MaxStartups): try again later, or raise the limit in sshd_config.")),
        ("Not allowed at this time"u8.ToArray(), new("an OpenSSH server that refuses this address for now", "It penalises addresses that failed before (PerSourcePenalties): wait, or exempt the address in sshd_config.")),
    ];

    /// <summary>True when the first bytes can be nothing that an SSH identification would follow.</summary>
    public static bool IsCertainlyNotSsh(ReadOnlySpan<byte> first) => Recognise(first) is not null;

    /// <summary>The failure, with what it looks like and what to do.</summary>
    public static SshException Explain(TransportRole role, ReadOnlySpan<byte> first, HowItEnded ended)
    {
        string peer = role == TransportRole.Client ? "server" : "client";
        if (Recognise(first) is { } protocol)
            return NotSsh($"What answers is not SSH: it looks like {protocol.Name} (it began with {Quote(first)}).", protocol.Remedy, ended);
        if (!first.IsEmpty)
        {
            return NotSsh(
                $"What answers is not SSH: it began with {Quote(first)}{(ended == HowItEnded.Closed ? " and closed the connection" : "")}.",
                "Check host and port.",
                ended);
        }

        return ended == HowItEnded.TimedOut
            ? NotSsh(
                $"The {peer} accepted the connection and said nothing.",
                "It may wait for the client to speak first, as TLS (FTPS) and HTTP servers do, or be overloaded. Check host and port.",
                ended)
            : NotSsh(
                $"The {peer} closed the connection without a word after our identification.",
                "That is typical of a TLS (FTPS) port, which cannot read SSH, and of a server that refuses this address (TCP wrappers, a firewall, MaxStartups). Check host and port, and the server's log.",
                ended);
    }

    private static Protocol? Recognise(ReadOnlySpan<byte> first)
    {
        foreach ((byte[] prefix, Protocol protocol) in Signatures)
        {
            if (first.StartsWith(prefix))
                return protocol;
        }

        // 220 greets in FTP and in SMTP; the text behind it tells which.
        if (first.StartsWith("220 "u8) || first.StartsWith("220-"u8))
        {
            return Encoding.Latin1.GetString(first).Contains("SMTP", StringComparison.OrdinalIgnoreCase)
                ? new Protocol("an SMTP server", "This is a mail server's port; SSH usually listens on 22.")
                : new Protocol("an FTP server", "This is FTP, not SFTP: use an FTP client, or find the port of the SSH server (usually 22, not 21).");
        }

        // MySQL: three bytes of length, sequence 0, protocol 10.
        return first.Length >= 5 && first[3] == 0 && first[4] == 10 && first[2] == 0
            ? new Protocol("a MySQL server", "This is a database's port; SSH usually listens on 22.")
            : null;
    }

    private static SshException NotSsh(string sentence, string remedy, HowItEnded ended) =>
        ended == HowItEnded.TimedOut
            ? new TransportLostException(SshErrorCode.NotSsh, sentence, remedy)
            : new SshException(SshErrorCode.NotSsh, SshFault.Peer, sentence, remedy);

    // The first line, with what is not printable as \xNN.
    private static string Quote(ReadOnlySpan<byte> first)
    {
        const int Shown = 60;
        StringBuilder text = new("\"");
        foreach (byte b in first[..Math.Min(first.Length, Shown)])
        {
            if (b is (byte)'\r' or (byte)'\n')
                break;
            text.Append(b is >= 0x20 and < 0x7f ? ((char)b).ToString() : $"\\x{b:x2}");
        }

        return text.Append('"').ToString();
    }
}
