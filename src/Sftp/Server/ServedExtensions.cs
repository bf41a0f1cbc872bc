using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>The extensions a server here answers.</summary>
internal sealed class ServedExtensions(ISftpFileSystem files, HandleTable handles)
{
    private const int CopyPiece = 1024 * 1024;

    /// <summary>What VERSION announces.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> All { get; } =
    [
        new(SftpExtensions.PosixRename, "1"),
        new(SftpExtensions.StatVfs, "2"),
        new(SftpExtensions.FStatVfs, "2"),
        new(SftpExtensions.FSync, "1"),
        new(SftpExtensions.LSetStat, "1"),
        new(SftpExtensions.Limits, "1"),
        new(SftpExtensions.CopyData, "1"),
    ];

    /// <summary>Answers a request.</summary>
    public void Answer(ExtendedPacket request, WireBuffer replies)
    {
        SshReader reader = new(request.Data);
        switch (request.Request)
        {
            case SftpExtensions.PosixRename:
                (string oldPath, string newPath) = (reader.Text("oldpath"), reader.Text("newpath"));
                Check(ref reader, request.Request);
                files.Rename(SftpRequestHandler.Absolute(oldPath), SftpRequestHandler.Absolute(newPath), overwrite: true);
                SftpRequestHandler.Ok(request.Id, replies);
                break;
            case SftpExtensions.StatVfs:
                string path = reader.Text("path");
                Check(ref reader, request.Request);
                Reply(request.Id, files.GetStatus(SftpRequestHandler.Absolute(path)), replies);
                break;
            case SftpExtensions.FStatVfs:
                ServedHandle handle = Find(reader.String("handle", Handles.MaximumLength));
                Check(ref reader, request.Request);
                Reply(request.Id, files.GetStatus(handle.Path), replies);
                break;
            case SftpExtensions.FSync:
                ServedHandle file = Find(reader.String("handle", Handles.MaximumLength));
                Check(ref reader, request.Request);
                RandomAccess.FlushToDisk(file.File ?? throw new IOException("Invalid handle"));
                SftpRequestHandler.Ok(request.Id, replies);
                break;
            case SftpExtensions.LSetStat:
                string link = reader.Text("path");
                SftpAttributes attributes = SftpAttributes.Read(ref reader);
                Check(ref reader, request.Request);
                files.SetAttributes(SftpRequestHandler.Absolute(link), attributes, followLink: false);
                SftpRequestHandler.Ok(request.Id, replies);
                break;
            case SftpExtensions.Limits:
                Check(ref reader, request.Request);
                WireBuffer limits = new();
                SshWriter writer = new(limits);
                new SftpLimits(SftpPacket.MaximumLength, SftpRequestHandler.MaximumDataLength, SftpRequestHandler.MaximumDataLength, HandleTable.Maximum).Write(ref writer);
                SftpPacket.Encode(replies, new ExtendedReplyPacket(request.Id, limits.Written));
                break;
            case SftpExtensions.CopyData:
                Copy(ref reader, request.Request);
                SftpRequestHandler.Ok(request.Id, replies);
                break;
            default:
                throw new NotSupportedException($"there is no extension {request.Request}");
        }
    }

    private void Copy(ref SshReader reader, string name)
    {
        ServedHandle from = Find(reader.String("read-from-handle", Handles.MaximumLength));
        ulong fromOffset = reader.UInt64("read-from-offset");
        ulong length = reader.UInt64("read-data-length");
        ServedHandle to = Find(reader.String("write-to-handle", Handles.MaximumLength));
        ulong toOffset = reader.UInt64("write-to-offset");
        Check(ref reader, name);
        if (from.File is null || to.File is null || ReferenceEquals(from, to) || from.Path == to.Path)
            throw new IOException("A file cannot be copied into itself");
        if (fromOffset > long.MaxValue || toOffset > long.MaxValue || length > long.MaxValue)
            throw new IOException("The offset is beyond every file");
        byte[] piece = new byte[CopyPiece];
        long left = length == 0 ? long.MaxValue : (long)length;
        for (long done = 0; left > 0;)
        {
            int count = RandomAccess.Read(from.File, piece.AsSpan(0, (int)Math.Min(left, piece.Length)), (long)fromOffset + done);
            if (count == 0)
                return;
            RandomAccess.Write(to.File, piece.AsSpan(0, count), (long)toOffset + done);
            done += count;
            left -= count;
        }
    }

    private ServedHandle Find(ReadOnlySpan<byte> name) => handles.Find(name) ?? throw new IOException("Invalid handle");

    private static void Reply(uint id, SftpFileSystemStatus status, WireBuffer replies)
    {
        WireBuffer data = new();
        SshWriter writer = new(data);
        status.Write(ref writer);
        SftpPacket.Encode(replies, new ExtendedReplyPacket(id, data.Written));
    }

    private static void Check(ref SshReader reader, string request)
    {
        if (!reader.Complete())
            throw SftpException.Protocol($"The client sent a malformed {request} request: {reader.Fault}.");
    }
}
