using System.Buffers.Binary;
using LucidSsh.Connection;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

public class SshTransportTests
{
    [Fact]
    public async Task Handshake_BothSides_AgreeOnEverything()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        Assert.Equal(pair.Client.SessionId.ToArray(), pair.Server.SessionId.ToArray());
        Assert.Equal(TransportPair.HostKey.PublicKey.Blob.ToArray(), pair.Client.HostKey.ToArray());
        Assert.True(pair.Client.Negotiation.StrictKeyExchange);
        Assert.Equal("mlkem768x25519-sha256", pair.Client.Negotiation.Chosen(AlgorithmKind.KeyExchange));
        Assert.Equal(
            pair.Client.Negotiation.Algorithms.Select(algorithm => (algorithm.Kind, algorithm.Chosen)),
            pair.Server.Negotiation.Algorithms.Select(algorithm => (algorithm.Kind, algorithm.Chosen)));
    }

    public static TheoryData<string, string?, string> Algorithms()
    {
        TheoryData<string, string?, string> rows = [];
        foreach (Cipher cipher in CipherTable.All)
        {
            foreach (Mac? mac in cipher.IsAuthenticated ? [null] : MacTable.All.Cast<Mac?>())
                rows.Add(cipher.Name, mac?.Name, "curve25519-sha256");
        }

        foreach (KexMethod method in KexTable.All.Where(method => method.Name != "curve25519-sha256"))
            rows.Add("aes128-ctr", "hmac-sha2-256", method.Name);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task EveryRow_CarriesDataThroughRekeysFromBothSides_InOrder(string cipher, string? mac, string kex)
    {
        TransportOptions Only(TransportOptions options) => options with
        {
            Algorithms = AlgorithmPreferences.Default.Apply(keyExchange: kex, ciphers: cipher, macs: mac),
        };
        await using TransportPair pair = await TransportPair.ConnectAsync(Only, Only);
        pair.Client.LoginCompleted();
        pair.Server.LoginCompleted();
        Task there = Task.Run(() => SendNumbers(pair.Client, rekeyAt: 300));
        Task back = Task.Run(() => SendNumbers(pair.Server, rekeyAt: 500));
        CheckNumbers(pair.ServerReceiver);
        CheckNumbers(pair.ClientReceiver);
        await Task.WhenAll(there, back);
    }

    [Fact]
    public async Task RekeyByBytesAndPackets_WhileBothSend_LosesAndReordersNothing()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync(
            client => client with { Rekey = RekeyLimits.Default with { Bytes = 40_000 } },
            server => server with { Rekey = RekeyLimits.Default with { Packets = 100 } });
        pair.Client.LoginCompleted();
        pair.Server.LoginCompleted();
        Task there = Task.Run(() => SendNumbers(pair.Client));
        Task back = Task.Run(() => SendNumbers(pair.Server));
        CheckNumbers(pair.ServerReceiver);
        CheckNumbers(pair.ClientReceiver);
        await Task.WhenAll(there, back);
    }

    [Theory]
    [InlineData(50.0)]
    [InlineData(100_000.0)]
    public async Task RekeyInterval_LongerThanATimerRuns_IsNever(double days)
    {
        await using TransportPair pair = await TransportPair.ConnectAsync(
            client => client with { Rekey = RekeyLimits.Default with { Interval = TimeSpan.FromDays(days) } });
        pair.Client.LoginCompleted();
        pair.Server.LoginCompleted();
        await SendNumbers(pair.Client);
        CheckNumbers(pair.ServerReceiver);
    }

    [Fact]
    public async Task Close_TellsThePeerAndBothSidesWhy()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        await pair.Client.DisposeAsync();
        SshException atServer = await pair.ServerReceiver.Closed.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(SshErrorCode.PeerDisconnected, atServer.Code);
        Assert.Contains("This side closed the connection.", atServer.Sentence, StringComparison.Ordinal);
        SshException atClient = await pair.ClientReceiver.Closed.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(SshErrorCode.Disconnected, atClient.Code);
        Assert.Throws<SshException>(() => pair.Client.Send(new ChannelEof(0)));
    }

    [Fact]
    public async Task ChannelMessageBeforeLogin_EndsTheConnection()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        pair.Client.Send(new ChannelEof(0));
        SshException reason = await pair.Server.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(SshErrorCode.UnexpectedMessage, reason.Code);
        Assert.Equal("The peer sent CHANNEL_EOF while nobody was logged in.", reason.Sentence);
        Assert.Contains(reason.RecentEvents, line => line.Contains("CHANNEL_EOF", StringComparison.Ordinal));
    }

    [Fact]
    public async Task UnknownMessage_IsAnsweredWithUnimplemented_AndPingWithPong()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        pair.Client.LoginCompleted();
        pair.Server.LoginCompleted();
        pair.Client.Send(new Strange());
        Assert.True(await pair.Client.PingAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10)) > TimeSpan.Zero);
        Assert.Contains(pair.Client.Tracer.Recent(), line => line.Contains("UNIMPLEMENTED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoCommonCipher_BothSides_NameTheKindAndBothLists()
    {
        DuplexPipePair pipes = new();
        Task server = TransportPair.StartAsync(
            pipes.Right,
            TransportRole.Server,
            new TransportOptions { HostKeys = [TransportPair.HostKey], Algorithms = AlgorithmPreferences.Default.Apply(ciphers: "aes128-ctr") },
            new RecordingReceiver());
        PeerIncompatibleException exception = await Assert.ThrowsAsync<PeerIncompatibleException>(() => TransportPair.StartAsync(
            pipes.Left,
            TransportRole.Client,
            new TransportOptions { Algorithms = AlgorithmPreferences.Default.Apply(ciphers: "aes256-gcm@openssh.com") },
            new RecordingReceiver()));
        Assert.Equal(SshErrorCode.NoCommonAlgorithm, exception.Code);
        Assert.Contains("cipher (client to server)", exception.Sentence, StringComparison.Ordinal);
        Assert.Contains("aes256-gcm@openssh.com", exception.Sentence, StringComparison.Ordinal);
        Assert.Contains("aes128-ctr", exception.Sentence, StringComparison.Ordinal);
        Assert.Contains(exception.Negotiation!.Algorithms, algorithm => algorithm.Failed);
        await Assert.ThrowsAnyAsync<SshException>(() => server);
    }

    [Fact]
    public async Task HostKeyRefused_NothingSecretLeaves_AndTheServerLearnsIt()
    {
        DuplexPipePair pipes = new();
        Task<SshTransport> server = TransportPair.StartAsync(
            pipes.Right, TransportRole.Server, new TransportOptions { HostKeys = [TransportPair.HostKey] }, new RecordingReceiver());
        PeerRefusedException exception = await Assert.ThrowsAsync<PeerRefusedException>(() => SshTransport.StartAsync(
            pipes.Left,
            TransportRole.Client,
            new TransportOptions(),
            new RecordingReceiver(),
            new RecordingReceiver(),
            (shown, _) => throw new PeerRefusedException(SshErrorCode.HostKeyUnknown, $"Unknown: {shown.Key.Fingerprint}.") { TellPeer = DisconnectReason.HostKeyNotVerifiable },
            LucidSsh.Crypto.SystemRandom.Shared,
            TimeProvider.System,
            new LucidSsh.Tracing.Tracer(TimeProvider.System),
            CancellationToken.None));
        Assert.Equal(SshErrorCode.HostKeyUnknown, exception.Code);
        SshException atServer = await Assert.ThrowsAnyAsync<SshException>(() => server);
        Assert.Equal(SshErrorCode.PeerDisconnected, atServer.Code);
    }

    [Theory]
    [InlineData(new byte[] { 0x16, 0x03, 0x01, 0x02, 0x00 }, SshErrorCode.NotSsh, "TLS")]
    [InlineData(new byte[] { 0xff, 0xfd, 0x18 }, SshErrorCode.NotSsh, "Telnet")]
    public async Task BinaryGreetingWithoutALineEnd_IsRefusedAtOnce(byte[] greeting, SshErrorCode code, string name)
    {
        DuplexPipePair pipes = new();
        await pipes.Right.Output.WriteAsync(greeting);
        SshException exception = await Assert.ThrowsAnyAsync<SshException>(
            () => TransportPair.StartAsync(pipes.Left, TransportRole.Client, new TransportOptions(), new RecordingReceiver()).WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(code, exception.Code);
        Assert.Contains(name, exception.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IdentificationWithoutAnEnd_IsRefusedBeyond255Bytes()
    {
        DuplexPipePair pipes = new();
        await pipes.Right.Output.WriteAsync(System.Text.Encoding.ASCII.GetBytes("SSH-2.0-" + new string('x', 300)));
        SshException exception = await Assert.ThrowsAnyAsync<SshException>(
            () => TransportPair.StartAsync(pipes.Left, TransportRole.Client, new TransportOptions(), new RecordingReceiver()).WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(SshErrorCode.BadIdentification, exception.Code);
    }

    [Fact]
    public void Disconnect_WithoutItsLanguageTag_KeepsItsReason() =>
        Assert.Equal(new Disconnect(DisconnectReason.TooManyConnections, "no", ""), Message.Decode<Disconnect>([1, 0, 0, 0, 12, 0, 0, 0, 2, (byte)'n', (byte)'o']));

    [Fact]
    public async Task DisconnectText_OfThePeer_MovesNoCursor()
    {
        await using TransportPair pair = await TransportPair.ConnectAsync();
        pair.Server.Send(new Disconnect(DisconnectReason.ByApplication, "bye\u001b[2J", ""));
        SshException reason = await pair.Client.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.DoesNotContain('\u001b', reason.Message);
        Assert.Contains("bye", reason.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteError_BeforeThePeersLastWordsAreRead_DoesNotHideThem()
    {
        DuplexPipePair pipes = new();
        BreakablePipe client = new(pipes.Left);
        await using TransportPair pair = await TransportPair.ConnectAsync(pipes: pipes, clientPipe: client);
        client.Break();
        pair.Client.Send(new Ignore("x"u8));
        await client.Broke.WaitAsync(TimeSpan.FromSeconds(10));
        pair.Server.Send(new Disconnect(DisconnectReason.TooManyConnections, "go away", ""));
        SshException reason = await pair.Client.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(SshErrorCode.PeerDisconnected, reason.Code);
        Assert.Contains("go away", reason.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteError_WithoutLastWords_IsTold()
    {
        DuplexPipePair pipes = new();
        BreakablePipe client = new(pipes.Left);
        await using TransportPair pair = await TransportPair.ConnectAsync(pipes: pipes, clientPipe: client);
        client.Break();
        pair.Client.Send(new Ignore("x"u8));
        SshException reason = await pair.Client.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(SshErrorCode.ConnectionLost, reason.Code);
        Assert.Contains("while this side was sending: the cable is out", reason.Sentence, StringComparison.Ordinal);
    }

    private const int Count = 1000;

    private static async Task SendNumbers(SshTransport transport, int rekeyAt = -1)
    {
        byte[] data = new byte[500];
        for (int i = 0; i < Count; i++)
        {
            if (i == rekeyAt)
                transport.Rekey();
            await transport.WaitForRoomAsync(CancellationToken.None);
            BinaryPrimitives.WriteInt32BigEndian(data, i);
            transport.Send(new ChannelData(7, data));
        }
    }

    private static void CheckNumbers(RecordingReceiver receiver)
    {
        for (int i = 0; i < Count; i++)
            Assert.Equal(i, BinaryPrimitives.ReadInt32BigEndian(Message.Decode<ChannelData>(receiver.Next()).Data));
    }

    private readonly record struct Strange : IMessage<Strange>
    {
        public static MessageNumber Number => (MessageNumber)200;
        public static Strange Read(scoped ref SshReader reader) => default;

        public void Write(scoped ref SshWriter writer)
        {
        }
    }
}
