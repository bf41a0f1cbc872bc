using LucidSsh.Crypto;

namespace LucidSsh.Tests.Harness;

/// <summary>A random source that gives the same bytes in every run; any thread may ask.</summary>
internal sealed class ReplayedRandom(int seed) : IRandomSource
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination)
    {
        lock (_gate)
            _random.NextBytes(destination);
    }

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    public int Next(int exclusiveMaximum)
    {
        lock (_gate)
            return _random.Next(exclusiveMaximum);
    }
}
