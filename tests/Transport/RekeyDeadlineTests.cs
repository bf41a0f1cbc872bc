using System.IO.Pipelines;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>A peer that ignores our KEXINIT does not hold data back for ever.</summary>
public class RekeyDeadlineTests
{
    [Fact]
    public async Task Rekey_ThePeerIsSilent_EndsTheConnectionWithItsName_AndFreesTheSenders()
    {
        DuplexPipePair pipes = new();
        GatedPipe gate = new(pipes.Right);
        RecordingReceiver receiver = new();
        Task<SshTransport> starting = TransportPair.StartAsync(gate, TransportRole.Server, new TransportOptions { HostKeys = [TransportPair.HostKey] }, new RecordingReceiver());
        await using SshTransport client = await TransportPair.StartAsync(
            pipes.Left, TransportRole.Client, new TransportOptions { HandshakeTimeout = TimeSpan.FromSeconds(2) }, receiver);
        SshTransport server = await starting;
        client.LoginCompleted();
        gate.Close(); // from now on the server reads nothing

        client.Rekey();
        Task waiting = client.WaitForRoomAsync(CancellationToken.None).AsTask();
        SshException reason = await client.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(SshErrorCode.TimedOut, reason.Code);
        Assert.Contains("new keys", reason.Sentence, StringComparison.Ordinal);
        Assert.Same(reason, await Assert.ThrowsAnyAsync<SshException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(10))));
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Rekey_ThatIsAnswered_DisarmsTheDeadline()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync(client => client with { HandshakeTimeout = TimeSpan.FromSeconds(2) });
        pair.Client.LoginCompleted();
        pair.Server.LoginCompleted();
        pair.Client.Rekey();
        await pair.Client.WaitForRoomAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.False(pair.Client.Ended.IsCompleted);
    }

    /// <summary>A pipe whose reader can be made to see nothing more.</summary>
    private sealed class GatedPipe : IDuplexPipe
    {
        private readonly Pipe _shown = new();
        private volatile bool _closed;

        public GatedPipe(IDuplexPipe inner)
        {
            Output = inner.Output;
            _ = Task.Run(async () =>
            {
                while (true)
                {
                    ReadResult read = await inner.Input.ReadAsync();
                    if (!_closed)
                    {
                        foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                            await _shown.Writer.WriteAsync(segment);
                    }

                    inner.Input.AdvanceTo(read.Buffer.End);
                    if (read.IsCompleted)
                        return;
                }
            });
        }

        public PipeReader Input => _shown.Reader;

        public PipeWriter Output { get; }

        public void Close() => _closed = true;
    }
}
