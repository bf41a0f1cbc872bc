using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/* RFC 4252 section 7: the signature is over
     string    session identifier
     byte      SSH_MSG_USERAUTH_REQUEST
     string    user name
     string    service name
     string    "publickey"
     boolean   TRUE
     string    public key algorithm name
     string    public key to be used for authentication
   and section 9 does the same with hostbased's fields. */

/// <summary>What a key's signature covers: the session identifier, and the request byte for byte as it travels, up to the
/// signature. Both sides take those bytes from the payload itself, so that there is no second spelling of them.</summary>
internal static class SignedRequest
{
    /// <summary>The data for a request that is about to be signed.</summary>
    /// <param name="sessionId">The session identifier.</param>
    /// <param name="unsigned">The request as it will be sent, its signature empty.</param>
    public static byte[] DataToSign<TRequest>(ReadOnlySpan<byte> sessionId, scoped in TRequest unsigned)
        where TRequest : IMessage<TRequest>, allows ref struct => Data(sessionId, Message.ToArray(unsigned), signatureLength: 0);

    /// <summary>The same for a key's request in RFC 4252's form.</summary>
    public static byte[] DataToSign(ReadOnlySpan<byte> sessionId, string user, string service, string algorithm, ReadOnlySpan<byte> keyBlob) =>
        DataToSign(sessionId, new PublicKeyRequest(user, service, algorithm, keyBlob, isSigned: true, signature: []));

    /// <summary>True when <paramref name="payload"/>, a signed <see cref="PublicKeyRequest"/>, carries <paramref name="offered"/>, and that
    /// key's signature of itself in this session, made with exactly the algorithm that belongs to the one it names.</summary>
    /// <param name="offered">The key, or the certificate and its key.</param>
    /// <param name="sessionId">The session identifier.</param>
    /// <param name="payload">The request.</param>
    /// <param name="demand">What a security key's signature must say of its making.</param>
    public static bool IsSignedBy(
        OfferedKey offered, ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> payload, SecurityKeyDemand demand = SecurityKeyDemand.UserPresence)
    {
        PublicKeyRequest request = Message.Decode<PublicKeyRequest>(payload);
        return request.IsSigned
            && request.KeyBlob.SequenceEqual(offered.Blob.Span)
            && offered.Key.Verify(offered.Algorithm, Data(sessionId, payload, request.Signature.Length), request.Signature, demand);
    }

    /// <summary>The same of a <see cref="HostBasedRequest"/> and the client host's key.</summary>
    public static bool IsSignedByHost(OfferedKey offered, ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> payload)
    {
        HostBasedRequest request = Message.Decode<HostBasedRequest>(payload);
        return request.KeyBlob.SequenceEqual(offered.Blob.Span)
            && offered.Key.Verify(offered.Algorithm, Data(sessionId, payload, request.Signature.Length), request.Signature);
    }

    private static byte[] Data(ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> payload, int signatureLength)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.String(sessionId);
        writer.Bytes(payload[..^(sizeof(uint) + signatureLength)]); // the signature is the last field: its length, its bytes
        return buffer.Written.ToArray();
    }
}
