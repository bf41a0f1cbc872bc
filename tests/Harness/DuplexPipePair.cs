using System.IO.Pipelines;

namespace LucidSsh.Tests.Harness;

/// <summary>Two pipes back to back: what one end writes the other reads.</summary>
internal sealed class DuplexPipePair
{
    public DuplexPipePair(PipeOptions? options = null)
    {
        Pipe there = new(options ?? PipeOptions.Default);
        Pipe back = new(options ?? PipeOptions.Default);
        Left = new End(back.Reader, there.Writer);
        Right = new End(there.Reader, back.Writer);
    }

    public IDuplexPipe Left { get; }

    public IDuplexPipe Right { get; }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
