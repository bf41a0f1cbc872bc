namespace LucidSsh.Benchmarks.Timing;

/// <summary>The place an operation takes its input from. Both kinds are copied there from memory that was touched alike, so that
/// the caches do not tell them apart.</summary>
internal sealed class Input(int length)
{
    private readonly byte[] _random = new byte[length];

    public byte[] Bytes { get; } = new byte[length];

    /// <summary>Fixed bytes for the first kind, random ones for the second.</summary>
    public void FixedOrRandom(bool second, byte[] fixedBytes)
    {
        Random.Shared.NextBytes(_random);
        (second ? _random : fixedBytes).CopyTo(Bytes.AsSpan());
    }

    /// <summary>One of the inputs of a kind.</summary>
    public void OneOf(byte[][] inputs) => inputs[Random.Shared.Next(inputs.Length)].CopyTo(Bytes.AsSpan());
}
