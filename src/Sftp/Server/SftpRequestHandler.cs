using System.Collections.Immutable;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>Answers one session's requests, one after the other.</summary>
internal sealed class SftpRequestHandler(ISftpFileSystem files, Tracer tracer) : IDisposable
{
    /// <summary>Bytes of data in one READ's or WRITE's packet at most: the packet limit less 1 KiB for headers, as OpenSSH.</summary>
    public const int MaximumDataLength = 261120;

    // Names of one NAME reply: few enough to stay far below the packet limit with names of 255 bytes.
    private const int NamesPerReply = 128;

    private readonly HandleTable _handles = new();
    private bool _greeted;

    /// <summary>Answers a packet at the end of <paramref name="replies"/>.</summary>
    /// <exception cref="SftpException">The client broke the protocol; the session ends.</exception>
    public void Handle(ReadOnlySpan<byte> packet, WireBuffer replies)
    {
        SftpPacketType type = (SftpPacketType)packet[0];
        if (!_greeted)
        {
            if (SftpPacket.Decode<InitPacket>(packet).Version < 3)
                throw SftpException.Protocol("The client speaks an SFTP version before 3.");
            _greeted = true;
            SftpPacket.Encode(replies, new VersionPacket(3, ServedExtensions.All));
            return;
        }

        SshReader reader = new(packet[1..]);
        uint id = reader.UInt32("id");
        if (reader.Fault is not null)
            throw SftpException.Protocol($"The client sent an SFTP {type} packet without an id.");
        TimeSpan began = tracer.Elapsed;
        int start = replies.Length;
        SftpStatusCode code = SftpStatusCode.Ok;
        try
        {
            Answer(type, id, packet, replies);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            replies.Truncate(start);
            code = CodeOf(exception);
            SftpPacket.Encode(replies, new StatusPacket(id, code, TextOf(code, exception), ""));
        }

        TimeSpan elapsed = tracer.Elapsed - began;
        tracer.Emit(new SftpRequestServed(id, type, code, (long)elapsed.TotalMicroseconds));
        SftpTelemetry.Record(elapsed, tracer.Role, type, code);
    }

    public void Dispose() => _handles.Dispose();

    private void Answer(SftpPacketType type, uint id, ReadOnlySpan<byte> packet, WireBuffer replies)
    {
        switch (type)
        {
            case SftpPacketType.Open:
                Open(SftpPacket.Decode<OpenPacket>(packet), replies);
                break;
            case SftpPacketType.Close:
                if (!_handles.Close(SftpPacket.Decode<ClosePacket>(packet).Handle))
                    throw new IOException("Invalid handle");
                Ok(id, replies);
                break;
            case SftpPacketType.Read:
                Read(SftpPacket.Decode<ReadPacket>(packet), replies);
                break;
            case SftpPacketType.Write:
                Write(SftpPacket.Decode<WritePacket>(packet), replies);
                break;
            case SftpPacketType.OpenDir:
                string directory = Absolute(SftpPacket.Decode<OpenDirPacket>(packet).Path);
                byte[] handle = _handles.Add(new ServedHandle(directory, null, files.List(directory).GetEnumerator(), default));
                SftpPacket.Encode(replies, new HandlePacket(id, handle));
                break;
            case SftpPacketType.ReadDir:
                ReadDirectory(SftpPacket.Decode<ReadDirPacket>(packet), replies);
                break;
            case SftpPacketType.Extended:
                new ServedExtensions(files, _handles).Answer(SftpPacket.Decode<ExtendedPacket>(packet), replies);
                break;
            default:
                AnswerPath(type, id, packet, replies);
                break;
        }
    }

    private void AnswerPath(SftpPacketType type, uint id, ReadOnlySpan<byte> packet, WireBuffer replies)
    {
        switch (type)
        {
            case SftpPacketType.Stat:
                Attributes(id, files.GetAttributes(Absolute(SftpPacket.Decode<StatPacket>(packet).Path), followLink: true), replies);
                break;
            case SftpPacketType.LStat:
                Attributes(id, files.GetAttributes(Absolute(SftpPacket.Decode<LStatPacket>(packet).Path), followLink: false), replies);
                break;
            case SftpPacketType.FStat:
                Attributes(id, files.GetAttributes(File(SftpPacket.Decode<FStatPacket>(packet).Handle).File!), replies);
                break;
            case SftpPacketType.SetStat:
                SetStatPacket setStat = SftpPacket.Decode<SetStatPacket>(packet);
                files.SetAttributes(Absolute(setStat.Path), setStat.Attributes, followLink: true);
                Ok(id, replies);
                break;
            case SftpPacketType.FSetStat:
                FSetStatPacket fSetStat = SftpPacket.Decode<FSetStatPacket>(packet);
                files.SetAttributes(File(fSetStat.Handle).File!, fSetStat.Attributes);
                Ok(id, replies);
                break;
            case SftpPacketType.Remove:
                files.RemoveFile(Absolute(SftpPacket.Decode<RemovePacket>(packet).Path));
                Ok(id, replies);
                break;
            case SftpPacketType.MkDir:
                MkDirPacket mkDir = SftpPacket.Decode<MkDirPacket>(packet);
                files.MakeDirectory(Absolute(mkDir.Path), mkDir.Attributes.Permissions);
                Ok(id, replies);
                break;
            case SftpPacketType.RmDir:
                files.RemoveDirectory(Absolute(SftpPacket.Decode<RmDirPacket>(packet).Path));
                Ok(id, replies);
                break;
            case SftpPacketType.Rename:
                RenamePacket rename = SftpPacket.Decode<RenamePacket>(packet);
                files.Rename(Absolute(rename.OldPath), Absolute(rename.NewPath), overwrite: false);
                Ok(id, replies);
                break;
            case SftpPacketType.RealPath:
                OneName(id, files.RealPath(Absolute(SftpPacket.Decode<RealPathPacket>(packet).Path)), replies);
                break;
            case SftpPacketType.ReadLink:
                OneName(id, files.ReadLink(Absolute(SftpPacket.Decode<ReadLinkPacket>(packet).Path)), replies);
                break;
            case SftpPacketType.SymLink:
                SymLinkPacket symLink = SftpPacket.Decode<SymLinkPacket>(packet);
                files.MakeSymbolicLink(Absolute(symLink.LinkPath), symLink.TargetPath);
                Ok(id, replies);
                break;
            default:
                throw new NotSupportedException($"there is no request {(byte)type} in version 3");
        }
    }

    /// <summary>A client's path from the root on, as the file system takes it. Links are not looked at here.</summary>
    internal static string Absolute(string path) => path.StartsWith('/') ? path : "/" + path;

    internal static void Ok(uint id, WireBuffer replies) => SftpPacket.Encode(replies, new StatusPacket(id, SftpStatusCode.Ok, "Success", ""));

    internal static void OneName(uint id, string name, WireBuffer replies) =>
        SftpPacket.Encode(replies, new NamePacket(id, [new NameEntry(name, name, SftpAttributes.None)]));

    private static void Attributes(uint id, SftpAttributes attributes, WireBuffer replies) => SftpPacket.Encode(replies, new AttrsPacket(id, attributes));

    private void Open(OpenPacket open, WireBuffer replies)
    {
        SftpOpenMode mode = new(
            open.Flags.HasFlag(OpenFlags.Read),
            open.Flags.HasFlag(OpenFlags.Write),
            open.Flags.HasFlag(OpenFlags.Create),
            open.Flags.HasFlag(OpenFlags.Truncate),
            open.Flags.HasFlag(OpenFlags.Exclusive),
            open.Flags.HasFlag(OpenFlags.Append));
        string path = Absolute(open.Path);
        byte[] handle = _handles.Add(new ServedHandle(path, files.Open(path, mode, open.Attributes.Permissions), null, mode));
        SftpPacket.Encode(replies, new HandlePacket(open.Id, handle));
    }

    // The data is read from the file straight into its packet.
    private void Read(ReadPacket read, WireBuffer replies)
    {
        ServedHandle file = File(read.Handle);
        int wanted = (int)Math.Min(read.Length, MaximumDataLength);
        SshWriter writer = new(replies);
        int packet = writer.BeginString();
        writer.Byte((byte)SftpPacketType.Data);
        writer.UInt32(read.Id);
        int data = writer.BeginString();
        int count = read.Offset > long.MaxValue ? 0 : RandomAccess.Read(file.File!, replies.Extend(wanted), (long)read.Offset);
        replies.Truncate(data + count);
        if (count == 0 && wanted > 0)
            throw new EndOfStreamException();
        writer.EndString(data);
        writer.EndString(packet);
    }

    private void Write(WritePacket write, WireBuffer replies)
    {
        ServedHandle file = File(write.Handle.ToArray());
        if (write.Offset > (ulong)(long.MaxValue - write.Data.Length))
            throw new IOException("The offset is beyond every file");
        RandomAccess.Write(file.File!, write.Data, file.Mode.Append ? RandomAccess.GetLength(file.File!) : (long)write.Offset);
        Ok(write.Id, replies);
    }

    private void ReadDirectory(ReadDirPacket readDir, WireBuffer replies)
    {
        IEnumerator<(string Name, SftpAttributes Attributes)> entries =
            _handles.Find(readDir.Handle)?.Entries ?? throw new IOException("Invalid handle");
        ImmutableArray<NameEntry>.Builder names = ImmutableArray.CreateBuilder<NameEntry>();
        while (names.Count < NamesPerReply && entries.MoveNext())
        {
            (string name, SftpAttributes attributes) = entries.Current;
            names.Add(new NameEntry(name, LongName.Format(name, attributes), attributes));
        }

        if (names.Count == 0)
            throw new EndOfStreamException();
        SftpPacket.Encode(replies, new NamePacket(readDir.Id, names.ToImmutable()));
    }

    private ServedHandle File(byte[] handle) =>
        _handles.Find(handle) is { File: not null } file ? file : throw new IOException("Invalid handle");

    private static SftpStatusCode CodeOf(Exception exception) => exception switch
    {
        EndOfStreamException => SftpStatusCode.Eof,
        FileNotFoundException or DirectoryNotFoundException => SftpStatusCode.NoSuchFile,
        UnauthorizedAccessException => SftpStatusCode.PermissionDenied,
        NotSupportedException => SftpStatusCode.OpUnsupported,
        _ => SftpStatusCode.Failure,
    };

    // OpenSSH's texts where it has them; never a path of this machine, which the base library's messages name.
    private static string TextOf(SftpStatusCode code, Exception exception) => code switch
    {
        SftpStatusCode.Eof => "End of file",
        SftpStatusCode.NoSuchFile => "No such file",
        SftpStatusCode.PermissionDenied => "Permission denied",
        SftpStatusCode.OpUnsupported => "Operation unsupported",
        _ => exception.HResult is 0 or unchecked((int)0x80131620) && !exception.Message.Contains('\'', StringComparison.Ordinal) ? exception.Message : "Failure",
    };
}

/// <summary>A line about a file as <c>ls -l</c> prints it: what many clients show.</summary>
internal static class LongName
{
    public static string Format(string name, SftpAttributes attributes)
    {
        char type = attributes.Type switch
        {
            SftpFileType.Directory => 'd',
            SftpFileType.SymbolicLink => 'l',
            _ => '-',
        };
        uint bits = attributes.Permissions ?? 0;
        Span<char> mode = stackalloc char[9];
        for (int i = 0; i < mode.Length; i++)
            mode[i] = (bits >> (8 - i) & 1) != 0 ? "rwx"[i % 3] : '-';
        return $"{type}{mode} 1 {attributes.UserId ?? 0,-8} {attributes.GroupId ?? 0,-8} {attributes.Size ?? 0,10} {attributes.ModifyTime:MMM dd yyyy} {name}";
    }
}
