namespace LucidSsh.Connection;

/// <summary>Bounds and habits of the connection layer.</summary>
internal sealed record ConnectionOptions
{
    /// <summary>Bytes a channel takes before they are consumed: 2 MiB, as OpenSSH.</summary>
    public uint ChannelWindow { get; init; } = 2 * 1024 * 1024;

    /// <summary>Channels that may be open at once.</summary>
    public int MaximumChannels { get; init; } = 1024;

    /// <summary>How long nothing may arrive before the peer is asked for a sign of life; zero never asks.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many such questions may stay unanswered before the connection is given up.</summary>
    public int KeepAliveCount { get; init; } = 4;
}
