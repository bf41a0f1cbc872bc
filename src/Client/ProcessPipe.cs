using System.IO.Pipelines;

namespace LucidSsh.Client;

/// <summary>A remote process's standard input and output as one pipe, for a protocol that speaks over it. Disposing it ends the
/// process's channel. Standard error is dropped.</summary>
internal sealed class ProcessPipe : IDuplexPipe, IAsyncDisposable
{
    private readonly RemoteProcess _process;

    public ProcessPipe(RemoteProcess process)
    {
        _process = process;
        process.StandardError.Complete();
    }

    public PipeReader Input => _process.StandardOutput;

    public PipeWriter Output => _process.StandardInput;

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
