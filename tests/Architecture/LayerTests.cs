using System.Xml.Linq;

namespace LucidSsh.Tests.Architecture;

/// <summary>The house of docs/architecture.md is the house that is built: projects refer to floors below their own, never to their
/// own or above.</summary>
public sealed class LayerTests
{
    [Fact]
    public void House_OfTheDocument_HoldsEveryProject() =>
        Assert.Equal(SourceTree.Projects, Floors().Keys.Order());

    [Fact]
    public void References_OfEveryProject_PointDown()
    {
        Dictionary<string, int> floors = Floors();
        IEnumerable<string> wrong =
            from project in SourceTree.Projects
            from reference in References(project)
            where floors[reference] <= floors[project]
            select $"{project} refers to {reference}, which is not below it";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Packages_BelowTheCommandLine_AreNone()
    {
        IEnumerable<string> wrong =
            from project in SourceTree.Projects
            where project != "Cli"
            from package in Items(project, "PackageReference")
            where package != "Microsoft.Extensions.Logging.Abstractions"
            select $"{project} depends on the package {package}";
        Assert.Empty(wrong);
    }

    // The first block of the document: a floor a line, the highest first, its rooms divided by dots, then what they are.
    private static Dictionary<string, int> Floors()
    {
        string[] lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "docs", "architecture.md"));
        Dictionary<string, int> floors = [];
        int floor = 0;
        foreach (string line in lines.SkipWhile(line => line != "```").Skip(1).TakeWhile(line => line != "```"))
        {
            floor++;
            foreach (string room in line.Split("  ")[0].Split(" · "))
                floors.Add(room, floor);
        }

        return floors;
    }

    private static IEnumerable<string> References(string project) =>
        Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));

    private static IEnumerable<string> Items(string project, string element) =>
        XDocument.Load(SourceTree.ProjectFile(project)).Descendants(element).Select(item => item.Attribute("Include")!.Value);
}
