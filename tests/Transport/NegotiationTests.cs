using System.Collections.Immutable;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>The choice of RFC 4253 section 7.1 and the words of its failures.</summary>
public class NegotiationTests
{
    [Theory]
    [InlineData("a,b,c", "c,b,a", "a")]
    [InlineData("x,b,c", "c,b", "b")]
    [InlineData("a", "a", "a")]
    [InlineData("ext-info-c,b", "ext-info-c,b", "b")]
    [InlineData("kex-strict-c-v00@openssh.com,b", "b,kex-strict-c-v00@openssh.com", "b")]
    [InlineData("a,ext-info-c", "b,ext-info-c", null)]
    [InlineData("a", "", null)]
    [InlineData("", "a", null)]
    [InlineData("", "", null)]
    [InlineData("a", "A", null)]
    public void KeyExchange_IsTheClientsFirstThatTheServerHas(string client, string server, string? chosen)
    {
        Negotiated result = Negotiation.Choose(Offer with { KexAlgorithms = List(client) }, Offer with { KexAlgorithms = List(server) });
        AlgorithmNegotiation row = result.Algorithms.Single(row => row.Kind == AlgorithmKind.KeyExchange);
        Assert.Equal(chosen, row.Chosen);
        Assert.Equal(chosen is null, row.Failed);
        Assert.Equal(client, string.Join(',', row.Client));
        Assert.Equal(server, string.Join(',', row.Server));
    }

    [Fact]
    public void Directions_AreIndependent()
    {
        KexInit server = Offer with { EncryptionServerToClient = ["aes256-gcm@openssh.com"], MacServerToClient = [] };
        KexInit client = Offer with { EncryptionServerToClient = ["aes256-gcm@openssh.com"], MacServerToClient = [] };
        NegotiatedAlgorithms chosen = Negotiation.Choose(client, server).RequireAll(TransportRole.Client);
        Assert.Equal(("aes128-ctr", "hmac-sha2-256"), (chosen.ClientToServer.Cipher.Name, chosen.ClientToServer.Mac?.Name));
        Assert.Equal(("aes256-gcm@openssh.com", null), (chosen.ServerToClient.Cipher.Name, chosen.ServerToClient.Mac?.Name));
    }

    [Theory]
    [InlineData("aes128-gcm@openssh.com")]
    [InlineData("aes256-gcm@openssh.com")]
    [InlineData("chacha20-poly1305@openssh.com")]
    public void Mac_BesideAnAuthenticatedCipher_IsNotNeeded(string cipher)
    {
        KexInit client = Offer with { EncryptionClientToServer = [cipher], MacClientToServer = ["mine"] };
        KexInit server = Offer with { EncryptionClientToServer = [cipher], MacClientToServer = ["theirs"] };
        Negotiated result = Negotiation.Choose(client, server);
        AlgorithmNegotiation mac = result.Algorithms.Single(row => row.Kind == AlgorithmKind.MacClientToServer);
        Assert.False(mac.Needed);
        Assert.False(mac.Failed);
        Assert.Null(result.RequireAll(TransportRole.Server).ClientToServer.Mac);
    }

    [Theory]
    [InlineData("a,b", "k,l", "a,x", "k,y", true)]
    [InlineData("a,b", "k,l", "b,a", "k", false)]
    [InlineData("a,b", "k,l", "a", "l,k", false)]
    [InlineData("a,b", "k,l", "b,a", "l,k", false)]
    public void Guess_IsRightWhenBothFirstNamesAgree(string clientKex, string clientKeys, string serverKex, string serverKeys, bool right) =>
        Assert.Equal(right, Negotiation.Choose(
            Offer with { KexAlgorithms = List(clientKex), ServerHostKeyAlgorithms = List(clientKeys) },
            Offer with { KexAlgorithms = List(serverKex), ServerHostKeyAlgorithms = List(serverKeys) }).GuessWasRight);

    [Theory]
    [InlineData(AlgorithmKind.KeyExchange)]
    [InlineData(AlgorithmKind.HostKey)]
    [InlineData(AlgorithmKind.CipherClientToServer)]
    [InlineData(AlgorithmKind.CipherServerToClient)]
    [InlineData(AlgorithmKind.MacClientToServer)]
    [InlineData(AlgorithmKind.MacServerToClient)]
    [InlineData(AlgorithmKind.CompressionClientToServer)]
    [InlineData(AlgorithmKind.CompressionServerToClient)]
    public void NothingInCommon_NamesKindListsAndRemedy(AlgorithmKind kind)
    {
        Negotiated result = Negotiation.Choose(With(kind, "ours-1", "ours-2"), With(kind, "theirs-1", "theirs-2"));
        Assert.Equal(8, result.Algorithms.Length);
        Assert.Equal(kind, Assert.Single(result.Algorithms, row => row.Failed).Kind);

        PeerIncompatibleException client = Assert.Throws<PeerIncompatibleException>(() => result.RequireAll(TransportRole.Client));
        Assert.Equal(SshErrorCode.NoCommonAlgorithm, client.Code);
        Assert.Equal(DisconnectReason.KeyExchangeFailed, client.TellPeer);
        Assert.Equal(
            $"No common {NegotiationReport.Describe(kind)}: this side offers ours-1,ours-2; the server offers theirs-1,theirs-2.", client.Sentence);
        Assert.Equal("The server has to enable one of ours-1,ours-2.", client.Remedy);

        PeerIncompatibleException server = Assert.Throws<PeerIncompatibleException>(() => result.RequireAll(TransportRole.Server));
        Assert.Contains("this side offers theirs-1,theirs-2; the client offers ours-1,ours-2", server.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AlgorithmKind.KeyExchange, "diffie-hellman-group1-sha1", "--kex +diffie-hellman-group1-sha1")]
    [InlineData(AlgorithmKind.HostKey, "ssh-rsa", "--host-key-algorithms +ssh-rsa")]
    [InlineData(AlgorithmKind.MacServerToClient, "hmac-sha1", "--macs +hmac-sha1")]
    public void PeerWithALegacyAlgorithmThatExists_IsTheRemedy(AlgorithmKind kind, string legacy, string option)
    {
        Negotiated result = Negotiation.Choose(With(kind, "modern"), With(kind, "unknown", legacy));
        PeerIncompatibleException exception = Assert.Throws<PeerIncompatibleException>(() => result.RequireAll(TransportRole.Client));
        Assert.Contains(option, exception.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("unknown", exception.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyList_IsSaidToBeNothing()
    {
        Negotiated result = Negotiation.Choose(Offer, Offer with { KexAlgorithms = [] });
        Assert.Contains("offers (nothing)", Assert.Throws<PeerIncompatibleException>(() => result.RequireAll(TransportRole.Client)).Sentence, StringComparison.Ordinal);
    }

    private static KexInit Offer { get; } = new()
    {
        KexAlgorithms = ["curve25519-sha256"],
        ServerHostKeyAlgorithms = ["ssh-ed25519"],
        EncryptionClientToServer = ["aes128-ctr"],
        EncryptionServerToClient = ["aes128-ctr"],
        MacClientToServer = ["hmac-sha2-256"],
        MacServerToClient = ["hmac-sha2-256"],
        CompressionClientToServer = ["none"],
        CompressionServerToClient = ["none"],
    };

    private static KexInit With(AlgorithmKind kind, params ImmutableArray<string> names) => kind switch
    {
        AlgorithmKind.KeyExchange => Offer with { KexAlgorithms = names },
        AlgorithmKind.HostKey => Offer with { ServerHostKeyAlgorithms = names },
        AlgorithmKind.CipherClientToServer => Offer with { EncryptionClientToServer = names },
        AlgorithmKind.CipherServerToClient => Offer with { EncryptionServerToClient = names },
        AlgorithmKind.MacClientToServer => Offer with { MacClientToServer = names },
        AlgorithmKind.MacServerToClient => Offer with { MacServerToClient = names },
        AlgorithmKind.CompressionClientToServer => Offer with { CompressionClientToServer = names },
        _ => Offer with { CompressionServerToClient = names },
    };

    private static ImmutableArray<string> List(string names) => [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries)];
}
