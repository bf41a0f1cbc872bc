using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>Decides whether a host key is the right host's; it may ask files or people. It throws where it is not.</summary>
internal delegate ValueTask HostKeyVerifier(ServerHostKey hostKey, CancellationToken cancellationToken);

/// <summary>Drives a <see cref="TransportEngine"/> over a pipe: one loop that reads, one that writes, and the end of the
/// connection, told to everybody once.</summary>
internal sealed class SshTransport : ITransport, IAsyncDisposable
{
    // How long a closing connection may take to send what is queued, DISCONNECT last.
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    private readonly IDuplexPipe _pipe;
    private readonly TransportOptions _options;
    private readonly TransportEngine _engine;
    private readonly IMessageReceiver _login;
    private readonly IMessageReceiver _connection;
    private readonly HostKeyVerifier? _verifyHostKey;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly TaskCompletionSource _established = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SshException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopReading = new();
    private readonly CancellationTokenSource _stopWriting;
    private readonly Lock _closeGate = new();
    private readonly PingQueue _pings = new();
    private Task _loops = Task.CompletedTask;
    private readonly ITimer _rekeyDeadline;
    private volatile Task? _decision;
    private ITimer? _rekeyTimer;
    private SshException? _reason;
    private ConnectionEnd? _end;
    private bool _peerClosed;
    private long _lastRead;
    private long _lastWritten;

    private SshTransport(
        IDuplexPipe pipe,
        TransportRole role,
        TransportOptions options,
        IMessageReceiver login,
        IMessageReceiver connection,
        HostKeyVerifier? verifyHostKey,
        IRandomSource random,
        TimeProvider time,
        Tracer tracer)
    {
        (_pipe, _options, _login, _connection, _verifyHostKey) = (pipe, options, login, connection, verifyHostKey);
        (Role, Random, Time, Tracer) = (role, random, time, tracer);
        _stopWriting = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _lastRead = _lastWritten = time.GetTimestamp();
        _engine = new TransportEngine(role, options, login, connection, random, tracer, wake: () => _wake.Writer.TryWrite(true))
        {
            PongReceived = _ => _pings.OnPong(),
            KeyExchangeHolds = OnKeyExchangeHolds,
        };
        _rekeyDeadline = time.CreateTimer(_ => Close(RekeyTimedOut()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    public TransportRole Role { get; }

    /// <inheritdoc />
    public IRandomSource Random { get; }

    /// <inheritdoc />
    public TimeProvider Time { get; }

    /// <inheritdoc />
    public Tracer Tracer { get; }

    /// <inheritdoc />
    public ReadOnlyMemory<byte> SessionId => _engine.SessionId;

    /// <inheritdoc />
    public ReadOnlyMemory<byte> HostKey => _engine.HostKey?.Blob ?? default;

    /// <inheritdoc />
    public ReadOnlyMemory<byte> HostKeySignature => _engine.HostKeySignature;

    /// <summary>The server's host key, and the certificate it was shown in; null before it is known.</summary>
    public ServerHostKey? ServerHostKey => _engine.HostKey;

    /// <inheritdoc />
    public NegotiationReport Negotiation => _engine.Report with { Login = Login, End = _end };

    /// <inheritdoc />
    public LoginReport? Login { get; set; }

    /// <inheritdoc />
    public ImmutableDictionary<string, string> PeerExtensions => _engine.PeerExtensions;

    /// <summary>Completes, never fails, when the connection has ended, with the reason.</summary>
    public Task<SshException> Ended => _ended.Task;

    /// <summary>Begins the conversation and returns when the first key exchange is complete and the host key accepted.</summary>
    /// <param name="pipe">The network.</param>
    /// <param name="role">Which side this is.</param>
    /// <param name="options">What it brings.</param>
    /// <param name="login">Takes the login's messages.</param>
    /// <param name="connection">Takes the channels' messages.</param>
    /// <param name="verifyHostKey">Decides on the host key; a client without one accepts none.</param>
    /// <param name="random">Every random byte.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tracer">The trace.</param>
    /// <param name="cancellationToken">Ends the attempt, and the connection with it.</param>
    /// <exception cref="SshException">The handshake failed; the connection is closed.</exception>
    public static async Task<SshTransport> StartAsync(
        IDuplexPipe pipe,
        TransportRole role,
        TransportOptions options,
        IMessageReceiver login,
        IMessageReceiver connection,
        HostKeyVerifier? verifyHostKey,
        IRandomSource random,
        TimeProvider time,
        Tracer tracer,
        CancellationToken cancellationToken)
    {
        SshTransport transport = new(pipe, role, options, login, connection, verifyHostKey, random, time, tracer);
        Telemetry.Connections.Add(1, Telemetry.RoleTag(tracer.Role));
        long start = time.GetTimestamp();
        transport._engine.Start();
        transport._loops = Task.WhenAll(Task.Run(transport.ReadLoopAsync, CancellationToken.None), Task.Run(transport.WriteLoopAsync, CancellationToken.None));
        try
        {
            await HandshakeDeadline.WaitAsync(transport._established.Task, () => transport._decision, options.HandshakeTimeout, time, cancellationToken).ConfigureAwait(false);
            transport.StartRekeyTimer();
            Telemetry.Record(Telemetry.HandshakeDuration, time.GetElapsedTime(start), tracer.Role, error: null);
            return transport;
        }
        catch (Exception exception)
        {
            transport.Close(exception switch
            {
                SshException ssh => ssh,
                TimeoutException => transport.HandshakeTimedOut(),
                _ => new LocalMisuseException(SshErrorCode.Cancelled, "The connection attempt was cancelled during the key exchange.", inner: exception),
            });
            await transport.DisposeAsync().ConfigureAwait(false);
            Telemetry.Record(Telemetry.HandshakeDuration, time.GetElapsedTime(start), tracer.Role, transport._reason);
            if (exception is OperationCanceledException)
                throw;
            throw transport._reason!;
        }
    }

    /// <inheritdoc />
    public void Send<TMessage>(scoped in TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        try
        {
            _engine.Outbound.Send(message);
        }
        catch (PeerMisbehavedException reason)
        {
            Close(reason); // a message is lost: what follows it would have no meaning
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken) => _engine.Outbound.WaitForRoomAsync(cancellationToken);

    /// <inheritdoc />
    public void LoginCompleted() => _engine.LoginCompleted();

    /// <summary>Exchanges new keys now.</summary>
    public void Rekey() => _engine.Outbound.StartKeyExchange("the application asked for it");

    /// <summary>Sends PING and returns the time until its PONG; only where the peer's extensions name ping@openssh.com.</summary>
    public Task<TimeSpan> PingAsync(CancellationToken cancellationToken) => _pings.PingAsync(this, cancellationToken);

    /// <inheritdoc />
    public void Close(SshException reason)
    {
        lock (_closeGate)
        {
            if (_reason is not null)
                return;
            _reason = reason;
        }

        Telemetry.Connections.Add(-1, Telemetry.RoleTag(Tracer.Role));
        _end = ReportParts.End(Role, reason, _peerClosed, _engine.PeerDisconnect, told: _engine.IdentificationReceived);
        reason.Negotiation ??= Negotiation;
        Tracer.Failed(reason);
        if (reason.RecentEvents.Count == 0)
            reason.RecentEvents = Tracer.Recent();
        TellPeer(reason);
        _engine.Outbound.End(reason);
        _established.TrySetException(reason);
        _ = _established.Task.Exception; // observed even where nobody waits for it any more
        _ = _stopReading.CancelAsync(); // its callbacks must not run under a caller's lock
        _stopWriting.CancelAfter(FlushTimeout);
        _wake.Writer.TryComplete();
        _rekeyDeadline.Dispose();
        lock (_closeGate)
            _rekeyTimer?.Dispose();
        _login.TransportClosed(reason);
        _connection.TransportClosed(reason);
        _ended.TrySetResult(reason);
    }

    /// <summary>Ends the connection where it has not ended yet, and waits, for two seconds at most, until both loops have.</summary>
    public async ValueTask DisposeAsync()
    {
        Close(new SshException(SshErrorCode.Disconnected, SshFault.Caller, "This side closed the connection.") { TellPeer = DisconnectReason.ByApplication });
        try
        {
            await _loops.WaitAsync(FlushTimeout + FlushTimeout, Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The pipe under us ignores cancellation; its owner closes it next, which ends the loops.
        }

        _engine.Dispose();
    }

    private void TellPeer(SshException reason)
    {
        if (reason.TellPeer is not { } code || !_engine.IdentificationReceived)
            return;
        try
        {
            _engine.Outbound.Send(new Disconnect(code, reason.Sentence, ""));
        }
        catch (SshException)
        {
            // Nothing more can be sent: the peer learns it from the end of the stream.
        }
    }

    private async Task ReadLoopAsync()
    {
        SshException reason;
        try
        {
            reason = await ReadUntilEndAsync().ConfigureAwait(false);
        }
        catch (SshException exception)
        {
            reason = exception;
        }
        catch (OperationCanceledException) when (_stopReading.IsCancellationRequested)
        {
            reason = _reason!;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            _peerClosed = exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset };
            reason = _engine.FirstBytes.IsEmpty || _engine.IdentificationReceived
                ? Lost.Broke(exception, "reading")
                : NotSshDiagnosis.Explain(Role, _engine.FirstBytes, HowItEnded.Closed);
        }
#pragma warning disable CA1031 // whatever a callback throws, those who wait for this connection have to learn that it has ended
        catch (Exception exception)
        {
            reason = new LocalMisuseException(SshErrorCode.Misuse, $"This side failed while it read: {exception.GetType().Name}: {exception.Message}", inner: exception)
            {
                TellPeer = DisconnectReason.ByApplication,
            };
        }
#pragma warning restore CA1031

        Close(reason);
        await _pipe.Input.CompleteAsync().ConfigureAwait(false);
    }

    private async Task<SshException> ReadUntilEndAsync()
    {
        long unread = 0; // what is shown again with more behind it
        while (true)
        {
            ReadResult read = await _pipe.Input.ReadAsync(_stopReading.Token).ConfigureAwait(false);
            if (read.IsCanceled)
                throw new OperationCanceledException(_stopReading.Token);
            Tracer.CountRead(read.Buffer.Length - unread);
            _lastRead = Time.GetTimestamp();
            SequencePosition consumed = read.Buffer.Start;
            try
            {
                consumed = _engine.Receive(read.Buffer);
            }
            finally
            {
                // An undecided host key leaves whole packets unread: they are shown again at once.
                unread = read.Buffer.Slice(consumed).Length;
                _pipe.Input.AdvanceTo(consumed, _engine.UndecidedHostKey is null ? read.Buffer.End : consumed);
            }

            if (_engine.UndecidedHostKey is { } hostKey)
            {
                await DecideAsync(hostKey).ConfigureAwait(false);
                continue;
            }

            if (_engine.IsEstablished)
                _established.TrySetResult();
            if (read.IsCompleted)
                return StreamEnded();

            // A peer that provokes answers and does not read them is not read either.
            await _engine.Outbound.WaitUntilDrainedAsync(_stopReading.Token).ConfigureAwait(false);
        }
    }

    private async ValueTask DecideAsync(ServerHostKey hostKey)
    {
        if (_verifyHostKey is null)
            throw new LocalMisuseException(SshErrorCode.HostKeyUnknown, $"Nothing says whether the host key {hostKey.Key.Fingerprint} is to be trusted.");
        Task decision = _verifyHostKey(hostKey, _stopReading.Token).AsTask();
        _decision = decision;
        await decision.ConfigureAwait(false);
        _engine.AcceptHostKey();
    }

    private async Task WriteLoopAsync()
    {
        WireBuffer buffer = new(64 * 1024);
        try
        {
            do
            {
                while (_engine.Outbound.TryTake(ref buffer))
                {
                    Tracer.CountWritten(buffer.Length);
                    await _pipe.Output.WriteAsync(buffer.WrittenMemory, _stopWriting.Token).ConfigureAwait(false);
                    _lastWritten = Time.GetTimestamp();
                    buffer.Truncate(0);
                }
            }
            while (await _wake.Reader.WaitToReadAsync(_stopWriting.Token).ConfigureAwait(false) && _wake.Reader.TryRead(out _));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            TransportLostException broke = Lost.Broke(exception, "sending");
            await LetThePeerSpeakAsync().ConfigureAwait(false);
            Close(broke);
        }

        try
        {
            await _pipe.Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The peer is gone already.
        }
    }

    // A peer that ends the connection says why and closes; what we still send then fails, often before its last words are read.
    // The read loop gets a moment to find them. What is queued meanwhile is thrown away, or the read loop might wait for room.
    private async Task LetThePeerSpeakAsync()
    {
        WireBuffer buffer = new(256);
        using CancellationTokenSource patience = new(FlushTimeout, Time);
        try
        {
            do
            {
                while (_engine.Outbound.TryTake(ref buffer))
                    buffer.Truncate(0);
            }
            while (await _wake.Reader.WaitToReadAsync(patience.Token).ConfigureAwait(false) && _wake.Reader.TryRead(out _));
        }
        catch (OperationCanceledException)
        {
            // It had nothing to say.
        }
    }

    private SshException StreamEnded()
    {
        _peerClosed = true;
        return _engine.IdentificationReceived ? Lost.Closed() : NotSshDiagnosis.Explain(Role, _engine.FirstBytes, HowItEnded.Closed);
    }

    private LostConnection Lost =>
        new(Role, _engine.IdentificationReceived, _engine.IsEstablished, Time.GetElapsedTime(_lastRead), Time.GetElapsedTime(_lastWritten));

    private SshException HandshakeTimedOut()
    {
        if (!_engine.IdentificationReceived)
            return NotSshDiagnosis.Explain(Role, _engine.FirstBytes, HowItEnded.TimedOut);
        return new TransportLostException(
            SshErrorCode.TimedOut,
            $"The key exchange was not complete after {_options.HandshakeTimeout.TotalSeconds:0.#} seconds.");
    }

    // The first key exchange has the handshake's deadline; a later one holds everybody's data back and has the same time.
    private void OnKeyExchangeHolds(bool holding) =>
        _rekeyDeadline.Change(holding && _engine.IsEstablished ? _options.HandshakeTimeout : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private TransportLostException RekeyTimedOut() => new(
        SshErrorCode.TimedOut,
        $"The peer did not exchange new keys within {_options.HandshakeTimeout.TotalSeconds:0.#} seconds of our asking; RFC 4253 section 9 obliges it to.")
    {
        TellPeer = DisconnectReason.KeyExchangeFailed,
    };

    private void StartRekeyTimer()
    {
        if (_options.Rekey.HasInterval)
            CreateRekeyTimer();
    }

    // A connection that has ended in the meantime must not be held by its timer.
    private void CreateRekeyTimer()
    {
        lock (_closeGate)
        {
            if (_reason is null)
                _rekeyTimer = Time.CreateTimer(_ => OnRekeyTimer(), null, _options.Rekey.Interval, _options.Rekey.Interval);
        }
    }

    private void OnRekeyTimer()
    {
        try
        {
            _engine.Outbound.StartKeyExchange($"{_options.Rekey.Interval.TotalSeconds:0} seconds under one set of keys");
        }
        catch (SshException)
        {
            // The connection has ended in the meantime.
        }
    }
}
