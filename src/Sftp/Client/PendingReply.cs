using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>Makes a result of a reply, where it lies in the packet.</summary>
internal delegate TResult ReplyReader<TResult>(SftpPacketType type, ReadOnlySpan<byte> packet);

/// <summary>A request that waits for its reply.</summary>
internal abstract class PendingReply
{
    /// <summary>What was asked.</summary>
    public SftpPacketType Request { get; private set; }

    /// <summary>When it was sent, since the connection began.</summary>
    public TimeSpan SentAt { get; private set; }

    /// <summary>The request is about to be sent.</summary>
    public void Sending(SftpPacketType request, TimeSpan now) => (Request, SentAt) = (request, now);

    /// <summary>The reply is here; called on the read loop.</summary>
    public abstract void OnReply(SftpPacketType type, ReadOnlySpan<byte> packet);

    /// <summary>There will be no reply.</summary>
    public abstract void Fail(SshException reason);
}

/// <summary>A request whose reply becomes a <typeparamref name="TResult"/>.</summary>
/// <param name="read">Makes the result. It runs on the read loop, and never once the caller has given up: memory it writes to is the
/// caller's again then.</param>
/// <param name="abandoned">Gets the reply when the caller has given up; null drops it.</param>
internal sealed class PendingReply<TResult>(ReplyReader<TResult> read, Action<SftpPacketType, byte[]>? abandoned) : PendingReply
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<TResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _abandoned;

    /// <summary>Waits for the reply, or gives it up.</summary>
    public async Task<TResult> WaitAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(() =>
        {
            lock (_gate)
                _abandoned = !_result.Task.IsCompleted;
            _result.TrySetCanceled(cancellationToken);
        });
        return await _result.Task.ConfigureAwait(false);
    }

    public override void OnReply(SftpPacketType type, ReadOnlySpan<byte> packet)
    {
        lock (_gate)
        {
            if (_abandoned)
            {
                abandoned?.Invoke(type, packet.ToArray());
                return;
            }

            try
            {
                _result.TrySetResult(read(type, packet));
            }
            catch (Exception exception) when (exception is SshException or IOException or UnauthorizedAccessException)
            {
                _result.TrySetException(exception);
                if (exception is SftpException { Code: SshErrorCode.SftpProtocol })
                    throw; // a malformed reply ends the whole session
            }
        }
    }

    public override void Fail(SshException reason) => _result.TrySetException(reason);
}
