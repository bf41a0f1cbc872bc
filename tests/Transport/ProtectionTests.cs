using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>Every way to protect packets: what is sealed opens, in order and at every size, and nothing else does.</summary>
public class ProtectionTests
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
    public void Stream_OfAnySizes_OpensInOrder(string cipher, string? mac)
    {
        ReplayedRandom random = new(1);
        foreach (uint first in (uint[])[0, 7, uint.MaxValue - 3])
        {
            (IPacketSealer sealer, IPacketOpener opener) = Create(cipher, mac);
            uint sequence = first; // the last one wraps
            for (int i = 0; i < 30; i++, sequence++)
            {
                byte[] payload = random.Bytes(i < 20 ? i : random.Next(40_001));
                byte[] packet = Seal(sealer, sequence, payload, random);
                Assert.Equal(payload, Open(opener, sequence, packet));
            }

            sealer.Dispose();
            opener.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void SingleFlippedBit_Anywhere_IsRefused(string cipher, string? mac)
    {
        ReplayedRandom random = new(2);
        byte[] payload = random.Bytes(21);
        int length = Seal(Create(cipher, mac).Sealer, 5, payload, random).Length;
        for (int bit = 0; bit < 8 * length; bit++)
        {
            (IPacketSealer sealer, IPacketOpener opener) = Create(cipher, mac);
            byte[] packet = Seal(sealer, 5, payload, random);
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Open(opener, 5, packet));
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void ReplayedOrReorderedPacket_IsRefused(string cipher, string? mac)
    {
        ReplayedRandom random = new(3);
        (IPacketSealer sealer, IPacketOpener opener) = Create(cipher, mac);
        byte[] first = Seal(sealer, 0, [1, 2, 3], random);
        byte[] second = Seal(sealer, 1, [4, 5, 6], random);
        Assert.Null(Open(Create(cipher, mac).Opener, 0, second));
        Assert.NotNull(Open(opener, 0, first));
        Assert.Null(Open(opener, 1, first));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Directions_HaveDifferentKeys(string cipher, string? mac)
    {
        ReplayedRandom random = new(4);
        byte[] packet = Seal(Create(cipher, mac).Sealer, 0, [1, 2, 3], random);
        Assert.Null(Open(Algorithms(cipher, mac).CreateOpener(Derivation(), clientToServer: false), 0, packet));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void InboundPackets_FedByteByByte_ReadsEachLengthOnce(string cipher, string? mac)
    {
        ReplayedRandom random = new(5);
        (IPacketSealer sealer, IPacketOpener opener) = Create(cipher, mac);
        CountingOpener counting = new(opener);
        using InboundPackets inbound = new();
        inbound.UseKeys(counting, resetSequence: false);
        byte[][] payloads = [.. Enumerable.Range(1, 6).Select(i => random.Bytes(i * 37))];
        byte[] stream = [.. payloads.SelectMany((payload, i) => Seal(sealer, (uint)i, payload, random))];
        List<byte[]> got = [];
        int start = 0;
        for (int end = 1; end <= stream.Length; end++)
        {
            System.Buffers.ReadOnlySequence<byte> input = new(stream.AsMemory(start, end - start));
            if (!inbound.TryRead(ref input, out ReadOnlySpan<byte> payload))
                continue;
            got.Add(payload.ToArray());
            Assert.True(input.IsEmpty);
            start = end;
        }

        Assert.Equal(payloads, got);
        Assert.Equal(payloads.Length, counting.LengthsRead);
        Assert.Equal(stream.Length, inbound.BytesUnderKeys);
    }

    [Theory]
    [InlineData("aes128-gcm@openssh.com")]
    [InlineData("aes256-gcm@openssh.com")]
    public void Gcm_NonceCounter_WrapsInEightBytesAndGoesOnWhateverTheSequence(string cipher)
    {
        int keyLength = CipherTable.Find(cipher)!.KeyLength;
        byte[] key = new ReplayedRandom(6).Bytes(keyLength);
        byte[] iv = [1, 2, 3, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        using Secret secretKey = new(key);
        using Secret secretIv = new(iv);
        using GcmProtection sealer = new(secretKey, secretIv);
        using System.Security.Cryptography.AesGcm oracle = new(key, 16);
        byte[][] nonces = [iv, [1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0], [1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 1]];
        foreach (byte[] nonce in nonces)
        {
            byte[] packet = [0, 0, 0, 16, .. new byte[16]];
            byte[] tag = new byte[16];
            sealer.Seal(99, packet, tag);
            byte[] plain = new byte[16];
            oracle.Decrypt(nonce, packet.AsSpan(4), tag, plain, packet.AsSpan(0, 4)); // throws where the nonce differs
            Assert.Equal(new byte[16], plain);
        }
    }

    [Theory]
    [InlineData("hmac-sha2-256", false)]
    [InlineData("hmac-sha2-256-etm@openssh.com", true)]
    [InlineData("hmac-sha2-512", false)]
    [InlineData("hmac-sha2-512-etm@openssh.com", true)]
    public void Mac_CoversSequenceAndTheRightText(string mac, bool overCiphertext)
    {
        byte[] plain = [0, 0, 0, 28, 8, .. new byte[27]];
        byte[] packet = [.. plain];
        using KeyedSealer keyed = new("aes128-ctr", mac);
        byte[] tag = new byte[keyed.Sealer.TagLength];
        keyed.Sealer.Seal(0x01020304, packet, tag);
        byte[] text = [1, 2, 3, 4, .. overCiphertext ? packet : plain];
        byte[] expected = tag.Length == 32
            ? System.Security.Cryptography.HMACSHA256.HashData(keyed.MacKey, text)
            : System.Security.Cryptography.HMACSHA512.HashData(keyed.MacKey, text);
        Assert.Equal(expected, tag);
        Assert.Equal(overCiphertext, packet.AsSpan(0, 4).SequenceEqual(plain.AsSpan(0, 4)));
    }

    private static DirectionAlgorithms Algorithms(string cipher, string? mac) =>
        new(CipherTable.Find(cipher)!, mac is null ? null : MacTable.Find(mac));

    private static KeyDerivation Derivation() =>
        new(HashName.Sha256, new Secret([0, 0, 0, 1, 42]), new ReplayedRandom(8).Bytes(32), new ReplayedRandom(9).Bytes(32));

    private static (IPacketSealer Sealer, IPacketOpener Opener) Create(string cipher, string? mac) =>
        (Algorithms(cipher, mac).CreateSealer(Derivation(), clientToServer: true), Algorithms(cipher, mac).CreateOpener(Derivation(), clientToServer: true));

    private static byte[] Seal(IPacketSealer sealer, uint sequence, byte[] payload, IRandomSource random)
    {
        WireBuffer buffer = new();
        int start = PacketFraming.Begin(buffer);
        payload.CopyTo(buffer.Extend(payload.Length));
        PacketFraming.End(buffer, start, sealer, random);
        int length = buffer.Length;
        Span<byte> tag = buffer.Extend(sealer.TagLength);
        sealer.Seal(sequence, buffer.Written[..length], tag);
        return buffer.Written.ToArray();
    }

    /// <summary>The payload, or null where the length or the tag gives the packet away.</summary>
    private static byte[]? Open(IPacketOpener opener, uint sequence, byte[] packet)
    {
        uint length = opener.ReadLength(sequence, packet.AsSpan(0, opener.HeadLength));
        if (length != packet.Length - sizeof(uint) - opener.TagLength)
            return null; // another length: the receiver waits for, or cuts, other bytes, and its tag is elsewhere
        PacketFraming.CheckLength(length, opener.BlockSize, opener.LengthIsAligned);
        byte[] body = new byte[length];
        return opener.Open(sequence, packet.AsSpan(0, 4 + (int)length), packet.AsSpan(4 + (int)length), body)
            ? body[1..^body[0]]
            : null;
    }

    private sealed class CountingOpener(IPacketOpener inner) : IPacketOpener
    {
        public int LengthsRead { get; private set; }

        public int HeadLength => inner.HeadLength;

        public int BlockSize => inner.BlockSize;

        public bool LengthIsAligned => inner.LengthIsAligned;

        public int TagLength => inner.TagLength;

        public uint ReadLength(uint sequence, ReadOnlySpan<byte> head)
        {
            LengthsRead++;
            return inner.ReadLength(sequence, head);
        }

        public bool Open(uint sequence, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> body) =>
            inner.Open(sequence, packet, tag, body);

        public void Dispose() => inner.Dispose();
    }

    /// <summary>A sealer whose MAC key the test knows.</summary>
    private sealed class KeyedSealer : IDisposable
    {
        private readonly KeyDerivation _derivation = Derivation();

        public KeyedSealer(string cipher, string mac)
        {
            using Secret macKey = _derivation.Derive('E', MacTable.Find(mac)!.KeyLength);
            MacKey = macKey.Span.ToArray();
            Sealer = Algorithms(cipher, mac).CreateSealer(_derivation, clientToServer: true);
        }

        public byte[] MacKey { get; }

        public IPacketSealer Sealer { get; }

        public void Dispose() => Sealer.Dispose();
    }
}
