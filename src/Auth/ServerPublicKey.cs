using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;

namespace LucidSsh.Auth;

/// <summary>The method publickey (RFC 4252 section 7), the server's side, in its host-bound form too. A question about a key leaves
/// nothing behind: a signed request is judged by the key it carries itself, found anew (CVE-2024-45337), and only a signature that
/// verifies passes.</summary>
internal static class ServerPublicKey
{
    public static async ValueTask<RequestOutcome> JudgeAsync(
        ServerConversation conversation, byte[] payload, CancellationToken cancellationToken)
    {
        (PublicKey? key, string algorithm, bool isSigned, bool isForThisHost) = Read(conversation.Transport, payload);
        conversation.Transport.Tracer.Emit(new LoginRequested(
            LoginMethods.PublicKey, conversation.Context.User, key?.Type, key?.Fingerprint, algorithm, isSigned));
        bool isUsable = key is not null
            && conversation.Options.SignatureAlgorithms.Contains(algorithm)
            && key.SignatureAlgorithms.Contains(algorithm)
            && !conversation.VerifiedKeys.Exists(used => used.Key.Equals(key)); // two keys wanted are two different keys
        if (!isUsable)
            return RequestOutcome.Refused;
        if (!isForThisHost)
            return conversation.Refuse(key!, "is bound to another host key than this connection's");

        AuthorizedKey? found = await conversation.Authenticator
            .FindKeyAsync(conversation.Context, key!, cancellationToken).ConfigureAwait(false);
        if (found is null)
            return RequestOutcome.Refused;
        if (!found.Key.Equals(key))
            throw new InvalidOperationException("FindKeyAsync returned another key than it was asked about.");
        if (conversation.Admit(found) is not { } remaining)
            return RequestOutcome.Refused;
        if (!isSigned)
        {
            conversation.Transport.Tracer.Emit(new LoginAnswered(LoginMethods.PublicKey, LoginAnswered.KeyWouldDo));
            conversation.Transport.Send(new UserAuthPkOk(algorithm, key!.Blob.Span));
            return RequestOutcome.Answered;
        }

        if (!SignedRequest.IsSignedBy(key!, conversation.Transport.SessionId.Span, payload, DemandOf(found.Restrictions)))
            return conversation.Refuse(key!, "did not make this signature, or not as it must");
        conversation.Verified(found, remaining);
        return RequestOutcome.Passed;
    }

    private static SecurityKeyDemand DemandOf(KeyRestrictions restrictions) =>
        (restrictions.RequiresTouch ? SecurityKeyDemand.UserPresence : SecurityKeyDemand.None)
        | (restrictions.RequiresVerification ? SecurityKeyDemand.UserVerification : SecurityKeyDemand.None);

    // A key of a type, size or form that cannot be used is refused like one that is not known: clients offer all they have.
    private static (PublicKey? Key, string Algorithm, bool IsSigned, bool IsForThisHost) Read(ITransport transport, byte[] payload)
    {
        PublicKeyRequest request = transport.Tracer.Decode<PublicKeyRequest>(payload);
        bool isForThisHost = request.ServerHostKey.IsEmpty || request.ServerHostKey.SequenceEqual(transport.HostKey.Span);
        return (PublicKey.TryParse(request.KeyBlob, out PublicKey? key, out _) ? key : null, request.Algorithm, request.IsSigned, isForThisHost);
    }
}
