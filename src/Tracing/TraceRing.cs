using System.Runtime.CompilerServices;

namespace LucidSsh.Tracing;

/// <summary>The last events of a connection. Small plain structs (every packet makes one) are copied into a slot and cost no
/// allocation; an event that holds text is kept as an object. Text is made only when somebody asks.</summary>
internal sealed class TraceRing
{
    /// <summary>How many events are kept.</summary>
    public const int Capacity = 64;

    private readonly Lock _gate = new();
    private readonly Slot[] _slots = new Slot[Capacity];
    private long _count;

    public void Add<TEvent>(TimeSpan elapsed, in TEvent traceEvent)
        where TEvent : struct, ITraceEvent
    {
        lock (_gate)
        {
            ref Slot slot = ref _slots[_count++ % Capacity];
            slot.Elapsed = elapsed;
            if (!RuntimeHelpers.IsReferenceOrContainsReferences<TEvent>() && Unsafe.SizeOf<TEvent>() <= Unsafe.SizeOf<PlainEvent>())
            {
                slot.Kept = null;
                Unsafe.WriteUnaligned(ref Unsafe.As<PlainEvent, byte>(ref slot.Plain), traceEvent);
                slot.ToLine = Lines<TEvent>.FromPlain;
            }
            else
            {
                slot.Kept = traceEvent;
                slot.ToLine = Lines<TEvent>.FromKept;
            }
        }
    }

    public IReadOnlyList<string> ToLines()
    {
        lock (_gate)
        {
            List<string> lines = [];
            for (long i = Math.Max(0, _count - Capacity); i < _count; i++)
                lines.Add(_slots[i % Capacity].ToLine!(_slots[i % Capacity]));
            return lines;
        }
    }

    [InlineArray(40)]
    private struct PlainEvent
    {
        private byte _first;
    }

    private struct Slot
    {
        public TimeSpan Elapsed;
        public PlainEvent Plain;
        public object? Kept;
        public Func<Slot, string>? ToLine;
    }

    private static class Lines<TEvent>
        where TEvent : struct, ITraceEvent
    {
        public static readonly Func<Slot, string> FromPlain =
            slot => TraceLine.Format(slot.Elapsed, Unsafe.ReadUnaligned<TEvent>(ref Unsafe.As<PlainEvent, byte>(ref slot.Plain)));

        public static readonly Func<Slot, string> FromKept = slot => TraceLine.Format(slot.Elapsed, (TEvent)slot.Kept!);
    }
}
