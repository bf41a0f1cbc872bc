using System.IO.Pipelines;

namespace LucidSsh.Agent;

/// <summary>Two pipes back to back: what one end writes the other reads.</summary>
internal static class PipePair
{
    public static (IDuplexPipe Here, IDuplexPipe There) Create()
    {
        PipeOptions options = new(useSynchronizationContext: false);
        Pipe there = new(options), back = new(options);
        return (new End(back.Reader, there.Writer), new End(there.Reader, back.Writer));
    }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
