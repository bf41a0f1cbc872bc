using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>One SFTP packet after its length and type: both directions of its encoding in one place, under the draft's table. All but
/// INIT and VERSION begin with a request id.</summary>
internal interface ISftpPacket<TSelf>
    where TSelf : ISftpPacket<TSelf>, allows ref struct
{
    static abstract SftpPacketType Type { get; }

    static abstract TSelf Read(scoped ref SshReader reader);

    void Write(scoped ref SshWriter writer);
}

/// <summary>Encodes and decodes SFTP packets.</summary>
internal static class SftpPacket
{
    /// <summary>The largest packet taken or sent, in bytes without its length field: 256 KiB, as OpenSSH.</summary>
    public const int MaximumLength = 256 * 1024;

    /// <summary>Appends length, type and fields.</summary>
    public static void Encode<TPacket>(WireBuffer buffer, scoped in TPacket packet)
        where TPacket : ISftpPacket<TPacket>, allows ref struct
    {
        SshWriter writer = new(buffer);
        int start = writer.BeginString();
        writer.Byte((byte)TPacket.Type);
        packet.Write(ref writer);
        writer.EndString(start);
    }

    /// <summary>Reads a packet from its type byte to its end.</summary>
    /// <exception cref="SftpException">It is another packet, or does not have the fields the draft gives it.</exception>
    public static TPacket Decode<TPacket>(ReadOnlySpan<byte> packet)
        where TPacket : ISftpPacket<TPacket>, allows ref struct
    {
        SshReader reader = new(packet);
        byte type = reader.Byte("packet type");
        if (reader.Fault is null && type != (byte)TPacket.Type)
            reader.Fail($"packet type is {type}, expected {(byte)TPacket.Type}");
        TPacket value = TPacket.Read(ref reader);
        if (!reader.Complete())
            throw SftpException.Protocol($"The peer sent a malformed SFTP {TPacket.Type} packet: {reader.Fault}.");
        return value;
    }
}
