using System.Net.Sockets;
using System.Text;
using LucidSsh.Client;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Lab;

/// <summary>Tells what is there where no SSH conversation came about: by how connecting failed, by the first bytes, by silence, and for a silent
/// peer by the first words of other protocols.</summary>
internal static class PeerRecognition
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    /// <summary>What a failed connection attempt means.</summary>
    public static string Unreachable(TransportLostException exception) => exception switch
    {
        { Code: SshErrorCode.TimedOut } => "filtered",
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "refused",
        { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } } => "no-host",
        _ => "unreachable",
    };

    /// <summary>A stream that ended without an identification.</summary>
    /// <param name="first">Its first bytes.</param>
    /// <param name="lines">Lines that came.</param>
    /// <param name="closedAtOnce">It ended before we had said anything.</param>
    public static (string Peer, SshException Failure) Ended(ReadOnlySpan<byte> first, int lines, bool closedAtOnce)
    {
        if (!first.IsEmpty)
            return (NotSshDiagnosis.Recognise(first)?.Code ?? "unknown", NotSshDiagnosis.Explain(TransportRole.Client, first, HowItEnded.Closed));
        return closedAtOnce && lines == 0
            ? ("closed", new SshException(
                SshErrorCode.NotSsh, SshFault.Refused,
                "The server accepted the connection and closed it at once, before we had said anything.",
                "That is how TCP wrappers (hosts.deny), a firewall that rejects late, MaxStartups and MaxConnections refuse an address: the server's log says which."))
            : ("closed", NotSshDiagnosis.Explain(TransportRole.Client, first, HowItEnded.Closed));
    }

    /// <summary>Time ran out before an identification came.</summary>
    public static (string Peer, SshException Failure) TimedOut(ReadOnlySpan<byte> first, int lines, TimeSpan time)
    {
        if (lines > 1 && NotSshDiagnosis.Recognise(first) is null)
        {
            return ("tarpit", new TransportLostException(
                SshErrorCode.NotSsh,
                $"The server sent {lines} lines in {time.TotalSeconds:0.#} seconds and no SSH identification: it looks like a tarpit, which keeps clients waiting on purpose (endlessh).",
                "Such a thing usually stands on port 22 while the real server listens elsewhere: ask its operator for the port."));
        }

        string peer = first.IsEmpty ? "silent" : NotSshDiagnosis.Recognise(first)?.Code ?? "unknown";
        return (peer, NotSshDiagnosis.Explain(TransportRole.Client, first, HowItEnded.TimedOut));
    }

    /// <summary>What a failure of the identification means.</summary>
    public static string Of(SshException exception, ReadOnlySpan<byte> first) =>
        exception.Code == SshErrorCode.UnsupportedVersion ? "ssh-1" : NotSshDiagnosis.Recognise(first)?.Code ?? "unknown";

    /// <summary>Asks a peer that is silent, or hung up on an SSH client, in the words of protocols whose clients speak first; and an FTP
    /// server whether it has TLS.</summary>
    public static async Task<FirstContact> AskAsync(
        FirstContact contact, SshTarget target, ProbeOptions options, Action count, CancellationToken cancellationToken)
    {
        if (contact.Peer == "ftp")
        {
            string features = Encoding.Latin1.GetString(await ExchangeAsync("FEAT\r\n"u8.ToArray(), greetingFirst: true).ConfigureAwait(false));
            return features.Contains("AUTH TLS", StringComparison.OrdinalIgnoreCase) || features.Contains("AUTH SSL", StringComparison.OrdinalIgnoreCase)
                ? contact with { Peer = "ftps", Failure = Other(contact.Failure!, "an FTP server that also takes TLS (explicit FTPS)", "This is FTPS, not SFTP: use an FTP client with TLS (AUTH TLS), or find the port of the SSH server (usually 22, not 21).") }
                : contact;
        }

        bool couldBeTls = contact.Peer is "silent" or "tls" || (contact.Peer == "closed" && contact.WaitsForClient);
        if (!couldBeTls)
            return contact;
        byte[] reply = await ExchangeAsync(TlsHello.Make(), greetingFirst: false).ConfigureAwait(false);
        if (contact.Peer == "tls" || reply is [0x15 or 0x16, 0x03, ..])
            return Tls(contact, TlsHello.ProtocolIn(reply), target.Port);
        if (reply.Length > 0 && NotSshDiagnosis.Recognise(reply) is { } protocol)
            return contact with { Peer = protocol.Code, Failure = Other(contact.Failure!, protocol.Name, protocol.Remedy) };

        // PostgreSQL's SSLRequest is answered with one letter; an RDP connection request (X.224) with one of its kind.
        if (await ExchangeAsync([0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f], greetingFirst: false).ConfigureAwait(false) is [(byte)'S' or (byte)'N'])
            return contact with { Peer = "postgresql", Failure = Other(contact.Failure!, "a PostgreSQL server", "This is a database's port; SSH usually listens on 22.") };
        if (await ExchangeAsync([3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0], greetingFirst: false).ConfigureAwait(false) is [3, 0, 0, ..])
            return contact with { Peer = "rdp", Failure = Other(contact.Failure!, "an RDP server", "This is a remote desktop port; SSH usually listens on 22.") };
        return contact;

        async Task<byte[]> ExchangeAsync(byte[] words, bool greetingFirst)
        {
            try
            {
                count();
                using PlainConversation conversation = await PlainConversation.ConnectAsync(target, options.Client, cancellationToken).ConfigureAwait(false);
                if (greetingFirst)
                    await conversation.ReadSomeAsync(4096, cancellationToken).WaitAsync(AnswerTime, options.Client.Time, cancellationToken).ConfigureAwait(false);
                await conversation.WriteAsync(words, cancellationToken).ConfigureAwait(false);
                return await conversation.ReadSomeAsync(4096, cancellationToken).WaitAsync(AnswerTime, options.Client.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is SshException or IOException or TimeoutException)
            {
                return [];
            }
        }
    }

    private static FirstContact Tls(FirstContact contact, string? protocol, int port)
    {
        (string peer, string name, string remedy) = protocol switch
        {
            "ftp" => ("ftps", "FTP over TLS (implicit FTPS)", "This is FTPS, not SFTP: use an FTP client with implicit TLS, or find the port of the SSH server."),
            "h2" or "http/1.1" => ("https", "a web server over TLS (HTTPS)", "This is a web server's port; SSH usually listens on 22."),
            _ when port == 990 => ("ftps", "TLS, on the port of implicit FTPS", "This is FTPS, not SFTP: use an FTP client with implicit TLS, or find the port of the SSH server."),
            _ => ("tls", "TLS", "This is a TLS port (HTTPS, FTPS, …): use a client for that protocol, or find the port of the SSH server."),
        };
        return contact with { Peer = peer, Failure = Other(contact.Failure!, name, remedy) };
    }

    private static SshException Other(SshException failure, string name, string remedy) =>
        new(SshErrorCode.NotSsh, failure.Fault, $"What answers is not SSH: it is {name}.", remedy) { Negotiation = failure.Negotiation };
}
