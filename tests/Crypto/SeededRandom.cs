using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

/// <summary>A random source that gives every run of a test the same bytes.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        Fill(bytes);
        return bytes;
    }

    public int Next(int exclusiveMaximum) => _random.Next(exclusiveMaximum);
}
