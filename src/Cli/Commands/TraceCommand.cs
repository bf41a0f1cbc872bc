using System.CommandLine;
using LucidSsh.Wire;

namespace LucidSsh.Cli;

/// <summary><c>lucid trace</c>: reads recorded traces back.</summary>
internal static class TraceCommand
{
    public static Command Create()
    {
        Command command = new("trace", "Read a recorded trace: as a table, as a page, against another, explained.");
        command.Add(Show());
        command.Add(Html());
        command.Add(Difference());
        command.Add(ExplainCommand.Create());
        return command;
    }

    private static Command Show()
    {
        Command command = new("show", "A recorded trace as a table.");
        Argument<string> file = File("FILE");
        Option<string[]> layers = new("--layer") { Description = "only this layer; may be given several times", HelpName = "LAYER" };
        Option<string?> text = new("--grep") { Description = "only steps that contain this text", HelpName = "TEXT" };
        Option<bool> fields = new("--fields") { Description = "every field of every message on a line of its own" };
        command.Add(file);
        command.Add(layers);
        command.Add(text);
        command.Add(fields);
        command.SetGuardedAction((arguments, _) =>
        {
            string[] wanted = arguments.GetValue(layers) ?? [];
            foreach (IGrouping<long, TraceRecord> connection in TraceRecording.Read(arguments.GetValue(file)!).GroupBy(record => record.Connection))
            {
                Console.WriteLine($"connection {connection.Key}");
                foreach (TraceStep step in TraceStep.Of(connection))
                {
                    if (wanted.Length > 0 && !wanted.Contains(step.Record.Layer))
                        continue;
                    string line = Line(step);
                    if (arguments.GetValue(text) is { } part && !line.Contains(part, StringComparison.OrdinalIgnoreCase))
                        continue;
                    Console.WriteLine(arguments.GetValue(fields) || line.Length <= MaximumWidth ? line : line[..MaximumWidth] + "…");
                    if (!arguments.GetValue(fields))
                        continue;
                    foreach ((string name, string value) in step.Record.Fields)
                        Console.WriteLine($"{"",26}{name}: {TerminalText.OneLine(value, int.MaxValue)}");
                }
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static Command Html()
    {
        Command command = new("html", "A recorded trace as one HTML page, on standard output or in a file.");
        Argument<string> file = File("FILE");
        Option<string?> output = new("--output", "-o") { Description = "the page's file", HelpName = "FILE" };
        command.Add(file);
        command.Add(output);
        command.SetGuardedAction((arguments, _) =>
        {
            string path = arguments.GetValue(file)!;
            var records = TraceRecording.Read(path);
            if (arguments.GetValue(output) is not { } page)
            {
                TracePage.Write(Console.Out, Path.GetFileName(path), records);
                return Task.FromResult(ExitCode.Success);
            }

            using StreamWriter writer = new(page);
            TracePage.Write(writer, Path.GetFileName(path), records);
            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static Command Difference()
    {
        Command command = new("diff", "Where two recorded conversations part; exit status 1 where they do.");
        Argument<string> first = File("FIRST"), second = File("SECOND");
        command.Add(first);
        command.Add(second);
        command.SetGuardedAction((arguments, _) =>
        {
            (var lines, bool same) = TraceDifference.Compare(FirstConnection(arguments.GetValue(first)!), FirstConnection(arguments.GetValue(second)!));
            foreach (string line in lines)
                Console.WriteLine(TerminalText.OneLine(line, int.MaxValue));
            return Task.FromResult(same ? ExitCode.Success : ExitCode.Different);
        });
        return command;
    }

    private const int MaximumWidth = 220;

    private static string Line(TraceStep step)
    {
        string arrow = step.Sent switch { true => "->", false => "<-", null => "  " };
        string line = $"{step.Record.Seconds,10:F6}  {arrow} {step.Record.Layer,-10} {step.Label,-26} {step.Summary}".TrimEnd();
        return TerminalText.OneLine(line, int.MaxValue);
    }

    private static IReadOnlyList<TraceStep> FirstConnection(string path)
    {
        var records = TraceRecording.Read(path);
        return TraceStep.Of(records.Where(record => record.Connection == records[0].Connection));
    }

    private static Argument<string> File(string name) => new(name) { Description = "a trace recorded with --trace 511:FILE, in JSON Lines or text" };
}
