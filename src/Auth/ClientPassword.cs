using LucidSsh.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>The method password (RFC 4252 section 8), the client's side, with the change of an expired password.</summary>
internal static class ClientPassword
{
    // How often a server may refuse new passwords before the user is to think about it elsewhere.
    private const int MaxChanges = 4;

    public static async ValueTask<LoginVerdict> RunAsync(
        ClientConversation conversation, PasswordCredential credential, CancellationToken cancellationToken)
    {
        conversation.Transport.Tracer.Emit(new LoginRequested(LoginMethods.Password, conversation.User));
        conversation.Send(new PasswordRequest(conversation.User, LoginMethods.ConnectionService, credential.Utf8));
        byte[] reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
        int changes = 0;
        for (; ClientConversation.NumberOf(reply) == MessageNumber.UserAuthMethod60; changes++)
        {
            string prompt = TerminalText.Sanitize(conversation.Transport.Tracer.Decode<UserAuthPasswdChangeReq>(reply).Prompt);
            conversation.Transport.Tracer.Emit(new LoginAnswered(LoginMethods.Password, LoginAnswered.PasswordExpired));
            if (credential.ChangePassword is not { } change || changes == MaxChanges)
                return Expired(prompt);

            PasswordChange question = new(conversation.User, prompt, changes + 1);
            (Answer? answer, LoginVerdict? failure) = await conversation.AskUserAsync(
                LoginMethods.Password, "no new password was given",
                async () => new Answer(await change(question, cancellationToken).ConfigureAwait(false)), cancellationToken)
                .ConfigureAwait(false);
            if (failure is not null)
                return failure.Value with { Outcome = LoginOutcome.PasswordExpired };
            if (answer!.NewPassword is null)
                return Expired(prompt);

            using Secret fresh = SecretText.Encode(answer.NewPassword);
            conversation.Send(new PasswordRequest(
                conversation.User, LoginMethods.ConnectionService, credential.Utf8, isChange: true, fresh.Span));
            reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        LoginVerdict verdict = conversation.Conclude(reply, LoginMethods.Password);
        return changes > 0 && verdict.Outcome == LoginOutcome.Refused
            ? verdict with { Outcome = LoginOutcome.PasswordExpired, Detail = "the server did not change it" }
            : verdict;
    }

    private static LoginVerdict Expired(string prompt) =>
        new(LoginOutcome.PasswordExpired) { Detail = $"the server says: {TerminalText.OneLine(prompt).TrimEnd('.')}" };

    private sealed record Answer(string? NewPassword)
    {
        public override string ToString() => "a new password, or none";
    }
}
