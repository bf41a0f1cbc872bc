using System.Buffers;
using System.IO.Pipelines;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>A local connection, a Unix socket or a named pipe, as a pipe whose buffers are zeroed when they are given up: private keys and
/// passphrases travel through them.</summary>
internal sealed class AgentPipe : IDuplexPipe, IAsyncDisposable
{
    private readonly Stream _stream;

    /// <summary>Takes over a connected stream.</summary>
    public AgentPipe(Stream stream)
    {
        _stream = stream;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(pool: ZeroedMemory.Pool, leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(pool: ZeroedMemory.Pool, leaveOpen: true));
    }

    /// <inheritdoc />
    public PipeReader Input { get; }

    /// <inheritdoc />
    public PipeWriter Output { get; }

    /// <summary>Closes the connection. What was not sent is not sent any more, and the buffers are zeroed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        await Output.CompleteAsync(new ObjectDisposedException(nameof(AgentPipe))).ConfigureAwait(false);
        await Input.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Ends a conversation over any pipe: disposes of it where it can be, else completes both ends.</summary>
    public static async ValueTask CloseAsync(IDuplexPipe pipe)
    {
        try
        {
            if (pipe is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync().ConfigureAwait(false);
            else if (pipe is IDisposable disposable)
                disposable.Dispose();
            else
            {
                await pipe.Output.CompleteAsync().ConfigureAwait(false);
                await pipe.Input.CompleteAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is SshException or IOException or ObjectDisposedException)
        {
            // The other side was gone first.
        }
    }

    private sealed class ZeroedMemory : MemoryPool<byte>
    {
        private const int Default = 4096;

        public static ZeroedMemory Pool { get; } = new();

        public override int MaxBufferSize => Array.MaxLength;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => new Owner(Math.Max(minBufferSize, Default));

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Owner(int size) : IMemoryOwner<byte>
        {
            private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(size, pinned: true);

            public Memory<byte> Memory => _bytes;

            public void Dispose() => ConstantTime.Zero(_bytes.AsSpan());
        }
    }
}
