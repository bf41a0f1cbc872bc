using System.IO.Pipelines;

namespace LucidSsh.Client;

/// <summary>Ends what a connection ran over, whichever way it can be ended.</summary>
internal static class PipeEnd
{
    public static async ValueTask EndAsync(this IDuplexPipe pipe)
    {
        if (pipe is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync().ConfigureAwait(false);
        else
            (pipe as IDisposable)?.Dispose();
    }
}
