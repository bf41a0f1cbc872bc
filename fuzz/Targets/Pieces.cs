using System.Buffers;

namespace LucidSsh.Fuzz;

/// <summary>The same bytes in one piece or in several, as a network delivers them.</summary>
internal static class Pieces
{
    /// <summary>A sequence whose segments have <paramref name="size"/> bytes; 0 makes one.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] bytes, int size)
    {
        if (size == 0 || size >= bytes.Length)
            return new ReadOnlySequence<byte>(bytes);
        Segment first = new(bytes.AsMemory(0, size), 0);
        Segment last = first;
        for (int at = size; at < bytes.Length; at += size)
            last = last.Append(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start) => (Memory, RunningIndex) = (memory, start);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            Segment next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
