using System.Buffers.Binary;

namespace LucidSsh.Transport;

/// <summary>The IPv4 and TCP packets a connection's bytes might have travelled in: a dissector reads packets, and the real ones are
/// out of reach without privileges. Each piece of the stream becomes one segment, since dissectors of SSH lose the thread where a
/// packet spans two. The addresses are of the range for examples (RFC 5737); the server's port is 22, which dissectors know.</summary>
internal sealed class TcpStreamPackets(ushort clientPort)
{
    private const int HeaderLength = 40;
    private const int LongestSegment = ushort.MaxValue - HeaderLength;
    private const byte Syn = 2;
    private const byte Push = 8;
    private const byte Ack = 16;

    private uint _sent; // by the client: the next sequence number
    private uint _received;

    /// <summary>The three packets that open the connection.</summary>
    public IEnumerable<byte[]> Opening()
    {
        yield return Segment(toServer: true, Syn, []);
        _sent++;
        yield return Segment(toServer: false, Syn | Ack, []);
        _received++;
        yield return Segment(toServer: true, Ack, []);
    }

    /// <summary>The next bytes of one direction.</summary>
    public IEnumerable<byte[]> Data(bool toServer, byte[] bytes)
    {
        for (int start = 0; start < bytes.Length; start += LongestSegment)
        {
            byte[] piece = bytes[start..Math.Min(bytes.Length, start + LongestSegment)];
            yield return Segment(toServer, Push | Ack, piece);
            if (toServer)
                _sent += (uint)piece.Length;
            else
                _received += (uint)piece.Length;
        }
    }

    private byte[] Segment(bool toServer, byte flags, ReadOnlySpan<byte> data)
    {
        byte[] packet = new byte[HeaderLength + data.Length];
        Span<byte> ip = packet;
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)packet.Length);
        (ip[8], ip[9]) = (64, 6); // time to live; TCP
        byte[] client = [192, 0, 2, 1], server = [192, 0, 2, 2];
        (toServer ? client : server).CopyTo(ip[12..]);
        (toServer ? server : client).CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip[..20]));

        Span<byte> tcp = ip[20..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, toServer ? clientPort : (ushort)22);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], toServer ? (ushort)22 : clientPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], toServer ? _sent : _received);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], (flags & Ack) == 0 ? 0 : toServer ? _received : _sent);
        (tcp[12], tcp[13]) = (0x50, flags);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], ushort.MaxValue);
        data.CopyTo(tcp[20..]);
        return packet;
    }

    // RFC 791 section 3.1. TCP's is left 0: readers do not check it unless asked.
    private static ushort Checksum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (int i = 0; i < header.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        return (ushort)~((sum & 0xffff) + (sum >> 16));
    }
}
