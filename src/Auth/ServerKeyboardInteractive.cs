using System.Security.Cryptography;
using System.Text;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Auth;

/// <summary>The method keyboard-interactive (RFC 4256), the server's side: the embedder's code asks, round by round.</summary>
internal static class ServerKeyboardInteractive
{
    public static async ValueTask<RequestOutcome> JudgeAsync(
        ServerConversation conversation, byte[] payload, CancellationToken cancellationToken)
    {
        conversation.Transport.Tracer.Decode<KeyboardInteractiveRequest>(payload);
        Interaction interaction = new(conversation, cancellationToken);
        bool passed = false;
        try
        {
            passed = await conversation.Authenticator
                .InteractAsync(conversation.Context, interaction, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (ReferenceEquals(exception, interaction.End))
        {
            // Judged below, as if the embedder's code had not let it pass.
        }

        // Once the conversation could not go on, it does not matter what the embedder's code made of that.
        return interaction.End switch
        {
            null => passed ? RequestOutcome.Passed : RequestOutcome.Refused,
            InteractionEndedException end => end.Outcome,
            _ => throw interaction.End,
        };
    }

    private sealed class Interaction(ServerConversation conversation, CancellationToken login) : IInteraction
    {
        private int _rounds;

        /// <summary>Why no more can be asked; null while it can.</summary>
        public Exception? End { get; private set; }

        public async ValueTask<IReadOnlyList<string>> AskAsync(InteractiveRequest request, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(request);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Prompts.Length, WireLimits.Prompts, nameof(request));
            if (End is not null)
                throw End;

            try
            {
                conversation.Transport.Tracer.Emit(new LoginPrompts(++_rounds, request.Prompts.Length));
                conversation.Transport.Send(new UserAuthInfoRequest(request.Name, request.Instruction, request.Prompts));
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(login, cancellationToken);
                return Read(await conversation.ReadAsync(either.Token).ConfigureAwait(false), request.Prompts.Length);
            }
            catch (Exception exception)
            {
                End = exception;
                throw;
            }
        }

        private string[] Read(byte[] payload, int expected)
        {
            if (ClientConversation.NumberOf(payload) == MessageNumber.UserAuthRequest)
            {
                conversation.PushBack(payload);
                throw new InteractionEndedException(
                    RequestOutcome.Abandoned, "The client did not answer the questions and made another request.");
            }

            try
            {
                if (ClientConversation.NumberOf(payload) != MessageNumber.UserAuthMethod61)
                    throw PeerMisbehavedException.Unexpected(ClientConversation.NumberOf(payload), "answers to questions were expected");
                using UserAuthInfoResponse response = conversation.Transport.Tracer.Decode<UserAuthInfoResponse>(payload);
                if (response.Responses.Length == expected)
                    return [.. response.Responses.Select(answer => Encoding.UTF8.GetString(answer.Span))];

                // RFC 4256 section 3.4: another number of answers is answered with FAILURE.
                throw new InteractionEndedException(
                    RequestOutcome.Refused, $"The client gave {response.Responses.Length} answers to {expected} prompts.");
            }
            finally
            {
                CryptographicOperations.ZeroMemory(payload);
            }
        }
    }

    private sealed class InteractionEndedException(RequestOutcome outcome, string sentence)
        : PeerRefusedException(SshErrorCode.LoginRefused, sentence)
    {
        public RequestOutcome Outcome { get; } = outcome;
    }
}
