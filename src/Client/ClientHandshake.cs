using System.IO.Pipelines;
using LucidSsh.Auth;
using LucidSsh.Connection;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A connection whose keys are exchanged and whose host is verified, and where nobody is logged in yet.</summary>
internal sealed class ClientHandshake : IAsyncDisposable
{
    private readonly ConnectionLayer _connection;
    private readonly ClientLogin _login;
    private readonly SshClientOptions _options;
    private readonly IDuplexPipe _pipe;

    private ClientHandshake(SshTransport transport, ConnectionLayer connection, ClientLogin login, SshClientOptions options, IDuplexPipe pipe) =>
        (Transport, _connection, _login, _options, _pipe) = (transport, connection, login, options, pipe);

    /// <summary>The transport: how the sides agreed, the host key.</summary>
    public SshTransport Transport { get; }

    /// <summary>Opens TCP, exchanges keys and verifies the host.</summary>
    /// <exception cref="SshException">What failed; nothing stays open.</exception>
    public static async Task<ClientHandshake> RunAsync(SshTarget target, SshClientOptions options, CancellationToken cancellationToken)
    {
        SocketPipe pipe = await SocketConnector.ConnectAsync(target.Host, target.Port, options.ConnectTimeout, options.Time, cancellationToken).ConfigureAwait(false);
        try
        {
            return await RunAsync(pipe, target, options, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            pipe.Dispose();
            throw;
        }
    }

    /// <summary>Exchanges keys over a pipe that is connected already, and verifies the host.</summary>
    /// <exception cref="SshException">What failed.</exception>
    public static async Task<ClientHandshake> RunAsync(IDuplexPipe pipe, SshTarget target, SshClientOptions options, CancellationToken cancellationToken)
    {
        Tracer tracer = new(options.Time, [.. ((TraceSink?[])[options.Trace, options.Capture]).OfType<TraceSink>()]);
        ConnectionLayer connection = new(options.ToConnectionOptions(), new ClientConnectionHandler());
        MessageQueue login = new();
        SshTransport transport = await SshTransport.StartAsync(
            pipe,
            TransportRole.Client,
            new TransportOptions
            {
                Algorithms = options.Algorithms with { HostKeys = options.HostKeys.Order(target.Host, target.Port, options.Algorithms.HostKeys) },
                Rekey = options.Rekey,
                Tap = options.Capture,
                MinimumRsaBits = options.MinimumRsaBits,
                HandshakeTimeout = options.HandshakeTimeout,
                ConnectTime = (pipe as SocketPipe)?.ConnectTime ?? TimeSpan.Zero,
            },
            login,
            connection,
            (hostKey, token) => options.HostKeys.VerifyAsync(target.Host, target.Port, hostKey, token),
            SystemRandom.Shared,
            options.Time,
            tracer,
            cancellationToken).ConfigureAwait(false);
        connection.Attach(transport);
        return new ClientHandshake(transport, connection, new ClientLogin(transport, login, options.Login), options, pipe);
    }

    /// <summary>The login, for those who only want to ask.</summary>
    public ClientLogin Login => _login;

    /// <summary>Logs in and hands the connection over. After a failure that is no end of the connection it may be tried again, with
    /// what the server still wants.</summary>
    /// <exception cref="LoginException">The server did not let the user in; carries the account of what was tried.</exception>
    public async Task<SshClient> LogInAsync(string user, IReadOnlyList<Credential> credentials, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(_options.LoginTimeout, _options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            LoginReport report = await _login.LoginAsync(user, credentials, either.Token).ConfigureAwait(false);
            _connection.StartKeepAlive();
            return new SshClient(Transport, _connection, _options, _pipe as IDisposable, report);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TransportLostException(SshErrorCode.TimedOut, $"The login of {user} was not complete after {_options.LoginTimeout.TotalSeconds:0.#} seconds.", "The server looks up names or asks another system, somebody has not answered its questions, or the way to it is cut; LoginTimeout is the limit.");
        }
    }

    /// <summary>Ends the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync().ConfigureAwait(false);
        (_pipe as IDisposable)?.Dispose();
    }
}
