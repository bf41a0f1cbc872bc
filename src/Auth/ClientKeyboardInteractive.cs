using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>The method keyboard-interactive (RFC 4256), the client's side: rounds of questions until the server decides. A client
/// that cannot answer simply makes its next request, which ends the exchange (RFC 4256 section 3.1).</summary>
internal static class ClientKeyboardInteractive
{
    private const int MaxRounds = 32;

    public static ValueTask<LoginVerdict> RunAsync(
        ClientConversation conversation, KeyboardInteractiveCredential credential, CancellationToken cancellationToken) =>
        RunAsync(conversation, request => AskCallbackAsync(conversation, credential, request, cancellationToken), cancellationToken);

    /// <summary>A password in place of a person: it answers one question, once, if its answer is not to be shown.</summary>
    public static ValueTask<LoginVerdict> RunAsync(
        ClientConversation conversation, PasswordCredential credential, CancellationToken cancellationToken)
    {
        bool used = false;
        return RunAsync(conversation, request => ValueTask.FromResult(AskPassword(credential, request, ref used)), cancellationToken);
    }

    private static async ValueTask<LoginVerdict> RunAsync(
        ClientConversation conversation, Func<InteractiveRequest, ValueTask<Answers>> ask, CancellationToken cancellationToken)
    {
        conversation.Transport.Tracer.Emit(new LoginRequested(LoginMethods.KeyboardInteractive, conversation.User));
        conversation.Send(new KeyboardInteractiveRequest(conversation.User, LoginMethods.ConnectionService));
        byte[] reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
        string? asked = null;
        for (int round = 1; ClientConversation.NumberOf(reply) == MessageNumber.UserAuthMethod60; round++)
        {
            InteractiveRequest request = ReadRequest(conversation.Transport.Tracer, reply);
            conversation.Transport.Tracer.Emit(new LoginPrompts(round, request.Prompts.Length));
            if (round > MaxRounds)
            {
                throw new PeerMisbehavedException(
                    SshErrorCode.LimitExceeded, $"The server asked more than {MaxRounds} rounds of questions in one keyboard-interactive login.");
            }

            using Answers answers = await ask(request).ConfigureAwait(false);
            if (answers.Failure is not null)
                return answers.Failure.Value;
            if (request.Prompts is [{ } first, ..])
                asked ??= $"as the answer to “{TerminalText.OneLine(first.Text)}”";
            conversation.Send(new UserAuthInfoResponse(answers.Responses));
            reply = await conversation.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        return conversation.Conclude(reply, LoginMethods.KeyboardInteractive) with { Detail = asked };
    }

    private static InteractiveRequest ReadRequest(Tracer tracer, byte[] payload)
    {
        UserAuthInfoRequest message = tracer.Decode<UserAuthInfoRequest>(payload);
        return new InteractiveRequest(
            TerminalText.Sanitize(message.Name),
            TerminalText.Sanitize(message.Instruction),
            [.. message.Prompts.Select(prompt => new InteractivePrompt(TerminalText.Sanitize(prompt.Text), prompt.Echo))]);
    }

    private static async ValueTask<Answers> AskCallbackAsync(
        ClientConversation conversation, KeyboardInteractiveCredential credential, InteractiveRequest request,
        CancellationToken cancellationToken)
    {
        bool nothingToShow = request.Prompts.IsEmpty && request.Name.Length == 0 && request.Instruction.Length == 0;
        if (nothingToShow)
            return new Answers([]);

        (IReadOnlyList<string>? texts, LoginVerdict? failure) = await conversation.AskUserAsync(
            LoginMethods.KeyboardInteractive, "the callback gave no answers",
            () => credential.Answer(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (failure is not null)
            return new Answers([], failure);
        int given = texts?.Count ?? 0;
        return given == request.Prompts.Length
            ? new Answers([.. (texts ?? []).Select(text => SecretText.Encode(text))])
            : new Answers([], LoginVerdict.Failed(
                $"the callback gave {given} answers to {request.Prompts.Length} prompts ({Describe(request)})",
                remedy: "Return exactly one answer for each prompt, in their order."));
    }

    private static Answers AskPassword(PasswordCredential credential, InteractiveRequest request, ref bool used)
    {
        if (request.Prompts.IsEmpty)
            return new Answers([]);
        if (used || request.Prompts is not [{ Echo: false }])
        {
            return new Answers([], LoginVerdict.Failed(
                $"it answers a single hidden prompt, and the server asks {(used ? "another: " : "")}{Describe(request)}",
                remedy: "Give a KeyboardInteractiveCredential, whose callback is asked whatever the server asks: a code, or a new password in "
                + "place of an expired one."));
        }

        used = true;
        return new Answers([new Secret(credential.Utf8)]);
    }

    private static string Describe(InteractiveRequest request)
    {
        string prompts = string.Join(
            ", ", request.Prompts.Select(prompt => $"“{TerminalText.OneLine(prompt.Text, 240)}” ({(prompt.Echo ? "shown" : "hidden")})"));
        return request.Instruction.Length == 0 ? prompts : $"{prompts}, having said “{TerminalText.OneLine(request.Instruction, 240)}”";
    }

    private sealed record Answers(ImmutableArray<Secret> Responses, LoginVerdict? Failure = null) : IDisposable
    {
        public void Dispose()
        {
            foreach (Secret response in Responses)
                response.Dispose();
        }
    }
}
