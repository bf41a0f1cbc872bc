using LucidSsh.Connection;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>The first key exchange packet by packet: guesses (RFC 4253 section 7), strict key exchange (CVE-2023-48795), and when
/// EXT_INFO comes (RFC 8308 section 2.4).</summary>
public class FirstKeyExchangeTests
{
    private static readonly byte[] Line = "SSH-2.0-Peer\r\n"u8.ToArray();

    [Theory]
    [InlineData("curve25519-sha256", true, false)] // no guess
    [InlineData("curve25519-sha256", true, true)] // right: the packet counts
    [InlineData("ecdh-sha2-nistp256,curve25519-sha256", false, true)] // wrong: it is skipped
    public void Server_TakesAPacketOfARightGuess_AndSkipsOneOfAWrong(string clientMethods, bool first, bool guess)
    {
        (PlainPeer client, EngineEnd server) = Begin("curve25519-sha256");
        server.Receive(client.Seal(Offer(clientMethods) with { FirstKexPacketFollows = guess }));
        server.Take();
        if (guess && !first)
        {
            server.Receive(client.Seal(new KexExchangeInit([4, 4, 4]))); // nonsense for the method that was agreed on
            Assert.Empty(server.Take());
        }

        Assert.False(server.Engine.IsEstablished);
        using IKexClient method = KexMethods.Find(guess && first ? "curve25519-sha256" : Agreed(clientMethods)).Start(new ReplayedRandom(7));
        server.Receive(client.Seal(new KexExchangeInit(method.ClientValue)));
        Assert.Equal(MessageNumber.KexMethod31, (MessageNumber)server.Take()[5]);
        server.Receive(client.Seal(default(NewKeys)));
        Assert.True(server.Engine.IsEstablished);
    }

    [Fact]
    public void Server_WrongGuess_SkipsOnePacketOnly()
    {
        (PlainPeer client, EngineEnd server) = Begin("curve25519-sha256");
        server.Receive(client.Seal(Offer("ecdh-sha2-nistp256,curve25519-sha256") with { FirstKexPacketFollows = true }));
        server.Receive(client.Seal(new KexExchangeInit([4, 4, 4])));
        Assert.Equal(SshErrorCode.KeyExchangeFailed, Fails(server, client.Seal(new KexExchangeInit([4, 4, 4]))).Code);
    }

    [Fact]
    public void Strict_PacketBeforeKexInit_EndsTheConnection()
    {
        (PlainPeer client, EngineEnd server) = Begin("curve25519-sha256");
        server.Receive(client.Seal(new Ignore([])));
        PeerMisbehavedException exception = Fails(server, client.Seal(Offer("curve25519-sha256,kex-strict-c-v00@openssh.com")));
        Assert.Contains("CVE-2023-48795", exception.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("curve25519-sha256", false)]
    [InlineData("curve25519-sha256,kex-strict-s-v00@openssh.com", false)] // the wrong side's marker
    [InlineData("curve25519-sha256,kex-strict-c-v00@openssh.com", true)]
    public void Strict_IgnoreDuringTheExchange_EndsTheConnection_ElseItIsIgnored(string methods, bool strict)
    {
        (PlainPeer client, EngineEnd server) = Begin("curve25519-sha256");
        server.Receive(client.Seal(Offer(methods)));
        Assert.Equal(strict, server.Engine.Report.StrictKeyExchange);
        byte[] ignore = client.Seal(new Ignore([1, 2, 3]));
        if (strict)
            Assert.Equal(SshErrorCode.UnexpectedMessage, Fails(server, ignore).Code);
        else
            server.Receive(ignore);
    }

    [Fact]
    public void NewKeys_BeforeTheMethodsMessages_EndsTheConnection()
    {
        (PlainPeer client, EngineEnd server) = Begin("curve25519-sha256");
        server.Receive(client.Seal(Offer("curve25519-sha256")));
        Assert.Equal(SshErrorCode.UnexpectedMessage, Fails(server, client.Seal(default(NewKeys))).Code);
    }

    [Fact]
    public void ChannelMessage_BeforeKeys_EndsTheConnection()
    {
        (PlainPeer client, EngineEnd server) = Begin("curve25519-sha256");
        Assert.Equal(SshErrorCode.UnexpectedMessage, Fails(server, client.Seal(new ChannelData(0, [1]))).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ExtInfo_ComesWhereTheClientTakesIt(bool takes)
    {
        (PlainPeer client, EngineEnd server) = Begin("curve25519-sha256");
        server.Receive(client.Seal(Offer(takes ? "curve25519-sha256,ext-info-c" : "curve25519-sha256")));
        using IKexClient method = KexMethods.Find("curve25519-sha256").Start(new ReplayedRandom(7));
        server.Receive(client.Seal(new KexExchangeInit(method.ClientValue)));
        server.Take(); // reply and NEWKEYS
        server.Receive(client.Seal(default(NewKeys)));
        Assert.Equal(takes, server.Take().Length > 0);
    }

    [Fact]
    public void PingsBeforeTheFirstKeys_AreAnsweredWithinABound()
    {
        (PlainPeer client, EngineEnd server) = Begin("curve25519-sha256");
        byte[] data = new byte[200_000];
        PeerMisbehavedException exception = Assert.Throws<PeerMisbehavedException>(() =>
        {
            for (int i = 0; i < 100; i++)
                server.Receive(client.Seal(new Ping(data)));
        });
        Assert.Equal(SshErrorCode.LimitExceeded, exception.Code);
    }

    private static string Agreed(string clientMethods) => clientMethods.Split(',').First(name => name == "curve25519-sha256");

    private static PeerMisbehavedException Fails(EngineEnd end, byte[] packet) => Assert.Throws<PeerMisbehavedException>(() => end.Receive(packet));

    private static KexInit Offer(string methods) => new()
    {
        KexAlgorithms = [.. methods.Split(',')],
        ServerHostKeyAlgorithms = ["ssh-ed25519"],
        EncryptionClientToServer = ["aes128-ctr"],
        EncryptionServerToClient = ["aes128-ctr"],
        MacClientToServer = ["hmac-sha2-256"],
        MacServerToClient = ["hmac-sha2-256"],
        CompressionClientToServer = ["none"],
        CompressionServerToClient = ["none"],
    };

    private static (PlainPeer Client, EngineEnd Server) Begin(string methods)
    {
        EngineEnd server = new(
            TransportRole.Server,
            new TransportOptions { HostKeys = [TransportPair.HostKey], Algorithms = AlgorithmPreferences.Default.Apply(keyExchange: methods) },
            seed: 1);
        server.Receive(Line);
        server.Take();
        return (new PlainPeer(), server);
    }

    /// <summary>A client that has no keys yet and no rules.</summary>
    private sealed class PlainPeer
    {
        public byte[] Seal<TMessage>(scoped in TMessage message)
            where TMessage : IMessage<TMessage>, allows ref struct
        {
            WireBuffer buffer = new();
            int start = PacketFraming.Begin(buffer);
            Message.Encode(buffer, message);
            PacketFraming.End(buffer, start, new PlainProtection(), new ReplayedRandom(1));
            return buffer.Written.ToArray();
        }
    }
}
