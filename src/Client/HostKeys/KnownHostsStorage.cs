namespace LucidSsh.Client;

/// <summary>The few things with files that a known_hosts file needs: a new file that is its owner's alone, bytes behind a file's end, and
/// other content in a file that keeps its mode and owner.</summary>
internal static class KnownHostsStorage
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

    /// <summary>Opens a file for writing; where it is made, its owner alone may read it. Nothing is buffered: a write is one write.</summary>
    public static FileStream OpenOwn(string path, FileMode mode, FileShare share)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.Write, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerAlone;
        return new FileStream(path, options);
    }

    /// <summary>Writes bytes behind a file's end, in one write.</summary>
    /// <exception cref="IOException">They could not be written.</exception>
    public static void Append(string path, byte[] bytes)
    {
        using FileStream stream = OpenOwn(path, FileMode.OpenOrCreate, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(0, SeekOrigin.End);
        stream.Write(bytes);
    }

    /// <summary>Gives a file other content, and leaves its mode and owner. The content is complete and on the disk before the file changes.</summary>
    /// <param name="path">The file; no symbolic link.</param>
    /// <param name="content">The new content.</param>
    /// <param name="inPlace">Writes into the file there is, for who must not own the new one: who reads it in that moment may see its old
    /// end behind the new one. False puts a new file in its place, which nobody sees half.</param>
    /// <param name="isUnchanged">Asked last: false leaves the file as it is.</param>
    /// <returns>False where it was left.</returns>
    /// <exception cref="IOException">The file could not be changed.</exception>
    public static bool TryReplace(string path, byte[] content, bool inPlace, Func<bool> isUnchanged)
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

            if (!isUnchanged())
                return false;

            if (inPlace)
                Overwrite(path, content);
            else
                File.Move(fresh, path, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(fresh); // nothing where it was moved
        }
    }

    private static void Overwrite(string path, byte[] content)
    {
        using FileStream stream = OpenOwn(path, FileMode.OpenOrCreate, FileShare.ReadWrite | FileShare.Delete);
        stream.Write(content);
        stream.SetLength(content.Length);
        stream.Flush(flushToDisk: true);
    }
}
