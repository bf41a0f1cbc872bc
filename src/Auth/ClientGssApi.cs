using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>The method gssapi-with-mic (RFC 4462 section 3), the client's side: tokens in both directions until the context is
/// established, then its integrity code over this session.</summary>
internal sealed class ClientGssApi(ClientConversation conversation, GssApiCredential credential, ISecurityContext context)
{
    // Kerberos takes one token each way.
    private const int MaxRounds = 32;

    private string? _said;

    public static async ValueTask<LoginVerdict> RunAsync(
        ClientConversation conversation, GssApiCredential credential, CancellationToken cancellationToken)
    {
        (ISecurityContext? context, LoginVerdict? failure) = await conversation.AskUserAsync(
            LoginMethods.GssApiWithMic, "it could not begin", () => ValueTask.FromResult(credential.Begin(conversation.Options.ServerName)), cancellationToken)
            .ConfigureAwait(false);
        if (failure is not null)
            return failure.Value;
        using (context)
            return await new ClientGssApi(conversation, credential, context!).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    // The first token is made before the server is asked: without a ticket there is nothing to ask for.
    private async ValueTask<LoginVerdict> RunAsync(CancellationToken cancellationToken)
    {
        (byte[]? token, LoginVerdict? failure) = await NextAsync([], cancellationToken).ConfigureAwait(false);
        if (failure is not null)
            return failure.Value;
        conversation.Transport.Tracer.Emit(new LoginRequested(LoginMethods.GssApiWithMic, conversation.User));
        conversation.Send(new GssApiRequest(conversation.User, LoginMethods.ConnectionService, [credential.Mechanism]));
        byte[] reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (ClientConversation.NumberOf(reply) != MessageNumber.UserAuthMethod60)
            return conversation.Conclude(reply, LoginMethods.GssApiWithMic, mayBeSuccess: false);
        if (!conversation.Transport.Tracer.Decode<UserAuthGssApiResponse>(reply).Mechanism.SequenceEqual(credential.Mechanism.Span))
            throw new PeerMisbehavedException(SshErrorCode.UnexpectedMessage, "The server chose a mechanism of the GSS-API that was not offered.");

        return await ExchangeAsync(token, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<LoginVerdict> ExchangeAsync(byte[]? token, CancellationToken cancellationToken)
    {
        for (int round = 0; round < MaxRounds; round++)
        {
            if (token is { Length: > 0 })
                conversation.Send(new UserAuthGssApiToken(token));
            if (context.IsEstablished)
                return await ProveAsync(cancellationToken).ConfigureAwait(false);

            byte[] reply = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (ClientConversation.NumberOf(reply) != MessageNumber.UserAuthMethod61)
                return Conclude(reply, mayBeSuccess: false);
            byte[] theirs = conversation.Transport.Tracer.Decode<UserAuthGssApiToken>(reply).Token.ToArray();
            (token, LoginVerdict? failure) = await NextAsync(theirs, cancellationToken).ConfigureAwait(false);
            if (failure is not null)
                return failure.Value;
        }

        throw new PeerMisbehavedException(SshErrorCode.LimitExceeded, $"The server exchanged more than {MaxRounds} tokens in one gssapi-with-mic login.");
    }

    private async ValueTask<LoginVerdict> ProveAsync(CancellationToken cancellationToken)
    {
        byte[] data = UserAuthGssApiMic.DataToSign(conversation.Transport.SessionId.Span, conversation.User, LoginMethods.ConnectionService);
        (byte[]? mic, LoginVerdict? failure) = await conversation.AskUserAsync(
            LoginMethods.GssApiWithMic, "it could not sign", () => ValueTask.FromResult(context.Sign(data)), cancellationToken).ConfigureAwait(false);
        if (failure is not null)
            return failure.Value;
        conversation.Send(new UserAuthGssApiMic(mic));
        return Conclude(await ReadAsync(cancellationToken).ConfigureAwait(false), mayBeSuccess: true);
    }

    // The mechanism may ask other hosts; that the login can be cancelled meanwhile, it does so elsewhere.
    private ValueTask<(byte[]? Value, LoginVerdict? Failure)> NextAsync(byte[] token, CancellationToken cancellationToken) =>
        conversation.AskUserAsync(
            LoginMethods.GssApiWithMic, "its security context failed",
            async () => await Task.Run(() => context.NextToken(token), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false) ?? [],
            cancellationToken);

    // The server's words come in messages of their own before its FAILURE.
    private async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        for (int words = 0; words < MaxRounds; words++)
        {
            byte[] reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
            switch (ClientConversation.NumberOf(reply))
            {
                case GssApiNumbers.Error:
                    _said = $"the server says: {TerminalText.OneLine(conversation.Transport.Tracer.Decode<UserAuthGssApiError>(reply).Text, 240)}";
                    break;
                case GssApiNumbers.ErrorToken:
                    byte[] error = conversation.Transport.Tracer.Decode<UserAuthGssApiErrorToken>(reply).Token.ToArray();
                    LoginVerdict? meaning = (await NextAsync(error, cancellationToken).ConfigureAwait(false)).Failure;
                    _said ??= meaning?.Detail;
                    break;
                default:
                    return reply;
            }
        }

        throw new PeerMisbehavedException(SshErrorCode.LimitExceeded, $"The server reported more than {MaxRounds} errors in one gssapi-with-mic login.");
    }

    private LoginVerdict Conclude(byte[] reply, bool mayBeSuccess) =>
        conversation.Conclude(reply, LoginMethods.GssApiWithMic, mayBeSuccess) with { Detail = _said };
}
