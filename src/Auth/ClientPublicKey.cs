using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>The method publickey (RFC 4252 section 7), the client's side: ask whether the key would do, then sign.</summary>
internal static class ClientPublicKey
{
    public static async ValueTask<LoginVerdict> RunAsync(
        ClientConversation conversation, SigningKey key, Certificate? certificate, CancellationToken cancellationToken)
    {
        if (ClientKeys.CheckCertificate(certificate, CertificateKind.User, conversation.Transport.Time) is { } unusable)
            return unusable;
        ImmutableArray<LoginAlgorithm> algorithms = ClientKeys.Algorithms(conversation, key.PublicKey, certificate);
        LoginVerdict verdict = ClientKeys.NoAlgorithm(conversation, key.PublicKey);
        foreach (LoginAlgorithm algorithm in algorithms)
        {
            Attempt attempt = new(conversation, key, certificate?.Blob ?? key.PublicKey.Blob, algorithm);
            verdict = await attempt.RunAsync(cancellationToken).ConfigureAwait(false);
            verdict = verdict with { Algorithm = algorithm.Name };
            if (verdict.Outcome != LoginOutcome.Refused || !verdict.CanContinue.Contains(LoginMethods.PublicKey))
                break;
        }

        return verdict.Outcome == LoginOutcome.Refused && certificate is not null
            ? verdict with { Detail = ClientKeys.Describe(certificate, conversation.User) }
            : verdict;
    }

    /// <summary>One key, or its certificate, with one algorithm.</summary>
    private sealed class Attempt(ClientConversation conversation, SigningKey key, ReadOnlyMemory<byte> blob, LoginAlgorithm algorithm)
    {
        public async ValueTask<LoginVerdict> RunAsync(CancellationToken cancellationToken)
        {
            Send(Request(isSigned: false, signature: []));
            byte[] reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (ClientConversation.NumberOf(reply) != MessageNumber.UserAuthMethod60)
                return conversation.Conclude(reply, LoginMethods.PublicKey, mayBeSuccess: false);

            CheckPkOk(reply);
            conversation.Transport.Tracer.Emit(new LoginAnswered(LoginMethods.PublicKey, LoginAnswered.KeyWouldDo));
            return await SignAsync(cancellationToken).ConfigureAwait(false);
        }

        private async ValueTask<LoginVerdict> SignAsync(CancellationToken cancellationToken)
        {
            byte[] data = SignedRequest.DataToSign(conversation.Transport.SessionId.Span, Request(isSigned: true, signature: []));
            (byte[]? signature, LoginVerdict? failure) = await ClientKeys.SignAsync(
                conversation, LoginMethods.PublicKey, key, algorithm.Signature, data, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
                return failure.Value;

            Send(Request(isSigned: true, signature));
            byte[] reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
            LoginVerdict verdict = conversation.Conclude(reply, LoginMethods.PublicKey);
            return verdict.Outcome == LoginOutcome.Refused
                ? verdict with { Outcome = LoginOutcome.KeyAcceptedSignatureRefused }
                : verdict;
        }

        // The algorithm may be echoed differently for the same RSA key; what is signed is what was asked, so only the key counts.
        private void CheckPkOk(byte[] reply)
        {
            if (conversation.Transport.Tracer.Decode<UserAuthPkOk>(reply).KeyBlob.SequenceEqual(blob.Span))
                return;
            throw new PeerMisbehavedException(
                SshErrorCode.UnexpectedMessage,
                $"The server was asked about the key {key.PublicKey.Fingerprint} and answered with USERAUTH_PK_OK for another key.");
        }

        // Bound to this server where it takes that: then nobody it is forwarded through can use it elsewhere.
        private PublicKeyRequest Request(bool isSigned, ReadOnlySpan<byte> signature)
        {
            bool isHostBound = conversation.Transport.PeerExtensions.GetValueOrDefault(LoginMethods.HostBoundExtension) == "0";
            return new PublicKeyRequest(
                conversation.User, LoginMethods.ConnectionService, algorithm.Name, blob.Span, isSigned, signature,
                isHostBound ? conversation.Transport.HostKey.Span : default);
        }

        private void Send(PublicKeyRequest request)
        {
            conversation.Transport.Tracer.Emit(new LoginRequested(
                request.Method, conversation.User, key.PublicKey.Type, key.PublicKey.Fingerprint, request.Algorithm, request.IsSigned));
            conversation.Send(request);
        }
    }
}
