using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using LucidSsh.Connection;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>A recorded handshake, cut off and damaged in every way: whoever reads it ends, in time, with the one kind of exception
/// that says what happened. Both engines use the same random bytes in every run, so that a replayed peer's undamaged packets are
/// understood up to the damage, encrypted ones included.</summary>
public class HostileStreamTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly Lazy<(byte[] ToClient, byte[] ToServer)> Recorded = new(Record);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_CutOffAtEveryByte_EndsWithASshException(bool client)
    {
        byte[] stream = StreamTo(client);
        await ReplayUndamagedAsync(client);
        for (int length = 0; length < stream.Length; length++)
            await CheckAsync(client, stream[..length], $"cut off at {length}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_MutatedAtRandom_EndsWithASshException(bool client)
    {
        byte[] stream = StreamTo(client);
        ReplayedRandom random = new(11);
        for (int round = 0; round < 1500; round++)
        {
            byte[] damaged = Mutate(stream, random);
            await CheckAsync(client, damaged, $"round {round}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RandomBytes_EndWithASshException(bool client)
    {
        ReplayedRandom random = new(12);
        for (int round = 0; round < 300; round++)
        {
            byte[] noise = random.Bytes(random.Next(20_000));
            await CheckAsync(client, noise, $"noise {round}");
            await CheckAsync(client, [.. "SSH-2.0-x\r\n"u8, .. noise], $"noise behind a line {round}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KexInit_OfRandomFields_EndsWithASshException(bool client)
    {
        // Correct framing around damaged content: the damage gets past the lengths to what parses the fields.
        byte[] stream = StreamTo(client);
        int line = Array.IndexOf(stream, (byte)'\n') + 1;
        ReplayedRandom random = new(13);
        for (int round = 0; round < 1500; round++)
        {
            byte[] damaged = [.. stream];
            int packet = line;
            if (round % 3 == 0) // the packet after KEXINIT
                packet += 4 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(line));
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(stream.AsSpan(packet));
            for (int i = 0; i <= random.Next(3); i++)
                damaged[packet + 5 + random.Next(length - 5)] = (byte)random.Next(256);
            await CheckAsync(client, damaged, $"fields {round}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task VerifierOrReceiver_ThatThrowsAnything_EndsTheConnectionForEverybody(bool verifier)
    {
        DuplexPipePair pipes = new();
        Task<SshTransport> server = TransportPair.StartAsync(
            pipes.Right, TransportRole.Server, new TransportOptions { HostKeys = [TransportPair.HostKey] }, new RecordingReceiver());
        ThrowingReceiver receiver = new();
        Task<SshTransport> client = SshTransport.StartAsync(
            pipes.Left,
            TransportRole.Client,
            new TransportOptions { HandshakeTimeout = TimeSpan.FromHours(1) },
            receiver,
            receiver,
            (_, _) => verifier ? throw new OperationCanceledException("the user closed the window") : default,
            new ReplayedRandom(1),
            TimeProvider.System,
            new LucidSsh.Tracing.Tracer(TimeProvider.System),
            CancellationToken.None);
        if (verifier)
        {
            SshException refused = await Assert.ThrowsAnyAsync<SshException>(() => client.WaitAsync(Deadline));
            Assert.Contains("the user closed the window", refused.Sentence, StringComparison.Ordinal);
            await Assert.ThrowsAnyAsync<SshException>(() => server.WaitAsync(Deadline));
            return;
        }

        await using SshTransport left = await client.WaitAsync(Deadline);
        await using SshTransport right = await server.WaitAsync(Deadline);
        left.LoginCompleted();
        right.LoginCompleted();
        right.Send(new ChannelData(1, [1]));
        SshException reason = await left.Ended.WaitAsync(Deadline);
        Assert.IsType<ArithmeticException>(reason.InnerException);
        Assert.Equal(SshErrorCode.PeerDisconnected, (await right.Ended.WaitAsync(Deadline)).Code);
    }

    [Fact]
    public async Task BothSides_SendMoreThanEveryBufferHolds_NeitherWaitsForTheOther()
    {
        // Sockets, because a pipe in memory takes a write of any size as a whole.
        using Socket listener = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Socket connecting = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096, SendBufferSize = 4096 };
        await connecting.ConnectAsync(listener.LocalEndPoint!);
        using SocketPipe left = new(connecting);
        using SocketPipe right = new(await listener.AcceptAsync());
        Task<SshTransport> starting = TransportPair.StartAsync(
            right, TransportRole.Server, new TransportOptions { HostKeys = [TransportPair.HostKey] }, new RecordingReceiver());
        await using SshTransport client = await TransportPair.StartAsync(left, TransportRole.Client, new TransportOptions(), new RecordingReceiver());
        await using SshTransport server = await starting;
        client.LoginCompleted();
        server.LoginCompleted();
        Task all = Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => SendManyAsync(i % 2 == 0 ? client : server))));
        await all.WaitAsync(TimeSpan.FromSeconds(60));

        static async Task SendManyAsync(SshTransport transport)
        {
            byte[] data = new byte[32 * 1024];
            for (int i = 0; i < 200; i++)
            {
                await transport.WaitForRoomAsync(CancellationToken.None);
                transport.Send(new ChannelData(1, data));
            }
        }
    }

    private static byte[] StreamTo(bool client) => client ? Recorded.Value.ToClient : Recorded.Value.ToServer;

    private static byte[] Mutate(byte[] stream, ReplayedRandom random)
    {
        List<byte> damaged = [.. stream];
        for (int i = 0; i <= random.Next(4); i++)
        {
            int at = random.Next(damaged.Count);
            switch (random.Next(5))
            {
                case 0:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 2:
                    damaged.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    damaged.RemoveRange(at, Math.Min(1 + random.Next(20), damaged.Count - at - 1));
                    break;
                default:
                    damaged.InsertRange(at, damaged.GetRange(at, Math.Min(1 + random.Next(200), damaged.Count - at)));
                    break;
            }
        }

        return [.. damaged];
    }

    /// <summary>Everything each side gets from the other: the handshake, EXT_INFO and some encrypted messages.</summary>
    private static (byte[] ToClient, byte[] ToServer) Record()
    {
        (EngineEnd client, EngineEnd server) = EngineEnd.Connect();
        List<byte> toClient = [];
        List<byte> toServer = [];
        Pump();
        client.Engine.Outbound.Send(new ServiceRequest("ssh-userauth"));
        server.Engine.Outbound.Send(new ServiceAccept("ssh-userauth"));
        server.Engine.Outbound.Send(new Debug(true, "a text", "en"));
        client.Engine.Outbound.Send(new Ping([1, 2, 3]));
        Pump();
        return ([.. toClient], [.. toServer]);

        void Pump()
        {
            while (true)
            {
                byte[] there = client.Take();
                byte[] back = server.Take();
                if (there.Length + back.Length == 0)
                    return;
                toServer.AddRange(there);
                toClient.AddRange(back);
                server.Receive(there);
                client.Receive(back);
            }
        }
    }

    private static async Task ReplayUndamagedAsync(bool client)
    {
        RecordingReceiver receiver = new();
        await using SshTransport transport = await StartAsync(client, StreamTo(client), receiver);
        Assert.Equal((byte)(client ? MessageNumber.ServiceAccept : MessageNumber.ServiceRequest), receiver.Next()[0]);
        Assert.Equal(SshErrorCode.ConnectionLost, (await transport.Ended.WaitAsync(Deadline)).Code);
    }

    private static async Task CheckAsync(bool client, byte[] stream, string what)
    {
        SshException reason;
        try
        {
            await using SshTransport transport = await StartAsync(client, stream, new RecordingReceiver()).WaitAsync(Deadline);
            reason = await transport.Ended.WaitAsync(Deadline);
        }
        catch (SshException exception)
        {
            reason = exception;
        }
        catch (Exception exception)
        {
            Assert.Fail($"{what}: {exception}");
            throw;
        }

        Assert.True(reason.Code is not (SshErrorCode.Misuse or SshErrorCode.TimedOut), $"{what}: {reason}");
    }

    private static async Task<SshTransport> StartAsync(bool client, byte[] stream, RecordingReceiver receiver)
    {
        TransportOptions options = client ? new TransportOptions() : new TransportOptions { HostKeys = [TransportPair.HostKey] };
        return await SshTransport.StartAsync(
            new Recording(stream),
            client ? TransportRole.Client : TransportRole.Server,
            options,
            receiver,
            receiver,
            (_, _) => default,
            new ReplayedRandom(client ? 1 : 2),
            TimeProvider.System,
            new LucidSsh.Tracing.Tracer(TimeProvider.System),
            CancellationToken.None);
    }

    /// <summary>A peer that says what it said once and listens to nothing.</summary>
    private sealed class Recording(byte[] stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(new MemoryStream(stream));

        public PipeWriter Output { get; } = PipeWriter.Create(Stream.Null);
    }

    private sealed class ThrowingReceiver : IMessageReceiver
    {
        public void Receive(MessageNumber number, ReadOnlySpan<byte> payload) => throw new ArithmeticException("a fault of this side");

        public void TransportClosed(SshException reason)
        {
        }
    }
}
