using System.Reflection;
using System.Text.Json;
using LucidSsh.Connection;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Tracing;

/// <summary>The lines of both formats.</summary>
public sealed class TraceFormatTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1));

    [Fact]
    public void JsonLine_HasTheEnvelope_ThenTheFields()
    {
        string line = Json(new TraceStamp(7, TraceRole.Server, Start, TimeSpan.FromTicks(12_345_678)), new PacketSent(3, MessageNumber.KexInit, 800));
        Assert.Equal(
            """{"v":1,"c":7,"t":1.2345678,"at":"2026-01-02T02:04:06.2345678Z","role":"server","layer":"transport","event":"packet sent","seq":3,"message":"KEXINIT","bytes":800}""" + "\n",
            line);
    }

    [Fact]
    public void JsonLine_LeavesOutWhatHasNoValue_AndEscapesWhatAPeerSent()
    {
        string line = Json(default, new DebugReceived("\u001b[2J\"\u009b é+<\n"));
        Assert.Single(line, '\n');
        Assert.All(line.TrimEnd('\n'), c => Assert.False(char.IsControl(c)));
        Assert.Equal("\u001b[2J\"\u009b é+<\n", JsonDocument.Parse(line).RootElement.GetProperty("text").GetString());
        Assert.False(JsonDocument.Parse(Json(default, new DebugReceived(null!))).RootElement.TryGetProperty("text", out _));
    }

    [Fact]
    public void JsonLine_OfAMessage_HasItsFieldsInOrder_AndItsBytes()
    {
        byte[] payload = Message.ToArray(new ChannelOpenFailure(5, ChannelOpenFailureReason.ConnectFailed, "no", "en"));
        FieldLog log = FieldLog.Of<ChannelOpenFailure>(payload);
        JsonElement line = JsonDocument.Parse(Json(default, new MessageSent<ChannelOpenFailure>(log, payload))).RootElement;
        Assert.Equal("connection", line.GetProperty("layer").GetString());
        Assert.Equal(Convert.ToHexStringLower(payload), line.GetProperty("payload").GetString());
        Assert.Equal(
            log.Fields.Select(field => $"{field.Key}={field.Value}"),
            line.GetProperty("fields").EnumerateArray().Select(pair => $"{pair[0].GetString()}={pair[1].GetString()}"));
    }

    [Fact]
    public void EveryEvent_IsOneLineOfBothFormats()
    {
        foreach (Type type in TraceEventCatalogue.Types())
            GetType().GetMethod(nameof(IsOneLine), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).CreateDelegate<Action>()();
    }

    private static void IsOneLine<TEvent>()
        where TEvent : struct, ITraceEvent
    {
        TEvent sample = TraceEventCatalogue.Sample<TEvent>();
        JsonElement line = JsonDocument.Parse(Json(default, sample)).RootElement;
        Assert.Equal(TEvent.Name, line.GetProperty("event").GetString());
        Assert.Single(Text(new TextTraceFormat(), default, sample), '\n');
    }

    [Fact]
    public void TextLine_NamesTheConnection_WhereItIsNotTheSinksFirst()
    {
        TextTraceFormat format = new();
        TraceStamp first = new(4, TraceRole.Client, Start, TimeSpan.FromMicroseconds(1_000_042));
        Assert.Equal("[lucid] 1.000042 Socket: read bytes=5\n", Text(format, first, new SocketRead(5)));
        Assert.Equal("[lucid 9] 1.000042 Socket: read bytes=5\n", Text(format, first with { Connection = 9 }, new SocketRead(5)));
        Assert.StartsWith("[lucid] ", Text(format, first, new SocketRead(5)), StringComparison.Ordinal);
    }

    [Fact]
    public void TextLine_EscapesWhatATerminalObeys_AndWhatWouldEndTheValue() => Assert.EndsWith(
        """ text="a\x1b[2J\x9b\u202e\"\\ é€😀"{NEWLINE}""".Replace("{NEWLINE}", "\n", StringComparison.Ordinal),
        Text(new TextTraceFormat(), default, new DebugReceived("a\u001b[2J\u009b\u202e\"\\ é€😀")),
        StringComparison.Ordinal);

    [Fact]
    public void Lines_OfPackets_AllocateNothing()
    {
        ITraceFormat[] formats = [new TextTraceFormat(), new JsonTraceFormat()];
        TraceStamp stamp = new(1, TraceRole.Client, Start, TimeSpan.FromSeconds(1));
        foreach (ITraceFormat format in formats)
        {
            format.Write(stamp, new SocketRead(1_000_000));
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
                format.Write(stamp, new SocketRead(i));
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    [Fact]
    public async Task Connections_InOneSink_AreToldApart()
    {
        StringWriter text = new();
        TraceSink sink = TraceSink.ToWriter(text, TraceMask.All, TraceFormat.JsonLines);
        DuplexPipePair pipes = new();
        Task<SshTransport> server = StartAsync(pipes.Right, TransportRole.Server, new Tracer(TimeProvider.System, [sink], TraceRole.Server));
        await using (SshTransport client = await StartAsync(pipes.Left, TransportRole.Client, new Tracer(TimeProvider.System, [sink])))
            await (await server).DisposeAsync();
        sink.Dispose();
        JsonElement[] lines = [.. text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(2, lines.Select(line => line.GetProperty("c").GetInt64()).Distinct().Count());
        foreach (IGrouping<long, JsonElement> connection in lines.GroupBy(line => line.GetProperty("c").GetInt64()))
        {
            Assert.Single(connection.Select(line => line.GetProperty("role").GetString()).Distinct());
            Assert.Contains(connection, line => line.GetProperty("event").GetString() == "agreed");
        }
    }

    private static Task<SshTransport> StartAsync(System.IO.Pipelines.IDuplexPipe pipe, TransportRole role, Tracer tracer) => SshTransport.StartAsync(
        pipe,
        role,
        new TransportOptions { HostKeys = role == TransportRole.Server ? [TransportPair.HostKey] : [] },
        new RecordingReceiver(),
        new RecordingReceiver(),
        (_, _) => default,
        SystemRandom.Shared,
        TimeProvider.System,
        tracer,
        CancellationToken.None);

    private static string Json<TEvent>(TraceStamp stamp, TEvent traceEvent)
        where TEvent : struct, ITraceEvent => Text(new JsonTraceFormat(), stamp, traceEvent);

    private static string Text<TEvent>(ITraceFormat format, TraceStamp stamp, TEvent traceEvent)
        where TEvent : struct, ITraceEvent => System.Text.Encoding.UTF8.GetString(format.Write(stamp, traceEvent));
}
