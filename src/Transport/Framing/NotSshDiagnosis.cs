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
    private const string Busy = "ssh-busy";
    private const string MailPort = "This is a mail server's port; SSH usually listens on 22.";
    private const string DesktopPort = "This is a remote desktop port; SSH usually listens on 22.";
    private const string WebPort = "This is a web server's port; SSH usually listens on 22.";
    private const string DatabasePort = "This is a database's port; SSH usually listens on 22.";
    private const string TelnetPort = "This is a Telnet port; SSH usually listens on 22.";
    private const string TlsPort = "This is a TLS port (HTTPS, FTPS, …): use a client for that protocol, or find the port of the SSH server.";

    /// <summary>A protocol, or a state of an SSH server in which it speaks none.</summary>
    /// <param name="Code">A word for programs.</param>
    /// <param name="Name">Words for people.</param>
    /// <param name="Remedy">What to do.</param>
    internal readonly record struct Protocol(string Code, string Name, string Remedy);

    private static readonly (byte[] Prefix, Protocol Protocol)[] Signatures =
    [
        ([0x15, 0x03], new("tls", "TLS", TlsPort)),
        ([0x16, 0x03], new("tls", "TLS", TlsPort)),
        ("HTTP/"u8.ToArray(), new("http", "an HTTP server", WebPort)),
        ("<!DOCTYPE"u8.ToArray(), new("http", "an HTTP server", WebPort)),
        ("<html"u8.ToArray(), new("http", "an HTTP server", WebPort)),
        ("+OK"u8.ToArray(), new("pop3", "a POP3 server", MailPort)),
        ("* OK"u8.ToArray(), new("imap", "an IMAP server", MailPort)),
        ("* PREAUTH"u8.ToArray(), new("imap", "an IMAP server", MailPort)),
        ([0x03, 0x00, 0x00], new("rdp", "an RDP server", DesktopPort)),
        ("RFB "u8.ToArray(), new("vnc", "a VNC server", DesktopPort)),
        ([0xff, 0xfb], new("telnet", "a Telnet server", TelnetPort)),
        ([0xff, 0xfc], new("telnet", "a Telnet server", TelnetPort)),
        ([0xff, 0xfd], new("telnet", "a Telnet server", TelnetPort)),
        ([0xff, 0xfe], new("telnet", "a Telnet server", TelnetPort)),
        ("Exceeded MaxStartups"u8.ToArray(), new(Busy, "an OpenSSH server that takes no more connections now", "Too many clients are logging in at once (MaxStartups): try again later, or raise the limit in sshd_config.")),
        ("Not allowed at this time"u8.ToArray(), new(Busy, "an OpenSSH server that refuses this address for now", "It penalises addresses that failed before (PerSourcePenalties): wait, or exempt the address in sshd_config.")),
    ];

    /// <summary>True when the first bytes can be nothing that an SSH identification would follow.</summary>
    public static bool IsCertainlyNotSsh(ReadOnlySpan<byte> first) => Recognise(first) is not null;

    /// <summary>The failure, with what it looks like and what to do.</summary>
    public static SshException Explain(TransportRole role, ReadOnlySpan<byte> first, HowItEnded ended)
    {
        string peer = role == TransportRole.Client ? "server" : "client";
        if (Recognise(first) is { } protocol)
        {
            return protocol.Code == Busy
                ? new PeerRefusedException(SshErrorCode.ServerBusy, $"The server is {protocol.Name}: it said {Quote(first)}.", protocol.Remedy)
                : NotSsh($"What answers is not SSH: it looks like {protocol.Name} (it began with {Quote(first)}).", protocol.Remedy, ended);
        }

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

    /// <summary>What the first bytes are of; null where that is not known.</summary>
    public static Protocol? Recognise(ReadOnlySpan<byte> first)
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
                ? new Protocol("smtp", "an SMTP server", MailPort)
                : new Protocol("ftp", "an FTP server", "This is FTP, not SFTP: use an FTP client, or find the port of the SSH server (usually 22, not 21).");
        }

        // PostgreSQL: an error, its length, and the field of its severity.
        if (first.Length >= 6 && first[0] == (byte)'E' && first[1] == 0 && first[2] == 0 && first[5] == (byte)'S')
            return new Protocol("postgresql", "a PostgreSQL server", DatabasePort);

        // MySQL: three bytes of length, sequence 0, protocol 10, or an error in place of the greeting.
        return first.Length >= 5 && first[3] == 0 && (first[4] is 10 or 0xff) && first[2] == 0
            ? new Protocol("mysql", "a MySQL server", DatabasePort)
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
