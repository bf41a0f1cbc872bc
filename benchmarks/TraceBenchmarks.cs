using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using LucidSsh.Auth;
using LucidSsh.Client;
using LucidSsh.Crypto;
using LucidSsh.Server;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Benchmarks;

/// <summary>What a trace costs a bulk transfer over loopback: client and server in this process, the client traced. The ways take
/// turns, so that a machine that is busy for a while is so for all of them; each round gives the ratio to the way without a sink, and the
/// median of the rounds counts. The processor's time, the sink's thread included, says more than the clock's where others use the machine.</summary>
internal static class TraceBenchmarks
{
    private const int Rounds = 25;
    private const long Bytes = 512L * 1024 * 1024;
    private const long PacketBytes = 32 * 1024;

    /// <summary>Measures and prints the tables of docs/performance.md.</summary>
    public static async Task RunAsync()
    {
        await TransfersAsync().ConfigureAwait(false);
        Events();
    }

    /// <summary>What one event of a packet costs by itself: a figure that a busy machine does not blur.</summary>
    private static void Events()
    {
        const int Count = 200_000;
        (string Name, Func<ImmutableArray<TraceSink>> Open)[] ways =
        [
            ("no sink", () => []),
            ("mask 0", () => [TraceSink.ToWriter(TextWriter.Null, TraceMask.None)]),
            ("mask 511, text", () => [TraceSink.ToWriter(TextWriter.Null, (TraceMask)511)]),
            ("mask 511, JSON Lines", () => [TraceSink.ToWriter(TextWriter.Null, (TraceMask)511, TraceFormat.JsonLines)]),
        ];
        double[] best = new double[ways.Length];
        Array.Fill(best, double.MaxValue);
        for (int round = 0; round < Rounds; round++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                ImmutableArray<TraceSink> sinks = ways[way].Open();
                Tracer tracer = new(TimeProvider.System, sinks);
                Stopwatch watch = Stopwatch.StartNew();
                for (uint i = 0; i < Count; i++)
                    tracer.Emit(new PacketSent(i, MessageNumber.ChannelData, (int)PacketBytes));
                best[way] = Math.Min(best[way], watch.Elapsed.TotalNanoseconds / Count);
                foreach (TraceSink sink in sinks)
                    sink.Dispose();
            }
        }

        Console.WriteLine();
        Console.WriteLine("| trace | ns per event |");
        Console.WriteLine("| --- | --- |");
        for (int way = 0; way < ways.Length; way++)
            Console.WriteLine($"| {ways[way].Name} | {best[way]:0} |");
    }

    private static async Task TransfersAsync()
    {
        string directory = Directory.CreateTempSubdirectory("lucid-trace-").FullName;
        try
        {
            (string Name, Func<TraceSink?> Open)[] ways =
            [
                ("no sink", () => null),
                ("mask 0", () => TraceSink.ToFile(Path.Combine(directory, "none"), TraceMask.None)),
                ("mask 511, text", () => TraceSink.ToFile(Path.Combine(directory, "text"), (TraceMask)511)),
                ("mask 511, JSON Lines", () => TraceSink.ToFile(Path.Combine(directory, "jsonl"), new TraceFileOptions { Mask = (TraceMask)511, Format = TraceFormat.JsonLines })),
            ];
            (double Seconds, double Processor, long Allocated)[,] taken = new (double, double, long)[ways.Length, Rounds];
            for (int round = 0; round < Rounds; round++)
            {
                for (int i = 0; i < ways.Length; i++)
                {
                    int way = (round + i) % ways.Length;
                    taken[way, round] = await TransferAsync(ways[way].Open).ConfigureAwait(false);
                }
            }

            Console.WriteLine("| trace | MiB/s | time | processor time | bytes allocated per packet, beyond those without |");
            Console.WriteLine("| --- | --- | --- | --- | --- |");
            for (int way = 0; way < ways.Length; way++)
            {
                double speed = Median(round => Bytes / taken[way, round].Seconds / (1 << 20));
                double cost = Median(round => taken[way, round].Seconds / taken[0, round].Seconds) - 1;
                double processor = Median(round => taken[way, round].Processor / taken[0, round].Processor) - 1;
                double allocated = Median(round => taken[way, round].Allocated - taken[0, round].Allocated) / (Bytes / PacketBytes);
                Console.WriteLine($"| {ways[way].Name} | {speed:0} | {cost:P1} | {processor:P1} | {allocated:0.0} |");
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static double Median(Func<int, double> value) => Enumerable.Range(0, Rounds).Select(value).Order().ElementAt(Rounds / 2);

    private static async Task<(double Seconds, double Processor, long Allocated)> TransferAsync(Func<TraceSink?> open)
    {
        using TraceSink? sink = open();
        using PrivateKey hostKey = PrivateKey.Generate("ssh-ed25519");
        SimpleAuthenticator authenticator = new();
        authenticator.AddUser("alice", "benchmark");
        SshServer server = SshServer.Start(new IPEndPoint(IPAddress.Loopback, 0), new SshServerOptions
        {
            HostKeys = [hostKey],
            Authenticator = authenticator,
            Commands = new Discard(),
        });
        await using (server.ConfigureAwait(false))
        {
            SshClient client = await SshClient.ConnectAsync(new SshTarget("alice", "127.0.0.1", server.EndPoint.Port), new SshClientOptions
            {
                HostKeys = HostKeyPolicy.InsecureAcceptAny(),
                Credentials = [new PasswordCredential("benchmark")],
                Trace = sink,
            }).ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
            {
                RemoteProcess process = await client.StartAsync("discard").ConfigureAwait(false);
                await using (process.ConfigureAwait(false))
                {
                    byte[] piece = new byte[PacketBytes];
                    long allocated = GC.GetTotalAllocatedBytes(precise: true);
                    TimeSpan processor = Environment.CpuUsage.TotalTime;
                    Stopwatch watch = Stopwatch.StartNew();
                    for (long sent = 0; sent < Bytes; sent += piece.Length)
                        await process.StandardInput.WriteAsync(piece).ConfigureAwait(false);
                    await process.StandardInput.CompleteAsync().ConfigureAwait(false);
                    await process.WaitForExitAsync().ConfigureAwait(false);
                    return (watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds, GC.GetTotalAllocatedBytes(precise: true) - allocated);
                }
            }
        }
    }

    /// <summary>Reads everything and says that it is done.</summary>
    private sealed class Discard : ICommandHandler
    {
        public async Task<CommandExit> RunAsync(CommandContext command, CancellationToken cancellationToken)
        {
            while (true)
            {
                var read = await command.StandardInput.ReadAsync(cancellationToken).ConfigureAwait(false);
                command.StandardInput.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return new CommandExit(0);
            }
        }
    }
}
