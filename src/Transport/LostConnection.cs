using System.Globalization;
using System.Net.Sockets;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>Says how a connection was lost that nobody ended with DISCONNECT: who closed or reset it, in which stage, after how much
/// silence.</summary>
/// <param name="Role">Which side this is.</param>
/// <param name="Identified">The peer's identification line had come.</param>
/// <param name="Established">The first key exchange was complete.</param>
/// <param name="SinceRead">Since the peer's last bytes, or since the beginning.</param>
/// <param name="SinceWritten">Since our last bytes, or since the beginning.</param>
internal readonly record struct LostConnection(TransportRole Role, bool Identified, bool Established, TimeSpan SinceRead, TimeSpan SinceWritten)
{
    // From this on silence is a likely reason; firewalls and NAT forget connections after half a minute at the earliest.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    /// <summary>The stream came to its end; the identification line had come.</summary>
    public TransportLostException Closed() => new(
        SshErrorCode.ConnectionLost, $"The {Peer} closed the connection{Stage} without saying why{Silence}.", Remedy);

    /// <summary>The network failed.</summary>
    /// <param name="exception">What it said.</param>
    /// <param name="doing">What this side was doing: <c>reading</c>.</param>
    public TransportLostException Broke(Exception exception, string doing)
    {
        SocketError? error = (exception as SocketException ?? exception.InnerException as SocketException)?.SocketErrorCode;
        string sentence = error switch
        {
            SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted =>
                $"The {Peer}, or a device in between, reset the connection{Stage} while this side was {doing}{Silence}.",
            SocketError.TimedOut => $"The network gave up the connection{Stage}: the {Peer}'s host does not answer any more{Silence}.",
            _ => $"The connection broke{Stage} while this side was {doing}: {exception.Message.TrimEnd('.')}{Silence}.",
        };
        return new TransportLostException(SshErrorCode.ConnectionLost, sentence, Remedy, exception);
    }

    private string Peer => Role == TransportRole.Client ? "server" : "client";

    private string Stage => Established ? "" : Identified ? " during the key exchange" : " before it had introduced itself";

    private string Silence => Established
        ? string.Create(CultureInfo.InvariantCulture, $", {SinceRead.TotalSeconds:0.0} seconds after its last bytes and {SinceWritten.TotalSeconds:0.0} after ours")
        : "";

    private string Remedy => !Established
        ? "Its log says more; too many connections at once, a block list or a firewall are common reasons."
        : SinceRead >= Idle && SinceWritten >= Idle
            ? "Firewalls, NAT and servers end connections on which nothing is said: keepalive messages at a shorter interval keep it open."
            : $"The {Peer}'s log says why: a process that was ended or crashed there, a restart, a limit.";
}
