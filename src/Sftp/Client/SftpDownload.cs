using LucidSsh.Wire;
using Microsoft.Win32.SafeHandles;

namespace LucidSsh.Sftp;

/// <summary>Gets one file: many READs in flight, each reply written from where it lies to its place in the file. What the server
/// gives short is asked for again; the size it states is a hint, the end of the file is where it says so.</summary>
internal sealed class SftpDownload(SftpClient client, SftpRequests requests, string remotePath, TransferOptions options)
{
    private readonly int _requestSize = Math.Max(1, options.RequestSize ?? client.RequestSize(writing: false));

    private int Pieces => Math.Max(1, options.BytesInFlight / _requestSize);

    /// <summary>Into a local file.</summary>
    public async Task<long> ToFileAsync(string localPath, CancellationToken cancellationToken)
    {
        SftpFile remote = await client.OpenAsync(remotePath, SftpOpenMode.ForReading, null, cancellationToken).ConfigureAwait(false);
        await using (remote.ConfigureAwait(false))
        {
            SftpAttributes attributes = await remote.StatAsync(cancellationToken).ConfigureAwait(false);
            if (attributes.IsDirectory)
                throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{remotePath}\" is a directory.", "Get it recursively.");
            using SafeFileHandle local = OpenLocal(localPath, attributes);
            long start = options.Resume ? RandomAccess.GetLength(local) : 0;
            if (start > attributes.Size)
                throw new LocalMisuseException(SshErrorCode.LocalFile, $"{localPath} has {start} bytes, more than \"{remotePath}\" with {attributes.Size}: it cannot be its beginning.", "Remove it, or do not resume.");
            ContiguousPrefix done = new(start);
            Exception? failure = await FetchAsync(remote, local, start, attributes.Size, done, cancellationToken).ConfigureAwait(false);
            RandomAccess.SetLength(local, done.Length); // nothing behind a gap stays, so that a resumed transfer is right
            if (failure is not null)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            if (options.Preserve)
                Preserve(local, attributes);
            return done.Length;
        }
    }

    /// <summary>Into a stream, in order.</summary>
    public async Task<long> ToStreamAsync(Stream destination, CancellationToken cancellationToken)
    {
        SftpFile remote = await client.OpenAsync(remotePath, SftpOpenMode.ForReading, null, cancellationToken).ConfigureAwait(false);
        await using (remote.ConfigureAwait(false))
        {
            SftpAttributes attributes = await remote.StatAsync(cancellationToken).ConfigureAwait(false);
            Queue<Task<byte[]>> ahead = new();
            long asked = 0;
            long written = 0;
            bool ended = false;
            while (!ended || ahead.Count > 0)
            {
                // Within the stated size many at once; behind it one at a time, since each may be the end.
                while (!ended && ahead.Count < Pieces && (asked < attributes.Size || ahead.Count == 0))
                {
                    ahead.Enqueue(FetchPieceAsync(remote, asked, cancellationToken));
                    asked += _requestSize;
                }

                byte[] piece = await ahead.Dequeue().ConfigureAwait(false);
                await destination.WriteAsync(piece, cancellationToken).ConfigureAwait(false);
                written += piece.Length;
                ended |= piece.Length < _requestSize;
                options.Progress?.Report(new TransferProgress(remotePath, written, attributes.Size));
                if (!ended || ahead.Count == 0)
                    continue;
                await Task.WhenAll(ahead).ConfigureAwait(false); // asked for behind the end: nothing comes
                ahead.Clear();
            }

            return written;
        }
    }

    private async Task<byte[]> FetchPieceAsync(SftpFile remote, long offset, CancellationToken cancellationToken)
    {
        byte[] piece = new byte[_requestSize];
        int length = 0;
        while (length < piece.Length)
        {
            int target = length;
            int count = await requests.ReadAsync(
                remote.Handle, remotePath, offset + length, piece.Length - length, (_, data) => data.CopyTo(piece.AsSpan(target)), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                return piece[..length];
            length += count;
        }

        return piece;
    }

    private async Task<Exception?> FetchAsync(
        SftpFile remote, SafeFileHandle local, long start, long? size, ContiguousPrefix done, CancellationToken cancellationToken)
    {
        void Sink(long offset, ReadOnlySpan<byte> data) => RandomAccess.Write(local, data, offset);
        Action<long>? onProgress = options.Progress is { } progress ? bytes => progress.Report(new TransferProgress(remotePath, bytes, size)) : null;
        TransferWindow window = new(Pieces);
        try
        {
            for (long offset = start; offset < size; offset += _requestSize)
            {
                if (!await window.EnterAsync(cancellationToken).ConfigureAwait(false))
                    break;
                window.Run(FetchRangeAsync(remote, offset, Math.Min(offset + _requestSize, size.Value), Sink, done, onProgress, cancellationToken));
            }

            if (await window.DrainAsync().ConfigureAwait(false) is { } failure)
                return failure;

            // The file may have grown, or the server may not have known its size: on to where it says that the file ends.
            for (long offset = done.Length, count = 1; count > 0 && (size is null || offset >= size); offset += count)
            {
                count = await requests.ReadAsync(remote.Handle, remotePath, offset, _requestSize, Sink, cancellationToken).ConfigureAwait(false);
                done.Add(offset, offset + count, onProgress);
            }

            return null;
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException or IOException)
        {
            window.Fail(exception);
            return await window.DrainAsync().ConfigureAwait(false);
        }
    }

    private async Task FetchRangeAsync(
        SftpFile remote, long offset, long end, DataSink sink, ContiguousPrefix done, Action<long>? onProgress, CancellationToken cancellationToken)
    {
        while (offset < end)
        {
            int count = await requests.ReadAsync(remote.Handle, remotePath, offset, (int)(end - offset), sink, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                return; // the file has become shorter: the prefix without a gap says where it ends
            done.Add(offset, offset + count, onProgress);
            offset += count;
        }
    }

    private SafeFileHandle OpenLocal(string localPath, SftpAttributes attributes)
    {
        try
        {
            FileMode mode = options.Resume ? FileMode.OpenOrCreate : FileMode.Create;
            uint? permissions = options.Mode ?? (options.Preserve ? attributes.Permissions : null);
            if (permissions is { } bits && !OperatingSystem.IsWindows() && !File.Exists(localPath))
            {
                // With its final permissions from the first moment: others may not read it meanwhile.
                using FileStream created = new(localPath, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = (UnixFileMode)(bits & 0x1ff),
                });
            }

            return File.OpenHandle(localPath, mode, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalMisuseException(SshErrorCode.LocalFile, $"The local file {localPath} cannot be written: {exception.Message}", inner: exception);
        }
    }

    private static void Preserve(SafeFileHandle local, SftpAttributes attributes)
    {
        if (attributes.Permissions is { } bits && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(local, (UnixFileMode)(bits & 0x1ff));
        if (attributes.ModifyTime is { } modified)
            File.SetLastWriteTimeUtc(local, modified.UtcDateTime);
        if (attributes.AccessTime is { } accessed)
            File.SetLastAccessTimeUtc(local, accessed.UtcDateTime);
    }
}
