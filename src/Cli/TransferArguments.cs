using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using LucidSsh.Sftp;
using Spectre.Console;

namespace LucidSsh.Cli;

/// <summary>The options of get and put, and the progress they show: a bar on a terminal, one line at the end elsewhere.</summary>
internal sealed class TransferArguments
{
    private readonly Option<bool> _resume = new("--resume") { Description = "go on behind what is there already" };
    private readonly Option<bool> _preserve = new("--preserve") { Description = "keep permissions and times" };
    private readonly Option<bool> _json = JsonOutput.Option();

    /// <summary>With everything below a directory.</summary>
    public Option<bool> Recursive { get; } = new("-r") { Description = "a directory with everything in it" };

    public Option[] Options => [Recursive, _resume, _preserve, _json];

    /// <summary>Runs a transfer and reports it.</summary>
    public async Task RunAsync(ParseResult arguments, string name, Func<TransferOptions, Task<long>> transfer)
    {
        TransferOptions options = new() { Resume = arguments.GetValue(_resume), Preserve = arguments.GetValue(_preserve) };
        Stopwatch watch = Stopwatch.StartNew();
        long bytes = 0;
        if (Console.IsOutputRedirected || arguments.GetValue(_json))
        {
            bytes = await transfer(options).ConfigureAwait(false);
        }
        else
        {
            await AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
                .StartAsync(async context =>
                {
                    ProgressTask bar = context.AddTask(Markup.Escape(name));
                    bytes = await transfer(options with { Progress = new Bar(bar) }).ConfigureAwait(false);
                    bar.MaxValue = Math.Max(1, bytes);
                    bar.Value = bar.MaxValue;
                }).ConfigureAwait(false);
        }

        double seconds = watch.Elapsed.TotalSeconds;
        if (arguments.GetValue(_json))
            JsonOutput.Write(new JsonObject { ["name"] = name, ["bytes"] = bytes, ["seconds"] = seconds });
        else
            Console.WriteLine($"{name}: {ByteCount.Format(bytes)} in {seconds:0.00} s ({ByteCount.Format((long)(bytes / Math.Max(seconds, 0.001)))}/s)");
    }

    /// <summary>Moves a bar; the file in it changes with each file of a directory.</summary>
    private sealed class Bar(ProgressTask task) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value)
        {
            task.MaxValue = Math.Max(1, value.Total ?? value.Bytes);
            task.Value = value.Bytes;
        }
    }
}
