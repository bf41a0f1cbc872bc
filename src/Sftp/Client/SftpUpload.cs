using LucidSsh.Wire;
using Microsoft.Win32.SafeHandles;

namespace LucidSsh.Sftp;

/// <summary>Puts one file: many WRITEs in flight, each read from the file straight into its packet. The first refusal stops the
/// transfer, what is under way is waited for, and the error says how many bytes the server has without a gap.</summary>
internal sealed class SftpUpload(SftpClient client, SftpRequests requests, string remotePath, TransferOptions options)
{
    private readonly int _requestSize = Math.Max(1, options.RequestSize ?? client.RequestSize(writing: true));

    private int Pieces => Math.Max(1, options.BytesInFlight / _requestSize);

    /// <summary>From a local file.</summary>
    public async Task<long> FromFileAsync(string localPath, CancellationToken cancellationToken)
    {
        using SafeFileHandle local = OpenLocal(localPath);
        uint? mode = options.Mode ?? (options.Preserve && !OperatingSystem.IsWindows() ? (uint)File.GetUnixFileMode(local) : null);
        return await RunAsync(
            mode,
            options.Preserve ? attributes => attributes with { ModifyTime = File.GetLastWriteTimeUtc(local), AccessTime = File.GetLastAccessTimeUtc(local) } : null,
            (remote, start, done, token) => SendFileAsync(remote, local, start, done, token),
            resumeLimit: RandomAccess.GetLength(local),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>From a stream.</summary>
    public Task<long> FromStreamAsync(Stream source, CancellationToken cancellationToken)
    {
        if (options.Resume)
            throw new LocalMisuseException(SshErrorCode.Misuse, "An upload from a stream cannot be resumed: nobody knows what it held before.", "Use Append, or upload a file.");
        return RunAsync(options.Mode, null, (remote, start, done, token) => SendStreamAsync(remote, source, start, done, token), resumeLimit: long.MaxValue, cancellationToken);
    }

    private async Task<long> RunAsync(
        uint? mode,
        Func<SftpAttributes, SftpAttributes>? preserve,
        Func<SftpFile, long, ContiguousPrefix, CancellationToken, Task<Exception?>> send,
        long resumeLimit,
        CancellationToken cancellationToken)
    {
        bool keep = options.Resume || options.Append;
        SftpFile remote = await client.OpenAsync(remotePath, new SftpOpenMode(Write: true, Create: true, Truncate: !keep), mode, cancellationToken).ConfigureAwait(false);
        await using (remote.ConfigureAwait(false))
        {
            // Writing at the known end, not with the append flag: some servers refuse the flag, others ignore the offset.
            long remoteSize = keep ? (await remote.StatAsync(cancellationToken).ConfigureAwait(false)).Size ?? 0 : 0;
            if (options.Resume && remoteSize > resumeLimit)
                throw new LocalMisuseException(SshErrorCode.LocalFile, $"\"{remotePath}\" has {remoteSize} bytes, more than the local file with {resumeLimit}: it cannot be its beginning.", "Do not resume.");
            ContiguousPrefix done = new(remoteSize);
            try
            {
                if (await send(remote, remoteSize, done, cancellationToken).ConfigureAwait(false) is { } failure)
                    System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
                if (preserve is not null)
                    await remote.SetStatAsync(preserve(new SftpAttributes { Mode = mode }), cancellationToken).ConfigureAwait(false);
                if (options.FlushToDisk && client.Extensions.Contains(SftpExtensions.FSync))
                    await remote.FlushToDiskAsync(cancellationToken).ConfigureAwait(false);
                await remote.CloseAsync(cancellationToken).ConfigureAwait(false);
                return done.Length;
            }
            catch (Exception exception) when (exception is SshException or IOException)
            {
                throw SftpException.UploadFailed(remotePath, done.Length, exception);
            }
        }
    }

    private async Task<Exception?> SendFileAsync(SftpFile remote, SafeFileHandle local, long start, ContiguousPrefix done, CancellationToken cancellationToken)
    {
        long size = RandomAccess.GetLength(local);
        long origin = options.Resume ? start : 0; // where to begin in the local file
        long shift = start - origin; // appending: the local file's beginning goes to the remote file's end
        Action<long>? onProgress = Progress(size + shift);
        void Fill(long offset, Span<byte> destination)
        {
            for (int filled = 0; filled < destination.Length;)
            {
                int count = RandomAccess.Read(local, destination[filled..], offset - shift + filled);
                if (count == 0)
                    throw new IOException("the local file became shorter while it was sent");
                filled += count;
            }
        }

        TransferWindow window = new(Pieces);
        return await SendPiecesAsync(window, async () =>
        {
            for (long offset = start; offset < size + shift; offset += _requestSize)
            {
                if (!await window.EnterAsync(cancellationToken).ConfigureAwait(false))
                    return;
                await SendPieceAsync(window, remote, offset, (int)Math.Min(_requestSize, size + shift - offset), Fill, done, onProgress, cancellationToken).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    private async Task<Exception?> SendStreamAsync(SftpFile remote, Stream source, long start, ContiguousPrefix done, CancellationToken cancellationToken)
    {
        byte[] piece = new byte[_requestSize];
        TransferWindow window = new(Pieces);
        return await SendPiecesAsync(window, async () =>
        {
            for (long offset = start; ;)
            {
                int count = await source.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (count == 0 || !await window.EnterAsync(cancellationToken).ConfigureAwait(false))
                    return;
                // The packet has its own copy when this returns, so that the piece can be filled again.
                await SendPieceAsync(window, remote, offset, count, (_, destination) => piece.AsSpan(0, count).CopyTo(destination), done, Progress(null), cancellationToken).ConfigureAwait(false);
                offset += count;
            }
        }).ConfigureAwait(false);
    }

    private static async Task<Exception?> SendPiecesAsync(TransferWindow window, Func<Task> send)
    {
        try
        {
            await send().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SshException or OperationCanceledException or IOException)
        {
            window.Fail(exception);
        }

        return await window.DrainAsync().ConfigureAwait(false);
    }

    private async Task SendPieceAsync(
        TransferWindow window, SftpFile remote, long offset, int length, SpanFiller fill, ContiguousPrefix done, Action<long>? onProgress, CancellationToken cancellationToken)
    {
        PendingReply<bool> reply = await requests.SendWriteAsync(remote.Handle, remotePath, offset, length, fill, cancellationToken).ConfigureAwait(false);
        window.Run(AcknowledgeAsync());

        async Task AcknowledgeAsync()
        {
            await reply.WaitAsync(cancellationToken).ConfigureAwait(false);
            done.Add(offset, offset + length, onProgress);
        }
    }

    private Action<long>? Progress(long? total) =>
        options.Progress is { } progress ? bytes => progress.Report(new TransferProgress(remotePath, bytes, total)) : null;

    private static SafeFileHandle OpenLocal(string localPath)
    {
        try
        {
            return File.OpenHandle(localPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalMisuseException(SshErrorCode.LocalFile, $"The local file {localPath} cannot be read: {exception.Message}", inner: exception);
        }
    }
}
