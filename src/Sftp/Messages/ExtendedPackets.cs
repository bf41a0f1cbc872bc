using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/* draft-ietf-secsh-filexfer-02 section 8
     byte SSH_FXP_EXTENDED, uint32 id, string extended-request, ... any request-specific data ... */
internal readonly ref struct ExtendedPacket(uint id, string request, ReadOnlySpan<byte> data) : ISftpPacket<ExtendedPacket>
{
    public static SftpPacketType Type => SftpPacketType.Extended;
    public uint Id { get; } = id;
    public string Request { get; } = request;
    public ReadOnlySpan<byte> Data { get; } = data;
    public static ExtendedPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Text("extended-request", WireLimits.Name), reader.Rest());

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Text(Request);
        writer.Bytes(Data);
    }
}

/* draft-ietf-secsh-filexfer-02 section 8
     byte SSH_FXP_EXTENDED_REPLY, uint32 id, ... any request-specific data ... */
internal readonly ref struct ExtendedReplyPacket(uint id, ReadOnlySpan<byte> data) : ISftpPacket<ExtendedReplyPacket>
{
    public static SftpPacketType Type => SftpPacketType.ExtendedReply;
    public uint Id { get; } = id;
    public ReadOnlySpan<byte> Data { get; } = data;
    public static ExtendedReplyPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.Rest());

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.Bytes(Data);
    }
}

/// <summary>The extensions spoken here (OpenSSH's PROTOCOL file section 4, draft-ietf-secsh-filexfer-extensions-00), with the version
/// of each; a server's other version is not used.</summary>
internal static class SftpExtensions
{
    public const string PosixRename = "posix-rename@openssh.com";
    public const string StatVfs = "statvfs@openssh.com";
    public const string FStatVfs = "fstatvfs@openssh.com";
    public const string HardLink = "hardlink@openssh.com";
    public const string FSync = "fsync@openssh.com";
    public const string LSetStat = "lsetstat@openssh.com";
    public const string Limits = "limits@openssh.com";
    public const string ExpandPath = "expand-path@openssh.com";
    public const string CopyData = "copy-data";
    public const string HomeDirectory = "home-directory";

    private static readonly Dictionary<string, string> Versions = new()
    {
        [PosixRename] = "1",
        [StatVfs] = "2",
        [FStatVfs] = "2",
        [HardLink] = "1",
        [FSync] = "1",
        [LSetStat] = "1",
        [Limits] = "1",
        [ExpandPath] = "1",
        [CopyData] = "1",
        [HomeDirectory] = "1",
    };

    /// <summary>True when this is an extension spoken here, in its version.</summary>
    public static bool IsKnown(string name, string version) => Versions.TryGetValue(name, out string? known) && known == version;
}

/// <summary>What a server says about its limits (limits@openssh.com). 0 means that it states none.</summary>
/// <param name="MaximumPacketLength">Bytes of a packet.</param>
/// <param name="MaximumReadLength">Bytes asked for in one READ.</param>
/// <param name="MaximumWriteLength">Bytes in one WRITE.</param>
/// <param name="MaximumOpenHandles">Handles open at once.</param>
public sealed record SftpLimits(ulong MaximumPacketLength, ulong MaximumReadLength, ulong MaximumWriteLength, ulong MaximumOpenHandles)
{
    internal static SftpLimits Read(scoped ref SshReader reader) => new(
        reader.UInt64("max-packet-length"), reader.UInt64("max-read-length"), reader.UInt64("max-write-length"), reader.UInt64("max-open-handles"));

    internal void Write(scoped ref SshWriter writer)
    {
        writer.UInt64(MaximumPacketLength);
        writer.UInt64(MaximumReadLength);
        writer.UInt64(MaximumWriteLength);
        writer.UInt64(MaximumOpenHandles);
    }
}

/// <summary>A file system's state (statvfs@openssh.com; the fields of POSIX's struct statvfs).</summary>
/// <param name="BlockSize">f_bsize: bytes of a file system block.</param>
/// <param name="FragmentSize">f_frsize: the unit of the block counts, in bytes.</param>
/// <param name="Blocks">f_blocks: blocks in all.</param>
/// <param name="FreeBlocks">f_bfree: free blocks.</param>
/// <param name="AvailableBlocks">f_bavail: free blocks for ordinary users.</param>
/// <param name="Files">f_files: file numbers in all.</param>
/// <param name="FreeFiles">f_ffree: free file numbers.</param>
/// <param name="AvailableFiles">f_favail: free file numbers for ordinary users.</param>
/// <param name="FileSystemId">f_fsid.</param>
/// <param name="Flags">f_flag: 1 read-only, 2 no set-user-ID.</param>
/// <param name="MaximumNameLength">f_namemax: bytes of a name.</param>
public sealed record SftpFileSystemStatus(
    ulong BlockSize,
    ulong FragmentSize,
    ulong Blocks,
    ulong FreeBlocks,
    ulong AvailableBlocks,
    ulong Files,
    ulong FreeFiles,
    ulong AvailableFiles,
    ulong FileSystemId,
    ulong Flags,
    ulong MaximumNameLength)
{
    internal static SftpFileSystemStatus Read(scoped ref SshReader reader) => new(
        reader.UInt64("f_bsize"),
        reader.UInt64("f_frsize"),
        reader.UInt64("f_blocks"),
        reader.UInt64("f_bfree"),
        reader.UInt64("f_bavail"),
        reader.UInt64("f_files"),
        reader.UInt64("f_ffree"),
        reader.UInt64("f_favail"),
        reader.UInt64("f_fsid"),
        reader.UInt64("f_flag"),
        reader.UInt64("f_namemax"));

    internal void Write(scoped ref SshWriter writer)
    {
        foreach (ulong value in (ReadOnlySpan<ulong>)[BlockSize, FragmentSize, Blocks, FreeBlocks, AvailableBlocks, Files, FreeFiles, AvailableFiles, FileSystemId, Flags, MaximumNameLength])
            writer.UInt64(value);
    }
}
