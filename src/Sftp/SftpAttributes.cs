using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>What a file is, from the mode bits its server sent.</summary>
public enum SftpFileType
{
    /// <summary>The server did not say.</summary>
    Unknown,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A named pipe.</summary>
    Fifo,

    /// <summary>A socket.</summary>
    Socket,
}

/// <summary>A file's attributes. What is null was not sent, or is not to be changed.</summary>
public sealed record SftpAttributes
{
    /* draft-ietf-secsh-filexfer-02 section 5
         uint32   flags
         uint64   size           present only if flag SSH_FILEXFER_ATTR_SIZE
         uint32   uid            present only if flag SSH_FILEXFER_ATTR_UIDGID
         uint32   gid            present only if flag SSH_FILEXFER_ATTR_UIDGID
         uint32   permissions    present only if flag SSH_FILEXFER_ATTR_PERMISSIONS
         uint32   atime          present only if flag SSH_FILEXFER_ACMODTIME
         uint32   mtime          present only if flag SSH_FILEXFER_ACMODTIME
         uint32   extended_count present only if flag SSH_FILEXFER_ATTR_EXTENDED
         string   extended_type, string   extended_data ... */
    private const uint SizeFlag = 0x1;
    private const uint UidGidFlag = 0x2;
    private const uint PermissionsFlag = 0x4;
    private const uint TimesFlag = 0x8;
    private const uint ExtendedFlag = 0x80000000;
    private const uint KnownFlags = SizeFlag | UidGidFlag | PermissionsFlag | TimesFlag | ExtendedFlag;
    private const uint TypeMask = 0xf000;
    private const uint PermissionMask = 0xfff;

    /// <summary>The most extended attributes taken; nobody is known to send more than a few.</summary>
    private const uint MaximumExtended = 64;

    /// <summary>No attributes.</summary>
    public static SftpAttributes None { get; } = new();

    /// <summary>Size in bytes.</summary>
    public long? Size { get; init; }

    /// <summary>The owner's number; sent together with <see cref="GroupId"/>.</summary>
    public uint? UserId { get; init; }

    /// <summary>The group's number.</summary>
    public uint? GroupId { get; init; }

    /// <summary>POSIX's st_mode: type and permission bits.</summary>
    public uint? Mode { get; init; }

    /// <summary>When it was last read; whole seconds, up to the year 2106.</summary>
    public DateTimeOffset? AccessTime { get; init; }

    /// <summary>When it was last written; sent together with <see cref="AccessTime"/>.</summary>
    public DateTimeOffset? ModifyTime { get; init; }

    /// <summary>Attributes a server adds, name to value.</summary>
    public ImmutableArray<KeyValuePair<string, byte[]>> Extended { get; init; } = [];

    /// <summary>What the file is.</summary>
    public SftpFileType Type => (Mode & TypeMask) switch
    {
        0x8000 => SftpFileType.File,
        0x4000 => SftpFileType.Directory,
        0xa000 => SftpFileType.SymbolicLink,
        0x2000 => SftpFileType.CharacterDevice,
        0x6000 => SftpFileType.BlockDevice,
        0x1000 => SftpFileType.Fifo,
        0xc000 => SftpFileType.Socket,
        _ => SftpFileType.Unknown,
    };

    /// <summary>The permission bits alone: 12 bits, as chmod takes them.</summary>
    public uint? Permissions => Mode & PermissionMask;

    /// <summary>True for a directory.</summary>
    public bool IsDirectory => Type == SftpFileType.Directory;

    internal static SftpAttributes Read(scoped ref SshReader reader)
    {
        uint flags = reader.UInt32("attribute flags");
        if ((flags & ~KnownFlags) != 0)
            reader.Fail($"attribute flags are 0x{flags:x8}, which version 3 does not have");
        long? size = (flags & SizeFlag) != 0 ? ReadSize(ref reader) : null;
        (uint? uid, uint? gid) = (flags & UidGidFlag) != 0 ? (reader.UInt32("uid"), reader.UInt32("gid")) : (default(uint?), default(uint?));
        uint? mode = (flags & PermissionsFlag) != 0 ? reader.UInt32("permissions") : null;
        (uint? atime, uint? mtime) = (flags & TimesFlag) != 0 ? (reader.UInt32("atime"), reader.UInt32("mtime")) : (default(uint?), default(uint?));
        return new SftpAttributes
        {
            Size = size,
            UserId = uid,
            GroupId = gid,
            Mode = mode,
            AccessTime = atime is { } a ? DateTimeOffset.FromUnixTimeSeconds(a) : null,
            ModifyTime = mtime is { } m ? DateTimeOffset.FromUnixTimeSeconds(m) : null,
            Extended = (flags & ExtendedFlag) != 0 ? ReadExtended(ref reader) : [],
        };
    }

    internal void Write(scoped ref SshWriter writer)
    {
        bool owner = UserId is not null && GroupId is not null;
        bool times = AccessTime is not null || ModifyTime is not null;
        writer.UInt32(
            (Size is null ? 0 : SizeFlag)
            | (owner ? UidGidFlag : 0)
            | (Mode is null ? 0 : PermissionsFlag)
            | (times ? TimesFlag : 0)
            | (Extended.IsDefaultOrEmpty ? 0 : ExtendedFlag));
        if (Size is { } size)
            writer.UInt64((ulong)size);
        if (owner)
        {
            writer.UInt32(UserId!.Value);
            writer.UInt32(GroupId!.Value);
        }

        if (Mode is { } mode)
            writer.UInt32(mode);
        if (times)
        {
            writer.UInt32(Seconds(AccessTime ?? ModifyTime!.Value));
            writer.UInt32(Seconds(ModifyTime ?? AccessTime!.Value));
        }

        if (Extended.IsDefaultOrEmpty)
            return;
        writer.UInt32((uint)Extended.Length);
        foreach ((string name, byte[] value) in Extended)
        {
            writer.Text(name);
            writer.String(value);
        }
    }

    private static long ReadSize(scoped ref SshReader reader)
    {
        ulong size = reader.UInt64("size");
        if (size > long.MaxValue)
            reader.Fail($"size is {size}, beyond every file system");
        return (long)(size & long.MaxValue);
    }

    private static ImmutableArray<KeyValuePair<string, byte[]>> ReadExtended(scoped ref SshReader reader)
    {
        uint count = reader.UInt32("extended_count");
        if (count > MaximumExtended)
            reader.Fail($"extended_count is {count}, at most {MaximumExtended} are taken");
        ImmutableArray<KeyValuePair<string, byte[]>>.Builder extended = ImmutableArray.CreateBuilder<KeyValuePair<string, byte[]>>();
        for (uint i = 0; i < count && reader.Fault is null; i++)
            extended.Add(new(reader.Text("extended_type"), reader.String("extended_data", WireLimits.Text).ToArray()));
        return extended.ToImmutable();
    }

    private static uint Seconds(DateTimeOffset time) => (uint)Math.Clamp(time.ToUnixTimeSeconds(), 0, uint.MaxValue);
}
