using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>What becomes of a file: lines that go, by number, and lines that come behind its end.</summary>
internal sealed record KnownHostsChange(ImmutableHashSet<int> Removed, ImmutableArray<string> Added)
{
    /// <summary>It stays as it is.</summary>
    public static KnownHostsChange None { get; } = new([], []);
}

/// <summary>Changes known_hosts files that other processes read and change at the same time. Processes of this library take turns by
/// a lock. OpenSSH's take none, but see a file before a change or after it, never within: lines are appended in one write, and
/// everything else is a new file that takes the old one's place, unless the old one changed meanwhile.</summary>
internal static class KnownHostsWriter
{
    // How long another process may hold the lock: changing a file takes milliseconds.
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(20);

    // How often a rewrite begins again because the file changed under it.
    private const int Attempts = 20;

    /// <summary>Changes a file.</summary>
    /// <param name="path">The file; may be a symbolic link, which stays.</param>
    /// <param name="decide">Says what to do with the file as it is now, under the lock; may be asked again.</param>
    /// <param name="time">The clock of the lock's deadline.</param>
    /// <param name="cancellationToken">Gives up waiting for the lock.</param>
    /// <param name="inPlace">How lines are removed. By default a new file takes the old one's place, but not from a privileged process: the new
    /// file would be the administrator's, and its user could not read it any more.</param>
    /// <returns>False where nothing was to be changed.</returns>
    /// <exception cref="LocalMisuseException">The file cannot be read or written, or stays locked.</exception>
    public static async ValueTask<bool> ChangeAsync(
        string path, Func<KnownHostsFile, KnownHostsChange> decide, TimeProvider time, CancellationToken cancellationToken, bool? inPlace = null)
    {
        try
        {
            string target = Target(path);
            using FileStream? turn = await LockAsync(target, time, cancellationToken).ConfigureAwait(false);
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                (long Length, DateTime Written) seen = Stamp(target);
                KnownHostsFile file = KnownHostsFile.Read(path);
                KnownHostsChange change = decide(file);
                if (change.Removed.IsEmpty)
                {
                    if (change.Added.IsEmpty)
                        return false;
                    KnownHostsStorage.Append(target, file.Appended(change));
                    return true;
                }

                if (KnownHostsStorage.TryReplace(target, file.With(change), inPlace ?? Environment.IsPrivilegedProcess, () => Stamp(target) == seen))
                    return true;
            }

            throw KnownHostsFile.Unusable(path, "rewritten: other programs keep changing it");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw KnownHostsFile.Unusable(path, $"written: {exception.Message.TrimEnd('.')}", inner: exception);
        }
    }

    /// <summary>The file that a name leads to.</summary>
    private static string Target(string path)
    {
        string full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is { } directory && !Directory.Exists(directory))
            KnownHostsStorage.CreatePrivateDirectory(directory);
        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    // The lock is the operating system's, on a file of its own: it ends with the process that holds it, however that ends. The file
    // stays: if it were deleted, one process could lock the deleted file and another its successor. A directory that takes no new file
    // lets nobody replace the known_hosts file in it either, and what is appended needs no lock.
    private static async ValueTask<FileStream?> LockAsync(string target, TimeProvider time, CancellationToken cancellationToken)
    {
        if (target.StartsWith("/dev/", StringComparison.Ordinal))
            return null;
        long start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return KnownHostsStorage.OpenOwn($"{target}.lock", FileMode.OpenOrCreate, FileShare.None);
            }
            catch (UnauthorizedAccessException)
            {
                return null;
            }
            catch (IOException) when (File.Exists($"{target}.lock"))
            {
                if (time.GetElapsedTime(start) > LockTimeout)
                {
                    throw KnownHostsFile.Unusable(
                        target, $"changed: another process has held its lock ({target}.lock) for {LockTimeout.TotalSeconds:0} seconds", "End that process, and try again.");
                }
            }

            await Task.Delay(LockInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static (long Length, DateTime Written) Stamp(string target)
    {
        FileInfo info = new(target);
        return info.Exists ? (info.Length, info.LastWriteTimeUtc) : (-1, default);
    }
}
