using LucidSsh.Auth;
using LucidSsh.Client;
using Spectre.Console;

namespace LucidSsh.Cli;

/// <summary>Asks the person at the terminal for what the server wants to know.</summary>
internal static class Terminal
{
    /// <summary>True when there is somebody to ask.</summary>
    public static bool IsInteractive => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    private static readonly IAnsiConsole Questions = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Answers the server's own questions.</summary>
    public static KeyboardInteractiveCredential Answers() => new(Answer);

    /// <summary>Asks for a password.</summary>
    public static PasswordCredential Password(SshTarget target) => new(Ask($"{target.User}@{target.Host}'s password: ", echo: false));

    /// <summary>Asks for a key file's passphrase.</summary>
    public static string Passphrase(string prompt) => Ask(prompt, echo: false);

    /// <summary>Asks whether a host that is not known is the right one.</summary>
    public static ValueTask<HostKeyAnswer> AskAboutHostAsync(HostKeyQuestion question, CancellationToken cancellationToken)
    {
        Console.Error.WriteLine(question.Text);
        return new ValueTask<HostKeyAnswer>(Task.Run(
            () =>
            {
                string prompt = "Is this the host you mean (yes, no, or the fingerprint)? ";
                while (true)
                {
                    string answer = Ask(prompt, echo: true).Trim();
                    if (answer.Equals("yes", StringComparison.OrdinalIgnoreCase) || question.IsFingerprint(answer))
                        return HostKeyAnswer.AcceptAndRemember;
                    if (answer.Equals("no", StringComparison.OrdinalIgnoreCase))
                        return HostKeyAnswer.Refuse;
                    prompt = "Type yes, no, or the host's fingerprint as its owner told it: ";
                }
            },
            cancellationToken));
    }

    private static IReadOnlyList<string> Answer(InteractiveRequest request)
    {
        if (request.Instruction.Length > 0)
            Console.Error.WriteLine(request.Instruction);
        return [.. request.Prompts.Select(prompt => Ask(prompt.Text, prompt.Echo))];
    }

    private static string Ask(string prompt, bool echo)
    {
        TextPrompt<string> question = new TextPrompt<string>(Markup.Escape(prompt)).AllowEmpty();
        return Questions.Prompt(echo ? question : question.Secret(null));
    }
}
