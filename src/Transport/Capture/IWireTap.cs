namespace LucidSsh.Transport;

/// <summary>Sees what goes over the wire and the keys it goes under. Only a capture that was asked for by name is one.</summary>
internal interface IWireTap
{
    /// <summary>An identification line or one sealed packet with its tag, whole. Called in the order of each direction.</summary>
    void Wire(bool sent, ReadOnlySpan<byte> bytes);

    /// <summary>What a key exchange came to.</summary>
    /// <param name="cookie">The cookie of our KEXINIT.</param>
    /// <param name="privateValue">Our ephemeral private value; empty where the method has none that readers know.</param>
    /// <param name="sharedSecret">K as the exchange hash takes it, its length in front.</param>
    void Keys(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> privateValue, ReadOnlySpan<byte> sharedSecret);

    /// <summary>Nothing follows on this connection.</summary>
    void Ended();
}
