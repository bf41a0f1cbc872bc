using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Tracing;

public class TracerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void TextSink_WritesLibssh2sLineShape()
    {
        StringWriter text = new();
        using TraceSink sink = TraceSink.ToWriter(text);
        new Tracer(TimeProvider.System, [sink]).Emit(new DebugReceived("a b\n"));
        Assert.True(sink.Flush(Patience));
        Assert.Matches(@"^\[lucid\] \d+\.\d{6} Transport: debug message text=""a b\\x0a""\r?\n$", text.ToString());
    }

    [Theory]
    [InlineData(TraceMask.Transport, 1)]
    [InlineData(TraceMask.KeyExchange, 1)]
    [InlineData(TraceMask.Socket, 1)]
    [InlineData(TraceMask.Transport | TraceMask.Error, 2)]
    [InlineData(TraceMask.None, 0)]
    [InlineData((TraceMask)511, 3)]
    [InlineData(TraceMask.All, 4)]
    public void Mask_LetsItsCategoriesThrough(TraceMask mask, int lines)
    {
        StringWriter text = new();
        using TraceSink sink = TraceSink.ToWriter(text, mask);
        Tracer tracer = new(TimeProvider.System, [sink]);
        tracer.Emit(new PacketSent(1, MessageNumber.Debug, 2));
        tracer.Emit(new KeyExchangeStarted("test"));
        tracer.Emit(new SocketRead(5));
        tracer.Emit(new Failure(SshErrorCode.Malformed, "Bad."));
        Assert.True(sink.Flush(Patience));
        Assert.Equal(lines, text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Ring_KeepsTheLastEvents_PlainAndText()
    {
        Tracer tracer = new(TimeProvider.System);
        for (uint i = 0; i < 100; i++)
            tracer.Emit(new PacketSent(i, MessageNumber.ChannelData, 10));
        tracer.Emit(new DebugReceived("last"));
        IReadOnlyList<string> recent = tracer.Recent();
        Assert.Equal(TraceRing.Capacity, recent.Count);
        Assert.Contains("seq=37", recent[0], StringComparison.Ordinal);
        Assert.Contains("seq=99", recent[^2], StringComparison.Ordinal);
        Assert.Contains("text=last", recent[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packets_WithoutASinkOrWithOneThatTakesNothing_AllocateNothing(bool masked)
    {
        using TraceSink sink = TraceSink.ToWriter(TextWriter.Null, TraceMask.None);
        Tracer tracer = new(TimeProvider.System, masked ? [sink] : []);
        tracer.Emit(new PacketSent(0, MessageNumber.ChannelData, 10));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 0; i < 1000; i++)
            tracer.Emit(new PacketSent(i, MessageNumber.ChannelData, 10));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
