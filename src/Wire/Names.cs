using System.Text;

namespace LucidSsh.Wire;

/// <summary>The rule for algorithm, method, channel type, request and extension names (RFC 4251 section 6).</summary>
internal static class Names
{
    /// <summary>1 to 64 printable US-ASCII characters, no blank, no comma.</summary>
    public static bool IsValid(ReadOnlySpan<byte> name) =>
        name.Length is > 0 and <= WireLimits.Name
        && !name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e)
        && !name.Contains((byte)',');

    /// <summary>The same rule for a name that a user typed.</summary>
    public static bool IsValid(string name) => name.Length <= WireLimits.Name && IsValid(Encoding.UTF8.GetBytes(name));

    /// <summary>The name as text; the names every connection carries cost no allocation.</summary>
    public static string Intern(ReadOnlySpan<byte> name)
    {
        foreach (string common in Common)
        {
            if (common.Length == name.Length && Ascii.Equals(name, common))
                return common;
        }

        return Encoding.ASCII.GetString(name);
    }

    // What travels on a busy connection; everything else is read once at its beginning.
    private static readonly string[] Common =
        ["session", "exec", "subsystem", "env", "exit-status", "exit-signal", "ssh-connection", "keepalive@openssh.com", "eow@openssh.com"];
}
