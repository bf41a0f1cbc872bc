using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using LucidSsh.Crypto;

namespace LucidSsh.Tests.Crypto;

public sealed class ChaCha20Poly1305OpenSshTests
{
    [Fact]
    public void Seal_AnyPacket_IsTheConstructionOfOpenSsh() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                Random random = new(seed);
                byte[] key = HashTests.RandomBytes(seed, 64);
                byte[] packet = HashTests.RandomBytes(seed + 1, 4 + random.Next(seed % 2 == 0 ? 600 : 36_000));
                uint sequence = (uint)random.NextInt64(1L << 32);
                (byte[] expected, byte[] expectedTag) = Construct(key, sequence, packet);
                byte[] plaintext = packet[4..], sealedPacket = (byte[])packet.Clone(), tag = new byte[16];
                using ChaCha20Poly1305OpenSsh cipher = new(key, TestPaths.All[random.Next(TestPaths.All.Length)]);
                cipher.Seal(sequence, sealedPacket, tag);
                byte[] body = new byte[packet.Length - 4];
                bool opened = cipher.Open(sequence, sealedPacket, tag, body);
                bool length = cipher.PeekLength(sequence, sealedPacket.AsSpan(0, 4)) == BinaryPrimitives.ReadUInt32BigEndian(packet);
                byte[] inPlace = (byte[])sealedPacket.Clone();
                opened &= cipher.Open(sequence, inPlace, tag, inPlace.AsSpan(4));
                return expected.AsSpan().SequenceEqual(sealedPacket) && expectedTag.AsSpan().SequenceEqual(tag) && opened && length
                    && body.AsSpan().SequenceEqual(plaintext) && inPlace.AsSpan(4).SequenceEqual(plaintext);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Seal_EverySmallSize_OpensAgain()
    {
        byte[] key = HashTests.RandomBytes(1, 64), tag = new byte[16];
        using ChaCha20Poly1305OpenSsh cipher = new(key);
        for (int size = 4; size < 1200; size++)
        {
            byte[] packet = HashTests.RandomBytes(size, size);
            (byte[] expected, byte[] expectedTag) = Construct(key, (uint)size, packet);
            byte[] work = (byte[])packet.Clone();
            cipher.Seal((uint)size, work, tag);
            Assert.Equal(expected, work);
            Assert.Equal(expectedTag, tag);
            Assert.True(cipher.Open((uint)size, work, tag, work.AsSpan(4)));
            Assert.Equal(packet[4..], work[4..]);
        }
    }

    [Theory]
    [InlineData(0)] // the encrypted length
    [InlineData(3)]
    [InlineData(4)] // the body
    [InlineData(67)]
    [InlineData(68)] // the tag
    [InlineData(83)]
    public void Open_OneBitChanged_RefusesAndWritesNothing(int position)
    {
        byte[] memory = HashTests.RandomBytes(9, 68 + 16), body = new byte[64];
        using ChaCha20Poly1305OpenSsh cipher = new(HashTests.RandomBytes(10, 64));
        cipher.Seal(7, memory.AsSpan(0, 68), memory.AsSpan(68));
        for (int bit = 0; bit < 8; bit++)
        {
            memory[position] ^= (byte)(1 << bit);
            Assert.False(cipher.Open(7, memory.AsSpan(0, 68), memory.AsSpan(68), body));
            memory[position] ^= (byte)(1 << bit);
        }
        Assert.False(cipher.Open(8, memory.AsSpan(0, 68), memory.AsSpan(68), body));
        Assert.False(cipher.Open(7, memory.AsSpan(0, 67), memory.AsSpan(68), body));
        Assert.False(cipher.Open(7, memory.AsSpan(0, 68), memory.AsSpan(68, 15), body));
        Assert.All(body, value => Assert.Equal(0, value));
        Assert.True(cipher.Open(7, memory.AsSpan(0, 68), memory.AsSpan(68), body));
    }

    [Fact]
    public void SealAndOpen_OnceUnderWay_AllocateNothing()
    {
        byte[] packet = new byte[2000], tag = new byte[16];
        using ChaCha20Poly1305OpenSsh cipher = new(new byte[64]);
        long before = 0;
        for (uint i = 0; i < 100; i++)
        {
            if (i == 2)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }
            cipher.Seal(i, packet, tag);
            cipher.PeekLength(i, packet.AsSpan(0, 4));
            cipher.Open(i, packet, tag, packet.AsSpan(4));
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    // The key stream kept from PeekLength must never serve another packet.
    [Fact]
    public void Open_AfterPeekingAtAnother_UsesItsOwnKeyStream()
    {
        byte[] key = HashTests.RandomBytes(11, 64), tag = new byte[16], body = new byte[300];
        byte[] plain = HashTests.RandomBytes(12, 304), first = (byte[])plain.Clone();
        using ChaCha20Poly1305OpenSsh cipher = new(key);
        cipher.PeekLength(6, plain.AsSpan(0, 4));
        cipher.Seal(5, first, tag);
        (byte[] expected, byte[] expectedTag) = Construct(key, 5, plain);
        Assert.Equal(expected, first);
        Assert.Equal(expectedTag, tag);
        cipher.PeekLength(6, first.AsSpan(0, 4));
        Assert.True(cipher.Open(5, first, tag, body));
        Assert.Equal(plain[4..], body);
        Assert.False(cipher.Open(6, first, tag, body));
    }

    [Fact]
    public void Seal_AfterDispose_Throws()
    {
        ChaCha20Poly1305OpenSsh cipher = new(new byte[64]);
        cipher.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cipher.Seal(0, new byte[8], new byte[16]));
        Assert.Throws<ObjectDisposedException>(() => cipher.Open(0, new byte[8], new byte[16], new byte[4]));
        Assert.Throws<ObjectDisposedException>(() => cipher.PeekLength(0, new byte[4]));
    }

    [Fact]
    public void Constructor_KeyOfWrongLength_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChaCha20Poly1305OpenSsh(new byte[32]));

    // OpenSSH's PROTOCOL.chacha20poly1305, on other implementations of the two primitives.
    private static (byte[] Packet, byte[] Tag) Construct(byte[] key, uint sequence, byte[] packet)
    {
        byte[] nonce = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, sequence);
        byte[] bodyKey = key[..32], lengthKey = key[32..];
        byte[] body = ChaCha20Tests.Oracle(bodyKey, nonce, (byte[])[.. new byte[64], .. packet[4..]]);
        byte[] result = [.. ChaCha20Tests.Oracle(lengthKey, nonce, packet.AsSpan(0, 4)), .. body[64..]];
        return (result, Poly1305Tests.Oracle(body.AsSpan(0, 32), result));
    }
}
