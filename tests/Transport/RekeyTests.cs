using LucidSsh.Connection;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>Later key exchanges: both sides at once, data that crosses a KEXINIT, and peers that break the rules meanwhile.</summary>
public class RekeyTests
{
    [Fact]
    public async Task BothSidesAtOnce_ExchangeKeysOnce_AndGoOn()
    {
        await using TransportPair pair = await OpenAsync();
        byte[] session = pair.Client.SessionId.ToArray();
        for (int i = 0; i < 20; i++)
        {
            await Task.WhenAll(Task.Run(pair.Client.Rekey), Task.Run(pair.Server.Rekey));
            pair.Client.Send(new ChannelData(1, [(byte)i]));
            pair.Server.Send(new ChannelData(2, [(byte)i]));
            Assert.Equal(i, Message.Decode<ChannelData>(pair.ServerReceiver.Next()).Data[0]);
            Assert.Equal(i, Message.Decode<ChannelData>(pair.ClientReceiver.Next()).Data[0]);
        }

        Assert.Equal(session, pair.Client.SessionId.ToArray());
        Assert.Equal(session, pair.Server.SessionId.ToArray());
        Assert.False(pair.Client.Ended.IsCompleted);
        Assert.False(pair.Server.Ended.IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DataThatCrossesOurKexInit_IsDelivered(bool client)
    {
        (EngineEnd ours, EngineEnd peer) = OpenEngines(client ? TransportRole.Client : TransportRole.Server);
        peer.Engine.Outbound.Send(new ChannelData(1, [42]));
        byte[] inFlight = peer.Take();
        ours.Engine.Outbound.StartKeyExchange("a test");
        ours.Receive(inFlight);
        Assert.Equal(42, Message.Decode<ChannelData>(ours.Receiver.Next()).Data[0]);

        // The exchange comes to its end all the same.
        EngineEnd.Pump(ours, peer);
        peer.Engine.Outbound.Send(new ChannelData(1, [43]));
        EngineEnd.Pump(ours, peer);
        Assert.Equal(43, Message.Decode<ChannelData>(ours.Receiver.Next()).Data[0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DataBetweenThePeersKexInitAndItsNewKeys_EndsTheConnection(bool client)
    {
        (EngineEnd ours, EngineEnd peer) = OpenEngines(client ? TransportRole.Client : TransportRole.Server);

        // The peer's own rules would hold the data back.
        byte[] kexInit = peer.Seal(Message.Decode<KexInit>(peer.Engine.Outbound.MakeKexInit()));
        byte[] data = peer.Seal(new ChannelData(1, [42]));
        ours.Receive(kexInit);
        PeerMisbehavedException exception = Assert.Throws<PeerMisbehavedException>(() => ours.Receive(data));
        Assert.Equal(SshErrorCode.UnexpectedMessage, exception.Code);
        Assert.Contains("exchanging new keys", exception.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void SecondKexInit_BeforeNewKeys_EndsTheConnection()
    {
        (EngineEnd ours, EngineEnd peer) = OpenEngines(TransportRole.Server);
        KexInit kexInit = Message.Decode<KexInit>(peer.Engine.Outbound.MakeKexInit());
        ours.Receive(peer.Seal(kexInit));
        Assert.Equal(SshErrorCode.UnexpectedMessage, Assert.Throws<PeerMisbehavedException>(() => ours.Receive(peer.Seal(kexInit))).Code);
    }

    [Fact]
    public void KeyExchangeMessage_OutsideOfOne_EndsTheConnection()
    {
        Check(peer => peer.Seal(default(NewKeys)));
        Check(peer => peer.Seal(new KexExchangeInit(new byte[32])));
        Check(peer => peer.Seal(new KexExchangeReply([], new byte[32], [])));

        static void Check(Func<EngineEnd, byte[]> seal)
        {
            (EngineEnd ours, EngineEnd peer) = OpenEngines(TransportRole.Server);
            byte[] packet = seal(peer);
            Assert.Equal(SshErrorCode.UnexpectedMessage, Assert.Throws<PeerMisbehavedException>(() => ours.Receive(packet)).Code);
        }
    }

    [Fact]
    public void WhatIsSentDuringAKeyExchange_WaitsForItsEnd_InOrder()
    {
        (EngineEnd ours, EngineEnd peer) = OpenEngines(TransportRole.Client);
        ours.Engine.Outbound.StartKeyExchange("a test");
        byte[] kexInit = ours.Take();
        for (int i = 0; i < 50; i++)
            ours.Engine.Outbound.Send(new ChannelData(1, [(byte)i]));
        Assert.Empty(ours.Take());
        peer.Receive(kexInit);
        EngineEnd.Pump(ours, peer);
        for (int i = 0; i < 50; i++)
            Assert.Equal(i, Message.Decode<ChannelData>(peer.Receiver.Next()).Data[0]);
    }

    [Fact]
    public void MessagesThatWaitForAKeyExchange_HaveABound()
    {
        (EngineEnd ours, _) = OpenEngines(TransportRole.Server);
        ours.Engine.Outbound.StartKeyExchange("a test");
        byte[] data = new byte[30_000];
        PeerMisbehavedException exception = Assert.Throws<PeerMisbehavedException>(() =>
        {
            for (int sent = 0; sent < 2 * OutboundPackets.HeldBackLimit; sent += data.Length)
                ours.Engine.Outbound.Send(new ChannelData(1, data));
        });
        Assert.Equal(SshErrorCode.LimitExceeded, exception.Code);
    }

    [Fact]
    public void ExtInfo_MoreThanTwice_EndsTheConnection()
    {
        (EngineEnd client, EngineEnd server) = EngineEnd.Connect();
        EngineEnd.Pump(client, server); // the server's own has come
        Assert.True(client.Engine.PeerExtensions.ContainsKey("server-sig-algs"));
        server.Engine.Outbound.Send(new ExtInfo([new("a", "1")]));
        EngineEnd.Pump(client, server);
        Assert.Equal("1", client.Engine.PeerExtensions["a"]);
        server.Engine.Outbound.Send(new ExtInfo([new("b", "2")]));
        Assert.Equal(SshErrorCode.LimitExceeded, Assert.Throws<PeerMisbehavedException>(() => EngineEnd.Pump(client, server)).Code);
    }

    [Fact]
    public void MessageThatCannotBeWritten_LeavesNothingBehind()
    {
        (EngineEnd ours, EngineEnd peer) = OpenEngines(TransportRole.Client);
        Assert.Throws<FormatException>(() => ours.Engine.Outbound.Send(default(Unwritable)));
        Assert.Empty(ours.Take());
        ours.Engine.Outbound.Send(new ChannelData(1, [5]));
        EngineEnd.Pump(ours, peer);
        Assert.Equal(5, Message.Decode<ChannelData>(peer.Receiver.Next()).Data[0]);
    }

    private static async Task<TransportPair> OpenAsync()
    {
        TransportPair pair = await TransportPair.ConnectAsync();
        pair.Client.LoginCompleted();
        pair.Server.LoginCompleted();
        return pair;
    }

    /// <summary>Two engines with their keys exchanged and login complete; the first has the role.</summary>
    private static (EngineEnd Ours, EngineEnd Peer) OpenEngines(TransportRole role)
    {
        (EngineEnd client, EngineEnd server) = EngineEnd.Connect();
        EngineEnd.Pump(client, server);
        client.Engine.LoginCompleted();
        server.Engine.LoginCompleted();
        return role == TransportRole.Client ? (client, server) : (server, client);
    }

    private readonly record struct Unwritable : IMessage<Unwritable>
    {
        public static MessageNumber Number => MessageNumber.GlobalRequest;
        public static Unwritable Read(scoped ref SshReader reader) => default;

        public void Write(scoped ref SshWriter writer)
        {
            writer.Text("half of it");
            throw new FormatException();
        }
    }
}
