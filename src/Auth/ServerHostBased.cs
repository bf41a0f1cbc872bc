using LucidSsh.Crypto;
using LucidSsh.Transport;

namespace LucidSsh.Auth;

/// <summary>The method hostbased (RFC 4252 section 9), the server's side: the signature is verified first, and what it proves is handed
/// to the authenticator, who alone knows which hosts and users to believe.</summary>
internal static class ServerHostBased
{
    public static async ValueTask<RequestOutcome> JudgeAsync(
        ServerConversation conversation, byte[] payload, CancellationToken cancellationToken)
    {
        (OfferedKey? offered, string algorithm, ClientHost? host) = Read(conversation, payload);
        conversation.Transport.Tracer.Emit(new LoginRequested(
            LoginMethods.HostBased, conversation.Context.User, offered?.Certificate?.Type ?? offered?.Key.Type, offered?.Key.Fingerprint, algorithm, IsSigned: true));
        if (offered is null || host is null)
            return RequestOutcome.Refused;
        if (WhyRefused(conversation, offered, host.Name) is { } reason)
            return conversation.Refuse(offered.Key, reason);
        if (!SignedRequest.IsSignedByHost(offered, conversation.Transport.SessionId.Span, payload))
            return conversation.Refuse(offered.Key, "did not make this signature");
        return await conversation.Authenticator.AcceptHostAsync(conversation.Context, host, cancellationToken).ConfigureAwait(false)
            ? RequestOutcome.Passed
            : conversation.Refuse(offered.Key, $"is not believed as the key of {host}");
    }

    private static string? WhyRefused(ServerConversation conversation, OfferedKey offered, string hostName)
    {
        ServerLoginOptions options = conversation.Options;
        if (offered.Certificate is null)
            return options.Revoked?.IsRevoked(offered.Key) is true ? $"is revoked ({options.Revoked.Source})" : null;
        CertificateUse use = new(CertificateKind.Host, hostName, conversation.Context.Now)
        {
            AuthorityAlgorithms = options.AuthorityAlgorithms,
            MinimumRsaBits = options.MinimumRsaBits,
            Revoked = options.Revoked,
        };
        return CertificateRules.Check(offered.Certificate, use) is { } refusal ? $"was refused: {refusal.Sentence}" : null;
    }

    private static (OfferedKey? Offered, string Algorithm, ClientHost? Host) Read(ServerConversation conversation, byte[] payload)
    {
        HostBasedRequest request = conversation.Transport.Tracer.Decode<HostBasedRequest>(payload);
        return OfferedKey.Read(request.Algorithm, request.KeyBlob, conversation.Options) is { } offered
            ? (offered, request.Algorithm, new ClientHost(offered.Key, request.ClientHost.TrimEnd('.'), request.ClientUser) { Certificate = offered.Certificate })
            : (null, request.Algorithm, null);
    }
}
