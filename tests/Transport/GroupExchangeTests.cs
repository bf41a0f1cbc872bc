using System.Buffers.Binary;
using System.Numerics;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>The group exchange of RFC 4419: which group a server names, which a client takes, and that a whole one works.</summary>
public sealed class GroupExchangeTests
{
    private static readonly GroupExchangeKex s_method = (GroupExchangeKex)KexTable.Find("diffie-hellman-group-exchange-sha256")!;

    [Theory]
    [InlineData(2048, 2048, 8192, 2048)]
    [InlineData(1024, 1024, 8192, 2048)] // RFC 8270: none below 2048, whatever is preferred
    [InlineData(2048, 3072, 8192, 3072)]
    [InlineData(2048, 3000, 8192, 3072)]
    [InlineData(2048, 7680, 8192, 8192)]
    [InlineData(2048, 8192, 8192, 8192)]
    [InlineData(2048, 6000, 6000, 4096)] // nothing between what is preferred and the most: the largest below
    [InlineData(8192, 8192, uint.MaxValue, 8192)]
    public void Server_NamesTheSmallestGroupThatIsLargeEnough(uint minimum, uint preferred, uint maximum, int bits)
    {
        KexGexRequest request = new(minimum, preferred, maximum);
        ValueKex method = s_method.Choose(request, out byte[] prime, out byte[] generator);
        Assert.Equal(bits, GroupExchangeKex.BitLength(prime));
        Assert.Equal((byte[])[2], generator);

        // min ‖ n ‖ max ‖ p ‖ g: what the exchange hash covers.
        byte[] expected = [.. BigEndian(minimum), .. BigEndian(preferred), .. BigEndian(maximum), .. BigEndian((uint)prime.Length + 1), 0, .. prime, 0, 0, 0, 1, 2];
        Assert.Equal(expected, method.GroupParameters.ToArray());
    }

    [Theory]
    [InlineData(3072, 2048, 8192)]
    [InlineData(2048, 8192, 4096)]
    [InlineData(uint.MaxValue, 0, 0)]
    public void Server_SizesThatContradictEachOther_AreRefused(uint minimum, uint preferred, uint maximum) =>
        Assert.Throws<PeerMisbehavedException>(() => s_method.Choose(new(minimum, preferred, maximum), out _, out _));

    [Theory]
    [InlineData(512, 1024, 1024)]
    [InlineData(8193, 9000, 10000)]
    [InlineData(0, 0, 0)]
    public void Server_SizesItDoesNotHave_AreRefusedWithThoseItHas(uint minimum, uint preferred, uint maximum)
    {
        PeerIncompatibleException exception = Assert.Throws<PeerIncompatibleException>(() => s_method.Choose(new(minimum, preferred, maximum), out _, out _));
        Assert.Contains("2048, 3072, 4096, 6144, 8192", exception.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Client_GroupThatWasNotAskedForOrIsNone_IsRefused()
    {
        byte[] prime = Convert.FromHexString(DiffieHellmanPrimes.Group15);
        byte[] even = [.. prime];
        even[^1] ^= 1;
        Refused(Convert.FromHexString(DiffieHellmanPrimes.Group2), [2]); // 1024 bits
        Refused([.. prime, .. new byte[700], 1], [2]);
        Refused(even, [2]);
        Refused([], [2]);
        Refused(prime, []);
        Refused(prime, [1]);
        Refused(prime, prime);
        Refused(prime, (new BigInteger(prime, isUnsigned: true, isBigEndian: true) - 1).ToByteArray(isUnsigned: true, isBigEndian: true));
        Assert.True(s_method.Take(GroupExchangeKex.Request, prime, [5]).IsGroupExchange);

        static void Refused(byte[] p, byte[] g)
        {
            PeerMisbehavedException exception = Assert.Throws<PeerMisbehavedException>(() => s_method.Take(GroupExchangeKex.Request, p, g));
            Assert.Equal(SshErrorCode.KeyExchangeFailed, exception.Code);
        }
    }

    [Fact]
    public void BothHalves_AgreeEveryTime()
    {
        for (int i = 0; i < 260; i++)
        {
            ValueKex server = s_method.Choose(GroupExchangeKex.Request, out byte[] prime, out byte[] generator);
            using IKexClient client = s_method.Take(GroupExchangeKex.Request, prime, generator).Start(SystemRandom.Shared);
            using KexResponse response = server.Respond(client.ClientValue, SystemRandom.Shared);
            using Secret secret = client.Finish(response.ServerValue);
            Assert.Equal(response.SharedSecret.Span.ToArray(), secret.Span.ToArray());
        }
    }

    [Theory]
    [InlineData("diffie-hellman-group-exchange-sha256")]
    [InlineData("diffie-hellman-group-exchange-sha1")]
    public async Task BothSides_AgreeAndReportTheGroup(string name)
    {
        TransportOptions Only(TransportOptions options) => options with { Algorithms = AlgorithmPreferences.Default.Apply(keyExchange: name) };
        await using TransportPair pair = await TransportPair.ConnectAsync(Only, Only);
        Assert.Equal(pair.Client.SessionId.ToArray(), pair.Server.SessionId.ToArray());
        Assert.Equal((3072, 3072), (pair.Client.Negotiation.KeyExchange?.Group?.Bits, pair.Server.Negotiation.KeyExchange?.Group?.Bits));
    }

    private static byte[] BigEndian(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
