using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>Serves one SFTP session over a pipe: frames in, requests in order, replies out, all that have gathered in one write.</summary>
internal static class SftpServer
{
    private const int LengthField = sizeof(uint);

    // Replies that gather before they are sent: one large DATA, or many small ones.
    private const int FlushAt = 256 * 1024;

    /// <summary>Serves until the client ends the session.</summary>
    /// <exception cref="SftpException">The client broke the protocol.</exception>
    /// <exception cref="SshException">The connection ended.</exception>
    public static async Task ServeAsync(IDuplexPipe pipe, ISftpFileSystem files, Tracer tracer, CancellationToken cancellationToken)
    {
        using SftpRequestHandler handler = new(files, tracer);
        WireBuffer replies = new(FlushAt);
        byte[] scattered = [];
        while (true)
        {
            ReadResult read = await pipe.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = read.Buffer;
            try
            {
                while (replies.Length < FlushAt && TryTakeFrame(ref buffer, out ReadOnlySequence<byte> frame))
                    handler.Handle(Contiguous(frame, ref scattered), replies);
            }
            finally
            {
                // With replies waiting, frames may be left over: they are shown again at once.
                pipe.Input.AdvanceTo(buffer.Start, replies.Length < FlushAt ? read.Buffer.End : buffer.Start);
            }

            bool more = replies.Length >= FlushAt;
            if (replies.Length > 0)
            {
                await pipe.Output.WriteAsync(replies.WrittenMemory, cancellationToken).ConfigureAwait(false);
                replies.Truncate(0);
            }

            if (read.IsCompleted && !more)
                return;
        }
    }

    private static bool TryTakeFrame(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (buffer.Length < LengthField)
            return false;
        Span<byte> field = stackalloc byte[LengthField];
        buffer.Slice(0, LengthField).CopyTo(field);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(field);
        if (length is 0 or > SftpPacket.MaximumLength)
            throw SftpException.Protocol($"The client announced an SFTP packet of {length} bytes; 1 to {SftpPacket.MaximumLength} are allowed.");
        if (buffer.Length < LengthField + length)
            return false;
        frame = buffer.Slice(LengthField, length);
        buffer = buffer.Slice(LengthField + length);
        return true;
    }

    private static ReadOnlySpan<byte> Contiguous(in ReadOnlySequence<byte> frame, ref byte[] scattered)
    {
        if (frame.IsSingleSegment)
            return frame.FirstSpan;
        if (scattered.Length < frame.Length)
            scattered = new byte[frame.Length];
        frame.CopyTo(scattered);
        return scattered.AsSpan(0, (int)frame.Length);
    }
}
