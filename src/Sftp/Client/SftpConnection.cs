using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>Requests and replies over one pipe: numbers them, sends them in order, and gives each reply to the request it belongs to,
/// where it lies. Replies may come in any order.</summary>
internal sealed class SftpConnection : IAsyncDisposable
{
    private const int LengthField = sizeof(uint);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly IDuplexPipe _pipe;
    private readonly Tracer _tracer;
    private readonly SftpClientOptions _options;
    private readonly Dictionary<uint, PendingReply> _pending = [];
    private readonly SemaphoreSlim _slots;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly WireBuffer _outgoing = new(64 * 1024);
    private readonly TaskCompletionSource<VersionPacket> _version = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _scattered = [];
    private Task _reading = Task.CompletedTask;
    private uint _nextId;
    private SshException? _ended;

    private SftpConnection(IDuplexPipe pipe, SftpClientOptions options, Tracer tracer)
    {
        (_pipe, _options, _tracer) = (pipe, options, tracer);
        _slots = new SemaphoreSlim(options.MaximumRequests, options.MaximumRequests);
    }

    /// <summary>The connection's trace.</summary>
    public Tracer Tracer => _tracer;

    /// <summary>The version the server speaks.</summary>
    public uint Version { get; private set; }

    /// <summary>The server's extensions that are spoken here too.</summary>
    public IReadOnlySet<string> Extensions { get; private set; } = new HashSet<string>();

    /// <summary>Greets the server.</summary>
    /// <exception cref="SftpException">What answers is no SFTP server, or none of version 3.</exception>
    public static async Task<SftpConnection> StartAsync(IDuplexPipe pipe, SftpClientOptions options, Tracer tracer, CancellationToken cancellationToken)
    {
        SftpConnection connection = new(pipe, options, tracer);
        SftpPacket.Encode(connection._outgoing, new InitPacket(3, []));
        connection._reading = Task.Run(connection.ReadLoopAsync, CancellationToken.None);
        try
        {
            await pipe.Output.WriteAsync(connection._outgoing.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }
        catch (SshException closed) when (closed.Code == SshErrorCode.ChannelClosed)
        {
            // The server's program has ended already: what it printed, or that it printed nothing, says more.
        }

        connection._outgoing.Truncate(0);
        try
        {
            VersionPacket version = await connection._version.Task.WaitAsync(options.StartTimeout, options.Time, cancellationToken).ConfigureAwait(false);
            if (version.Version < 3)
                throw SftpException.Unavailable($"The server speaks SFTP version {version.Version}; version 3 is needed.", null);
            connection.Version = version.Version;
            connection.Extensions = version.Extensions.Where(e => SftpExtensions.IsKnown(e.Key, e.Value)).Select(e => e.Key).ToHashSet();
            tracer.Emit(new SftpStarted(version.Version, string.Join(',', version.Extensions.Select(e => e.Key))));
            return connection;
        }
        catch (TimeoutException)
        {
            throw new TransportLostException(
                SshErrorCode.TimedOut,
                $"The SFTP server did not greet within {options.StartTimeout.TotalSeconds:0.#} seconds.",
                "Some servers accept the subsystem and start nothing (Dropbear without sftp-server).");
        }
    }

    /// <summary>Sends a request and waits for what its reply becomes.</summary>
    /// <param name="encode">Appends the whole packet with the id it is given.</param>
    /// <param name="read">Makes the result of the reply.</param>
    /// <param name="cancellationToken">Gives up waiting; the session goes on.</param>
    /// <param name="abandoned">Gets the reply when the caller has given up.</param>
    /// <exception cref="SshException">The session has ended; or what <paramref name="read"/> throws.</exception>
    public async Task<TResult> RequestAsync<TResult>(
        Action<WireBuffer, uint> encode, ReplyReader<TResult> read, CancellationToken cancellationToken, Action<SftpPacketType, byte[]>? abandoned = null)
    {
        PendingReply<TResult> pending = await SendAsync(encode, read, cancellationToken, abandoned).ConfigureAwait(false);
        return await pending.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request and returns when it is on its way.</summary>
    public async Task<PendingReply<TResult>> SendAsync<TResult>(
        Action<WireBuffer, uint> encode, ReplyReader<TResult> read, CancellationToken cancellationToken, Action<SftpPacketType, byte[]>? abandoned = null)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        PendingReply<TResult> pending = new(read, abandoned);
        uint id = Register(pending);
        bool sent = false;
        try
        {
            await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                encode(_outgoing, id);
                pending.Sending((SftpPacketType)_outgoing.Written[LengthField], _tracer.Elapsed);
                _tracer.Emit(new SftpRequestSent(id, pending.Request, _outgoing.Length));
                // A packet goes out whole or not at all: half of one would put the stream out of step.
                await _pipe.Output.WriteAsync(_outgoing.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
                sent = true;
            }
            finally
            {
                _outgoing.Truncate(0);
                _sending.Release();
            }
        }
        finally
        {
            if (!sent)
                Unregister(id);
        }

        return pending;
    }

    /// <summary>Ends the session: the server sees the end of the stream.</summary>
    public async ValueTask DisposeAsync()
    {
        End(new SshException(SshErrorCode.Disconnected, SshFault.Caller, "The SFTP session was closed by this side."));
        await _pipe.Output.CompleteAsync().ConfigureAwait(false);
        if (_pipe is IAsyncDisposable disposable)
            await disposable.DisposeAsync().ConfigureAwait(false);
        else
            _pipe.Input.CancelPendingRead();
        try
        {
            await _reading.WaitAsync(CloseTimeout, _options.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The pipe under us does not end; nobody waits for it any more.
        }
    }

    private uint Register(PendingReply pending)
    {
        lock (_pending)
        {
            if (_ended is not null)
            {
                _slots.Release();
                throw _ended;
            }

            while (!_pending.TryAdd(_nextId, pending))
                _nextId++;
            return _nextId++;
        }
    }

    private void Unregister(uint id)
    {
        lock (_pending)
        {
            if (_pending.Remove(id))
                _slots.Release();
        }
    }

    private void End(SshException reason)
    {
        PendingReply[] waiting;
        lock (_pending)
        {
            if (_ended is not null)
                return;
            _ended = reason;
            waiting = [.. _pending.Values];
            _pending.Clear();
        }

        _version.TrySetException(reason);
        foreach (PendingReply pending in waiting)
            pending.Fail(reason);
        if (waiting.Length > 0)
            _slots.Release(waiting.Length);
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
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            reason = new TransportLostException(SshErrorCode.ConnectionLost, $"The SFTP session broke: {exception.Message}", inner: exception);
        }

        End(reason);
        await _pipe.Input.CompleteAsync().ConfigureAwait(false);
    }

    private async Task<SshException> ReadUntilEndAsync()
    {
        while (true)
        {
            ReadResult read = await _pipe.Input.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = read.Buffer;
            try
            {
                while (TryTakeFrame(ref buffer, out ReadOnlySequence<byte> frame))
                    OnFrame(Contiguous(frame));
            }
            finally
            {
                _pipe.Input.AdvanceTo(buffer.Start, read.Buffer.End);
            }

            if (read.IsCompleted || read.IsCanceled)
            {
                return _version.Task.IsCompleted
                    ? new TransportLostException(SshErrorCode.ConnectionLost, "The server ended the SFTP session.")
                    : SftpException.Unavailable(
                        $"The server started no SFTP: its program ended{(buffer.IsEmpty ? " without a word" : $" after printing \"{Printable(buffer)}\"")}.",
                        "The server's configuration names an SFTP program that does not exist or may not run (OpenSSH: the Subsystem line), or a shell start-up file ends the session.");
            }
        }
    }

    private bool TryTakeFrame(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (buffer.Length < LengthField)
            return false;
        Span<byte> field = stackalloc byte[LengthField];
        buffer.Slice(0, LengthField).CopyTo(field);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(field);
        if (length is 0 or > SftpPacket.MaximumLength)
            throw NotAFrame(length, buffer);
        if (buffer.Length < LengthField + length)
            return false;
        frame = buffer.Slice(LengthField, length);
        buffer = buffer.Slice(LengthField + length);
        return true;
    }

    private SftpException NotAFrame(uint length, in ReadOnlySequence<byte> buffer) => _version.Task.IsCompleted
        ? SftpException.Protocol($"The server announced an SFTP packet of {length} bytes; 1 to {SftpPacket.MaximumLength} are allowed.")
        : SftpException.Unavailable(
            $"The server printed \"{Printable(buffer)}\" instead of speaking SFTP.",
            "A shell start-up file on the server (.bashrc, .profile) writes text also for sessions without a terminal: silence it there.");

    private static string Printable(in ReadOnlySequence<byte> buffer) =>
        TerminalText.OneLine(Encoding.Latin1.GetString(buffer.Slice(0, Math.Min(buffer.Length, 80)).ToArray()).Trim());

    // A packet that spans two segments is joined first.
    private ReadOnlySpan<byte> Contiguous(in ReadOnlySequence<byte> frame)
    {
        if (frame.IsSingleSegment)
            return frame.FirstSpan;
        if (_scattered.Length < frame.Length)
            _scattered = new byte[frame.Length];
        frame.CopyTo(_scattered);
        return _scattered.AsSpan(0, (int)frame.Length);
    }

    private void OnFrame(ReadOnlySpan<byte> packet)
    {
        SftpPacketType type = (SftpPacketType)packet[0];
        if (!_version.Task.IsCompleted)
        {
            _version.TrySetResult(SftpPacket.Decode<VersionPacket>(packet));
            return;
        }

        SshReader reader = new(packet[1..]);
        uint id = reader.UInt32("id");
        if (reader.Fault is not null)
            throw SftpException.Protocol($"The server sent an SFTP {type} packet without an id.");
        PendingReply? pending;
        lock (_pending)
        {
            if (!_pending.Remove(id, out pending))
                throw SftpException.Protocol($"The server answered request {id}, which was not asked or is answered already.");
        }

        _slots.Release();
        Observe(pending, id, type, packet);
        pending.OnReply(type, packet);
    }

    private void Observe(PendingReply pending, uint id, SftpPacketType type, ReadOnlySpan<byte> packet)
    {
        TimeSpan elapsed = _tracer.Elapsed - pending.SentAt;
        _tracer.Emit(new SftpReplyReceived(id, pending.Request, type, packet.Length, (long)elapsed.TotalMicroseconds));
        SftpStatusCode code = SftpStatusCode.Ok;
        if (type == SftpPacketType.Status && SftpPacket.Decode<StatusPacket>(packet) is { Code: not SftpStatusCode.Ok } status)
        {
            code = status.Code;
            _tracer.Emit(new SftpStatusReceived(id, code, status.Message));
        }

        SftpTelemetry.Record(elapsed, _tracer.Role, pending.Request, code);
    }
}
