using LucidSsh.Connection;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Asks a server for a TCP connection (RFC 4254 section 7.2).</summary>
internal static class TcpOpening
{
    // The program that wants the connection is this one, on no port: OpenSSH's client says the same of a pipe.
    private const string Originator = "127.0.0.1";
    private const uint OriginatorPort = 65535;

    /// <exception cref="SshException">There is none; says why.</exception>
    public static async Task<TcpChannel> OpenAsync(
        ConnectionLayer connection, string host, int port, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!HostAddress.IsValid(host) || port is < 1 or > 65535)
            throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{TerminalText.OneLine(host)}\", port {port}, is nothing a server could connect to.", "Give a host name or an address, and a port from 1 to 65535.");
        string where = HostAddress.WithPort(host, port);
        using CancellationTokenSource deadline = new(timeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            byte[] data = RequestBody.Encode(new DirectTcpIp(host, (uint)port, Originator, OriginatorPort));
            Channel channel = await connection.OpenAsync(DirectTcpIp.RequestType, data, new SilentChannelHandler(), either.Token).ConfigureAwait(false);
            await channel.ExtendedInput.CompleteAsync().ConfigureAwait(false);
            return new TcpChannel(channel, host, port);
        }
        catch (ChannelRefusedException refused)
        {
            throw new ChannelRefusedException(refused.Failure, $"The server did not open a TCP connection to {where},", Remedy(refused.Failure.Reason, where));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TransportLostException(
                SshErrorCode.TimedOut,
                $"The server did not open a TCP connection to {where} within {timeout.TotalSeconds:0.#} seconds.",
                "From the server's place the host is down, or a firewall drops the packets without a word.");
        }
    }

    private static string Remedy(ChannelOpenFailureReason reason, string where) => reason switch
    {
        ChannelOpenFailureReason.ConnectFailed =>
            $"Seen from the server, nothing listens on {where}, or there is no such host or no way to it: try it there, and check the name and the port.",
        ChannelOpenFailureReason.ResourceShortage => "Too many connections or channels are open on the server; close some.",
        _ => "The server forbids this (OpenSSH: AllowTcpForwarding, PermitOpen, DisableForwarding; no-port-forwarding, restrict or permitopen in authorized_keys): its administrator can allow it.",
    };
}
