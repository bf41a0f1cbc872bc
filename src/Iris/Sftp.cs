using System.Text.RegularExpressions;
using LucidSsh.Sftp;
using LucidSsh.Wire;

namespace LucidSsh.Iris;

/// <summary>What <see cref="Sftp.Dir"/> and <see cref="Sftp.FileInfo"/> say about a file, in the order of IRIS's list.</summary>
/// <param name="Name">1: its name.</param>
/// <param name="Size">2: bytes; null where the server did not say.</param>
/// <param name="Type">3: P fifo, C character device, D directory, B block device, F file, L link, S socket, U unknown.</param>
/// <param name="Permissions">4: the permission bits.</param>
/// <param name="UserId">5: the owner's number.</param>
/// <param name="GroupId">6: the group's number.</param>
/// <param name="AccessTime">7: when it was last read, UTC.</param>
/// <param name="ModifyTime">8: when it was last written, UTC.</param>
public sealed record FileInfoList(
    string Name, long? Size, char Type, uint? Permissions, uint? UserId, uint? GroupId, DateTimeOffset? AccessTime, DateTimeOffset? ModifyTime)
{
    internal static FileInfoList Of(string name, SftpAttributes attributes) => new(
        name,
        attributes.Size,
        attributes.Type switch
        {
            SftpFileType.Fifo => 'P',
            SftpFileType.CharacterDevice => 'C',
            SftpFileType.Directory => 'D',
            SftpFileType.BlockDevice => 'B',
            SftpFileType.File => 'F',
            SftpFileType.SymbolicLink => 'L',
            SftpFileType.Socket => 'S',
            _ => 'U',
        },
        attributes.Permissions,
        attributes.UserId,
        attributes.GroupId,
        attributes.AccessTime,
        attributes.ModifyTime);
}

/// <summary>An SFTP session in the shape of IRIS's <c>%Net.SSH.SFTP</c>; made by <see cref="Session.OpenSFTP"/>.</summary>
public sealed class Sftp : IDisposable
{
    private readonly Session _session;
    private readonly SftpClient _client;

    internal Sftp(Session session, SftpClient client) => (_session, _client) = (session, client);

    /// <summary>The SFTP version spoken.</summary>
    public uint Version => _client.Version;

    /// <summary>Lists a directory.</summary>
    /// <param name="directory">The remote directory.</param>
    /// <param name="contents">Its entries, sorted by name; empty after a failure.</param>
    /// <param name="spec">Which names: <c>*</c> for any run of characters, <c>?</c> for exactly one; empty takes all.</param>
    /// <param name="dotFiles">Also names that begin with a dot.</param>
    public Status Dir(string directory, out IReadOnlyList<FileInfoList> contents, string spec = "", bool dotFiles = false)
    {
        List<FileInfoList> found = [];
        Status status = _session.Run("SFTP.Dir", async cancellationToken =>
        {
            await foreach (SftpEntry entry in _client.ListAsync(directory, cancellationToken).ConfigureAwait(false))
            {
                if ((dotFiles || !entry.Name.StartsWith('.')) && (spec.Length == 0 || Matches(spec, entry.Name)))
                    found.Add(FileInfoList.Of(entry.Name, entry.Attributes));
            }
        });
        found.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        contents = status.IsOk ? found : [];
        return status;
    }

    /// <summary>Tells about a file.</summary>
    public Status FileInfo(string file, out FileInfoList? info)
    {
        FileInfoList? found = null;
        Status status = _session.Run("SFTP.FileInfo", async cancellationToken =>
            found = FileInfoList.Of(file, await _client.StatAsync(file, cancellationToken).ConfigureAwait(false)));
        info = found;
        return status;
    }

    /// <summary>Makes a directory.</summary>
    /// <param name="directory">The remote directory.</param>
    /// <param name="remotemode">Its permissions, in octal.</param>
    public Status MkDir(string directory, string remotemode = "0700") =>
        _session.Run("SFTP.MkDir", cancellationToken => _client.MakeDirectoryAsync(directory, ParseMode(remotemode), cancellationToken));

    /// <summary>Removes an empty directory.</summary>
    public Status RmDir(string directory) => _session.Run("SFTP.RmDir", cancellationToken => _client.RemoveDirectoryAsync(directory, cancellationToken));

    /// <summary>Removes a file.</summary>
    public Status Delete(string file) => _session.Run("SFTP.Delete", cancellationToken => _client.RemoveFileAsync(file, cancellationToken));

    /// <summary>Renames a file; most servers refuse where the new name exists.</summary>
    public Status Rename(string old, string @new) =>
        _session.Run("SFTP.Rename", cancellationToken => _client.RenameAsync(old, @new, overwrite: false, cancellationToken));

    /// <summary>Makes a symbolic link.</summary>
    /// <param name="source">The link.</param>
    /// <param name="target">Where it leads.</param>
    public Status SymLink(string source, string target) =>
        _session.Run("SFTP.SymLink", cancellationToken => _client.SymbolicLinkAsync(source, target, cancellationToken));

    /// <summary>Puts a file.</summary>
    /// <param name="local">The local file.</param>
    /// <param name="remote">The remote file.</param>
    /// <param name="remotemode">The permissions of a file that is made, in octal.</param>
    /// <param name="append">Writes behind what the remote file has.</param>
    public Status Put(string local, string remote, string remotemode = "0600", bool append = false) => _session.Run("SFTP.Put", cancellationToken =>
        _client.UploadAsync(local, remote, new TransferOptions { Mode = ParseMode(remotemode), Append = append }, cancellationToken));

    /// <summary>Puts a stream.</summary>
    public Status PutStream(Stream stream, string remote, string remotemode = "0600", bool append = false) => _session.Run("SFTP.PutStream", cancellationToken =>
        _client.UploadAsync(stream, remote, new TransferOptions { Mode = ParseMode(remotemode), Append = append }, cancellationToken));

    /// <summary>Gets a file.</summary>
    /// <param name="remote">The remote file.</param>
    /// <param name="local">The local file.</param>
    /// <param name="localmode">The permissions of a file that is made, in octal.</param>
    /// <param name="append">Writes behind what the local file has.</param>
    public Status Get(string remote, string local, string localmode = "0600", bool append = false) => _session.Run("SFTP.Get", async cancellationToken =>
    {
        if (!append)
        {
            await _client.DownloadAsync(remote, local, new TransferOptions { Mode = ParseMode(localmode) }, cancellationToken).ConfigureAwait(false);
            return;
        }

        FileStream end = new(local, FileMode.Append, FileAccess.Write);
        await using (end.ConfigureAwait(false))
            await _client.DownloadAsync(remote, end, null, cancellationToken).ConfigureAwait(false);
    });

    /// <summary>Gets a file into a stream.</summary>
    public Status GetStream(string remote, Stream stream) =>
        _session.Run("SFTP.GetStream", cancellationToken => _client.DownloadAsync(remote, stream, null, cancellationToken));

    /// <summary>Ends the SFTP session; the SSH session goes on.</summary>
    public Status CloseSFTP() => _session.Run("SFTP.CloseSFTP", _ => _client.DisposeAsync().AsTask());

    /// <summary>Ends the SFTP session.</summary>
    public void Dispose() => CloseSFTP();

    private static uint ParseMode(string mode)
    {
        try
        {
            return Convert.ToUInt32(mode, 8);
        }
        catch (Exception exception) when (exception is FormatException or OverflowException or ArgumentException)
        {
            throw new LocalMisuseException(SshErrorCode.Misuse, $"\"{mode}\" is no file mode.", "Write octal digits, for example 0600.");
        }
    }

    // IRIS's patterns match the whole name, with regard to case.
    private static bool Matches(string spec, string name) => Regex.IsMatch(
        name,
        "^" + Regex.Escape(spec).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$",
        RegexOptions.Singleline | RegexOptions.NonBacktracking,
        TimeSpan.FromSeconds(1));
}
