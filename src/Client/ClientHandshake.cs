using System.Diagnostics;
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
    private readonly HostKeyLearner _hostKeys;
    private readonly ClientLogin _login;
    private readonly SshClientOptions _options;
    private readonly IDuplexPipe _pipe;
    private string? _way;

    private ClientHandshake(SshTransport transport, ConnectionLayer connection, HostKeyLearner hostKeys, ClientLogin login, SshClientOptions options, IDuplexPipe pipe) =>
        (Transport, _connection, _hostKeys, _login, _options, _pipe) = (transport, connection, hostKeys, login, options, pipe);

    /// <summary>The transport: how the sides agreed, the host key.</summary>
    public SshTransport Transport { get; }

    /// <summary>Opens TCP, or the way through a proxy, exchanges keys and verifies the host.</summary>
    /// <exception cref="SshException">What failed; nothing stays open.</exception>
    public static async Task<ClientHandshake> RunAsync(SshTarget target, SshClientOptions options, CancellationToken cancellationToken)
    {
        Tracer tracer = options.CreateTracer(target);
        IDuplexPipe pipe = await Proxy.OpenAsync(target, options, tracer, cancellationToken).ConfigureAwait(false);
        try
        {
            ClientHandshake handshake = await RunAsync(pipe, target, options, cancellationToken, tracer).ConfigureAwait(false);
            handshake._way = options.Proxy?.Way;
            return handshake;
        }
        catch (Exception exception)
        {
            if (exception is SshException failure)
                failure.Way = options.Proxy?.Way;
            await pipe.EndAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Exchanges keys over a pipe that is connected already, and verifies the host.</summary>
    /// <exception cref="SshException">What failed.</exception>
    public static async Task<ClientHandshake> RunAsync(
        IDuplexPipe pipe, SshTarget target, SshClientOptions options, CancellationToken cancellationToken, Tracer? tracer = null)
    {
        using Activity? activity = Telemetry.Start("ssh.kex", target.Host, target.Port);
        try
        {
            ClientHandshake handshake = await ExchangeKeysAsync(pipe, target, options, tracer ?? options.CreateTracer(target), cancellationToken).ConfigureAwait(false);
            activity.Agreed(handshake.Transport.Negotiation);
            return handshake;
        }
        catch (Exception exception)
        {
            activity.Failed(exception);
            throw;
        }
    }

    private static async Task<ClientHandshake> ExchangeKeysAsync(
        IDuplexPipe pipe, SshTarget target, SshClientOptions options, Tracer tracer, CancellationToken cancellationToken)
    {
        ForwardedAgent? agent = options.AgentForwarding is { } forwarding ? new ForwardedAgent(forwarding) : null;
        HostKeyLearner hostKeys = new(options, target);
        ConnectionLayer connection = new(options.ToConnectionOptions(), new ClientConnectionHandler(agent, hostKeys));
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
            (shown, token) => options.HostKeys.VerifyAsync(new PresentedHostKey(target.Host, target.Port, shown.Key, shown.Certificate) { Tracer = tracer }, token),
            SystemRandom.Shared,
            options.Time,
            tracer,
            cancellationToken).ConfigureAwait(false);
        connection.Attach(transport);
        agent?.Attach(transport);
        hostKeys.Attach(LearningConnection.Of(transport, connection));
        ClientLogin clientLogin = new(transport, login, options.Login with { ServerName = target.Host });
        return new ClientHandshake(transport, connection, hostKeys, clientLogin, options, pipe) { ForwardedAgent = agent };
    }

    private ForwardedAgent? ForwardedAgent { get; init; }

    /// <summary>The login, for those who only want to ask.</summary>
    public ClientLogin Login => _login;

    /// <summary>Logs in and hands the connection over. After a failure that is no end of the connection it may be tried again, with
    /// what the server still wants.</summary>
    /// <exception cref="LoginException">The server did not let the user in; carries the account of what was tried.</exception>
    public async Task<SshClient> LogInAsync(string user, IReadOnlyList<Credential> credentials, CancellationToken cancellationToken)
    {
        using Activity? activity = Telemetry.Start("ssh.auth", Transport.Tracer.ServerAddress, Transport.Tracer.ServerPort);
        long start = _options.Time.GetTimestamp();
        try
        {
            SshClient client = await LogInWithinTimeAsync(user, credentials, cancellationToken).ConfigureAwait(false);
            client.ForwardedAgent = ForwardedAgent;
            activity?.SetTag("ssh.auth.method", string.Join(',', client.Login.Attempts.Where(a => a.Outcome is LoginOutcome.Accepted or LoginOutcome.PartialSuccess).Select(a => a.Method)));
            Telemetry.Record(Telemetry.LoginDuration, _options.Time.GetElapsedTime(start), TraceRole.Client, error: null);
            return client;
        }
        catch (Exception exception)
        {
            activity.Failed(exception);
            if (exception is SshException failure)
            {
                failure.Way = _way;
                Transport.Tracer.Failed(failure);
                Telemetry.Record(Telemetry.LoginDuration, _options.Time.GetElapsedTime(start), TraceRole.Client, failure);
            }

            throw;
        }
    }

    private async Task<SshClient> LogInWithinTimeAsync(string user, IReadOnlyList<Credential> credentials, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(_options.LoginTimeout, _options.Time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            LoginReport report = await _login.LoginAsync(user, credentials, either.Token).ConfigureAwait(false);
            _connection.StartKeepAlive();
            return new SshClient(Transport, _connection, _hostKeys, _options, _pipe, report);
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
        await _pipe.EndAsync().ConfigureAwait(false);
    }
}
