using System.Buffers.Binary;
using System.Text;

namespace LucidSsh.Transport;

/// <summary>Writes pcapng (draft-ietf-opsawg-pcapng): packets of IPv4 made up around the bytes of a connection, secrets, and
/// comments. Numbers are little-endian, times are microseconds since 1970 as without an if_tsresol option.</summary>
internal sealed class PcapngWriter : IDisposable
{
    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint InterfaceDescription = 1;
    private const uint EnhancedPacket = 6;
    private const uint DecryptionSecrets = 10;
    private const uint ByteOrder = 0x1A2B3C4D;
    private const uint SshKeyLog = 0x5353484B;
    private const ushort RawIp = 101;
    private const ushort CommentOption = 1;

    private readonly Stream _stream;

    /// <summary>Begins a file on <paramref name="stream"/>, which it takes over.</summary>
    public PcapngWriter(Stream stream)
    {
        _stream = stream;
        Block(SectionHeader, [.. Number(ByteOrder), 1, 0, 0, 0, .. Enumerable.Repeat((byte)0xff, 8)]); // version 1.0, of any length
        Block(InterfaceDescription, [.. Number(RawIp), .. Number(0)]); // no limit to a packet's length
    }

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>Key log lines. They must come before the packets they open.</summary>
    public void Secrets(string lines)
    {
        byte[] text = Encoding.ASCII.GetBytes(lines);
        Block(DecryptionSecrets, [.. Number(SshKeyLog), .. Number((uint)text.Length), .. Padded(text)]);
    }

    /// <summary>One packet and what is said of it.</summary>
    public void Packet(DateTimeOffset time, ReadOnlySpan<byte> ip, string comment)
    {
        ulong microseconds = (ulong)(time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        byte[] text = Encoding.UTF8.GetBytes(comment.Length <= 4000 ? comment : comment[..4000] + "...");
        byte[] options = text.Length == 0 ? [] : [.. Number(CommentOption | (uint)text.Length << 16), .. Padded(text), 0, 0, 0, 0];
        Block(EnhancedPacket,
        [
            .. Number(0), .. Number((uint)(microseconds >> 32)), .. Number((uint)microseconds), .. Number((uint)ip.Length), .. Number((uint)ip.Length),
            .. Padded(ip), .. options,
        ]);
    }

    /// <summary>Hands everything to the operating system.</summary>
    public void Flush() => _stream.Flush();

    public void Dispose() => _stream.Dispose();

    private void Block(uint type, ReadOnlySpan<byte> body)
    {
        byte[] total = Number((uint)body.Length + 12);
        _stream.Write(Number(type));
        _stream.Write(total);
        _stream.Write(body);
        _stream.Write(total);
        Length += body.Length + 12;
    }

    private static byte[] Number(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Padded(ReadOnlySpan<byte> bytes) => [.. bytes, .. new byte[-bytes.Length & 3]];
}
