using System.ComponentModel;
using System.Diagnostics;

namespace LucidSsh.Client;

/// <summary>Asks a command whether a block is to be used.</summary>
internal static class MatchExec
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>The words that run a command line by this system's shell.</summary>
    public static string[] ShellWords(string command) =>
        OperatingSystem.IsWindows() ? ["cmd.exe", "/d", "/s", "/c", command] : ["/bin/sh", "-c", command];

    /// <summary>True where it ends with status 0.</summary>
    /// <exception cref="LucidSsh.Wire.LocalMisuseException">It cannot be started, or does not end.</exception>
    public static bool Succeeds(string command, ConfigPlace place)
    {
        string[] words = ShellWords(command);
        try
        {
            using Process process = new() { StartInfo = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true } };
            process.Start();
            process.StandardInput.Close();
            process.BeginOutputReadLine(); // what it writes is nobody's business
            if (process.WaitForExit(Longest))
                return process.ExitCode == 0;
            process.Kill(entireProcessTree: true);
            throw place.Unusable($"the command of Match exec did not end within {Longest.TotalSeconds:0} seconds");
        }
        catch (Win32Exception exception)
        {
            throw place.Unusable($"the command of Match exec cannot be started: {exception.Message}");
        }
    }
}
