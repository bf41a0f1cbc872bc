using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Sftp;

/// <summary>The extension pairs that end INIT and VERSION.</summary>
internal static class ExtensionPairs
{
    // OpenSSH's server sends about ten.
    private const int Maximum = 256;

    public static ImmutableArray<KeyValuePair<string, string>> Read(scoped ref SshReader reader)
    {
        ImmutableArray<KeyValuePair<string, string>>.Builder pairs = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        while (reader.Remaining > 0 && reader.Fault is null)
        {
            if (pairs.Count == Maximum)
                reader.Fail($"there are more than {Maximum} extensions");
            else
                pairs.Add(new(reader.Text("extension name"), reader.Text("extension data")));
        }

        return pairs.ToImmutable();
    }

    public static void Write(scoped ref SshWriter writer, ImmutableArray<KeyValuePair<string, string>> pairs)
    {
        foreach ((string name, string value) in pairs)
        {
            writer.Text(name);
            writer.Text(value);
        }
    }
}

/* draft-ietf-secsh-filexfer-02 section 4
     byte   SSH_FXP_INIT
     uint32 version
     <extension data> */
internal readonly record struct InitPacket(uint Version, ImmutableArray<KeyValuePair<string, string>> Extensions) : ISftpPacket<InitPacket>
{
    public static SftpPacketType Type => SftpPacketType.Init;
    public static InitPacket Read(scoped ref SshReader reader) => new(reader.UInt32("version"), ExtensionPairs.Read(ref reader));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Version);
        ExtensionPairs.Write(ref writer, Extensions);
    }
}

/* draft-ietf-secsh-filexfer-02 section 4
     byte   SSH_FXP_VERSION
     uint32 version
     <extension data> */
internal readonly record struct VersionPacket(uint Version, ImmutableArray<KeyValuePair<string, string>> Extensions) : ISftpPacket<VersionPacket>
{
    public static SftpPacketType Type => SftpPacketType.Version;
    public static VersionPacket Read(scoped ref SshReader reader) => new(reader.UInt32("version"), ExtensionPairs.Read(ref reader));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Version);
        ExtensionPairs.Write(ref writer, Extensions);
    }
}
