using LucidSsh.Wire;

namespace LucidSsh.Tests.Wire;

public class WireBufferTests
{
    [Fact]
    public void StringScope_NotEnded_HoldsAnImpossibleLength()
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        int start = writer.BeginString();
        writer.Bytes([1, 2, 3]);
        SshReader unfinished = new(buffer.Written);
        Assert.True(unfinished.String("s").IsEmpty);
        Assert.NotNull(unfinished.Fault);

        writer.EndString(start);
        SshReader finished = new(buffer.Written);
        Assert.Equal([1, 2, 3], finished.String("s").ToArray());
    }

    [Fact]
    public void Growing_ZeroesTheOldArray()
    {
        WireBuffer buffer = new(8);
        Memory<byte> old = buffer.GetMemory(8);
        old.Span.Fill(0x5e);
        buffer.Advance(8);
        buffer.Extend(100);
        Assert.All(old.ToArray(), value => Assert.Equal(0, value));
        Assert.Equal(0x5e, buffer.Written[7]);
    }

    [Fact]
    public void RemoveFront_KeepsTheRest()
    {
        WireBuffer buffer = new();
        ((ReadOnlySpan<byte>)[1, 2, 3, 4]).CopyTo(buffer.Extend(4));
        buffer.RemoveFront(3);
        Assert.Equal([4], buffer.Written.ToArray());
    }
}
