using System.Runtime.InteropServices;

namespace LucidSsh.Client;

/// <summary>The few things with files that a known_hosts file needs: a new file that is its owner's alone, bytes behind a file's end
/// whoever else appends, and a file that takes another's place with its mode and owner.</summary>
internal static unsafe partial class KnownHostsStorage
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a directory that its owner alone may enter.</summary>
    public static void CreatePrivateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, OwnerAlone | UnixFileMode.UserExecute);
    }

    /// <summary>Opens a file for writing; where it is made, its owner alone may read it.</summary>
    public static FileStream OpenOwn(string path, FileMode mode, FileShare share)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.Write, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerAlone;
        return new FileStream(path, options);
    }

    /// <summary>Writes bytes behind a file's end, in one write, wherever that end is by then: OpenSSH appends without a lock.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    public static void Append(string path, byte[] bytes)
    {
        OpenOwn(path, FileMode.OpenOrCreate, FileShare.ReadWrite | FileShare.Delete).Dispose();
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            AppendAtomically(path, bytes);
            return;
        }

        using FileStream stream = OpenOwn(path, FileMode.Append, FileShare.ReadWrite | FileShare.Delete);
        stream.Write(bytes);
    }

    /// <summary>Puts a new file in a file's place, with its mode and owner; who has the old one open keeps it.</summary>
    /// <param name="path">The file; no symbolic link.</param>
    /// <param name="content">The new content.</param>
    /// <param name="isUnchanged">Asked last: false leaves the file as it is.</param>
    /// <returns>False where it was left.</returns>
    /// <exception cref="IOException">The file could not be replaced, or not with its owner.</exception>
    public static bool TryReplace(string path, byte[] content, Func<bool> isUnchanged)
    {
        string fresh = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using (FileStream stream = OpenOwn(fresh, FileMode.CreateNew, FileShare.None))
            {
                stream.Write(content);
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(path));
                stream.Flush(flushToDisk: true);
            }

            if (OperatingSystem.IsLinux())
                KeepOwner(path, fresh);
            if (!isUnchanged())
                return false;
            File.Move(fresh, path, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(fresh); // nothing where it was moved
        }
    }

    // .NET's FileMode.Append looks for the end and then writes there: a line that another process appends in between would be lost.
    private static void AppendAtomically(string path, byte[] bytes)
    {
        int flags = OperatingSystem.IsLinux() ? 0x80401 : 0x1000009; // O_WRONLY | O_APPEND | O_CLOEXEC
        int file = Open(path, flags);
        if (file < 0)
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        try
        {
            fixed (byte* start = bytes)
            {
                nint written = Write(file, start, (nuint)bytes.Length);
                if (written != bytes.Length)
                    throw new IOException(written < 0 ? Marshal.GetLastPInvokeErrorMessage() : "the disk is full");
            }
        }
        finally
        {
            _ = Close(file);
        }
    }

    // Only a privileged process that changes another user's file has something to do here.
    private static void KeepOwner(string path, string fresh)
    {
        if (OwnerOf(path) is { } owner && OwnerOf(fresh) is { } own && owner != own && ChangeOwner(fresh, owner.User, owner.Group) != 0 && owner.User != own.User)
            throw new IOException($"the new file could not be given to the old one's owner: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    // struct statx is the same on every processor: stx_uid at 20, stx_gid at 24 (statx(2)).
    private static (uint User, uint Group)? OwnerOf(string path)
    {
        const int WorkingDirectory = -100; // AT_FDCWD
        const uint UserAndGroup = 0x18;    // STATX_UID | STATX_GID
        byte* status = stackalloc byte[256];
        return Statx(WorkingDirectory, path, 0, UserAndGroup, status) == 0 ? (*(uint*)(status + 20), *(uint*)(status + 24)) : null;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int file, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
