namespace LucidSsh.Benchmarks.Timing;

/// <summary>The place an operation takes its input from. Both kinds are copied there whole, from memory that was touched alike, so that
/// neither the caches nor stores that are still under way tell them apart: a byte changed in place just before the operation reads it
/// is time that the measurement would see.</summary>
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

    /// <summary>The expected bytes with the first (first kind) or the last one wrong.</summary>
    public static Action<bool> Spoilt(Input guess, byte[] expected)
    {
        byte[] wrongFirst = [.. expected], wrongLast = [.. expected];
        wrongFirst[0] ^= 0x55;
        wrongLast[^1] ^= 0x55;
        return second => (second ? wrongLast : wrongFirst).CopyTo(guess.Bytes.AsSpan());
    }

    /// <summary>One of the inputs of a kind.</summary>
    public void OneOf(byte[][] inputs) => inputs[Random.Shared.Next(inputs.Length)].CopyTo(Bytes.AsSpan());
}
