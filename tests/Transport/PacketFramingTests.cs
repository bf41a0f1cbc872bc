using System.Buffers;
using System.Buffers.Binary;
using LucidSsh.Crypto;
using LucidSsh.Tests.Harness;
using LucidSsh.Transport;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Transport;

/// <summary>The rules of RFC 4253 section 6 for length and padding, as sender and as receiver.</summary>
public class PacketFramingTests
{
    [Theory]
    [InlineData(8, true)]
    [InlineData(8, false)]
    [InlineData(16, true)]
    [InlineData(16, false)]
    [InlineData(32, true)]
    [InlineData(64, false)]
    public void End_EveryPayloadLength_KeepsThePaddingRules(int blockSize, bool lengthIsAligned)
    {
        FakeProtection protection = new(blockSize, lengthIsAligned);
        for (int payload = 1; payload < 300; payload++)
        {
            WireBuffer buffer = new();
            buffer.Extend(3).Clear(); // a packet need not stand at the front
            int start = PacketFraming.Begin(buffer);
            buffer.Extend(payload).Fill(0xee);
            PacketFraming.End(buffer, start, protection, SystemRandom.Shared);

            ReadOnlySpan<byte> packet = buffer.Written[start..];
            uint length = BinaryPrimitives.ReadUInt32BigEndian(packet);
            int padding = packet[4];
            Assert.Equal(packet.Length - 4, (int)length);
            Assert.Equal((int)length, 1 + payload + padding);
            Assert.InRange(padding, 4, blockSize + 3);
            Assert.Equal(0, (lengthIsAligned ? packet.Length : packet.Length - 4) % blockSize);
            Assert.Equal(-1, packet.Slice(5, payload).IndexOfAnyExcept((byte)0xee));
            PacketFraming.CheckLength(length, blockSize, lengthIsAligned);
        }
    }

    [Fact]
    public void End_PaddingIsRandom()
    {
        WireBuffer buffer = new();
        int start = PacketFraming.Begin(buffer);
        buffer.Extend(1)[0] = 2;
        byte[] expected = new ReplayedRandom(3).Bytes(10);
        PacketFraming.End(buffer, start, new PlainProtection(), new ReplayedRandom(3));
        Assert.Equal(expected, buffer.Written[6..].ToArray());
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(4u)]
    [InlineData(11u)]
    [InlineData(13u)]
    [InlineData(256u * 1024 + 4)]
    [InlineData(0x7fffffffu)]
    [InlineData(0x80000000u)]
    [InlineData(0xfffffffcu)]
    [InlineData(0xffffffffu)]
    public void InboundPackets_ImpossibleLength_IsRefusedFromItsFourBytes(uint length)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(SshErrorCode.BadPacket, Assert.Throws<PeerMisbehavedException>(() => Read(bytes)).Code);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 128 * 1024);
    }

    [Fact]
    public void InboundPackets_LargestLength_IsAllowedAndReservesNothing()
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, WireLimits.PacketLength - 4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(Read(bytes));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 * 1024);
    }

    [Fact]
    public void InboundPackets_EveryPadding_IsJudged()
    {
        for (int padding = 0; padding < 256; padding++)
        {
            byte[] packet = [0, 0, 0, 28, (byte)padding, .. new byte[27]];
            if (padding is >= 4 and <= 26)
                Assert.Equal(27 - padding, Read(packet)!.Length);
            else
                Assert.Equal(SshErrorCode.BadPacket, Assert.Throws<PeerMisbehavedException>(() => Read(packet)).Code);
        }
    }

    [Fact]
    public void InboundPackets_PacketInManySegments_IsJoined()
    {
        byte[] payload = new ReplayedRandom(4).Bytes(20_000);
        WireBuffer buffer = new();
        int start = PacketFraming.Begin(buffer);
        payload.CopyTo(buffer.Extend(payload.Length));
        PacketFraming.End(buffer, start, new PlainProtection(), SystemRandom.Shared);
        foreach (int size in (int[])[1, 3, 100, 8191])
        {
            ReadOnlySequence<byte> input = Segments.Of(buffer.Written.ToArray(), size);
            using InboundPackets inbound = new();
            Assert.True(inbound.TryRead(ref input, out ReadOnlySpan<byte> read));
            Assert.True(read.SequenceEqual(payload));
            Assert.True(input.IsEmpty);
        }
    }

    private static byte[]? Read(byte[] bytes)
    {
        using InboundPackets inbound = new();
        ReadOnlySequence<byte> input = new(bytes);
        return inbound.TryRead(ref input, out ReadOnlySpan<byte> payload) ? payload.ToArray() : null;
    }

    private sealed class FakeProtection(int blockSize, bool lengthIsAligned) : IPacketSealer
    {
        public int BlockSize => blockSize;

        public bool LengthIsAligned => lengthIsAligned;

        public int TagLength => 0;

        public void Seal(uint sequence, Span<byte> packet, Span<byte> tag)
        {
        }

        public void Dispose()
        {
        }
    }
}
