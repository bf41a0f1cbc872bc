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

    /// <summary>What can be asked for.</summary>
    public static IEnumerable<Credential> Credentials(SshTarget target)
    {
        yield return new KeyboardInteractiveCredential(Answer);
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
