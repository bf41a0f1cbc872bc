using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using LucidSsh.Crypto;
using Org.BouncyCastle.Crypto.Digests;

namespace LucidSsh.Tests.Crypto;

public sealed class KeccakTests
{
    [Theory] // NIST's example values for FIPS 202: the empty message and "abc"
    [InlineData("SHA3-256", "", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a")]
    [InlineData("SHA3-256", "abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532")]
    [InlineData("SHA3-512", "", "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
        + "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26")]
    [InlineData("SHA3-512", "abc", "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
        + "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0")]
    [InlineData("SHAKE128", "", "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26")]
    [InlineData("SHAKE256", "", "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"
        + "d75dc4ddd8c0f200cb05019d67b592f6fc821c49479ab48640292eacb3b7c4be")]
    public void Squeeze_PublishedMessages_MatchesFips202(string name, string message, string expected)
    {
        byte[] output = new byte[expected.Length / 2];
        using Keccak sponge = Create(name);
        sponge.Absorb(Encoding.ASCII.GetBytes(message));
        sponge.Squeeze(output);
        Assert.Equal(expected, Convert.ToHexStringLower(output));
    }

    [Fact]
    public void Squeeze_AnyLengths_MatchesBouncyCastle()
    {
        Random random = new(1);
        for (int length = 0; length < 420; length++)
        {
            byte[] message = new byte[length];
            random.NextBytes(message);
            AssertEqual("SHA3-256", message, new Sha3Digest(256), 32);
            AssertEqual("SHA3-512", message, new Sha3Digest(512), 64);
            AssertEqual("SHAKE128", message, new ShakeDigest(128), 1 + random.Next(600));
            AssertEqual("SHAKE256", message, new ShakeDigest(256), 1 + random.Next(600));
        }
    }

    [Fact]
    public void AbsorbAndSqueeze_InPieces_IsTheSameAsAtOnce()
    {
        Random random = new(2);
        for (int round = 0; round < 200; round++)
        {
            byte[] message = new byte[random.Next(700)];
            random.NextBytes(message);
            byte[] expected = new byte[700];
            using (Keccak atOnce = Keccak.Shake128())
            {
                atOnce.Absorb(message);
                atOnce.Squeeze(expected);
            }

            byte[] output = new byte[700];
            using Keccak inPieces = Keccak.Shake128();
            for (int at = 0, piece; at < message.Length; at += piece)
            {
                piece = Math.Min(random.Next(200), message.Length - at);
                inPieces.Absorb(message.AsSpan(at, piece));
            }

            for (int at = 0, piece; at < output.Length; at += piece)
            {
                piece = Math.Min(random.Next(200), output.Length - at);
                inPieces.Squeeze(output.AsSpan(at, piece));
            }

            Assert.Equal(expected, output);
        }
    }

    [Fact]
    public void Absorb_AfterSqueeze_Throws()
    {
        Keccak sponge = Keccak.Shake256();
        sponge.Squeeze(new byte[1]);
        InvalidOperationException? thrown = null;
        try
        {
            sponge.Absorb(new byte[1]);
        }
        catch (InvalidOperationException exception)
        {
            thrown = exception;
        }

        Assert.NotNull(thrown);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FourLanes_FourMessages_AreFourSponges(bool vectors)
    {
        Random random = new(3);
        foreach (int rate in (int[])[Keccak.RateOfShake128, Keccak.RateOfShake256])
        {
            for (int length = 1; length < 60; length++)
            {
                byte[] messages = new byte[4 * length];
                random.NextBytes(messages);
                Vector256<ulong>[] state = new Vector256<ulong>[Keccak.Words];
                byte[] output = new byte[4 * 3 * rate];
                KeccakX4.Absorb(state, messages, rate);
                for (int block = 0; block < 3; block++)
                    KeccakX4.SqueezeBlock(state, output.AsSpan(block * rate), 3 * rate, rate, vectors);
                for (int lane = 0; lane < 4; lane++)
                {
                    byte[] expected = new byte[3 * rate];
                    using Keccak sponge = rate == Keccak.RateOfShake128 ? Keccak.Shake128() : Keccak.Shake256();
                    sponge.Absorb(messages.AsSpan(lane * length, length));
                    sponge.Squeeze(expected);
                    Assert.Equal(expected, output[(lane * 3 * rate)..((lane + 1) * 3 * rate)]);
                }
            }
        }
    }

    [Fact]
    public void Permute_RandomStates_IsTheSameOnBothPaths()
    {
        Random random = new(4);
        for (int round = 0; round < 100; round++)
        {
            Vector256<ulong>[] portable = new Vector256<ulong>[Keccak.Words];
            random.NextBytes(MemoryMarshal.AsBytes(portable.AsSpan()));
            Vector256<ulong>[] vectors = [.. portable];
            KeccakX4.PermutePortable(portable);
            KeccakX4.PermuteVectors(vectors);
            Assert.Equal(portable, vectors);
        }
    }

    private static void AssertEqual(string name, byte[] message, KeccakDigest oracle, int length)
    {
        byte[] expected = new byte[length];
        oracle.BlockUpdate(message, 0, message.Length);
        if (oracle is ShakeDigest shake)
            shake.DoFinal(expected, 0, length);
        else
            oracle.DoFinal(expected, 0);
        byte[] output = new byte[length];
        using Keccak sponge = Create(name);
        sponge.Absorb(message);
        sponge.Squeeze(output);
        Assert.Equal(expected, output);
    }

    private static Keccak Create(string name) => name switch
    {
        "SHA3-256" => Keccak.Sha3With256Bits(),
        "SHA3-512" => Keccak.Sha3With512Bits(),
        "SHAKE128" => Keccak.Shake128(),
        _ => Keccak.Shake256(),
    };
}
