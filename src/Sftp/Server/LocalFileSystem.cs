using Microsoft.Win32.SafeHandles;

namespace LucidSsh.Sftp;

/// <summary>A directory of this machine as an SFTP server's root. Nothing outside it can be reached, through links either.</summary>
public sealed class LocalFileSystem : ISftpFileSystem
{
    private const uint PermissionMask = 0x1ff;
    private const uint RegularFile = 0x8000;
    private const uint DirectoryType = 0x4000;
    private const uint LinkType = 0xa000;

    private readonly RootedPath _paths;
    private readonly bool _readOnly;

    /// <summary>Serves a directory.</summary>
    /// <param name="root">The directory; it must exist.</param>
    /// <param name="readOnly">Refuses every change.</param>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    public LocalFileSystem(string root, bool readOnly = false)
    {
        _paths = new RootedPath(root);
        _readOnly = readOnly;
    }

    /// <inheritdoc />
    public SafeFileHandle Open(string path, SftpOpenMode mode, uint? permissions)
    {
        if (mode.Write || mode.Create || mode.Truncate)
            RefuseIfReadOnly();
        string local = _paths.ToLocal(path, followLast: !mode.Exclusive);
        if (Directory.Exists(local))
            throw new IOException("Is a directory");
        FileMode fileMode = (mode.Create, mode.Exclusive, mode.Truncate) switch
        {
            (true, true, _) => FileMode.CreateNew,
            (true, _, true) => FileMode.Create,
            (true, _, _) => FileMode.OpenOrCreate,
            (_, _, true) => FileMode.Truncate,
            _ => FileMode.Open,
        };
        FileAccess access = (mode.Write ? FileAccess.Write : 0) | (mode.Read || !mode.Write ? FileAccess.Read : 0);
        if (permissions is { } bits && mode.Create && !OperatingSystem.IsWindows() && !File.Exists(local))
        {
            // With its final permissions from the first moment.
            using FileStream created = new(local, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = (UnixFileMode)(bits & PermissionMask),
            });
            fileMode = FileMode.Open;
        }

        return File.OpenHandle(local, fileMode, access, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <inheritdoc />
    public IEnumerable<(string Name, SftpAttributes Attributes)> List(string path)
    {
        DirectoryInfo directory = new(_paths.ToLocal(path, followLast: true));
        if (!directory.Exists)
            throw File.Exists(directory.FullName) ? new IOException("Not a directory") : new DirectoryNotFoundException();
        return directory.EnumerateFileSystemInfos().Select(entry => (entry.Name, Attributes(entry)));
    }

    /// <inheritdoc />
    public SftpAttributes GetAttributes(string path, bool followLink) => Attributes(Existing(_paths.ToLocal(path, followLink)));

    /// <inheritdoc />
    public SftpAttributes GetAttributes(SafeFileHandle file) => new()
    {
        Size = RandomAccess.GetLength(file),
        Mode = OperatingSystem.IsWindows() ? RegularFile | 0x1a4 : RegularFile | (uint)File.GetUnixFileMode(file),
        AccessTime = File.GetLastAccessTimeUtc(file),
        ModifyTime = File.GetLastWriteTimeUtc(file),
    };

    /// <inheritdoc />
    public void SetAttributes(string path, SftpAttributes attributes, bool followLink)
    {
        RefuseIfReadOnly();
        FileSystemInfo entry = Existing(_paths.ToLocal(path, followLink));
        bool isLink = entry.LinkTarget is not null;
        if (attributes.Size is { } size && !isLink)
        {
            using SafeFileHandle file = File.OpenHandle(entry.FullName, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.SetLength(file, size);
        }

        // A link has no permissions of its own, and the base library would change its target's.
        if (attributes.Permissions is { } bits && !isLink && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(entry.FullName, (UnixFileMode)(bits & PermissionMask));
        if (isLink)
            return;
        if (attributes.ModifyTime is { } modified)
            entry.LastWriteTimeUtc = modified.UtcDateTime;
        if (attributes.AccessTime is { } accessed)
            entry.LastAccessTimeUtc = accessed.UtcDateTime;
    }

    /// <inheritdoc />
    public void SetAttributes(SafeFileHandle file, SftpAttributes attributes)
    {
        RefuseIfReadOnly();
        if (attributes.Size is { } size)
            RandomAccess.SetLength(file, size);
        if (attributes.Permissions is { } bits && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, (UnixFileMode)(bits & PermissionMask));
        if (attributes.ModifyTime is { } modified)
            File.SetLastWriteTimeUtc(file, modified.UtcDateTime);
        if (attributes.AccessTime is { } accessed)
            File.SetLastAccessTimeUtc(file, accessed.UtcDateTime);
    }

    /// <inheritdoc />
    public void MakeDirectory(string path, uint? permissions)
    {
        RefuseIfReadOnly();
        string local = _paths.ToLocal(path, followLast: false);
        if (Path.Exists(local))
            throw new IOException("File exists");
        if (Path.GetDirectoryName(local) is { } parent && !Directory.Exists(parent))
            throw new DirectoryNotFoundException();
        if (permissions is { } bits && !OperatingSystem.IsWindows())
            Directory.CreateDirectory(local, (UnixFileMode)(bits & PermissionMask));
        else
            Directory.CreateDirectory(local);
    }

    /// <inheritdoc />
    public void RemoveDirectory(string path)
    {
        RefuseIfReadOnly();
        FileSystemInfo entry = Existing(_paths.ToLocal(path, followLast: false));
        if (entry is not DirectoryInfo || entry.LinkTarget is not null)
            throw new IOException("Not a directory");
        Directory.Delete(entry.FullName, recursive: false);
    }

    /// <inheritdoc />
    public void RemoveFile(string path)
    {
        RefuseIfReadOnly();
        FileSystemInfo entry = Existing(_paths.ToLocal(path, followLast: false));
        if (entry is DirectoryInfo && entry.LinkTarget is null)
            throw new IOException("Is a directory");
        entry.Delete();
    }

    /// <inheritdoc />
    public void Rename(string oldPath, string newPath, bool overwrite)
    {
        RefuseIfReadOnly();
        FileSystemInfo entry = Existing(_paths.ToLocal(oldPath, followLast: false));
        string target = _paths.ToLocal(newPath, followLast: false);
        if (!overwrite && TryFind(target) is not null)
            throw new IOException("File exists");
        if (entry is DirectoryInfo && entry.LinkTarget is null)
        {
            if (overwrite && Directory.Exists(target))
                Directory.Delete(target, recursive: false);
            Directory.Move(entry.FullName, target);
        }
        else
        {
            File.Move(entry.FullName, target, overwrite);
        }
    }

    /// <inheritdoc />
    public string RealPath(string path) => _paths.ToReal(path);

    /// <inheritdoc />
    public string ReadLink(string path) =>
        Existing(_paths.ToLocal(path, followLast: false)).LinkTarget ?? throw new IOException("Not a link");

    /// <inheritdoc />
    public void MakeSymbolicLink(string linkPath, string target)
    {
        RefuseIfReadOnly();
        if (target.StartsWith('/'))
            throw new UnauthorizedAccessException("A link with an absolute target would lead out of the directory that is served.");
        // Where it would lead is looked at as if it were there, from the directory it is in.
        string directory = RootedPath.Normalise(linkPath + "/..");
        int depth = directory.Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
        foreach (string part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            depth += part switch { ".." => -1, "." => 0, _ => 1 };
            if (depth < 0)
                throw new UnauthorizedAccessException("The link would lead out of the directory that is served.");
        }

        string local = _paths.ToLocal(linkPath, followLast: false);
        if (TryFind(local) is not null)
            throw new IOException("File exists");
        File.CreateSymbolicLink(local, target);
    }

    /// <inheritdoc />
    public SftpFileSystemStatus GetStatus(string path)
    {
        const uint Block = 4096;
        const uint NameLength = 255;
        string local = _paths.ToLocal(path, followLast: true);
        if (!Path.Exists(local))
            throw new FileNotFoundException();
        DriveInfo drive = new(local);
        return new SftpFileSystemStatus(
            Block,
            Block,
            (ulong)drive.TotalSize / Block,
            (ulong)drive.TotalFreeSpace / Block,
            (ulong)drive.AvailableFreeSpace / Block,
            0,
            0,
            0,
            0,
            _readOnly ? 1u : 0u,
            NameLength);
    }

    private void RefuseIfReadOnly()
    {
        if (_readOnly)
            throw new UnauthorizedAccessException("The files may only be read.");
    }

    private static FileSystemInfo Existing(string local) => TryFind(local) ?? throw new FileNotFoundException();

    // A link is there also where its target is not.
    private static FileSystemInfo? TryFind(string local)
    {
        FileInfo file = new(local);
        if (file.LinkTarget is not null)
            return file;
        DirectoryInfo directory = new(local);
        return directory.Exists ? directory : file.Exists ? file : null;
    }

    private static SftpAttributes Attributes(FileSystemInfo entry)
    {
        bool isLink = entry.LinkTarget is not null;
        bool isDirectory = !isLink && entry is DirectoryInfo;
        uint permissions = OperatingSystem.IsWindows() ? (isDirectory ? 0x1edu : 0x1a4u) : isLink ? 0x1ffu : (uint)entry.UnixFileMode;
        return new SftpAttributes
        {
            Size = isLink ? entry.LinkTarget!.Length : entry is FileInfo file ? file.Length : 0,
            Mode = (isLink ? LinkType : isDirectory ? DirectoryType : RegularFile) | permissions,
            AccessTime = entry.LastAccessTimeUtc,
            ModifyTime = entry.LastWriteTimeUtc,
        };
    }
}
