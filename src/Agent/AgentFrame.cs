using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>Frames of the agent protocol (RFC 9987): uint32 length, then that many bytes. Frames may hold private keys and
/// passphrases, so what was read is zeroed where it lay.</summary>
internal static class AgentFrame
{
    private const int LengthSize = sizeof(uint);

    /// <summary>Reads one frame's content; null where the peer has ended before another began. The caller zeroes it.</summary>
    /// <param name="input">What the peer sends.</param>
    /// <param name="started">Called once when the first byte is there: from then on the peer is not idle.</param>
    /// <param name="cancellationToken">Gives up; the connection is of no use any more.</param>
    /// <exception cref="PeerMisbehavedException">The length is 0 or beyond the limit, which is found before anything of that size is
    /// held, or the peer ended inside the frame.</exception>
    public static async ValueTask<byte[]?> ReadAsync(PipeReader input, Action? started, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = read.Buffer;
            if (!buffer.IsEmpty)
                started?.Invoke();
            uint length = LengthOf(buffer);
            if (length > 0 && buffer.Length - LengthSize >= length)
            {
                byte[] content = buffer.Slice(LengthSize, length).ToArray();
                Zero(buffer.Slice(0, LengthSize + length));
                input.AdvanceTo(buffer.GetPosition(LengthSize + length));
                return content;
            }

            bool ended = read.IsCompleted || read.IsCanceled;
            long got = buffer.Length;
            input.AdvanceTo(buffer.Start, buffer.End);
            if (!ended)
                continue;
            return got == 0
                ? null
                : throw new PeerMisbehavedException(SshErrorCode.AgentProtocol, $"The other end of the agent's connection closed it inside a message, after {got} bytes.");
        }
    }

    /// <summary>Writes one frame.</summary>
    public static async ValueTask WriteAsync(PipeWriter output, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (content.Length > AgentLimits.Frame)
        {
            throw new LocalMisuseException(
                SshErrorCode.LimitExceeded, $"A message of {content.Length} bytes cannot be sent to an agent: {AgentLimits.Frame} are the most.");
        }

        Span<byte> place = output.GetSpan(LengthSize + content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(place, (uint)content.Length);
        content.Span.CopyTo(place[LengthSize..]);
        output.Advance(LengthSize + content.Length);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    // 0 while the length is not there yet.
    private static uint LengthOf(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < LengthSize)
            return 0;
        Span<byte> bytes = stackalloc byte[LengthSize];
        buffer.Slice(0, LengthSize).CopyTo(bytes);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length is 0 or > AgentLimits.Frame)
        {
            throw new PeerMisbehavedException(
                SshErrorCode.AgentProtocol,
                $"A message of the agent protocol cannot have {length} bytes: 1 to {AgentLimits.Frame} are allowed.",
                "What is at the other end may be no agent at all.");
        }

        return length;
    }

    // The bytes are read and the segments go back to their pool, where the next user would see them.
    private static void Zero(in ReadOnlySequence<byte> read)
    {
        foreach (ReadOnlyMemory<byte> segment in read)
            MemoryMarshal.AsMemory(segment).Span.Clear();
    }
}
