using System.IO.Pipelines;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Connection;

/// <summary>Answers what the peer asks on a channel. It runs on the read loop and must not wait.</summary>
internal interface IChannelHandler
{
    /// <summary>A channel request.</summary>
    /// <returns>True grants it; what follows from it may go on elsewhere.</returns>
    /// <exception cref="PeerMisbehavedException">The request is malformed.</exception>
    bool OnRequest(Channel channel, string requestType, ReadOnlySpan<byte> data);

    /// <summary>A channel the peer asked for is open; what it is for begins elsewhere.</summary>
    void OnOpened(Channel channel)
    {
    }

    /// <summary>The channel is closed, in both directions or with the connection; called once.</summary>
    void OnClosed(Channel channel, SshException? reason);
}

/// <summary>One channel (RFC 4254 section 5), open from both sides. Each direction ends by EOF; the whole ends when both sides
/// have said CLOSE:
/// <code>
///             EOF sent / received             CLOSE sent            CLOSE received
///   Open ───────────────────────► half closed ──────────► closing ───────────────► closed
///     └──────────────── CLOSE received: answered with CLOSE ──────────────────────► closed
/// </code></summary>
internal sealed class Channel : IDuplexPipe
{
    /// <summary>The largest channel data message we take: what every peer can send, and a good size for a cipher.</summary>
    public const uint MaximumPacket = 32 * 1024;

    private readonly ITransport _transport;
    private readonly IChannelHandler _handler;
    private readonly ChannelReader _data;
    private readonly ChannelReader _extendedData;
    private readonly Lock _gate = new();
    private readonly Queue<(string Type, TaskCompletionSource<bool> Reply)> _awaitedReplies = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SendWindow _sendWindow;
    private ReceiveWindow _receiveWindow;
    private TaskCompletionSource? _windowOpened;
    private bool _eofSent;
    private bool _eofReceived;
    private bool _closeSent;
    private bool _ended;
    private SshException? _reason;

    /// <summary>A channel that both sides have agreed on.</summary>
    public Channel(
        ITransport transport, IChannelHandler handler, uint localId, uint receiveWindow, uint remoteId, uint sendWindow, uint maximumPacket)
    {
        (_transport, _handler, LocalId, RemoteId, PeerMaximumPacket) = (transport, handler, localId, remoteId, maximumPacket);
        _sendWindow = new SendWindow(sendWindow);
        _receiveWindow = new ReceiveWindow(receiveWindow);
        _data = new ChannelReader(OnConsumed);
        _extendedData = new ChannelReader(OnConsumed);
        Output = new ChannelWriter(this, extendedType: null);
        ExtendedOutput = new ChannelWriter(this, ChannelExtendedData.StandardError);
    }

    /// <summary>The connection's trace.</summary>
    public Tracer Tracer => _transport.Tracer;

    /// <summary>Our number of the channel.</summary>
    public uint LocalId { get; }

    /// <summary>The peer's number of the channel.</summary>
    public uint RemoteId { get; }

    /// <summary>The largest data message the peer takes, in bytes.</summary>
    public uint PeerMaximumPacket { get; }

    /// <summary>What the peer sends: standard output in a client.</summary>
    public PipeReader Input => _data;

    /// <summary>What we send: standard input in a client. Completing it sends EOF.</summary>
    public PipeWriter Output { get; }

    /// <summary>What the peer sends as extended data: standard error in a client. It shares the channel's window: what is not read
    /// here holds back the other stream too.</summary>
    public PipeReader ExtendedInput => _extendedData;

    /// <summary>What we send as extended data: standard error in a server.</summary>
    public PipeWriter ExtendedOutput { get; }

    /// <summary>Completes, never fails, when the channel is closed from both sides or the connection has ended.</summary>
    public Task Closed => _closed.Task;

    /// <summary>True when nothing can be sent any more.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _closeSent || _ended;
        }
    }

    /// <summary>Why the channel ended, where it was not by CLOSE.</summary>
    public SshException? Reason => _reason;

    /// <summary>Sends a request and returns the peer's answer.</summary>
    /// <exception cref="SshException">The channel or the connection ended first.</exception>
    public async Task<bool> RequestAsync<TBody>(TBody body, CancellationToken cancellationToken)
        where TBody : IRequestBody<TBody>
    {
        TaskCompletionSource<bool> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ThrowIfUnusable();
            _awaitedReplies.Enqueue((TBody.RequestType, reply));
            SendRequest(body, wantReply: true);
        }

        return await reply.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request that wants no answer.</summary>
    /// <exception cref="SshException">The channel or the connection has ended.</exception>
    public void Notify<TBody>(TBody body)
        where TBody : IRequestBody<TBody>
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            SendRequest(body, wantReply: false);
        }
    }

    /// <summary>Sends data, waiting for the peer's window and for room in the outgoing queue. Several calls must not overlap on
    /// one stream.</summary>
    /// <exception cref="SshException">The channel or the connection ended first; some of the data may have been sent.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> data, uint? extendedType, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty)
        {
            await _transport.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            int sent = 0;
            Task? opened = null;
            lock (_gate)
            {
                ThrowIfUnusable();
                if (_eofSent)
                    throw new LocalMisuseException(SshErrorCode.Misuse, "Data cannot follow EOF on a channel.");
                sent = _sendWindow.Take(data.Length, Math.Min(PeerMaximumPacket, MaximumPacket));
                if (sent == 0)
                    opened = (_windowOpened ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                else if (extendedType is { } type)
                    _transport.Send(new ChannelExtendedData(RemoteId, type, data.Span[..sent]));
                else
                    _transport.Send(new ChannelData(RemoteId, data.Span[..sent]));
            }

            if (opened is not null)
                await opened.WaitAsync(cancellationToken).ConfigureAwait(false);
            data = data[sent..];
        }
    }

    /// <summary>Nothing more follows from us; the peer may go on sending.</summary>
    public void SendEof()
    {
        lock (_gate)
        {
            if (_eofSent || _closeSent || _ended)
                return;
            _eofSent = true;
            TrySend(new ChannelEof(RemoteId));
            Tracer.Emit(new ChannelEnding(LocalId, ChannelEnd.EofSent));
        }
    }

    /// <summary>Says CLOSE. The channel is closed when the peer has said it too: <see cref="Closed"/>.</summary>
    public void SendClose()
    {
        lock (_gate)
        {
            if (_closeSent || _ended)
                return;
            _closeSent = true;
            TrySend(new ChannelClose(RemoteId));
            Tracer.Emit(new ChannelEnding(LocalId, ChannelEnd.CloseSent));
            _windowOpened?.TrySetResult();
        }
    }

    internal void OnData(ReadOnlySpan<byte> data) => Deliver(_data, data);

    internal void OnExtendedData(uint type, ReadOnlySpan<byte> data)
    {
        if (type == ChannelExtendedData.StandardError)
        {
            Deliver(_extendedData, data);
            return;
        }

        Deliver(null, data); // a type nobody knows: dropped, and its window given back
        OnConsumed(data.Length);
    }

    internal void OnWindowAdjust(uint bytes)
    {
        lock (_gate)
        {
            _sendWindow.Add(bytes);
            Tracer.Emit(new WindowAdjusted(LocalId, bytes, Sent: false));
            _windowOpened?.TrySetResult();
            _windowOpened = null;
        }
    }

    internal void OnEof()
    {
        Tracer.Emit(new ChannelEnding(LocalId, ChannelEnd.EofReceived));
        lock (_gate)
            _eofReceived = true;
        _data.End(null);
        _extendedData.End(null);
    }

    internal void OnRequest(string type, bool wantReply, ReadOnlySpan<byte> data)
    {
        bool granted = _handler.OnRequest(this, type, data);
        Tracer.Emit(new RequestReceived(LocalId, type, granted));
        if (!wantReply)
            return;
        lock (_gate)
        {
            if (_closeSent)
                return;
            if (granted)
                TrySend(new ChannelSuccess(RemoteId));
            else
                TrySend(new ChannelFailure(RemoteId));
        }
    }

    internal void OnReply(bool granted)
    {
        lock (_gate)
        {
            // An answer nobody asked for is dropped (CVE-2026-39830).
            if (!_awaitedReplies.TryDequeue(out (string Type, TaskCompletionSource<bool> Reply) awaited))
                return;
            Tracer.Emit(new RequestAnswered(LocalId, awaited.Type, granted));
            awaited.Reply.TrySetResult(granted);
        }
    }

    /// <summary>The peer has said CLOSE, or the connection has ended (<paramref name="reason"/>).</summary>
    internal void OnClosed(SshException? reason)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            if (reason is null)
            {
                Tracer.Emit(new ChannelEnding(LocalId, ChannelEnd.CloseReceived));
                if (!_closeSent)
                    TrySend(new ChannelClose(RemoteId));
            }

            _closeSent = true;
            _ended = true;
            _reason = reason;
            _windowOpened?.TrySetResult();
            SshException ended = reason ?? ClosedException();
            while (_awaitedReplies.TryDequeue(out (string Type, TaskCompletionSource<bool> Reply) awaited))
                awaited.Reply.TrySetException(ended);
        }

        _data.End(reason);
        _extendedData.End(reason);
        _closed.TrySetResult();
        _handler.OnClosed(this, reason);
    }

    private void Deliver(ChannelReader? stream, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            if (_eofReceived)
                throw new PeerMisbehavedException(SshErrorCode.ChannelMisused, $"The peer sent {data.Length} bytes on channel {LocalId} after its EOF.");
            if (data.Length > MaximumPacket || !_receiveWindow.TryReceive(data.Length))
            {
                throw new PeerMisbehavedException(
                    SshErrorCode.ChannelMisused,
                    $"The peer sent {data.Length} bytes on channel {LocalId}, whose window has {_receiveWindow.Available} left and whose packets hold {MaximumPacket} at most.");
            }

            if (_closeSent || stream is null)
                return; // nobody reads it any more
        }

        stream.Deliver(data);
    }

    private void OnConsumed(long bytes)
    {
        lock (_gate)
        {
            uint given = _receiveWindow.Consume(bytes);
            if (given == 0 || _closeSent || _eofReceived)
                return;
            Tracer.Emit(new WindowAdjusted(LocalId, given, Sent: true));
            TrySend(new ChannelWindowAdjust(RemoteId, given));
        }
    }

    private void SendRequest<TBody>(TBody body, bool wantReply)
        where TBody : IRequestBody<TBody>
    {
        Tracer.Emit(new RequestSent(LocalId, TBody.RequestType, wantReply));
        _transport.Send(new ChannelRequest(RemoteId, TBody.RequestType, wantReply, RequestBody.Encode(body)));
    }

    // For messages that nobody waits for: on a connection that has just ended they have no meaning.
    private void TrySend<TMessage>(scoped in TMessage message)
        where TMessage : IMessage<TMessage>, allows ref struct
    {
        try
        {
            _transport.Send(message);
        }
        catch (SshException)
        {
        }
    }

    private void ThrowIfUnusable()
    {
        if (_reason is not null)
            throw _reason;
        if (_closeSent || _ended)
            throw ClosedException();
    }

    private static PeerRefusedException ClosedException() =>
        new(SshErrorCode.ChannelClosed, "The channel is closed: the program at its other end has ended, or one side closed it.");
}
