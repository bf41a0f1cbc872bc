namespace LucidSsh.Crypto;

/// <summary>Where every random byte of a conversation comes from: keys, cookies, padding, nonces. An engine takes its source
/// as an argument, so that a conversation can be replayed byte for byte in a test.</summary>
internal interface IRandomSource
{
    /// <summary>Fills <paramref name="destination"/> with bytes nobody can predict, or throws; it never leaves it half filled.</summary>
    void Fill(Span<byte> destination);
}
