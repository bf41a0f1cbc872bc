namespace LucidSsh.Tracing;

/// <summary>A file that its owner alone may read, also where it was there before with other rights.</summary>
internal static class OwnerFile
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens a file for writing.</summary>
    /// <param name="path">The file; made where it does not exist.</param>
    /// <param name="mode">Append or Create.</param>
    /// <param name="bufferSize">Bytes gathered before they are written; 0 for none.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened, or cannot be made its owner's alone.</exception>
    public static FileStream Open(string path, FileMode mode, int bufferSize)
    {
        FileStreamOptions options = new()
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = bufferSize,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerAlone;
        FileStream file = new(path, options);
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & ~OwnerAlone) != 0 && IsRegular(file))
                File.SetUnixFileMode(file.SafeFileHandle, OwnerAlone);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // The rights of a device are everybody's affair (/dev/null!). Devices, terminals and pipes have no length to set; setting the one it
    // has does nothing to a file.
    private static bool IsRegular(FileStream file)
    {
        try
        {
            if (!file.CanSeek)
                return false;
            file.SetLength(file.Length);
            return true;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
