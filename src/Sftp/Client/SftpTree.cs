using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>What a transfer of a directory moved.</summary>
/// <param name="Files">Files.</param>
/// <param name="Bytes">Bytes.</param>
public readonly record struct TreeResult(int Files, long Bytes);

/// <summary>Moves whole directories. Names from the server are data: each must be one safe component before it becomes part of a
/// local path.</summary>
internal static class SftpTree
{
    // A directory deeper than this is a loop, or an attack on the stack.
    private const int MaximumDepth = 256;

    public static async Task<TreeResult> DownloadAsync(
        SftpClient client, string remotePath, string localPath, TransferOptions options, CancellationToken cancellationToken, int depth = 0)
    {
        RefuseDepth(remotePath, depth);
        Directory.CreateDirectory(localPath);
        int files = 0;
        long bytes = 0;
        await foreach (SftpEntry entry in client.ListAsync(remotePath, cancellationToken).ConfigureAwait(false))
        {
            if (!SafeName.IsOneComponent(entry.Name))
                throw SftpException.UnsafeName(remotePath, entry.Name);
            string remote = $"{remotePath.TrimEnd('/')}/{entry.Name}";
            string local = Path.Combine(localPath, entry.Name);
            switch (entry.Attributes.Type)
            {
                case SftpFileType.Directory:
                    TreeResult inner = await DownloadAsync(client, remote, local, options, cancellationToken, depth + 1).ConfigureAwait(false);
                    (files, bytes) = (files + inner.Files, bytes + inner.Bytes);
                    break;
                case SftpFileType.File or SftpFileType.Unknown:
                    bytes += await client.DownloadAsync(remote, local, options, cancellationToken).ConfigureAwait(false);
                    files++;
                    break;
            }
        }

        return new TreeResult(files, bytes);
    }

    public static async Task<TreeResult> UploadAsync(
        SftpClient client, string localPath, string remotePath, TransferOptions options, CancellationToken cancellationToken, int depth = 0)
    {
        RefuseDepth(localPath, depth);
        await client.EnsureDirectoryAsync(remotePath, cancellationToken).ConfigureAwait(false);
        int files = 0;
        long bytes = 0;
        foreach (FileSystemInfo entry in new DirectoryInfo(localPath).EnumerateFileSystemInfos())
        {
            string remote = $"{remotePath.TrimEnd('/')}/{entry.Name}";
            if (entry.LinkTarget is not null)
                continue;
            if (entry is DirectoryInfo)
            {
                TreeResult inner = await UploadAsync(client, entry.FullName, remote, options, cancellationToken, depth + 1).ConfigureAwait(false);
                (files, bytes) = (files + inner.Files, bytes + inner.Bytes);
            }
            else
            {
                bytes += await client.UploadAsync(entry.FullName, remote, options, cancellationToken).ConfigureAwait(false);
                files++;
            }
        }

        return new TreeResult(files, bytes);
    }

    private static void RefuseDepth(string path, int depth)
    {
        if (depth > MaximumDepth)
            throw new LocalMisuseException(SshErrorCode.LimitExceeded, $"\"{path}\" lies more than {MaximumDepth} directories deep.");
    }
}

/// <summary>The rule for names that come from a server and become local ones (CVE-2019-6111 and its kin).</summary>
internal static class SafeName
{
    /// <summary>One component: not empty, no separator of this system or of POSIX, not <c>.</c> or <c>..</c>, no NUL.</summary>
    public static bool IsOneComponent(string name) =>
        name.Length > 0
        && name is not ("." or "..")
        && !name.Contains('/', StringComparison.Ordinal)
        && !name.Contains('\0', StringComparison.Ordinal)
        && !name.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)
        && (!OperatingSystem.IsWindows() || name.IndexOfAny(['\\', ':']) < 0);
}
