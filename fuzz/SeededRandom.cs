using LucidSsh.Crypto;

namespace LucidSsh.Fuzz;

/// <summary>A random source that gives every run the same bytes, so that a whole conversation is a function of its input.</summary>
internal sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);
}
