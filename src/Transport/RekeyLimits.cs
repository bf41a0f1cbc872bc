namespace LucidSsh.Transport;

/// <summary>When this side starts a key exchange by itself: whichever limit is reached first, in either direction.</summary>
/// <param name="Bytes">Bytes under one set of keys. RFC 4253 section 9 recommends 1 GiB; RFC 4344 section 3.2 allows AES 64 GiB.</param>
/// <param name="Packets">Packets under one set of keys; never more than 2^31 (RFC 4344 section 3.1).</param>
/// <param name="Interval">Time under one set of keys (RFC 4253 section 9 recommends an hour); zero, infinite, or more than a timer runs (49 days)
/// switches it off.</param>
public sealed record RekeyLimits(long Bytes, long Packets, TimeSpan Interval)
{
    /// <summary>1 GiB, 2^31 packets, one hour.</summary>
    public static RekeyLimits Default { get; } = new(1L << 30, 1L << 31, TimeSpan.FromHours(1));

    // TimeProvider.CreateTimer takes 2^32-2 milliseconds at most.
    internal bool HasInterval => Interval > TimeSpan.Zero && Interval.TotalMilliseconds <= uint.MaxValue - 1;

    internal bool Reached(long bytes, long packets) => bytes >= Bytes || packets >= Packets;

    internal string Describe(long bytes, long packets, string direction) =>
        bytes >= Bytes ? $"{bytes} bytes {direction}" : $"{packets} packets {direction}";
}
