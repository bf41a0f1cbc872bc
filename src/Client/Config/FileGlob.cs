using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>The paths that match a pattern with <c>*</c> and <c>?</c> in any of its parts, as the shell's glob finds them.</summary>
internal static class FileGlob
{
    /// <summary>The paths in order; the pattern itself where it has nothing to match.</summary>
    public static IEnumerable<string> Expand(string pattern)
    {
        string root = Path.GetPathRoot(pattern) ?? "";
        IEnumerable<string> found = [root];
        foreach (string part in pattern[root.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries))
            found = found.SelectMany(directory => Entries(directory, part));
        return found;
    }

    private static IEnumerable<string> Entries(string directory, string part)
    {
        if (part.AsSpan().IndexOfAny('*', '?') < 0)
            return [Path.Combine(directory, part)];
        try
        {
            // A name that begins with a dot wants a pattern that does.
            return Directory.EnumerateFileSystemEntries(directory)
                .Select(path => Path.GetFileName(path))
                .Where(name => part[0] == '.' || name[0] != '.')
                .Where(name => Wildcard.Matches(part, name))
                .Order(StringComparer.Ordinal)
                .Select(name => Path.Combine(directory, name))
                .ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return []; // what is not there, or not to be looked into, matches nothing
        }
    }
}
