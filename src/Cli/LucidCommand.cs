using System.CommandLine;

namespace LucidSsh.Cli;

/// <summary>The command <c>lucid</c> and its subcommands.</summary>
internal static class LucidCommand
{
    public static RootCommand Create()
    {
        RootCommand root = new("Lucid SSH: an SSH client and server that say what happened.");
        root.Add(DemoCommand.Create());
        root.Add(ProbeCommand.Create());
        root.Add(ExecCommand.Create());
        foreach (Command command in FileCommands.Create())
            root.Add(command);
        root.Add(ServeCommand.Create());
        root.Add(KeyCommand.Create());
        root.Add(TraceCommand.Create());
        return root;
    }
}
