using System.Buffers.Binary;
using System.Security.Cryptography;
using LucidSsh.Crypto;
using LucidSsh.Tests.Crypto;
using LucidSsh.Transport;

namespace LucidSsh.Tests.Transport;

/// <summary>Counter mode beside a MAC against the base library's AES and HMAC, and what a packet costs in memory.</summary>
public sealed class ProtectionOracleTests
{
    public static TheoryData<string, string?> Rows()
    {
        TheoryData<string, string?> rows = [];
        foreach (Cipher cipher in CipherTable.All)
        {
            foreach (Mac? mac in cipher.IsAuthenticated ? [null] : MacTable.All.Cast<Mac?>())
                rows.Add(cipher.Name, mac?.Name);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void SealAndOpen_OnceUnderWay_AllocateNothing(string cipher, string? mac)
    {
        using Pair pair = new(cipher, mac, 5);
        byte[] packet = new byte[4 + 1600], body = new byte[packet.Length - 4], tag = new byte[pair.Sealer.TagLength];
        uint length = (uint)(pair.Sealer.LengthIsAligned ? 1596 : 1600);
        // The runtime's own work may fall on this thread once; what a packet costs would come back in every round.
        long least = long.MaxValue;
        uint sequence = 0;
        for (int round = 0; round < 4; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 50; i++, sequence++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(packet, length);
                pair.Sealer.Seal(sequence, packet.AsSpan(0, 4 + (int)length), tag);
                if (pair.Opener.ReadLength(sequence, packet.AsSpan(0, pair.Opener.HeadLength)) != length
                    || !pair.Opener.Open(sequence, packet.AsSpan(0, 4 + (int)length), tag, body.AsSpan(0, (int)length)))
                {
                    Assert.Fail("not opened");
                }
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Theory]
    [InlineData("hmac-sha2-256")]
    [InlineData("hmac-sha2-512")]
    [InlineData("hmac-sha1")]
    [InlineData("hmac-sha2-256-etm@openssh.com")]
    [InlineData("hmac-sha2-512-etm@openssh.com")]
    [InlineData("hmac-sha1-etm@openssh.com")]
    public void CounterAndMac_AreThePlatformsAesAndHmac(string name)
    {
        Mac mac = MacTable.Find(name)!;
        byte[] key = new SeededRandom(1).Bytes(24), iv = [.. Enumerable.Repeat((byte)0xff, 16)], macKey = new SeededRandom(2).Bytes(mac.KeyLength);
        using Secret macSecret = new(macKey);
        using IPacketSealer sealer = mac.EncryptThenMac
            ? new EncryptThenMac(new AesCtr(key, iv), PacketMac.Create(mac, macSecret))
            : new EncryptAndMac(new AesCtr(key, iv), PacketMac.Create(mac, macSecret));
        UInt128 counter = UInt128.MaxValue;
        for (uint sequence = 0x01020304; sequence < 0x01020308; sequence++)
        {
            uint length = mac.EncryptThenMac ? 48u : 44u;
            byte[] packet = [.. BigEndian(length), .. new SeededRandom((int)sequence).Bytes((int)length)], plain = [.. packet], tag = new byte[mac.TagLength];
            sealer.Seal(sequence, packet, tag);
            byte[] expected = [.. plain];
            Counter(key, ref counter, expected.AsSpan(mac.EncryptThenMac ? 4 : 0));
            Assert.Equal(expected, packet);
            Assert.Equal(Hmac(mac.Hash!.Value, macKey, [.. BigEndian(sequence), .. mac.EncryptThenMac ? packet : plain]), tag);
        }
    }

    [Theory]
    [InlineData("aes128-cbc")]
    [InlineData("aes192-cbc")]
    [InlineData("aes256-cbc")]
    [InlineData("3des-cbc")]
    public void Chaining_IsThePlatformsWithOneChainOverAllPackets(string name)
    {
        Cipher cipher = CipherTable.Find(name)!;
        using Secret secret = new(new SeededRandom(3).Bytes(37));
        KeyDerivation derivation = new(HashName.Sha256, secret, [1], [2]);
        using Secret key = derivation.Derive('C', cipher.KeyLength), iv = derivation.Derive('A', cipher.IvLength);
        using IPacketSealer sealer = new DirectionAlgorithms(cipher, MacTable.Find("hmac-sha2-256")).CreateSealer(derivation, clientToServer: true);
        using SymmetricAlgorithm oracle = name == "3des-cbc" ? TripleDES.Create() : Aes.Create();
        oracle.Key = key.Span.ToArray();
        byte[] chain = iv.Span.ToArray();
        for (uint sequence = 0; sequence < 4; sequence++)
        {
            byte[] packet = new SeededRandom((int)sequence).Bytes(48), plain = [.. packet], tag = new byte[32];
            sealer.Seal(sequence, packet, tag);
            Assert.Equal(oracle.EncryptCbc(plain, chain, PaddingMode.None), packet);
            chain = packet[^sealer.BlockSize..];
        }
    }

    private static byte[] BigEndian(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Hmac(HashName hash, byte[] key, byte[] data) => hash switch
    {
        HashName.Sha1 => HMACSHA1.HashData(key, data),
        HashName.Sha256 => HMACSHA256.HashData(key, data),
        _ => HMACSHA512.HashData(key, data),
    };

    private static void Counter(byte[] key, ref UInt128 counter, Span<byte> data)
    {
        using Aes aes = Aes.Create();
        aes.Key = key;
        Span<byte> block = stackalloc byte[16];
        for (int i = 0; i < data.Length; i++)
        {
            if (i % 16 == 0)
            {
                BinaryPrimitives.WriteUInt128BigEndian(block, counter);
                counter = unchecked(counter + 1);
                aes.EncryptEcb(block, block, PaddingMode.None);
            }

            data[i] ^= block[i % 16];
        }
    }

    /// <summary>Both ends of one direction under the same keys.</summary>
    private sealed class Pair : IDisposable
    {
        public Pair(string cipher, string? mac, int seed)
        {
            using Secret secret = new(new SeededRandom(seed).Bytes(37));
            KeyDerivation derivation = new(HashName.Sha256, secret, [1], [2]);
            DirectionAlgorithms algorithms = new(CipherTable.Find(cipher)!, mac is null ? null : MacTable.Find(mac));
            Sealer = algorithms.CreateSealer(derivation, clientToServer: true);
            Opener = algorithms.CreateOpener(derivation, clientToServer: true);
        }

        public IPacketSealer Sealer { get; }

        public IPacketOpener Opener { get; }

        public void Dispose()
        {
            Sealer.Dispose();
            Opener.Dispose();
        }
    }
}
