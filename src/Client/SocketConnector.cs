using System.Net;
using System.Net.Sockets;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>Finds a host and opens TCP to it.</summary>
internal static class SocketConnector
{
    /// <summary>Tries the host's addresses in the order the system gives them.</summary>
    /// <exception cref="TransportLostException">No such host, nobody listens, or no answer in time.</exception>
    public static async Task<SocketPipe> ConnectAsync(string host, int port, SshClientOptions options, CancellationToken cancellationToken)
    {
        (TimeSpan timeout, TimeProvider time) = (options.ConnectTimeout, options.Time);
        long start = time.GetTimestamp();
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        Socket? socket = null;
        try
        {
            // An address that is one is tried as it is, whatever family is wanted of names.
            IPAddress[] addresses = IPAddress.TryParse(host, out IPAddress? literal)
                ? [literal]
                : await Dns.GetHostAddressesAsync(host, options.AddressFamily, deadline.Token).ConfigureAwait(false);
            socket = options.LocalAddress is { } local
                ? new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
                : new Socket(SocketType.Stream, ProtocolType.Tcp);
            if (options.LocalAddress is { } address)
                socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(addresses, port, deadline.Token).ConfigureAwait(false);
            return new SocketPipe(socket) { ConnectTime = time.GetElapsedTime(start) };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket?.Dispose();
            throw new TransportLostException(
                SshErrorCode.TimedOut,
                $"{host}:{port} did not answer within {timeout.TotalSeconds:0.#} seconds.",
                "The host is down, or a firewall drops the packets without a word.");
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            throw new TransportLostException(SshErrorCode.ConnectFailed, Explain(host, port, exception), Remedy(exception.SocketErrorCode), exception);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static string Explain(string host, int port, SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"There is no host named {host} (name resolution failed: {exception.Message}).",
        SocketError.ConnectionRefused => $"{host} refused the connection on port {port}: nothing listens there.",
        SocketError.AddressNotAvailable => $"The connection to {host}:{port} cannot come from the local address that was asked for: {exception.Message}.",
        SocketError.NetworkUnreachable or SocketError.HostUnreachable => $"There is no route to {host}: {exception.Message}.",
        _ => $"The connection to {host}:{port} failed: {exception.Message}.",
    };

    private static string Remedy(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "Check the name, and this machine's DNS.",
        SocketError.ConnectionRefused => "Check the port (SSH usually listens on 22), and whether the server runs; a firewall that rejects looks the same.",
        SocketError.NetworkUnreachable or SocketError.HostUnreachable => "Check this machine's network and the way to the host (VPN, routes, a firewall that rejects).",
        _ => "Check host, port and the network between.",
    };
}
