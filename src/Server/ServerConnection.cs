using System.Net;
using System.Net.Sockets;
using LucidSsh.Auth;
using LucidSsh.Connection;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Server;

/// <summary>One client of a server, from its first byte to its last.</summary>
internal sealed class ServerConnection(Socket socket, SshServerOptions options, SourceGate.Visit visit) : IConnectionHandler, ILoginObserver
{
    private readonly List<ServerSession> _sessions = [];
    private readonly long _start = options.Time.GetTimestamp();
    private ConnectionLayer? _connection;
    private int _refusals;
    private HostKeyTeller? _hostKeys; // set before the login
    private LoginResult? _login; // set before the client learns that it is logged in, so before it can open a channel

    /// <summary>Serves the client until it, or the server, ends the connection. It never throws for what a client does.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using SocketPipe pipe = new(socket);
        Tracer tracer = new(options.Time, options.Trace is null ? [] : [options.Trace], TraceRole.Server);
        ConnectionLayer connection = new(new ConnectionOptions { KeepAliveInterval = options.KeepAliveInterval }, this);
        MessageQueue login = new();
        SshTransport? transport = null;
        LoginFailing failing = LoginFailing.NoAttempt;
        try
        {
            transport = await StartAsync(pipe, login, connection, tracer, cancellationToken).ConfigureAwait(false);
            connection.Attach(transport);
            _connection = connection;
            _hostKeys = new HostKeyTeller(transport, options.HostKeys);
            await LogInAsync(transport, login, cancellationToken).ConfigureAwait(false);
            connection.StartKeepAlive();
            if (options.TellHostKeys)
                _hostKeys.Tell(connection);
            await transport.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SshException exception)
        {
            failing = FailingOf(exception);
            transport?.Close(exception);
        }
        catch (OperationCanceledException)
        {
            failing = LoginFailing.None;
            transport?.Close(new SshException(SshErrorCode.Disconnected, SshFault.Caller, "The server is shutting down.") { TellPeer = DisconnectReason.ByApplication });
        }
        finally
        {
            if (visit.Ended(failing) is { Ticks: > 0 } penalty)
                tracer.Emit(new SourcePenalised(Source, failing, penalty));
            if (transport is not null)
                await transport.DisposeAsync().ConfigureAwait(false);
            login.ZeroUnread();
        }
    }

    public ChannelDecision OnOpen(string channelType, ReadOnlySpan<byte> data)
    {
        if (channelType != "session")
            return ChannelDecision.Refuse(ChannelOpenFailureReason.UnknownChannelType, $"this server opens no {channelType} channels");
        lock (_sessions)
        {
            _sessions.RemoveAll(session => session.IsOver);
            if (_sessions.Count >= options.MaximumSessions)
                return ChannelDecision.Refuse(ChannelOpenFailureReason.ResourceShortage, $"{options.MaximumSessions} sessions are open already");
            ServerSession opened = new(_login!, options, _connection!);
            _sessions.Add(opened);
            return ChannelDecision.Accept(opened);
        }
    }

    public byte[]? OnGlobalRequest(string requestName, ReadOnlySpan<byte> data) =>
        requestName == HostKeyProof.Prove && options.TellHostKeys ? _hostKeys?.Prove(data) : null;

    void ILoginObserver.Refused(string user, string method) => _refusals++;

    void ILoginObserver.Succeeded(LoginResult result)
    {
        _login = result;
        visit.LoggedIn();
    }

    private LoginFailing FailingOf(SshException end) => end switch
    {
        _ when _login is not null => LoginFailing.None,
        _ when options.Time.GetElapsedTime(_start) >= options.Login.GraceTime => LoginFailing.TimedOut,
        { Code: SshErrorCode.LoginLimitReached } => LoginFailing.Refused,
        { Fault: SshFault.Peer, Code: not SshErrorCode.NotSsh } => LoginFailing.Misbehaved,
        _ => _refusals > 0 ? LoginFailing.Refused : LoginFailing.NoAttempt,
    };

    private string Source => LoginOptions.RemoteAddress ?? "an unknown address";

    private ServerLoginOptions LoginOptions => options.Login with
    {
        RemoteAddress = socket.RemoteEndPoint is IPEndPoint { Address: var address } ? AddressPatterns.Normalize(address).ToString() : null,
    };

    private async Task LogInAsync(SshTransport transport, MessageQueue login, CancellationToken cancellationToken)
    {
        long start = options.Time.GetTimestamp();
        try
        {
            await ServerLogin.RunAsync(
                transport, login, options.Authenticator, LoginOptions, cancellationToken, observer: this).ConfigureAwait(false);
            Telemetry.Record(Telemetry.LoginDuration, options.Time.GetElapsedTime(start), TraceRole.Server, error: null);
        }
        catch (SshException exception)
        {
            Telemetry.Record(Telemetry.LoginDuration, options.Time.GetElapsedTime(start), TraceRole.Server, exception);
            throw;
        }
    }

    private Task<SshTransport> StartAsync(
        SocketPipe pipe, MessageQueue login, ConnectionLayer connection, Tracer tracer, CancellationToken cancellationToken) =>
        SshTransport.StartAsync(
            pipe,
            TransportRole.Server,
            new TransportOptions
            {
                Algorithms = options.Algorithms,
                Rekey = options.Rekey,
                HostKeys = options.HostKeys,
                HostCertificates = options.HostCertificates,
                UserKeyAlgorithms = options.Login.SignatureAlgorithms,
                HandshakeTimeout = options.Login.GraceTime,
                ForwardsAgents = options.AllowAgentForwarding,
            },
            login,
            connection,
            verifyHostKey: null,
            SystemRandom.Shared,
            options.Time,
            tracer,
            cancellationToken);
}
