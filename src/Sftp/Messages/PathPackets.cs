using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>A request whose only field is a path: LSTAT, STAT, OPENDIR, REMOVE, RMDIR, REALPATH, READLINK share one shape.</summary>
internal interface IPathRequest<TSelf> : ISftpPacket<TSelf>
    where TSelf : IPathRequest<TSelf>
{
    static abstract TSelf Create(uint id, string path);
}

/* draft-ietf-secsh-filexfer-02 section 6.8
     byte SSH_FXP_LSTAT, uint32 id, string path */
internal readonly record struct LStatPacket(uint Id, string Path) : IPathRequest<LStatPacket>
{
    public static SftpPacketType Type => SftpPacketType.LStat;
    public static LStatPacket Create(uint id, string path) => new(id, path);
    public static LStatPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("path"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Path);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.7
     byte SSH_FXP_OPENDIR, uint32 id, string path */
internal readonly record struct OpenDirPacket(uint Id, string Path) : IPathRequest<OpenDirPacket>
{
    public static SftpPacketType Type => SftpPacketType.OpenDir;
    public static OpenDirPacket Create(uint id, string path) => new(id, path);
    public static OpenDirPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("path"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Path);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.5
     byte SSH_FXP_REMOVE, uint32 id, string path */
internal readonly record struct RemovePacket(uint Id, string Path) : IPathRequest<RemovePacket>
{
    public static SftpPacketType Type => SftpPacketType.Remove;
    public static RemovePacket Create(uint id, string path) => new(id, path);
    public static RemovePacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("path"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Path);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.6
     byte SSH_FXP_RMDIR, uint32 id, string path */
internal readonly record struct RmDirPacket(uint Id, string Path) : IPathRequest<RmDirPacket>
{
    public static SftpPacketType Type => SftpPacketType.RmDir;
    public static RmDirPacket Create(uint id, string path) => new(id, path);
    public static RmDirPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("path"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Path);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.11
     byte SSH_FXP_REALPATH, uint32 id, string path */
internal readonly record struct RealPathPacket(uint Id, string Path) : IPathRequest<RealPathPacket>
{
    public static SftpPacketType Type => SftpPacketType.RealPath;
    public static RealPathPacket Create(uint id, string path) => new(id, path);
    public static RealPathPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("path"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Path);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.8
     byte SSH_FXP_STAT, uint32 id, string path */
internal readonly record struct StatPacket(uint Id, string Path) : IPathRequest<StatPacket>
{
    public static SftpPacketType Type => SftpPacketType.Stat;
    public static StatPacket Create(uint id, string path) => new(id, path);
    public static StatPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("path"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Path);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.10
     byte SSH_FXP_READLINK, uint32 id, string path */
internal readonly record struct ReadLinkPacket(uint Id, string Path) : IPathRequest<ReadLinkPacket>
{
    public static SftpPacketType Type => SftpPacketType.ReadLink;
    public static ReadLinkPacket Create(uint id, string path) => new(id, path);
    public static ReadLinkPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("path"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Path);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.6
     byte SSH_FXP_MKDIR, uint32 id, string path, ATTRS attrs */
internal readonly record struct MkDirPacket(uint Id, string Path, SftpAttributes Attributes) : ISftpPacket<MkDirPacket>
{
    public static SftpPacketType Type => SftpPacketType.MkDir;
    public static MkDirPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("path"), SftpAttributes.Read(ref reader));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Path);
        Attributes.Write(ref writer);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.9
     byte SSH_FXP_SETSTAT, uint32 id, string path, ATTRS attrs */
internal readonly record struct SetStatPacket(uint Id, string Path, SftpAttributes Attributes) : ISftpPacket<SetStatPacket>
{
    public static SftpPacketType Type => SftpPacketType.SetStat;
    public static SetStatPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("path"), SftpAttributes.Read(ref reader));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Path);
        Attributes.Write(ref writer);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.5
     byte SSH_FXP_RENAME, uint32 id, string oldpath, string newpath */
internal readonly record struct RenamePacket(uint Id, string OldPath, string NewPath) : ISftpPacket<RenamePacket>
{
    public static SftpPacketType Type => SftpPacketType.Rename;
    public static RenamePacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("oldpath"), reader.Text("newpath"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(OldPath);
        writer.Text(NewPath);
    }
}

/* draft-ietf-secsh-filexfer-02 section 6.10 says linkpath, targetpath; OpenSSH's server took them the other way round from its
   first release on, and everybody follows it (OpenSSH's PROTOCOL file section 4.1):
     byte SSH_FXP_SYMLINK, uint32 id, string targetpath, string linkpath */
internal readonly record struct SymLinkPacket(uint Id, string TargetPath, string LinkPath) : ISftpPacket<SymLinkPacket>
{
    public static SftpPacketType Type => SftpPacketType.SymLink;
    public static SymLinkPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("targetpath"), reader.Text("linkpath"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(TargetPath);
        writer.Text(LinkPath);
    }
}
