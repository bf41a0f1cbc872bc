using System.Text;
using System.Text.RegularExpressions;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Tracing;

/// <summary>Sinks under bad conditions: what they write to is slow, full, closed; files grow.</summary>
public sealed partial class TraceSinkTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(TraceFormat.Text)]
    [InlineData(TraceFormat.JsonLines)]
    public void SlowWriter_MakesNobodyWait_AndWhatIsDroppedIsCountedWhereItStood(TraceFormat format)
    {
        const int Events = 20_000;
        using GatedWriter writer = new();
        using TraceSink sink = new QueuedTraceSink(TraceFormats.Create(format), new TraceWriter(writer), capacity: 16 * 1024);
        Tracer tracer = new(TimeProvider.System, [sink]);
        for (int i = 0; i < Events; i++)
            tracer.Emit(new DebugReceived($"event {i}.")); // with a writer that waits for ever: returns nevertheless
        writer.Open();
        Assert.True(sink.Flush(Patience));
        tracer.Emit(new DebugReceived("the last."));
        sink.Dispose();

        string[] lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int written = lines.Count(line => line.Contains("event ", StringComparison.Ordinal) && line.Contains('.', StringComparison.Ordinal) && EventNumber().IsMatch(line));
        long dropped = lines.Where(line => line.Contains("dropped events", StringComparison.Ordinal)).Sum(line => long.Parse(Count().Match(line).Groups[1].Value));
        Assert.True(dropped > 0);
        Assert.Equal(Events, written + dropped);
        Assert.Contains("dropped events", lines[^2], StringComparison.Ordinal);
        Assert.Contains("the last.", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void HangingWriter_DoesNotHoldTheDisposeForEver()
    {
        using GatedWriter writer = new();
        TraceSink sink = TraceSink.ToWriter(writer);
        Tracer tracer = new(TimeProvider.System, [sink]);
        tracer.Emit(new DebugReceived("one"));
        Assert.False(sink.Flush(TimeSpan.FromMilliseconds(50)));
        sink.Dispose();
        tracer.Emit(new DebugReceived("two"));
        Assert.Equal(TraceMask.None, sink.Mask);
        writer.Open();
    }

    [Fact]
    public void ThrowingWriter_EndsItsTraceAlone_AndSaysWhatIsMissingWhenSwitchedOnAgain()
    {
        FailingWriter writer = new() { Fails = true };
        StringWriter other = new();
        using TraceSink broken = TraceSink.ToWriter(writer);
        using TraceSink sound = TraceSink.ToWriter(other);
        Tracer tracer = new(TimeProvider.System, [broken, sound]);
        tracer.Emit(new DebugReceived("one"));
        tracer.Emit(new DebugReceived("two"));
        Assert.True(broken.Flush(Patience));
        Assert.Equal(TraceMask.None, broken.Mask);
        tracer.Emit(new DebugReceived("three"));
        writer.Fails = false;
        broken.Mask = TraceMask.Transport;
        tracer.Emit(new DebugReceived("four"));
        Assert.True(broken.Flush(Patience) && sound.Flush(Patience));
        Assert.Matches(@"^\[lucid\] \S+ Trace: dropped events count=2\n\[lucid\] \S+ Transport: debug message text=four\n$", writer.ToString());
        Assert.Equal(4, other.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void ClosedWriter_EndsTheTraceOnly()
    {
        StringWriter closed = new();
        closed.Dispose();
        using TraceSink sink = TraceSink.ToWriter(closed);
        new Tracer(TimeProvider.System, [sink]).Emit(new DebugReceived("one"));
        Assert.True(sink.Flush(Patience));
        Assert.Equal(TraceMask.None, sink.Mask);
    }

    [Fact]
    public void FullDisk_EndsTheTraceOnly()
    {
        const string AlwaysFull = "/dev/full";
        if (!File.Exists(AlwaysFull))
            return; // only Linux has one; the throwing writer above is the same everywhere
        UnixFileMode rights = File.GetUnixFileMode(AlwaysFull);
        using TraceSink sink = TraceSink.ToFile(AlwaysFull);
        Assert.Equal(rights, File.GetUnixFileMode(AlwaysFull)); // a device's rights are not the trace's to change
        new Tracer(TimeProvider.System, [sink]).Emit(new DebugReceived("one"));
        Assert.True(sink.Flush(Patience));
        Assert.Equal(TraceMask.None, sink.Mask);
    }

    [Fact]
    public void File_IsRotatedBySize_AndSoManyAreKept()
    {
        const int Maximum = 2000;
        string path = _directory["ssh.log"];
        using (TraceSink sink = TraceSink.ToFile(path, new TraceFileOptions { MaximumBytes = Maximum, KeptFiles = 2 }))
        {
            Tracer tracer = new(TimeProvider.System, [sink]);
            for (int i = 0; i < 300; i++)
            {
                tracer.Emit(new DebugReceived($"event {i}."));
                if (i % 50 == 0)
                    Assert.True(sink.Flush(Patience));
            }

            tracer.Emit(new DebugReceived(new string('x', 3 * Maximum)));
            tracer.Emit(new DebugReceived("the last."));
        }

        Assert.Equal([path, $"{path}.1", $"{path}.2"], Directory.GetFiles(Path.GetDirectoryName(path)!).Order(StringComparer.Ordinal));
        Assert.EndsWith("text=\"the last.\"\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Single(File.ReadAllLines($"{path}.1")); // the line that fits nowhere has a file of its own
        string oldest = File.ReadAllText($"{path}.2");
        Assert.InRange(oldest.Length, 1, Maximum);
        Assert.EndsWith("text=\"event 299.\"\n", oldest, StringComparison.Ordinal);
        Assert.StartsWith("[lucid] ", oldest, StringComparison.Ordinal);
    }

    [Fact]
    public void File_IsItsOwnersAlone_AlsoWhereItWasThere_AndAfterRotation()
    {
        if (OperatingSystem.IsWindows())
            return; // rights come from the directory there
        const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string path = _directory["ssh.log"];
        File.WriteAllText(path, "before\n");
        File.SetUnixFileMode(path, OwnerAlone | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        using (TraceSink sink = TraceSink.ToFile(path, new TraceFileOptions { MaximumBytes = 100 }))
        {
            Tracer tracer = new(TimeProvider.System, [sink]);
            for (int i = 0; i < 10; i++)
                tracer.Emit(new DebugReceived($"event {i}."));
        }

        string[] files = Directory.GetFiles(Path.GetDirectoryName(path)!);
        Assert.True(files.Length > 1);
        foreach (string file in files)
            Assert.Equal(OwnerAlone, File.GetUnixFileMode(file));
    }

    [Fact]
    public void File_ThatCannotBeOpened_IsSaidAtOnce() =>
        Assert.ThrowsAny<IOException>(() => TraceSink.ToFile(_directory["no/such/directory/ssh.log"]));

    [Fact]
    public void Failure_IsWrittenAtOnce_AndOnce()
    {
        string path = _directory["ssh.log"];
        using TraceSink sink = TraceSink.ToFile(path, TraceMask.Error);
        Tracer tracer = new(TimeProvider.System, [sink]);
        SshException failure = new(SshErrorCode.TimedOut, SshFault.Network, "Too late.");
        tracer.Failed(failure);
        tracer.Failed(failure);
        tracer.Failed(new SshException(SshErrorCode.Disconnected, SshFault.Caller, "Goodbye."));
        Assert.True(sink.Flush(Patience));
        Assert.Contains("Failure Event: failure code=", Assert.Single(File.ReadAllLines(path)), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"event \d+\.")]
    private static partial Regex EventNumber();

    [GeneratedRegex(@"count""?[=:](\d+)")]
    private static partial Regex Count();

    /// <summary>Waits for ever, until it is opened.</summary>
    private sealed class GatedWriter : StringWriter
    {
        private readonly ManualResetEventSlim _gate = new();

        public void Open() => _gate.Set();

        public override void Write(string? value)
        {
            _gate.Wait();
            base.Write(value);
        }

        public override Encoding Encoding => Encoding.UTF8;
    }

    private sealed class FailingWriter : StringWriter
    {
        public volatile bool Fails;

        public override void Write(string? value)
        {
            if (Fails)
                throw new IOException("no space left on device");
            base.Write(value);
        }
    }
}
