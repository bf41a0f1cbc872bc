using System.Security.Cryptography;
using LucidSsh.Crypto;
using LucidSsh.Tests.Crypto;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>The hybrids' shapes and secrets, put together here from their parts; the parts have vectors of their own.</summary>
public sealed class HybridKexTests
{
    [Theory]
    [InlineData("mlkem768x25519-sha256", 1184 + 32, 1088 + 32)]
    [InlineData("sntrup761x25519-sha512", 1158 + 32, 1039 + 32)]
    [InlineData("sntrup761x25519-sha512@openssh.com", 1158 + 32, 1039 + 32)]
    [InlineData("mlkem768nistp256-sha256", 1184 + 65, 1088 + 65)]
    [InlineData("mlkem1024nistp384-sha384", 1568 + 97, 1568 + 97)]
    public void Values_HaveTheDraftsLengths(string name, int client, int server)
    {
        using IKexClient half = KexMethods.Find(name).Start(SystemRandom.Shared);
        Assert.Equal(client, half.ClientValue.Length);
        using KexResponse response = KexMethods.Find(name).Respond(half.ClientValue, SystemRandom.Shared);
        Assert.Equal(server, response.ServerValue.Length);
    }

    [Fact]
    public void MlKem768X25519_Secret_IsTheHashOfBothAsAString()
    {
        // The client's halves are known here: d and z first, then the curve's key, in the order in which the method draws them.
        for (int seed = 0; seed < 300; seed++)
        {
            using IKexClient client = KexMethods.Find("mlkem768x25519-sha256").Start(new SeededRandom(seed));
            using KexResponse response = KexMethods.Find("mlkem768x25519-sha256").Respond(client.ClientValue, SystemRandom.Shared);
            using Secret secret = client.Finish(response.ServerValue);

            byte[] drawn = new SeededRandom(seed).Bytes(96), publicKey = new byte[MlKem768.PublicKeyLength], privateKey = new byte[MlKem768.PrivateKeyLength];
            MlKem768.GenerateKeyPair(drawn.AsSpan(0, 32), drawn.AsSpan(32, 32), publicKey, privateKey);
            Assert.Equal(publicKey, client.ClientValue[..^32].ToArray());
            byte[] both = new byte[64];
            MlKem768.Decapsulate(privateKey, response.ServerValue.AsSpan(0, MlKem768.CiphertextLength), both.AsSpan(0, 32));
            Org.BouncyCastle.Math.EC.Rfc7748.X25519.ScalarMult(drawn, 64, response.ServerValue, MlKem768.CiphertextLength, both, 32);
            Assert.Equal((byte[])[0, 0, 0, 32, .. SHA256.HashData(both)], secret.Span.ToArray());
        }
    }

    [Theory]
    [InlineData("mlkem768x25519-sha256")]
    [InlineData("mlkem768nistp256-sha256")]
    [InlineData("mlkem1024nistp384-sha384")]
    public void MlKem_CoefficientOutOfRange_IsRefused(string name)
    {
        byte[] value = Value(name);
        (value[0], value[1]) = (0xff, (byte)(value[1] | 0x0f)); // 4095, where 3328 is the largest
        PeerMisbehavedException exception = Assert.Throws<PeerMisbehavedException>(() => KexMethods.Find(name).Respond(value, SystemRandom.Shared));
        Assert.Contains("FIPS 203", exception.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mlkem768x25519-sha256", 32)]
    [InlineData("sntrup761x25519-sha512", 32)]
    [InlineData("mlkem768nistp256-sha256", 65)]
    public void CurveValue_ThatIsNoPoint_IsRefusedByBothSides(string name, int length)
    {
        ValueKex method = KexMethods.Find(name);
        byte[] value = Value(name);
        value.AsSpan(value.Length - length).Clear();
        Assert.Throws<PeerMisbehavedException>(() => method.Respond(value, SystemRandom.Shared));
        using IKexClient client = method.Start(SystemRandom.Shared);
        using KexResponse response = method.Respond(client.ClientValue, SystemRandom.Shared);
        byte[] answer = response.ServerValue;
        answer.AsSpan(answer.Length - length).Clear();
        PeerMisbehavedException exception = Assert.Throws<PeerMisbehavedException>(() => client.Finish(answer));
        Assert.Contains($"in its last {length} bytes", exception.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mlkem768x25519-sha256")]
    [InlineData("sntrup761x25519-sha512")]
    public void WrongCiphertext_GivesAnotherSecret_AndNoError(string name)
    {
        using IKexClient client = KexMethods.Find(name).Start(SystemRandom.Shared);
        using KexResponse response = KexMethods.Find(name).Respond(client.ClientValue, SystemRandom.Shared);
        byte[] tampered = [.. response.ServerValue];
        tampered[5] ^= 1;
        using Secret secret = client.Finish(tampered);
        Assert.NotEqual(response.SharedSecret.Span.ToArray(), secret.Span.ToArray());
    }

    private static byte[] Value(string name)
    {
        using IKexClient client = KexMethods.Find(name).Start(SystemRandom.Shared);
        return client.ClientValue.ToArray();
    }
}
