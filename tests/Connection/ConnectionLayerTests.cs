using System.IO.Pipelines;
using LucidSsh.Connection;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Tracing;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Connection;

/// <summary>Two connection layers over two transports in memory.</summary>
public sealed class ConnectionLayerTests : IAsyncLifetime
{
    private readonly TestHandler _clientHandler = new();
    private readonly TestHandler _serverHandler = new();
    private SshTransport _clientTransport = null!;
    private SshTransport _serverTransport = null!;
    private ConnectionLayer _client = null!;

    private static readonly ConnectionOptions Options = new() { ChannelWindow = 64 * 1024, MaximumChannels = 4, KeepAliveInterval = TimeSpan.Zero };

    public async Task InitializeAsync()
    {
        DuplexPipePair pipes = new();
        _client = new ConnectionLayer(Options, _clientHandler);
        ConnectionLayer server = new(Options, _serverHandler);
        Task<SshTransport> starting = StartAsync(pipes.Right, TransportRole.Server, server);
        _clientTransport = await StartAsync(pipes.Left, TransportRole.Client, _client);
        _serverTransport = await starting;
    }

    public async Task DisposeAsync()
    {
        await _clientTransport.DisposeAsync();
        await _serverTransport.DisposeAsync();
    }

    private static async Task<SshTransport> StartAsync(IDuplexPipe pipe, TransportRole role, ConnectionLayer layer)
    {
        SshTransport transport = await SshTransport.StartAsync(
            pipe,
            role,
            new TransportOptions { HostKeys = role == TransportRole.Server ? [TransportPair.HostKey] : [] },
            new MessageQueue(),
            layer,
            (_, _) => default,
            SystemRandom.Shared,
            TimeProvider.System,
            new Tracer(TimeProvider.System),
            CancellationToken.None);
        layer.Attach(transport);
        transport.LoginCompleted();
        return transport;
    }

    private async Task<(Channel Client, Channel Server)> OpenAsync()
    {
        Channel client = await _client.OpenAsync("session", default, _clientHandler, CancellationToken.None);
        await client.RequestAsync(new ExecRequest("go"), CancellationToken.None);
        return (client, _serverHandler.Last!);
    }

    [Fact]
    public async Task Data_LargerThanTheWindow_ArrivesWhole_AndWaitsForTheReader()
    {
        (Channel client, Channel server) = await OpenAsync();
        byte[] data = new byte[1_000_000];
        Random.Shared.NextBytes(data);
        Task sending = Task.Run(async () =>
        {
            await client.Output.WriteAsync(data);
            await client.Output.CompleteAsync();
        });
        await Task.Delay(100);
        Assert.False(sending.IsCompleted); // 64 KiB of window, and nobody has read
        Assert.Equal(data, await ReadAllAsync(server.Input));
        await sending;
    }

    [Fact]
    public async Task HalfClose_OneDirectionEnds_TheOtherGoesOn()
    {
        (Channel client, Channel server) = await OpenAsync();
        await client.Output.CompleteAsync();
        Assert.Empty(await ReadAllAsync(server.Input));
        await server.Output.WriteAsync("late"u8.ToArray());
        await server.Output.CompleteAsync();
        Assert.Equal("late"u8.ToArray(), await ReadAllAsync(client.Input));
        Assert.False(client.Closed.IsCompleted);
    }

    [Fact]
    public async Task Close_FromOneSide_ClosesBothAndFreesTheNumber()
    {
        (Channel client, Channel server) = await OpenAsync();
        client.SendClose();
        await client.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        await server.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _client.ChannelCount);
        PeerRefusedException exception = await Assert.ThrowsAsync<PeerRefusedException>(() => server.Output.WriteAsync(new byte[1]).AsTask());
        Assert.Equal(SshErrorCode.ChannelClosed, exception.Code);
    }

    [Fact]
    public async Task Open_Refused_SaysWhatThePeerSaid()
    {
        PeerRefusedException exception = await Assert.ThrowsAnyAsync<PeerRefusedException>(() => _client.OpenAsync("x11", default, _clientHandler, CancellationToken.None));
        Assert.Equal(SshErrorCode.ChannelOpenRefused, exception.Code);
        Assert.Contains("only sessions", exception.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_RefusedManyTimes_LeavesNothingBehind()
    {
        for (int i = 0; i < 1000; i++)
            await Assert.ThrowsAnyAsync<PeerRefusedException>(() => _client.OpenAsync("x11", default, _clientHandler, CancellationToken.None));
        Assert.Equal(0, _client.ChannelCount);
        await OpenAsync();
    }

    [Fact]
    public async Task Open_MoreThanTheLimit_IsRefusedHere()
    {
        for (int i = 0; i < Options.MaximumChannels; i++)
            await OpenAsync();
        LocalMisuseException exception = await Assert.ThrowsAsync<LocalMisuseException>(OpenAsync);
        Assert.Equal(SshErrorCode.LimitExceeded, exception.Code);
    }

    [Fact]
    public async Task GlobalRequests_InOrder_GetTheirReplies()
    {
        byte[]?[] replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => _client.RequestAsync(i % 2 == 0 ? "echo@test" : "no@test", new[] { (byte)i }, CancellationToken.None)));
        for (int i = 0; i < replies.Length; i++)
            Assert.Equal(i % 2 == 0 ? [(byte)i] : null, replies[i]);
    }

    [Fact]
    public async Task ReplyNobodyAskedFor_IsDropped()
    {
        (Channel client, Channel server) = await OpenAsync();
        _serverTransport.Send(new ChannelSuccess(client.LocalId));
        _serverTransport.Send(default(RequestFailure));
        Assert.True(await client.RequestAsync(new ExecRequest("go"), CancellationToken.None));
        Assert.False(server.IsClosed);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("window")]
    [InlineData("eof")]
    [InlineData("overrun")]
    [InlineData("overflow")]
    [InlineData("after eof")]
    [InlineData("confirmation")]
    public async Task Misuse_EndsTheConnectionWithItsName(string what)
    {
        (Channel client, _) = await OpenAsync();
        switch (what)
        {
            case "data": _serverTransport.Send(new ChannelData(99, [1])); break;
            case "window": _serverTransport.Send(new ChannelWindowAdjust(99, 1)); break;
            case "eof": _serverTransport.Send(new ChannelEof(99)); break;
            case "overrun":
                for (int i = 0; i < 3; i++)
                    _serverTransport.Send(new ChannelData(client.LocalId, new byte[30_000]));
                break;
            case "overflow": _serverTransport.Send(new ChannelWindowAdjust(client.LocalId, uint.MaxValue)); break;
            case "after eof":
                _serverTransport.Send(new ChannelEof(client.LocalId));
                _serverTransport.Send(new ChannelData(client.LocalId, [1]));
                break;
            default: _serverTransport.Send(new ChannelOpenConfirmation(client.LocalId, 5, 1, 1, [])); break;
        }

        SshException reason = await _clientTransport.Ended.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(SshErrorCode.ChannelMisused, reason.Code);
        await client.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Same(reason, client.Reason);
    }

    [Fact]
    public async Task ConnectionLost_EveryWaitEndsWithTheReason()
    {
        (Channel client, _) = await OpenAsync();
        Task reading = client.Input.ReadAsync().AsTask();
        Task writing = Task.Run(async () => await client.Output.WriteAsync(new byte[10_000_000]));
        await Task.Delay(50);
        await _serverTransport.DisposeAsync();
        foreach (Task wait in (Task[])[reading, writing])
        {
            SshException exception = await Assert.ThrowsAnyAsync<SshException>(() => wait.WaitAsync(TimeSpan.FromSeconds(10)));
            Assert.Equal(SshErrorCode.PeerDisconnected, exception.Code);
        }
    }

    private static async Task<byte[]> ReadAllAsync(PipeReader reader)
    {
        using MemoryStream all = new();
        await reader.CopyToAsync(all).WaitAsync(TimeSpan.FromSeconds(20));
        return all.ToArray();
    }

    private sealed class TestHandler : IConnectionHandler, IChannelHandler
    {
        public Channel? Last { get; private set; }

        public ChannelDecision OnOpen(string channelType, ReadOnlySpan<byte> data) => channelType == "session"
            ? ChannelDecision.Accept(this)
            : ChannelDecision.Refuse(ChannelOpenFailureReason.AdministrativelyProhibited, "only sessions");

        public byte[]? OnGlobalRequest(string requestName, ReadOnlySpan<byte> data) => requestName == "echo@test" ? data.ToArray() : null;

        public bool OnRequest(Channel channel, string requestType, ReadOnlySpan<byte> data)
        {
            Last = channel;
            return true;
        }

        public void OnClosed(Channel channel, SshException? reason)
        {
        }
    }
}
