using LucidSsh.Tracing;
using LucidSsh.Transport;

namespace LucidSsh.Auth;

/// <summary>The method password (RFC 4252 section 8), the server's side.</summary>
internal static class ServerPassword
{
    public static async ValueTask<RequestOutcome> JudgeAsync(
        ServerConversation conversation, byte[] payload, CancellationToken cancellationToken)
    {
        (Range password, Range newPassword, bool isChange) = Read(conversation.Transport.Tracer, payload);
        if (isChange && !conversation.MayLogIn)
            return RequestOutcome.Refused;
        PasswordVerdict verdict = isChange
            ? await conversation.Authenticator.ChangePasswordAsync(
                conversation.Context, payload.AsMemory(password), payload.AsMemory(newPassword), cancellationToken).ConfigureAwait(false)
            : await conversation.Authenticator.CheckPasswordAsync(
                conversation.Context, payload.AsMemory(password), cancellationToken).ConfigureAwait(false);
        if (verdict.ChangePrompt is not { } prompt || !conversation.MayLogIn)
            return verdict.IsAccepted ? RequestOutcome.Passed : RequestOutcome.Refused;

        conversation.Transport.Tracer.Emit(new LoginAnswered(LoginMethods.Password, LoginAnswered.PasswordExpired));
        conversation.Transport.Send(new UserAuthPasswdChangeReq(prompt));
        return RequestOutcome.Answered;
    }

    // The passwords stay where they lie, in the payload that the login zeroes: no copy is made.
    private static (Range Password, Range NewPassword, bool IsChange) Read(Tracer tracer, byte[] payload)
    {
        PasswordRequest request = tracer.Decode<PasswordRequest>(payload);
        int end = payload.Length;
        if (!request.IsChange)
            return ((end - request.Password.Length)..end, end..end, false);
        int startOfNew = end - request.NewPassword.Length;
        int endOfOld = startOfNew - sizeof(uint);
        return ((endOfOld - request.Password.Length)..endOfOld, startOfNew..end, true);
    }
}
