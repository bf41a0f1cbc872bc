using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>One entry of a directory.</summary>
/// <param name="Name">Its name; one component, as the server sent it.</param>
/// <param name="LongName">The server's line about it, as <c>ls -l</c> prints it.</param>
/// <param name="Attributes">Its attributes; a link's own, not its target's.</param>
public sealed record SftpEntry(string Name, string LongName, SftpAttributes Attributes);

/// <summary>An SFTP version 3 session (draft-ietf-secsh-filexfer-02). Any number of operations may run at once, from any thread.</summary>
public sealed class SftpClient : IAsyncDisposable
{
    private const int DefaultRequestSize = 32 * 1024;

    // What OpenSSH's server takes and gives in one request: its packet limit less 1 KiB for headers.
    private const int LargestRequestSize = 261120;

    private readonly SftpRequests _requests;

    private SftpClient(SftpConnection connection, SftpLimits? limits)
    {
        _requests = new SftpRequests(connection);
        Limits = limits;
    }

    /// <summary>The version both sides speak: 3.</summary>
    public uint Version => Math.Min(3, _requests.Connection.Version);

    /// <summary>The server's extensions that are spoken here too.</summary>
    public IReadOnlySet<string> Extensions => _requests.Connection.Extensions;

    /// <summary>The server's limits; null where it states none.</summary>
    public SftpLimits? Limits { get; }

    /// <summary>Starts a session over a pipe that leads to an SFTP server; where the pipe can be disposed of, the client does so.</summary>
    /// <exception cref="SshException">No SFTP server answers.</exception>
    internal static async Task<SftpClient> StartAsync(IDuplexPipe pipe, SftpClientOptions options, Tracer tracer, CancellationToken cancellationToken)
    {
        SftpConnection connection = await SftpConnection.StartAsync(pipe, options, tracer, cancellationToken).ConfigureAwait(false);
        SftpLimits? limits = connection.Extensions.Contains(SftpExtensions.Limits)
            ? await new SftpRequests(connection).ExtendedAsync("state its limits", null, SftpExtensions.Limits, [], ExtensionData.ReadLimits, cancellationToken).ConfigureAwait(false)
            : null;
        return new SftpClient(connection, limits);
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The remote path.</param>
    /// <param name="mode">How.</param>
    /// <param name="permissions">The permission bits of a file that is made; null leaves them to the server.</param>
    /// <param name="cancellationToken">Gives up waiting; a file that is opened nevertheless is closed.</param>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<SftpFile> OpenAsync(string path, SftpOpenMode mode, uint? permissions = null, CancellationToken cancellationToken = default)
    {
        byte[] handle = await _requests.HandleAsync(
            $"open \"{path}\" {mode.Describe()}",
            path,
            (buffer, id) => SftpPacket.Encode(buffer, new OpenPacket(id, path, mode.Flags, new SftpAttributes { Mode = permissions })),
            cancellationToken).ConfigureAwait(false);
        return new SftpFile(_requests, handle, path, RequestSize(mode.Write));
    }

    /// <summary>A path's attributes; a link's target's.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<SftpAttributes> StatAsync(string path, CancellationToken cancellationToken = default) =>
        _requests.AttributesAsync($"tell about \"{path}\"", path, Path<StatPacket>(path), cancellationToken);

    /// <summary>A path's attributes; a link's own.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<SftpAttributes> LStatAsync(string path, CancellationToken cancellationToken = default) =>
        _requests.AttributesAsync($"tell about \"{path}\"", path, Path<LStatPacket>(path), cancellationToken);

    /// <summary>Changes the attributes that are not null; a link's target's.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task SetStatAsync(string path, SftpAttributes attributes, CancellationToken cancellationToken = default) => _requests.StatusAsync(
        $"change the attributes of \"{path}\"", path, (buffer, id) => SftpPacket.Encode(buffer, new SetStatPacket(id, path, attributes)), cancellationToken);

    /// <summary>Changes the attributes that are not null; a link's own (lsetstat@openssh.com).</summary>
    /// <exception cref="SftpException">The server refused, or does not have the extension.</exception>
    public Task LSetStatAsync(string path, SftpAttributes attributes, CancellationToken cancellationToken = default) => _requests.ExtendedStatusAsync(
        $"change the attributes of \"{path}\"", path, SftpExtensions.LSetStat, ExtensionData.Of(path, attributes), cancellationToken);

    /// <summary>A directory's entries without <c>.</c> and <c>..</c>, in the server's order.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public async IAsyncEnumerable<SftpEntry> ListAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[] handle = await _requests.HandleAsync($"list \"{path}\"", path, Path<OpenDirPacket>(path), cancellationToken).ConfigureAwait(false);
        try
        {
            // The next names are asked for while these are looked at.
            Task<ImmutableArray<NameEntry>> next = _requests.ReadDirectoryAsync(handle, path, cancellationToken);
            while (await next.ConfigureAwait(false) is { IsEmpty: false } names)
            {
                next = _requests.ReadDirectoryAsync(handle, path, cancellationToken);
                foreach (NameEntry name in names)
                {
                    if (name.FileName is not ("." or ".."))
                        yield return new SftpEntry(name.FileName, name.LongName, name.Attributes);
                }
            }
        }
        finally
        {
            await _requests.CloseQuietlyAsync(handle, path).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a directory.</summary>
    /// <param name="path">The remote path.</param>
    /// <param name="permissions">Its permission bits; null leaves them to the server.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task MakeDirectoryAsync(string path, uint? permissions = null, CancellationToken cancellationToken = default) =>
        MakeDirectoryAsync(_requests, path, permissions, cancellationToken);

    private static Task MakeDirectoryAsync(SftpRequests requests, string path, uint? permissions, CancellationToken cancellationToken) => requests.StatusAsync(
        $"create the directory \"{path}\"",
        path,
        (buffer, id) => SftpPacket.Encode(buffer, new MkDirPacket(id, path, new SftpAttributes { Mode = permissions })),
        cancellationToken);

    /// <summary>Makes a directory where there is none yet.</summary>
    /// <exception cref="SftpException">The server refused, and it is no directory that is there.</exception>
    internal async Task EnsureDirectoryAsync(string path, CancellationToken cancellationToken)
    {
        SftpRequests quiet = _requests.Quiet();
        try
        {
            await MakeDirectoryAsync(quiet, path, null, cancellationToken).ConfigureAwait(false);
        }
        catch (SftpException refused) when (refused.Code == SshErrorCode.SftpStatus)
        {
            // Version 3 has no answer that says "it exists already": whether it does is what counts.
            SftpAttributes? there = null;
            try
            {
                there = await quiet.AttributesAsync($"tell about \"{path}\"", path, Path<StatPacket>(path), cancellationToken).ConfigureAwait(false);
            }
            catch (SftpException)
            {
            }

            if (there is { IsDirectory: true })
                return;
            _requests.Connection.Tracer.Failed(refused);
            throw;
        }
    }

    /// <summary>Removes an empty directory.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task RemoveDirectoryAsync(string path, CancellationToken cancellationToken = default) =>
        _requests.StatusAsync($"remove the directory \"{path}\"", path, Path<RmDirPacket>(path), cancellationToken);

    /// <summary>Removes a file or a link.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task RemoveFileAsync(string path, CancellationToken cancellationToken = default) =>
        _requests.StatusAsync($"remove \"{path}\"", path, Path<RemovePacket>(path), cancellationToken);

    /// <summary>Renames a file, link or directory.</summary>
    /// <param name="oldPath">The path it has.</param>
    /// <param name="newPath">The path it gets.</param>
    /// <param name="overwrite">Replaces what is there, in one step, as POSIX's rename does (posix-rename@openssh.com). Without it most
    /// servers refuse where the new path exists.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="SftpException">The server refused, or does not have the extension.</exception>
    public Task RenameAsync(string oldPath, string newPath, bool overwrite = false, CancellationToken cancellationToken = default)
    {
        string operation = $"rename \"{oldPath}\" to \"{newPath}\"";
        return overwrite
            ? _requests.ExtendedStatusAsync(operation, oldPath, SftpExtensions.PosixRename, ExtensionData.Of(oldPath, newPath), cancellationToken)
            : _requests.StatusAsync(operation, oldPath, (buffer, id) => SftpPacket.Encode(buffer, new RenamePacket(id, oldPath, newPath)), cancellationToken);
    }

    /// <summary>The path without links, <c>.</c> and <c>..</c>, from the root on.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<string> RealPathAsync(string path, CancellationToken cancellationToken = default) =>
        _requests.OneNameAsync($"resolve \"{path}\"", path, Path<RealPathPacket>(path), cancellationToken);

    /// <summary>Where a link leads.</summary>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<string> ReadLinkAsync(string path, CancellationToken cancellationToken = default) =>
        _requests.OneNameAsync($"read the link \"{path}\"", path, Path<ReadLinkPacket>(path), cancellationToken);

    /// <summary>Makes a symbolic link.</summary>
    /// <param name="linkPath">The link.</param>
    /// <param name="targetPath">Where it leads.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task SymbolicLinkAsync(string linkPath, string targetPath, CancellationToken cancellationToken = default) => _requests.StatusAsync(
        $"make the link \"{linkPath}\"", linkPath, (buffer, id) => SftpPacket.Encode(buffer, new SymLinkPacket(id, targetPath, linkPath)), cancellationToken);

    /// <summary>Gives a file a second name (hardlink@openssh.com).</summary>
    /// <exception cref="SftpException">The server refused, or does not have the extension.</exception>
    public Task HardLinkAsync(string oldPath, string newPath, CancellationToken cancellationToken = default) => _requests.ExtendedStatusAsync(
        $"link \"{oldPath}\" as \"{newPath}\"", oldPath, SftpExtensions.HardLink, ExtensionData.Of(oldPath, newPath), cancellationToken);

    /// <summary>The state of a path's file system (statvfs@openssh.com).</summary>
    /// <exception cref="SftpException">The server refused, or does not have the extension.</exception>
    public Task<SftpFileSystemStatus> StatVfsAsync(string path, CancellationToken cancellationToken = default) => _requests.ExtendedAsync(
        $"tell about the file system of \"{path}\"", path, SftpExtensions.StatVfs, ExtensionData.Of(path), ExtensionData.ReadFileSystemStatus, cancellationToken);

    /// <summary>The path with <c>~</c> and <c>~user</c> replaced (expand-path@openssh.com).</summary>
    /// <exception cref="SftpException">The server refused, or does not have the extension.</exception>
    public Task<string> ExpandPathAsync(string path, CancellationToken cancellationToken = default) =>
        NameFromExtensionAsync($"expand \"{path}\"", path, SftpExtensions.ExpandPath, path, cancellationToken);

    /// <summary>A user's home directory (home-directory).</summary>
    /// <param name="user">The user; empty means the one logged in.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="SftpException">The server refused, or does not have the extension.</exception>
    public Task<string> HomeDirectoryAsync(string user = "", CancellationToken cancellationToken = default) =>
        NameFromExtensionAsync("name a home directory", null, SftpExtensions.HomeDirectory, user, cancellationToken);

    /// <summary>Copies on the server, from one open file to another (copy-data).</summary>
    /// <param name="from">An open file, readable.</param>
    /// <param name="fromOffset">Where to begin in it.</param>
    /// <param name="length">Bytes; 0 copies to its end.</param>
    /// <param name="to">Another open file, writable.</param>
    /// <param name="toOffset">Where to begin in that.</param>
    /// <param name="cancellationToken">Gives up waiting; the server goes on.</param>
    /// <exception cref="SftpException">The server refused, or does not have the extension.</exception>
    public Task CopyDataAsync(SftpFile from, long fromOffset, long length, SftpFile to, long toOffset, CancellationToken cancellationToken = default) =>
        _requests.ExtendedStatusAsync(
            $"copy \"{from.Path}\" to \"{to.Path}\"",
            from.Path,
            SftpExtensions.CopyData,
            ExtensionData.CopyData(from.Handle, fromOffset, length, to.Handle, toOffset),
            cancellationToken);

    /// <summary>Gets a file.</summary>
    /// <param name="remotePath">The remote file.</param>
    /// <param name="localPath">The local file, made or emptied (or, to resume, continued).</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Gives up; the local file keeps what has come without a gap.</param>
    /// <returns>The file's length in bytes.</returns>
    /// <exception cref="SshException">The server refused, the connection ended, or the local file cannot be written.</exception>
    public Task<long> DownloadAsync(string remotePath, string localPath, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        TransferAsync("sftp.download", remotePath, () => new SftpDownload(this, _requests.Quiet(), remotePath, options ?? new TransferOptions()).ToFileAsync(localPath, cancellationToken));

    /// <summary>Gets a file into a stream, in order.</summary>
    /// <returns>The file's length in bytes.</returns>
    /// <exception cref="SshException">The server refused, or the connection ended.</exception>
    public Task<long> DownloadAsync(string remotePath, Stream destination, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        TransferAsync("sftp.download", remotePath, () => new SftpDownload(this, _requests.Quiet(), remotePath, options ?? new TransferOptions()).ToStreamAsync(destination, cancellationToken));

    /// <summary>Puts a file.</summary>
    /// <param name="localPath">The local file.</param>
    /// <param name="remotePath">The remote file, made or emptied (or continued, as the options say).</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Gives up; the error says how much is on the server.</param>
    /// <returns>The remote file's length in bytes.</returns>
    /// <exception cref="SftpException">The server refused; <see cref="SftpException.BytesOnServer"/> says how much it has.</exception>
    public Task<long> UploadAsync(string localPath, string remotePath, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        TransferAsync("sftp.upload", remotePath, () => new SftpUpload(this, _requests.Quiet(), remotePath, options ?? new TransferOptions()).FromFileAsync(localPath, cancellationToken));

    /// <summary>Puts a stream, from where it is to its end.</summary>
    /// <returns>The remote file's length in bytes.</returns>
    /// <exception cref="SftpException">The server refused; <see cref="SftpException.BytesOnServer"/> says how much it has.</exception>
    public Task<long> UploadAsync(Stream source, string remotePath, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        TransferAsync("sftp.upload", remotePath, () => new SftpUpload(this, _requests.Quiet(), remotePath, options ?? new TransferOptions()).FromStreamAsync(source, cancellationToken));

    /// <summary>Gets a directory with everything in it. Links are not followed: a link to a file is left out.</summary>
    /// <returns>Files and bytes moved.</returns>
    /// <exception cref="SshException">The server refused, sent an unsafe name, or the connection ended.</exception>
    public Task<TreeResult> DownloadTreeAsync(string remotePath, string localPath, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        SftpTree.DownloadAsync(this, remotePath, localPath, options ?? new TransferOptions(), cancellationToken);

    /// <summary>Puts a directory with everything in it. Links are not followed.</summary>
    /// <returns>Files and bytes moved.</returns>
    /// <exception cref="SshException">The server refused, or the connection ended.</exception>
    public Task<TreeResult> UploadTreeAsync(string localPath, string remotePath, TransferOptions? options = null, CancellationToken cancellationToken = default) =>
        SftpTree.UploadAsync(this, localPath, remotePath, options ?? new TransferOptions(), cancellationToken);

    /// <summary>Ends the session. Operations that still run fail.</summary>
    public ValueTask DisposeAsync() => _requests.Connection.DisposeAsync();

    /// <summary>Bytes of one READ or WRITE.</summary>
    internal int RequestSize(bool writing)
    {
        ulong stated = (writing ? Limits?.MaximumWriteLength : Limits?.MaximumReadLength) ?? 0;
        return stated == 0 ? DefaultRequestSize : (int)Math.Min(stated, LargestRequestSize);
    }

    private Task<string> NameFromExtensionAsync(string operation, string? path, string extension, string argument, CancellationToken cancellationToken) =>
        _requests.ExtendedAsync(
            operation,
            path,
            extension,
            ExtensionData.Of(argument),
            (type, packet) => SftpPacket.Decode<NamePacket>(packet).Entries is [var only]
                ? only.FileName
                : throw SftpException.Protocol($"The server did not answer with one name when asked to {operation}."),
            cancellationToken);

    private Task<long> TransferAsync(string name, string remotePath, Func<Task<long>> transfer) =>
        SftpTelemetry.TransferAsync(_requests.Connection.Tracer, name, remotePath, transfer, bytes => bytes);

    private static Action<WireBuffer, uint> Path<TPacket>(string path)
        where TPacket : IPathRequest<TPacket> => (buffer, id) => SftpPacket.Encode(buffer, TPacket.Create(id, path));
}
