namespace LucidSsh.Fuzz;

/// <summary>The inputs that are kept, in fuzz/corpus, a folder for each target.</summary>
public static class Corpus
{
    /// <summary>The directory fuzz of the source tree.</summary>
    public static string Home { get; } = FindHome();

    /// <summary>Where findings are written.</summary>
    public static string Findings => Path.Combine(Home, "findings");

    /// <summary>The files of a target, in the order of their names.</summary>
    public static IEnumerable<string> Files(IFuzzTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        string folder = Path.Combine(Home, "corpus", target.Name);
        return Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal) : [];
    }

    /// <summary>Everything mutation begins with: the target's own seeds and its files.</summary>
    public static IEnumerable<byte[]> Load(IFuzzTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return [.. target.Seeds, .. Files(target).Select(File.ReadAllBytes)];
    }

    private static string FindHome()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "fuzz", "Fuzz.csproj")))
            directory = directory.Parent;
        return Path.Combine(directory?.FullName ?? throw new InvalidOperationException($"There is no fuzz/Fuzz.csproj above {AppContext.BaseDirectory}."), "fuzz");
    }
}
