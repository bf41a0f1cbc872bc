namespace LucidSsh.Tests.Architecture;

/// <summary>The source tree the tests were built from.</summary>
internal static class SourceTree
{
    /// <summary>The directory of Protocol.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The names of the projects under src, which are its folders.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    /// <summary>The assembly of each project under src, beside the tests.</summary>
    public static IEnumerable<string> Assemblies =>
        Projects.Select(name => Path.Combine(AppContext.BaseDirectory, name == "Cli" ? "lucid.dll" : $"LucidSsh.{name}.dll"));

    /// <summary>The project file of a project under src.</summary>
    public static string ProjectFile(string project) => Path.Combine(Root, "src", project, $"{project}.csproj");

    /// <summary>The C# files of a folder, built ones left out, as paths from the root.</summary>
    public static IEnumerable<string> CSharpFiles(string folder) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Root, file))
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    /// <summary>The lines of a file, with their numbers.</summary>
    public static IEnumerable<(int Number, string Text)> Lines(string file) =>
        File.ReadLines(Path.Combine(Root, file)).Select((text, index) => (index + 1, text));

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Protocol.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException($"There is no Protocol.sln above {AppContext.BaseDirectory}.");
    }
}
