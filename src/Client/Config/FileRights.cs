namespace LucidSsh.Client;

/// <summary>Who may change a file, and who runs the program, as far as the base library tells: of a file's owner it does not.</summary>
internal static class FileRights
{
    private const string ProcessStatus = "/proc/self/status";

    /// <summary>Whoever may change the file besides its owner, in words; null where nobody may, and where rights are no bits.</summary>
    /// <exception cref="IOException">The file is not there.</exception>
    public static string? WhoElseMayWrite(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        UnixFileMode mode = File.GetUnixFileMode(path);
        return mode.HasFlag(UnixFileMode.OtherWrite) ? "everybody" : mode.HasFlag(UnixFileMode.GroupWrite) ? "its group" : null;
    }

    /// <summary>The number of the user who runs the program; null where the system does not tell.</summary>
    public static string? UserNumber() => !File.Exists(ProcessStatus) ? null
        : File.ReadLines(ProcessStatus).FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal))?.Split('\t')[1];
}
