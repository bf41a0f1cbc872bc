using LucidSsh.Wire;

namespace LucidSsh.Connection;

/// <summary>What the peer still takes on one channel (RFC 4254 section 5.2). Not thread-safe: its channel's lock guards it.</summary>
internal struct SendWindow(uint initial)
{
    /// <summary>Bytes the peer takes before it has to adjust.</summary>
    public uint Available { get; private set; } = initial;

    /// <summary>Takes at most <paramref name="wanted"/> bytes of the window; 0 when it is used up.</summary>
    public int Take(int wanted, uint maximumPacket)
    {
        int granted = (int)Math.Min((uint)wanted, Math.Min(Available, maximumPacket));
        Available -= (uint)granted;
        return granted;
    }

    /// <summary>The peer takes more.</summary>
    /// <exception cref="PeerMisbehavedException">The window would pass 2^32 - 1 bytes.</exception>
    public void Add(uint bytes)
    {
        if (bytes > uint.MaxValue - Available)
            throw new PeerMisbehavedException(SshErrorCode.ChannelMisused, $"The peer opened a channel window beyond 2^32 - 1 bytes ({Available} + {bytes}).");
        Available += bytes;
    }
}

/// <summary>What we still take on one channel. Bytes come back into it as the application consumes them, early and in pieces large
/// enough to be worth a message: a quarter of the window, since some peers stall when an adjust comes only at the end.
/// Not thread-safe: its channel's lock guards it.</summary>
internal struct ReceiveWindow(uint size)
{
    private readonly uint _batch = size / 4;
    private uint _consumed;

    /// <summary>Bytes the peer may still send.</summary>
    public uint Available { get; private set; } = size;

    /// <summary>Counts arriving bytes.</summary>
    /// <returns>False when the peer sends more than it may.</returns>
    public bool TryReceive(int bytes)
    {
        if ((uint)bytes > Available)
            return false;
        Available -= (uint)bytes;
        return true;
    }

    /// <summary>Counts bytes the application is done with.</summary>
    /// <returns>How many bytes to give back to the peer now; 0 for not yet.</returns>
    public uint Consume(long bytes)
    {
        _consumed += (uint)bytes; // consumed bytes were received before, and the window held them: no overflow
        if (_consumed < _batch && Available > 0)
            return 0;
        uint given = _consumed;
        Available += given;
        _consumed = 0;
        return given;
    }
}
