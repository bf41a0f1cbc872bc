namespace LucidSsh.Auth;

/// <summary>Answers a server's questions (RFC 4256): one-time codes, passwords, whatever it asks, in as many rounds as it asks.</summary>
/// <param name="answer">Called once a round; returns as many answers as there are prompts, in their order. It is also called for
/// a round without prompts that has a text to show. To give up, it throws.</param>
public sealed class KeyboardInteractiveCredential(
    Func<InteractiveRequest, CancellationToken, ValueTask<IReadOnlyList<string>>> answer) : Credential
{
    /// <summary>Answers without the need to wait for anything.</summary>
    public KeyboardInteractiveCredential(Func<InteractiveRequest, IReadOnlyList<string>> answer)
        : this((request, _) => ValueTask.FromResult(answer(request)))
    {
    }

    internal Func<InteractiveRequest, CancellationToken, ValueTask<IReadOnlyList<string>>> Answer { get; } = answer;

    /// <inheritdoc />
    public override string ToString() => "the keyboard-interactive answers";

    internal override string Method => LoginMethods.KeyboardInteractive;
}
