namespace LucidSsh.Client;

/// <summary>Where a user's and the system's files of SSH are.</summary>
internal static class UserFiles
{
    /// <summary>The user's home directory.</summary>
    public static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary><c>~/.ssh</c>.</summary>
    public static string SshDirectory => Path.Combine(Home, ".ssh");

    /// <summary>The system's directory, as OpenSSH has it.</summary>
    public static string SystemDirectory => OperatingSystem.IsWindows()
        ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "ssh")
        : "/etc/ssh";

    /// <summary>The user's configuration.</summary>
    public static string Configuration => Path.Combine(SshDirectory, "config");

    /// <summary>The system's configuration.</summary>
    public static string SystemConfiguration => Path.Combine(SystemDirectory, "ssh_config");

    /// <summary>A path whose leading <c>~</c> is the user's home; another user's (<c>~name</c>) stays as it is.</summary>
    public static string ExpandHome(string path) =>
        path == "~" ? Home : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Home, path[2..].TrimStart('/')) : path;
}
