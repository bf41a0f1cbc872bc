using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>The method publickey (RFC 4252 section 7), the client's side: ask whether the key would do, then sign.</summary>
internal static class ClientPublicKey
{
    public static async ValueTask<LoginVerdict> RunAsync(
        ClientConversation conversation, PrivateKeyCredential credential, CancellationToken cancellationToken)
    {
        PublicKey key = credential.PublicKey;
        string? serverAccepts = conversation.Transport.PeerExtensions.GetValueOrDefault(LoginMethods.ServerSignatureAlgorithms);
        ImmutableArray<string> algorithms = LoginAlgorithms.For(key, conversation.Options.SignatureAlgorithms, serverAccepts);
        LoginVerdict verdict = NoAlgorithm(key, serverAccepts);
        foreach (string algorithm in algorithms)
        {
            verdict = await TryAsync(conversation, credential, algorithm, cancellationToken).ConfigureAwait(false);
            verdict = verdict with { Algorithm = algorithm };
            if (verdict.Outcome != LoginOutcome.Refused || !verdict.CanContinue.Contains(LoginMethods.PublicKey))
                break;
        }

        return verdict;
    }

    private static async ValueTask<LoginVerdict> TryAsync(
        ClientConversation conversation, PrivateKeyCredential credential, string algorithm, CancellationToken cancellationToken)
    {
        PublicKey key = credential.PublicKey;
        Send(conversation, Request(conversation, algorithm, key, isSigned: false, signature: []), key);
        byte[] reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (ClientConversation.NumberOf(reply) != MessageNumber.UserAuthMethod60)
            return conversation.Conclude(reply, LoginMethods.PublicKey, mayBeSuccess: false);

        CheckPkOk(conversation.Transport.Tracer, reply, key);
        conversation.Transport.Tracer.Emit(new LoginAnswered(LoginMethods.PublicKey, LoginAnswered.KeyWouldDo));
        return await SignAsync(conversation, credential, algorithm, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<LoginVerdict> SignAsync(
        ClientConversation conversation, PrivateKeyCredential credential, string algorithm, CancellationToken cancellationToken)
    {
        PublicKey key = credential.PublicKey;
        byte[] data = SignedRequest.DataToSign(
            conversation.Transport.SessionId.Span, Request(conversation, algorithm, key, isSigned: true, signature: []));
        (byte[]? signature, LoginVerdict? failure) = await conversation.AskUserAsync(
            LoginMethods.PublicKey, "it could not sign",
            () => credential.SignAsync(algorithm, data, conversation.Transport.Random, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        if (failure is not null)
            return failure.Value;

        // A signature that came out wrong can give the private key away (a faulty RSA signature does); it does not leave this side.
        if (!key.Verify(algorithm, data, signature))
            return LoginVerdict.Failed($"its {algorithm} signature does not verify with its own public key");

        Send(conversation, Request(conversation, algorithm, key, isSigned: true, signature), key);
        byte[] reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
        LoginVerdict verdict = conversation.Conclude(reply, LoginMethods.PublicKey);
        return verdict.Outcome == LoginOutcome.Refused
            ? verdict with { Outcome = LoginOutcome.KeyAcceptedSignatureRefused }
            : verdict;
    }

    // The algorithm may be echoed differently for the same RSA key; what is signed is what was asked, so only the key counts.
    private static void CheckPkOk(Tracer tracer, byte[] reply, PublicKey key)
    {
        if (tracer.Decode<UserAuthPkOk>(reply).KeyBlob.SequenceEqual(key.Blob.Span))
            return;
        throw new PeerMisbehavedException(
            SshErrorCode.UnexpectedMessage,
            $"The server was asked about the key {key.Fingerprint} and answered with USERAUTH_PK_OK for another key.");
    }

    private static LoginVerdict NoAlgorithm(PublicKey key, string? serverAccepts)
    {
        string can = string.Join(", ", key.SignatureAlgorithms);
        string server = serverAccepts is null ? "" : $", and the server accepts {TerminalText.OneLine(serverAccepts)}";
        return LoginVerdict.Failed($"no signature algorithm is left for it: a key of type {key.Type} signs with {can}{server}, "
            + "and the others are not enabled (ssh-rsa, which is RSA with SHA-1, only by name)");
    }

    // Bound to this server where it takes that: then nobody it is forwarded through can use it elsewhere.
    private static PublicKeyRequest Request(
        ClientConversation conversation, string algorithm, PublicKey key, bool isSigned, ReadOnlySpan<byte> signature)
    {
        bool isHostBound = conversation.Transport.PeerExtensions.GetValueOrDefault(LoginMethods.HostBoundExtension) == "0";
        return new PublicKeyRequest(
            conversation.User, LoginMethods.ConnectionService, algorithm, key.Blob.Span, isSigned, signature,
            isHostBound ? conversation.Transport.HostKey.Span : default);
    }

    private static void Send(ClientConversation conversation, PublicKeyRequest request, PublicKey key)
    {
        conversation.Transport.Tracer.Emit(new LoginRequested(
            request.Method, conversation.User, key.Type, key.Fingerprint, request.Algorithm, request.IsSigned));
        conversation.Send(request);
    }
}
