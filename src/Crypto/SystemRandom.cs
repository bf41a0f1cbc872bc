using System.Security.Cryptography;

namespace LucidSsh.Crypto;

/// <summary>The random source of every real conversation: a ChaCha20 generator with fast key erasure. Each refill makes a run
/// of key stream, of which the first 32 bytes become the next key before any byte is given out, and bytes are zeroed as they
/// are given out; what is in memory at any moment therefore says nothing about what was handed out before. It is seeded afresh
/// from the operating system after every mebibyte or ten minutes. It may be used from many threads.</summary>
/// <remarks>A copy of the whole process (a snapshot of a virtual machine started twice) would repeat itself until its next
/// seed, ten minutes at most; .NET never forks without exec.</remarks>
internal sealed class SystemRandom : IRandomSource
{
    private const int BufferSize = 4 * ChaCha20.BlockSize; // one call of the short kernel
    private const int SeedSize = 48;
    private const int BytesPerSeed = 1 << 20;
    private const long MillisecondsPerSeed = 10 * 60 * 1000;

    private readonly Lock _gate = new();
    private readonly byte[] _key = GC.AllocateArray<byte>(ChaCha20.KeySize, pinned: true);
    private readonly byte[] _buffer = GC.AllocateArray<byte>(BufferSize, pinned: true);
    private readonly Action<Span<byte>> _readSeed;
    private readonly Func<long> _milliseconds;
    private int _available; // unread bytes, at the end of the buffer
    private int _untilSeed; // bytes that may still be produced from this seed
    private long _seededAt;

    /// <summary>A generator seeded by the operating system on first use.</summary>
    public SystemRandom()
        : this(OperatingSystemRandomness.Fill, static () => Environment.TickCount64)
    {
    }

    /// <summary>A generator whose seeds and time come from the test.</summary>
    internal SystemRandom(Action<Span<byte>> readSeed, Func<long> milliseconds) =>
        (_readSeed, _milliseconds) = (readSeed, milliseconds);

    /// <summary>The process's generator.</summary>
    public static SystemRandom Shared { get; } = new();

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">The operating system gave no randomness.</exception>
    public void Fill(Span<byte> destination)
    {
        lock (_gate)
        {
            while (!destination.IsEmpty)
            {
                if (_available == 0 || _milliseconds() - _seededAt >= MillisecondsPerSeed)
                {
                    Refill();
                }
                int taken = Math.Min(_available, destination.Length);
                Span<byte> source = _buffer.AsSpan(BufferSize - _available, taken);
                source.CopyTo(destination);
                ConstantTime.Zero(source);
                _available -= taken;
                destination = destination[taken..];
            }
        }
    }

    private void Refill()
    {
        if (_untilSeed <= 0 || _milliseconds() - _seededAt >= MillisecondsPerSeed)
        {
            Reseed();
        }
        // A key is used for one run only: the nonce may stay zero.
        Span<byte> run = _buffer;
        run.Clear();
        Span<byte> nonce = stackalloc byte[ChaCha20.NonceSize];
        nonce.Clear();
        ChaCha20.Transform(_key, nonce, 0, run, run);
        run[..ChaCha20.KeySize].CopyTo(_key);
        ConstantTime.Zero(run[..ChaCha20.KeySize]);
        _available = BufferSize - ChaCha20.KeySize;
        _untilSeed -= _available;
    }

    // The new key is a hash over the old key, the system's seed and two random GUIDs (which come from the system by another way:
    // a safeguard against a fault in ours). All-or-nothing: where a source fails, the state is as before and no bytes leave.
    private void Reseed()
    {
        Span<byte> material = stackalloc byte[ChaCha20.KeySize + SeedSize + 32];
        Span<byte> digest = stackalloc byte[64];
        _key.CopyTo(material);
        _readSeed(material.Slice(ChaCha20.KeySize, SeedSize));
        Guid.NewGuid().TryWriteBytes(material[^32..]);
        Guid.NewGuid().TryWriteBytes(material[^16..]);
        Hash.Digest(HashName.Sha512, material, digest);
        digest[..ChaCha20.KeySize].CopyTo(_key);
        ConstantTime.Zero(material);
        ConstantTime.Zero(digest);
        _available = 0;
        _untilSeed = BytesPerSeed;
        _seededAt = _milliseconds();
    }
}
