using System.IO.Pipelines;

namespace LucidSsh.Connection;

/// <summary>A channel for a protocol that speaks over it and has no second stream; disposing it closes the channel.</summary>
internal sealed class ChannelPipe(Channel channel) : IDuplexPipe, IAsyncDisposable
{
    /// <inheritdoc />
    public PipeReader Input => channel.Input;

    /// <inheritdoc />
    public PipeWriter Output => channel.Output;

    /// <summary>Says EOF and CLOSE; what still comes is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        channel.SendEof();
        channel.SendClose();
        await channel.Input.CompleteAsync().ConfigureAwait(false);
        await channel.ExtendedInput.CompleteAsync().ConfigureAwait(false);
    }
}
