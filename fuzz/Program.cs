using System.Globalization;
using LucidSsh.Fuzz;

const string usage = """
    fuzz list                            the targets
    fuzz TARGET SECONDS [RANDOM-SEED]    mutates until something is found (exit code 1) or the time is over
    fuzz replay TARGET FILE              runs one input
    fuzz seeds TARGET DIRECTORY          writes the target's inputs to files, for another fuzzer
    """;

switch (args)
{
    case ["list"]:
        foreach (IFuzzTarget each in FuzzTargets.All)
            Console.WriteLine(each.Name);
        return 0;
    case ["replay", var name, var file] when FuzzTargets.Find(name) is { } target:
        Finding? finding = Oracle.Check(target, File.ReadAllBytes(file), out Outcome outcome);
        Console.WriteLine(finding?.ToString() ?? outcome.ToString());
        return finding is null ? 0 : 1;
    case ["seeds", var name, var directory] when FuzzTargets.Find(name) is { } target:
        Directory.CreateDirectory(directory);
        foreach ((int index, byte[] seed) in Corpus.Load(target).Index())
            File.WriteAllBytes(Path.Combine(directory, $"{index:d3}.bin"), seed);
        return 0;
    case [var name, var seconds, .. { Length: <= 1 } rest] when FuzzTargets.Find(name) is { } target
        && int.TryParse(seconds, CultureInfo.InvariantCulture, out int time):
        int randomSeed = rest is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : Random.Shared.Next();
        return new FuzzRun(target, randomSeed).Run(TimeSpan.FromSeconds(time)) ? 0 : 1;
    default:
        Console.Error.WriteLine(usage);
        return 2;
}
