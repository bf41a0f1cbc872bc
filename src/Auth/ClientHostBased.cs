using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>The method hostbased (RFC 4252 section 9), the client's side. There is no question first: each request is signed.</summary>
internal static class ClientHostBased
{
    public static async ValueTask<LoginVerdict> RunAsync(
        ClientConversation conversation, HostBasedCredential credential, Certificate? certificate, CancellationToken cancellationToken)
    {
        if (ClientKeys.CheckCertificate(certificate, CertificateKind.Host, conversation.Transport.Time) is { } unusable)
            return unusable;
        LoginVerdict verdict = ClientKeys.NoAlgorithm(conversation, credential.PublicKey);
        foreach (LoginAlgorithm algorithm in ClientKeys.Algorithms(conversation, credential.PublicKey, certificate))
        {
            verdict = await TryAsync(
                conversation, credential, certificate?.Blob ?? credential.PublicKey.Blob, algorithm, cancellationToken).ConfigureAwait(false);
            verdict = verdict with { Algorithm = algorithm.Name };
            if (verdict.Outcome != LoginOutcome.Refused || !verdict.CanContinue.Contains(LoginMethods.HostBased))
                break;
        }

        return verdict.Outcome == LoginOutcome.Refused && certificate is not null
            ? verdict with { Detail = ClientKeys.Describe(certificate, credential.ClientHost.TrimEnd('.')) }
            : verdict;
    }

    private static async ValueTask<LoginVerdict> TryAsync(
        ClientConversation conversation, HostBasedCredential credential, ReadOnlyMemory<byte> blob, LoginAlgorithm algorithm,
        CancellationToken cancellationToken)
    {
        byte[] data = SignedRequest.DataToSign(conversation.Transport.SessionId.Span, Request([]));
        (byte[]? signature, LoginVerdict? failure) = await ClientKeys.SignAsync(
            conversation, LoginMethods.HostBased, credential.Key, algorithm.Signature, data, cancellationToken).ConfigureAwait(false);
        if (failure is not null)
            return failure.Value;

        conversation.Transport.Tracer.Emit(new LoginRequested(
            LoginMethods.HostBased, conversation.User, credential.PublicKey.Type, credential.PublicKey.Fingerprint, algorithm.Name, IsSigned: true));
        conversation.Send(Request(signature));
        byte[] reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
        return conversation.Conclude(reply, LoginMethods.HostBased);

        HostBasedRequest Request(ReadOnlySpan<byte> signature) => new(
            conversation.User, LoginMethods.ConnectionService, algorithm.Name, blob.Span, credential.ClientHost, credential.ClientUser, signature);
    }
}
