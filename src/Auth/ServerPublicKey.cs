using LucidSsh.Transport;

namespace LucidSsh.Auth;

/// <summary>The method publickey (RFC 4252 section 7), the server's side: plain keys and certificates, in its host-bound form too. A
/// question about a key leaves nothing behind: a signed request is judged by the key it carries itself, found anew (CVE-2024-45337), and
/// only a signature that verifies passes.</summary>
internal static class ServerPublicKey
{
    public static async ValueTask<RequestOutcome> JudgeAsync(
        ServerConversation conversation, byte[] payload, CancellationToken cancellationToken)
    {
        (OfferedKey? offered, string algorithm, bool isSigned, bool isForThisHost) = Read(conversation, payload);
        conversation.Transport.Tracer.Emit(new LoginRequested(
            LoginMethods.PublicKey, conversation.Context.User, offered?.Certificate?.Type ?? offered?.Key.Type, offered?.Key.Fingerprint, algorithm, isSigned));
        if (offered is null || conversation.VerifiedKeys.Exists(used => used.Key.Equals(offered.Key))) // two keys wanted are two different keys
            return RequestOutcome.Refused;
        if (!isForThisHost)
            return conversation.Refuse(offered.Key, "is bound to another host key than this connection's");
        if (await AdmittedKey.FindAsync(conversation, offered, cancellationToken).ConfigureAwait(false) is not { } admitted)
            return RequestOutcome.Refused;
        if (!isSigned)
        {
            conversation.Transport.Tracer.Emit(new LoginAnswered(LoginMethods.PublicKey, LoginAnswered.KeyWouldDo));
            conversation.Transport.Send(new UserAuthPkOk(algorithm, offered.Blob.Span));
            return RequestOutcome.Answered;
        }

        if (!SignedRequest.IsSignedBy(offered, conversation.Transport.SessionId.Span, payload, admitted.Demand))
            return conversation.Refuse(offered.Key, "did not make this signature, or not as it must");
        conversation.Verified(admitted);
        return RequestOutcome.Passed;
    }

    private static (OfferedKey? Offered, string Algorithm, bool IsSigned, bool IsForThisHost) Read(ServerConversation conversation, byte[] payload)
    {
        ITransport transport = conversation.Transport;
        PublicKeyRequest request = transport.Tracer.Decode<PublicKeyRequest>(payload);
        bool isForThisHost = request.ServerHostKey.IsEmpty || request.ServerHostKey.SequenceEqual(transport.HostKey.Span);
        return (OfferedKey.Read(request.Algorithm, request.KeyBlob, conversation.Options), request.Algorithm, request.IsSigned, isForThisHost);
    }
}
