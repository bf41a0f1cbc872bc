using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LucidSsh.Auth;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Server;

/// <summary>An SSH server inside this process.</summary>
public sealed class SshServer : IAsyncDisposable
{
    private readonly SshServerOptions _options;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<ServerConnection, Task> _connections = new();
    private readonly SourceGate _gate;
    private readonly Task _accepting;

    private SshServer(SshServerOptions options, Socket listener)
    {
        (_options, _listener) = (options, listener);
        _gate = new SourceGate(options.Sources, options.MaximumConnections, options.Time);
        EndPoint = (IPEndPoint)listener.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens; the port is the one the system chose where 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Connections that are open now.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Starts to listen.</summary>
    /// <param name="endPoint">The address and port; port 0 lets the system choose.</param>
    /// <param name="options">Keys, users, what they may do.</param>
    /// <exception cref="LocalMisuseException">There is no host key, or the address cannot be used.</exception>
    public static SshServer Start(IPEndPoint endPoint, SshServerOptions options)
    {
        if (options.HostKeys.IsDefaultOrEmpty)
            throw new LocalMisuseException(SshErrorCode.Misuse, "A server needs a host key.", "Make one with PrivateKey.Generate, or read one with KeyFile.ReadPrivate.");
        foreach (Certificate certificate in options.HostCertificates)
            CheckHostCertificate(certificate, options);
        Socket listener = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endPoint);
            listener.Listen();
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new LocalMisuseException(SshErrorCode.ConnectFailed, $"The server cannot listen on {endPoint}: {exception.Message}.", inner: exception);
        }

        return new SshServer(options, listener);
    }

    // What no client could ever accept is found here, and not by the first client.
    private static void CheckHostCertificate(Certificate certificate, SshServerOptions options)
    {
        if (certificate.Kind != CertificateKind.Host)
        {
            throw new LocalMisuseException(
                SshErrorCode.Misuse, $"The certificate {certificate} is a user's, and a server cannot prove itself with it.", "Sign the host's key with ssh-keygen -h.");
        }

        if (!options.HostKeys.Any(key => key.PublicKey.Equals(certificate.Key)))
        {
            throw new LocalMisuseException(
                SshErrorCode.KeyPairMismatch, $"The host certificate {certificate} certifies none of the server's host keys.",
                "Give the server the private key that belongs to it.");
        }
    }

    /// <summary>Stops listening and ends every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket? socket = null;
            try
            {
                socket = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                IPAddress? source = (socket.RemoteEndPoint as IPEndPoint)?.Address;
                TurnedAway reason = _gate.TryEnter(source, out SourceGate.Visit? visit);
                if (visit is null)
                    TurnAway(socket, source, reason);
                else
                    Serve(socket, visit);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                socket?.Dispose(); // a client that was gone before it was accepted, or before it was told
            }
        }
    }

    // One line before the identification, in OpenSSH's words, which clients know (RFC 4253 section 4.2 allows such lines).
    private void TurnAway(Socket socket, IPAddress? source, TurnedAway reason)
    {
        Tracer tracer = new(_options.Time, _options.Trace is null ? [] : [_options.Trace], TraceRole.Server);
        tracer.Emit(new ConnectionTurnedAway(source is null ? "an unknown address" : AddressPatterns.Normalize(source).ToString(), reason));
        Telemetry.TurnedAway.Add(1, Telemetry.RoleTag(TraceRole.Server), new("ssh.turned_away.reason", reason.ToString()));
        using (socket)
        {
            socket.Blocking = false; // the send buffer of a new connection is empty: the line goes there, or nowhere
            socket.Send(reason == TurnedAway.Penalised ? "Not allowed at this time\r\n"u8 : "Exceeded MaxStartups\r\n"u8);
            socket.Shutdown(SocketShutdown.Send);
        }
    }

    private void Serve(Socket socket, SourceGate.Visit visit)
    {
        ServerConnection connection = new(socket, _options, visit);
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = done.Task;
        _ = Task.Run(async () =>
        {
            try
            {
                await connection.RunAsync(_stop.Token).ConfigureAwait(false);
            }
            finally
            {
                _connections.TryRemove(connection, out _);
                done.SetResult();
            }
        });
    }
}
