using System.Collections.Immutable;
using LucidSsh.Connection;
using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Server;

/// <summary>Tells a client that has logged in all the server's host keys, and proves that the server holds them, so that a key can be
/// replaced without an unknown one appearing (OpenSSH's PROTOCOL, section 2.5). Each key signs once per connection: a client that asks
/// again only wants signatures, or the server's time.</summary>
internal sealed class HostKeyTeller(SshTransport transport, ImmutableArray<PrivateKey> keys)
{
    private readonly HashSet<PrivateKey> _proved = [];

    /// <summary>Tells the keys.</summary>
    public void Tell(ConnectionLayer connection) =>
        connection.Notify(HostKeyProof.Announcement, HostKeyProof.Write(keys.Select(key => key.PublicKey.Blob).Take(HostKeyProof.MaximumKeys)));

    /// <summary>Signs with each key the client names, in that order; null where one is not the server's, or has signed before.</summary>
    public byte[]? Prove(ReadOnlySpan<byte> data)
    {
        if (!HostKeyProof.TryRead(data, out List<byte[]>? blobs) || blobs.Count == 0)
            return null;
        List<PrivateKey> asked = [];
        foreach (byte[] blob in blobs)
        {
            if (keys.FirstOrDefault(key => key.PublicKey.Blob.Span.SequenceEqual(blob)) is not { } key || !_proved.Add(key))
                return null;
            asked.Add(key);
        }

        string? agreed = transport.Negotiation.Algorithms.FirstOrDefault(algorithm => algorithm.Kind == AlgorithmKind.HostKey)?.Chosen;
        return HostKeyProof.Write(asked.Select(key => (ReadOnlyMemory<byte>)key.Sign(
            HostKeyProof.Algorithms(key.PublicKey.Type, agreed).First(),
            HostKeyProof.DataToSign(transport.SessionId.Span, key.PublicKey.Blob.Span),
            transport.Random)));
    }
}
