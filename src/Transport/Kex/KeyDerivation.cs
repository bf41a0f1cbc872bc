using LucidSsh.Crypto;

namespace LucidSsh.Transport;

/// <summary>Keys from a key exchange (RFC 4253 section 7.2): <c>HASH(K ‖ H ‖ letter ‖ session_id)</c>, extended by
/// <c>HASH(K ‖ H ‖ everything so far)</c> until there is enough.</summary>
/// <param name="hash">The method's hash.</param>
/// <param name="encodedSecret">K as the exchange hash takes it; it stays the caller's.</param>
/// <param name="exchangeHash">H of this key exchange.</param>
/// <param name="sessionId">H of the first.</param>
internal sealed class KeyDerivation(HashName hash, Secret encodedSecret, byte[] exchangeHash, byte[] sessionId)
{
    /// <summary>The first <paramref name="length"/> bytes of the key named by <paramref name="letter"/>, A to F.</summary>
    public Secret Derive(char letter, int length)
    {
        using Hash function = Hash.Create(hash);
        using Secret stream = new((length + function.Size - 1) / function.Size * function.Size);
        for (int filled = 0; filled < length; filled += function.Size)
        {
            function.Append(encodedSecret.Span);
            function.Append(exchangeHash);
            if (filled == 0)
            {
                function.Append([(byte)letter]);
                function.Append(sessionId);
            }
            else
            {
                function.Append(stream.Span[..filled]);
            }

            function.Finish(stream.Span.Slice(filled, function.Size));
        }

        return new Secret(stream.Span[..length]);
    }
}
