using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/* draft-ietf-secsh-filexfer-02 section 7
     byte SSH_FXP_STATUS, uint32 id, uint32 error/status code, string error message, string language tag
   Servers before version 3 leave the two strings out, and some still do. */
internal readonly record struct StatusPacket(uint Id, SftpStatusCode Code, string Message, string LanguageTag) : ISftpPacket<StatusPacket>
{
    public static SftpPacketType Type => SftpPacketType.Status;

    public static StatusPacket Read(scoped ref SshReader reader)
    {
        uint id = reader.UInt32("id");
        SftpStatusCode code = (SftpStatusCode)reader.UInt32("status code");
        string message = reader.Remaining > 0 ? reader.Text("error message") : "";
        return new StatusPacket(id, code, message, reader.Remaining > 0 ? reader.Text("language tag") : "");
    }

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.UInt32((uint)Code);
        writer.Text(Message);
        writer.Text(LanguageTag);
    }
}

/* draft-ietf-secsh-filexfer-02 section 7
     byte SSH_FXP_HANDLE, uint32 id, string handle */
internal readonly record struct HandlePacket(uint Id, byte[] Handle) : ISftpPacket<HandlePacket>
{
    public static SftpPacketType Type => SftpPacketType.Handle;
    public static HandlePacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.String("handle", Handles.MaximumLength).ToArray());

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.String(Handle);
    }
}

/* draft-ietf-secsh-filexfer-02 section 7
     byte SSH_FXP_DATA, uint32 id, string data */
internal readonly ref struct DataPacket(uint id, ReadOnlySpan<byte> data) : ISftpPacket<DataPacket>
{
    public static SftpPacketType Type => SftpPacketType.Data;
    public uint Id { get; } = id;
    public ReadOnlySpan<byte> Data { get; } = data;
    public static DataPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), reader.String("data"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.String(Data);
    }
}

/// <summary>One name of a NAME reply.</summary>
/// <param name="FileName">The name: in a listing relative to the directory, else a path.</param>
/// <param name="LongName">A line as <c>ls -l</c> prints it.</param>
/// <param name="Attributes">The attributes, as far as the server sends them.</param>
internal readonly record struct NameEntry(string FileName, string LongName, SftpAttributes Attributes);

/* draft-ietf-secsh-filexfer-02 section 7
     byte SSH_FXP_NAME, uint32 id, uint32 count
     repeats count times: string filename, string longname, ATTRS attrs */
internal readonly record struct NamePacket(uint Id, ImmutableArray<NameEntry> Entries) : ISftpPacket<NamePacket>
{
    public static SftpPacketType Type => SftpPacketType.Name;

    public static NamePacket Read(scoped ref SshReader reader)
    {
        uint id = reader.UInt32("id");
        uint count = reader.UInt32("count");
        // The packet's own size bounds the list: an entry takes 12 bytes at least.
        ImmutableArray<NameEntry>.Builder entries = ImmutableArray.CreateBuilder<NameEntry>();
        for (uint i = 0; i < count && reader.Fault is null; i++)
            entries.Add(new NameEntry(reader.Text("filename"), reader.Text("longname"), SftpAttributes.Read(ref reader)));
        return new NamePacket(id, entries.ToImmutable());
    }

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        writer.UInt32((uint)Entries.Length);
        foreach (NameEntry entry in Entries)
        {
            writer.Text(entry.FileName);
            writer.Text(entry.LongName);
            entry.Attributes.Write(ref writer);
        }
    }
}

/* draft-ietf-secsh-filexfer-02 section 7
     byte SSH_FXP_ATTRS, uint32 id, ATTRS attrs */
internal readonly record struct AttrsPacket(uint Id, SftpAttributes Attributes) : ISftpPacket<AttrsPacket>
{
    public static SftpPacketType Type => SftpPacketType.Attrs;
    public static AttrsPacket Read(scoped ref SshReader reader) => new(reader.UInt32("id"), SftpAttributes.Read(ref reader));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Id);
        Attributes.Write(ref writer);
    }
}
