using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Connection;

/// <summary>What the peer may begin by itself. It runs on the read loop and must not wait.</summary>
internal interface IConnectionHandler
{
    /// <summary>The peer wants to open a channel.</summary>
    ChannelDecision OnOpen(string channelType, ReadOnlySpan<byte> data);

    /// <summary>A global request; null refuses, anything else is the reply's data.</summary>
    byte[]? OnGlobalRequest(string requestName, ReadOnlySpan<byte> data);
}

/// <summary>Whether a channel the peer wants is opened: with a handler it is.</summary>
internal readonly record struct ChannelDecision(IChannelHandler? Handler, ChannelOpenFailureReason Reason, string Description)
{
    public static ChannelDecision Accept(IChannelHandler handler) => new(handler, ChannelOpenFailureReason.None, "");

    public static ChannelDecision Refuse(ChannelOpenFailureReason reason, string description) => new(null, reason, description);
}

/// <summary>The connection protocol (RFC 4254) over one transport: the table of channels and the global requests, both roles.</summary>
internal sealed class ConnectionLayer(ConnectionOptions options, IConnectionHandler handler) : IMessageReceiver
{
    /// <summary>OpenSSH's name for the question whose only purpose is its answer.</summary>
    public const string KeepAliveRequest = "keepalive@openssh.com";

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, Channel> _channels = [];
    private readonly Dictionary<uint, Opening> _openings = [];
    private readonly Queue<(string Name, TaskCompletionSource<byte[]?>? Reply)> _awaitedReplies = new();
    private ITransport? _transport;
    private KeepAlive? _keepAlive;
    private uint _nextId;
    private SshException? _ended;

    private sealed record Opening(IChannelHandler Handler, TaskCompletionSource<Channel> Result);

    private ITransport Transport => _transport ?? throw new InvalidOperationException("The connection layer has no transport yet.");

    /// <summary>Channels that are open now.</summary>
    public int ChannelCount
    {
        get
        {
            lock (_gate)
                return _channels.Count;
        }
    }

    /// <summary>Names the transport; before its first message.</summary>
    public void Attach(ITransport transport) => _transport = transport;

    /// <summary>Login is complete: from now on a silent peer is asked for signs of life.</summary>
    public void StartKeepAlive()
    {
        lock (_gate)
        {
            if (_ended is null)
                _keepAlive = new KeepAlive(Transport, options, () => SendGlobalRequest(KeepAliveRequest, [], reply: null));
        }
    }

    /// <summary>Opens a channel.</summary>
    /// <param name="channelType">For example <c>session</c>.</param>
    /// <param name="data">What follows in CHANNEL_OPEN for that type.</param>
    /// <param name="channelHandler">Answers what the peer asks on it.</param>
    /// <param name="cancellationToken">Gives up; the channel is closed should it open later.</param>
    /// <exception cref="PeerRefusedException">The peer refused.</exception>
    /// <exception cref="SshException">The connection has ended.</exception>
    public async Task<Channel> OpenAsync(string channelType, ReadOnlyMemory<byte> data, IChannelHandler channelHandler, CancellationToken cancellationToken)
    {
        TaskCompletionSource<Channel> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ThrowIfEnded();
            if (_channels.Count + _openings.Count >= options.MaximumChannels)
                throw new LocalMisuseException(SshErrorCode.LimitExceeded, $"{options.MaximumChannels} channels are open already on this connection.");
            uint id = NextFreeId();
            _openings.Add(id, new Opening(channelHandler, result));
            Transport.Tracer.Emit(new ChannelOpening(id, channelType));
            Transport.Send(new Connection.ChannelOpen(channelType, id, options.ChannelWindow, Channel.MaximumPacket, data.Span));
        }

        try
        {
            return await result.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = result.Task.ContinueWith(
                late => late.Result.SendClose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>Sends a global request and returns the reply's data, or null where the peer refuses.</summary>
    /// <exception cref="SshException">The connection has ended.</exception>
    public async Task<byte[]?> RequestAsync(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        TaskCompletionSource<byte[]?> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        SendGlobalRequest(name, data.Span, reply);
        return await reply.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a global request that wants no reply.</summary>
    /// <exception cref="SshException">The connection has ended.</exception>
    public void Notify(string name, ReadOnlySpan<byte> data)
    {
        Transport.Tracer.Emit(new RequestSent(-1, name, WantReply: false));
        Transport.Send(new GlobalRequest(name, wantReply: false, data));
    }

    /// <inheritdoc />
    public void Receive(MessageNumber number, ReadOnlySpan<byte> payload)
    {
        _keepAlive?.Received();
        switch (number)
        {
            case MessageNumber.ChannelData:
                ChannelData data = Message.Decode<ChannelData>(payload);
                Find(data.RecipientChannel, number).OnData(data.Data);
                break;
            case MessageNumber.ChannelWindowAdjust:
                ChannelWindowAdjust adjust = Transport.Tracer.Decode<ChannelWindowAdjust>(payload);
                Find(adjust.RecipientChannel, number).OnWindowAdjust(adjust.BytesToAdd);
                break;
            case MessageNumber.ChannelExtendedData:
                ChannelExtendedData extended = Message.Decode<ChannelExtendedData>(payload);
                Find(extended.RecipientChannel, number).OnExtendedData(extended.DataTypeCode, extended.Data);
                break;
            case MessageNumber.ChannelEof:
                Find(Transport.Tracer.Decode<ChannelEof>(payload).RecipientChannel, number).OnEof();
                break;
            case MessageNumber.ChannelClose:
                OnClose(Transport.Tracer.Decode<ChannelClose>(payload));
                break;
            case MessageNumber.ChannelRequest:
                ChannelRequest request = Transport.Tracer.Decode<ChannelRequest>(payload);
                Find(request.RecipientChannel, number).OnRequest(request.RequestType, request.WantReply, request.Data);
                break;
            case MessageNumber.ChannelSuccess:
                Find(Transport.Tracer.Decode<ChannelSuccess>(payload).RecipientChannel, number).OnReply(granted: true);
                break;
            case MessageNumber.ChannelFailure:
                Find(Transport.Tracer.Decode<ChannelFailure>(payload).RecipientChannel, number).OnReply(granted: false);
                break;
            case MessageNumber.ChannelOpen:
                OnOpen(Transport.Tracer.Decode<ChannelOpen>(payload));
                break;
            case MessageNumber.ChannelOpenConfirmation:
                OnOpenConfirmation(Transport.Tracer.Decode<ChannelOpenConfirmation>(payload));
                break;
            case MessageNumber.ChannelOpenFailure:
                OnOpenFailure(Transport.Tracer.Decode<ChannelOpenFailure>(payload));
                break;
            case MessageNumber.GlobalRequest:
                OnGlobalRequest(Transport.Tracer.Decode<GlobalRequest>(payload));
                break;
            case MessageNumber.RequestSuccess:
                OnGlobalReply(Transport.Tracer.Decode<RequestSuccess>(payload).Data.ToArray());
                break;
            case MessageNumber.RequestFailure:
                Transport.Tracer.Decode<RequestFailure>(payload);
                OnGlobalReply(null);
                break;
            default:
                throw PeerMisbehavedException.Unexpected(number, "the connection protocol knows no such message");
        }
    }

    /// <inheritdoc />
    public void TransportClosed(SshException reason)
    {
        Channel[] channels;
        lock (_gate)
        {
            _ended = reason;
            _keepAlive?.Dispose();
            channels = [.. _channels.Values];
            CountChannels(-_channels.Count);
            _channels.Clear();
            foreach (Opening opening in _openings.Values)
                opening.Result.TrySetException(reason);
            _openings.Clear();
            while (_awaitedReplies.TryDequeue(out (string Name, TaskCompletionSource<byte[]?>? Reply) awaited))
                awaited.Reply?.TrySetException(reason);
        }

        foreach (Channel channel in channels)
            channel.OnClosed(reason);
    }

    private void SendGlobalRequest(string name, ReadOnlySpan<byte> data, TaskCompletionSource<byte[]?>? reply)
    {
        lock (_gate)
        {
            ThrowIfEnded();
            _awaitedReplies.Enqueue((name, reply));
            Transport.Tracer.Emit(new RequestSent(-1, name, WantReply: true));
            Transport.Send(new GlobalRequest(name, wantReply: true, data));
        }
    }

    private Channel Find(uint id, MessageNumber number)
    {
        lock (_gate)
        {
            return _channels.TryGetValue(id, out Channel? channel)
                ? channel
                : throw new PeerMisbehavedException(SshErrorCode.ChannelMisused, $"The peer sent {MessageNumbers.Describe(number)} for channel {id}, which is not open.");
        }
    }

    private void OnOpen(ChannelOpen open)
    {
        ChannelDecision decision = open.MaximumPacketSize == 0
            ? ChannelDecision.Refuse(ChannelOpenFailureReason.ResourceShortage, "a maximum packet size of 0 cannot carry data")
            : handler.OnOpen(open.ChannelType, open.Data);
        Channel opened;
        lock (_gate)
        {
            if (decision.Handler is not null && _channels.Count + _openings.Count >= options.MaximumChannels)
                decision = ChannelDecision.Refuse(ChannelOpenFailureReason.ResourceShortage, $"{options.MaximumChannels} channels are open already");
            if (decision.Handler is null)
            {
                Transport.Tracer.Emit(new ChannelRefused(open.SenderChannel, decision.Reason, decision.Description));
                Transport.Send(new ChannelOpenFailure(open.SenderChannel, decision.Reason, decision.Description, ""));
                return;
            }

            uint id = NextFreeId();
            CountChannels(1);
            opened = new Channel(
                Transport, decision.Handler, id, options.ChannelWindow, open.SenderChannel, open.InitialWindowSize, open.MaximumPacketSize);
            _channels.Add(id, opened);
            Transport.Tracer.Emit(new ChannelOpened(id, open.SenderChannel, open.InitialWindowSize, open.MaximumPacketSize));
            Transport.Send(new ChannelOpenConfirmation(open.SenderChannel, id, options.ChannelWindow, Channel.MaximumPacket, []));
        }

        decision.Handler.OnOpened(opened);
    }

    private void OnOpenConfirmation(ChannelOpenConfirmation confirmation)
    {
        Opening opening = TakeOpening(confirmation.RecipientChannel, MessageNumber.ChannelOpenConfirmation);
        if (confirmation.MaximumPacketSize == 0)
            throw new PeerMisbehavedException(SshErrorCode.ChannelMisused, "The peer opened a channel with a maximum packet size of 0, which cannot carry data.");
        uint id = confirmation.RecipientChannel;
        Channel channel = new(
            Transport, opening.Handler, id, options.ChannelWindow, confirmation.SenderChannel, confirmation.InitialWindowSize, confirmation.MaximumPacketSize);
        lock (_gate)
            _channels.Add(id, channel);
        CountChannels(1);
        Transport.Tracer.Emit(new ChannelOpened(id, confirmation.SenderChannel, confirmation.InitialWindowSize, confirmation.MaximumPacketSize));
        opening.Result.TrySetResult(channel);
    }

    private void OnOpenFailure(ChannelOpenFailure failure)
    {
        Opening opening = TakeOpening(failure.RecipientChannel, MessageNumber.ChannelOpenFailure);
        Transport.Tracer.Emit(new ChannelRefused(failure.RecipientChannel, failure.Reason, failure.Description));
        opening.Result.TrySetException(new ChannelRefusedException(failure));
    }

    private Opening TakeOpening(uint id, MessageNumber number)
    {
        lock (_gate)
        {
            return _openings.Remove(id, out Opening? opening)
                ? opening
                : throw new PeerMisbehavedException(SshErrorCode.ChannelMisused, $"The peer sent {MessageNumbers.Describe(number)} for channel {id}, which is not being opened.");
        }
    }

    private void OnClose(ChannelClose close)
    {
        Channel channel = Find(close.RecipientChannel, MessageNumber.ChannelClose);
        lock (_gate)
        {
            if (_channels.Remove(close.RecipientChannel))
                CountChannels(-1);
        }

        channel.OnClosed(reason: null);
    }

    private void OnGlobalRequest(GlobalRequest request)
    {
        byte[]? reply = handler.OnGlobalRequest(request.RequestName, request.Data);
        Transport.Tracer.Emit(new RequestReceived(-1, request.RequestName, reply is not null));
        if (!request.WantReply)
            return;
        if (reply is null)
            Transport.Send(default(RequestFailure));
        else
            Transport.Send(new RequestSuccess(reply));
    }

    private void OnGlobalReply(byte[]? data)
    {
        lock (_gate)
        {
            // An answer nobody asked for is dropped (CVE-2026-39830).
            if (!_awaitedReplies.TryDequeue(out (string Name, TaskCompletionSource<byte[]?>? Reply) awaited))
                return;
            Transport.Tracer.Emit(new RequestAnswered(-1, awaited.Name, data is not null));
            awaited.Reply?.TrySetResult(data);
        }
    }

    private void CountChannels(int difference)
    {
        if (difference != 0)
            Telemetry.Channels.Add(difference, Telemetry.RoleTag(Transport.Tracer.Role));
    }

    private uint NextFreeId()
    {
        while (_channels.ContainsKey(_nextId) || _openings.ContainsKey(_nextId))
            _nextId++;
        return _nextId++;
    }

    private void ThrowIfEnded()
    {
        if (_ended is not null)
            throw _ended;
    }
}
