using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;

namespace LucidSsh.Auth;

/// <summary>The method hostbased (RFC 4252 section 9), the server's side: the signature is verified first, and what it proves is handed
/// to the authenticator, who alone knows which hosts and users to believe.</summary>
internal static class ServerHostBased
{
    public static async ValueTask<RequestOutcome> JudgeAsync(
        ServerConversation conversation, byte[] payload, CancellationToken cancellationToken)
    {
        (ClientHost? host, string algorithm) = Read(conversation.Transport.Tracer, payload);
        PublicKey? key = host?.Key;
        conversation.Transport.Tracer.Emit(new LoginRequested(
            LoginMethods.HostBased, conversation.Context.User, key?.Type, key?.Fingerprint, algorithm, IsSigned: true));
        if (host is null || !conversation.Options.SignatureAlgorithms.Contains(algorithm) || !host.Key.SignatureAlgorithms.Contains(algorithm))
            return RequestOutcome.Refused;
        if (!SignedRequest.IsSignedByHost(host.Key, conversation.Transport.SessionId.Span, payload))
            return conversation.Refuse(host.Key, "did not make this signature");
        return await conversation.Authenticator.AcceptHostAsync(conversation.Context, host, cancellationToken).ConfigureAwait(false)
            ? RequestOutcome.Passed
            : conversation.Refuse(host.Key, $"is not believed as the key of {host}");
    }

    private static (ClientHost? Host, string Algorithm) Read(Tracer tracer, byte[] payload)
    {
        HostBasedRequest request = tracer.Decode<HostBasedRequest>(payload);
        return PublicKey.TryParse(request.KeyBlob, out PublicKey? key, out _)
            ? (new ClientHost(key, request.ClientHost.TrimEnd('.'), request.ClientUser), request.Algorithm)
            : (null, request.Algorithm);
    }
}
