using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/// <summary>A key exchange method: mathematics alone. It sends no packet and computes no exchange hash.</summary>
internal abstract class KexMethod(string name, HashName hash, Posture posture)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>The hash of the exchange hash and of the key derivation.</summary>
    public HashName Hash { get; } = hash;

    /// <summary>How it is offered.</summary>
    public Posture Posture { get; } = posture;

    /// <summary>The failure of a value that cannot be.</summary>
    protected PeerMisbehavedException Unacceptable(string what) =>
        new(SshErrorCode.KeyExchangeFailed, $"The peer's value for {Name} {what}.", tellPeer: DisconnectReason.KeyExchangeFailed);
}

/// <summary>A method in which the client sends one value and the server answers with one: all but the group exchange, which
/// becomes one as soon as its group is known.</summary>
internal abstract class ValueKex(string name, HashName hash, Posture posture) : KexMethod(name, hash, posture)
{
    /// <summary>What a group exchange adds to the exchange hash, between host key and client's value (RFC 4419 section 3); empty
    /// for every other method.</summary>
    public ReadOnlyMemory<byte> GroupParameters { get; init; }

    /// <summary>True when the values travel in the messages 32 and 33 of a group exchange and not in 30 and 31.</summary>
    public bool IsGroupExchange => !GroupParameters.IsEmpty;

    /// <summary>The client's half: makes its value.</summary>
    public abstract IKexClient Start(IRandomSource random);

    /// <summary>The server's half: takes the client's value, makes its own, and the secret.</summary>
    /// <exception cref="PeerMisbehavedException">The client's value cannot be.</exception>
    public abstract KexResponse Respond(ReadOnlySpan<byte> clientValue, IRandomSource random);

    /// <summary>K as an mpint (RFC 4253 section 8).</summary>
    protected static Secret EncodeMpInt(ReadOnlySpan<byte> magnitude)
    {
        WireBuffer buffer = new(magnitude.Length + 8);
        new SshWriter(buffer).MpInt(magnitude);
        Secret encoded = new(buffer.Written);
        buffer.Zero();
        return encoded;
    }
}

/// <summary>A client between its value and the server's.</summary>
internal interface IKexClient : IDisposable
{
    /// <summary>What is sent to the server.</summary>
    ReadOnlySpan<byte> ClientValue { get; }

    /// <summary>The private value, for a key log; empty where key logs know none.</summary>
    ReadOnlySpan<byte> PrivateValue => default;

    /// <summary>Takes the server's value.</summary>
    /// <returns>K, encoded as the exchange hash takes it; the caller disposes it.</returns>
    /// <exception cref="PeerMisbehavedException">The server's value cannot be.</exception>
    Secret Finish(ReadOnlySpan<byte> serverValue);
}

/// <summary>A server's answer.</summary>
/// <param name="ServerValue">What is sent to the client.</param>
/// <param name="SharedSecret">K, encoded as the exchange hash takes it.</param>
internal sealed record KexResponse(byte[] ServerValue, Secret SharedSecret) : IDisposable
{
    public void Dispose() => SharedSecret.Dispose();
}
