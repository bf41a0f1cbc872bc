using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>How a file is opened (draft-ietf-secsh-filexfer-02 section 6.3).</summary>
[Flags]
internal enum OpenFlags : uint
{
    None = 0,
    Read = 0x1,
    Write = 0x2,
    Append = 0x4,
    Create = 0x8,
    Truncate = 0x10,
    Exclusive = 0x20,
}

/* draft-ietf-secsh-filexfer-02 section 6.3
     byte SSH_FXP_OPEN, uint32 id, string filename, uint32 pflags, ATTRS attrs */
internal readonly record struct OpenPacket(uint Id, string Path, OpenFlags Flags, SftpAttributes Attributes) : ISftpPacket<OpenPacket>
{
    public static SftpPacketType Type => SftpPacketType.Open;

    public static OpenPacket Read(scoped ref SshReader reader) => new(
        reader.UInt32("id"), reader.Text("filename"), (OpenFlags)reader.UInt32("pflags"), SftpAttributes.Read(ref reader));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Path);
        writer.UInt32((uint)Flags);
        Attributes.Write(ref writer);
    }
}

/// <summary>Limits of handles (draft-ietf-secsh-filexfer-02 section 6.2: at most 256 bytes).</summary>
internal static class Handles
{
    public const int MaximumLength = 256;
}

/* draft-ietf-secsh-filexfer-02 section 6.3
     byte SSH_FXP_CLOSE, uint32 id, string handle */
internal readonly record struct ClosePacket(uint Id, byte[] Handle) : ISftpPacket<ClosePacket>
{
    public static SftpPacketType Type => SftpPacketType.Close;
    public static ClosePacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.String("handle", Handles.MaximumLength).ToArray());

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.String(Handle);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.4
     byte SSH_FXP_READ, uint32 id, string handle, uint64 offset, uint32 len */
internal readonly record struct ReadPacket(uint Id, byte[] Handle, ulong Offset, uint Length) : ISftpPacket<ReadPacket>
{
    public static SftpPacketType Type => SftpPacketType.Read;

    public static ReadPacket Read(scoped ref SshReader reader) => new(
        reader.UInt32("id"), reader.String("handle", Handles.MaximumLength).ToArray(), reader.UInt64("offset"), reader.UInt32("len"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.String(Handle);
        writer.UInt64(Offset);
        writer.UInt32(Length);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.4
     byte SSH_FXP_WRITE, uint32 id, string handle, uint64 offset, string data */
internal readonly ref struct WritePacket(uint id, ReadOnlySpan<byte> handle, ulong offset, ReadOnlySpan<byte> data) : ISftpPacket<WritePacket>
{
    public static SftpPacketType Type => SftpPacketType.Write;
    public uint Id { get; } = id;
    public ReadOnlySpan<byte> Handle { get; } = handle;
    public ulong Offset { get; } = offset;
    public ReadOnlySpan<byte> Data { get; } = data;

    public static WritePacket Read(scoped ref SshReader reader) => new(
        reader.UInt32("id"), reader.String("handle", Handles.MaximumLength), reader.UInt64("offset"), reader.String("data"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.String(Handle);
        writer.UInt64(Offset);
        writer.String(Data);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.8
     byte SSH_FXP_FSTAT, uint32 id, string handle */
internal readonly record struct FStatPacket(uint Id, byte[] Handle) : ISftpPacket<FStatPacket>
{
    public static SftpPacketType Type => SftpPacketType.FStat;
    public static FStatPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.String("handle", Handles.MaximumLength).ToArray());

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.String(Handle);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.9
     byte SSH_FXP_FSETSTAT, uint32 id, string handle, ATTRS attrs */
internal readonly record struct FSetStatPacket(uint Id, byte[] Handle, SftpAttributes Attributes) : ISftpPacket<FSetStatPacket>
{
    public static SftpPacketType Type => SftpPacketType.FSetStat;

    public static FSetStatPacket Read(scoped ref SshReader reader) => new(
        reader.UInt32("id"), reader.String("handle", Handles.MaximumLength).ToArray(), SftpAttributes.Read(ref reader));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.String(Handle);
        Attributes.Write(ref writer);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.7
     byte SSH_FXP_READDIR, uint32 id, string handle */
internal readonly record struct ReadDirPacket(uint Id, byte[] Handle) : ISftpPacket<ReadDirPacket>
{
    public static SftpPacketType Type => SftpPacketType.ReadDir;
    public static ReadDirPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.String("handle", Handles.MaximumLength).ToArray());

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.String(Handle);
    }
}
