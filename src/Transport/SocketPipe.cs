using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace LucidSsh.Transport;

/// <summary>A TCP connection as a pipe, with reads large enough for bulk transfer and writes passed straight to the socket.</summary>
internal sealed class SocketPipe : IDuplexPipe, IDisposable
{
    // Large reads are what makes a fast download: the kernel hands over what has piled up in one call.
    private const int ReadSize = 256 * 1024;

    private readonly NetworkStream _stream;

    /// <summary>Takes over a connected socket.</summary>
    public SocketPipe(Socket socket)
    {
        socket.NoDelay = true;
        Peer = socket.RemoteEndPoint switch
        {
            IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port),
            var other => other as IPEndPoint,
        };
        _stream = new NetworkStream(socket, ownsSocket: true);
        Input = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: ReadSize, minimumReadSize: ReadSize / 4, leaveOpen: true));
        Output = PipeWriter.Create(_stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    /// <summary>What name resolution and TCP took; zero where nobody measured.</summary>
    public TimeSpan ConnectTime { get; init; }

    /// <summary>The other end's address; null where the socket has none.</summary>
    public IPEndPoint? Peer { get; }

    /// <inheritdoc />
    public PipeReader Input { get; }

    /// <inheritdoc />
    public PipeWriter Output { get; }

    /// <inheritdoc />
    public void Dispose() => _stream.Dispose();
}
