namespace LucidSsh.Sftp;

/// <summary>Maps a server's paths below one directory, and keeps them there: path by path component, with every symbolic link
/// resolved here and never by the operating system, so that no link, absolute or relative, in the middle or at the end, leads out
/// (CVE-2023-35887, CVE-2026-23942). The one thing it cannot exclude is another process that replaces a directory by a link between
/// the look and the use.</summary>
internal sealed class RootedPath
{
    private const int MaximumLinks = 40; // as Linux

    private readonly string _root;

    public RootedPath(string root)
    {
        DirectoryInfo directory = new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));
        if (!directory.Exists)
            throw new DirectoryNotFoundException($"The directory {root} does not exist.");
        _root = Path.TrimEndingDirectorySeparator((directory.ResolveLinkTarget(returnFinalTarget: true) ?? directory).FullName);
    }

    /// <summary>The local path, with every link resolved but, where <paramref name="followLast"/> is false, the last component's.</summary>
    /// <exception cref="UnauthorizedAccessException">A link leads out of the root.</exception>
    /// <exception cref="IOException">Too many links.</exception>
    public string ToLocal(string path, bool followLast)
    {
        List<string> done = Resolve(path, followLast);
        return done.Count == 0 ? _root : Path.Combine(_root, Path.Combine([.. done]));
    }

    /// <summary>The server's path with every link resolved.</summary>
    public string ToReal(string path) => "/" + string.Join('/', Resolve(path, followLast: true));

    /// <summary>An absolute path without <c>.</c>, <c>..</c> and empty components; <c>..</c> at the root stays there.</summary>
    public static string Normalise(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }

        return "/" + string.Join('/', parts);
    }

    private List<string> Resolve(string path, bool followLast)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            throw new FileNotFoundException("A name holds a NUL character.");
        List<string> done = [];
        Stack<string> rest = new(path.Split('/').Reverse());
        int links = 0;
        while (rest.TryPop(out string? part))
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                if (done.Count > 0)
                    done.RemoveAt(done.Count - 1);
                continue;
            }

            if (!SafeName.IsOneComponent(part))
                throw new FileNotFoundException($"\"{part}\" is no file name on this system.");
            bool last = !rest.Any(other => other is not ("" or "."));
            string local = Path.Combine(_root, Path.Combine([.. done, part]));
            if ((last && !followLast) || new FileInfo(local).LinkTarget is not { } target)
            {
                done.Add(part);
                continue;
            }

            if (++links > MaximumLinks)
                throw new IOException("Too many levels of symbolic links");
            Follow(target, done, rest);
        }

        return done;
    }

    // A link's target is a path of the operating system: an absolute one must lie below the root, a relative one must not climb
    // above it.
    private void Follow(string target, List<string> done, Stack<string> rest)
    {
        string[] parts = target.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (Path.IsPathRooted(target))
        {
            string[] root = _root.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < root.Length || !parts.Take(root.Length).SequenceEqual(root))
                throw OutOfRoot();
            parts = parts[root.Length..];
            done.Clear();
        }

        int depth = done.Count;
        foreach (string part in parts)
        {
            depth += part switch { ".." => -1, "." => 0, _ => 1 };
            if (depth < 0)
                throw OutOfRoot();
        }

        foreach (string part in parts.Reverse())
            rest.Push(part);
    }

    private static UnauthorizedAccessException OutOfRoot() => new("A link leads out of the directory that is served.");
}
