using System.Text;
using LucidSsh.Crypto;

namespace LucidSsh.Agent;

/// <summary>A key in an agent of this process, until its time is over. What signs with it and what zeroes it exclude each other.</summary>
internal sealed class HeldKey(PrivateKey key, Certificate? certificate, string comment, bool confirm, DestinationConstraints? destinations) : IDisposable
{
    // A timer runs for less than fifty days (TimeProvider.CreateTimer); a longer life takes several.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    private readonly Lock _gate = new();
    private ITimer? _end;
    private bool _gone;

    public PublicKey PublicKey { get; } = key.PublicKey;

    /// <summary>What clients name it by: the certificate's blob where it has one, else the public key's.</summary>
    public ReadOnlyMemory<byte> Blob { get; } = certificate?.Blob ?? key.PublicKey.Blob;

    public string Comment { get; } = comment;

    /// <summary>Bytes it takes in the list of keys: two lengths, the blob, the comment.</summary>
    public int ListedSize => 2 * sizeof(uint) + Blob.Length + Encoding.UTF8.GetByteCount(Comment);

    /// <summary>A person is asked before each signature.</summary>
    public bool Confirm { get; } = confirm;

    /// <summary>Where it may be used; null is everywhere.</summary>
    public DestinationConstraints? Destinations { get; } = destinations;

    /// <summary>From now on the key's time runs.</summary>
    public void EndAfter(TimeSpan lifetime, TimeProvider time, Action<HeldKey> end)
    {
        TimeSpan rest = lifetime - LongestTimer;
        lock (_gate)
        {
            if (_gone)
                return;
            _end?.Dispose();
            _end = rest <= TimeSpan.Zero
                ? time.CreateTimer(_ => end(this), null, lifetime, Timeout.InfiniteTimeSpan)
                : time.CreateTimer(_ => EndAfter(rest, time, end), null, LongestTimer, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Signs; null where the key is gone.</summary>
    public byte[]? Sign(string algorithm, ReadOnlySpan<byte> data)
    {
        lock (_gate)
            return _gone ? null : key.Sign(algorithm, data, SystemRandom.Shared);
    }

    /// <summary>Zeroes the key.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _gone = true;
            _end?.Dispose();
            key.Dispose();
        }
    }
}
