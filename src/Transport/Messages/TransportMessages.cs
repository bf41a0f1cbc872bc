using System.Collections.Immutable;
using System.Text;
using LucidSsh.Wire;

namespace LucidSsh.Transport;

/* RFC 4253 section 11.1
     byte      SSH_MSG_DISCONNECT
     uint32    reason code
     string    description in ISO-10646 UTF-8 encoding
     string    language tag
   Some peers leave the tag out; their reason is worth more than the rule. */
internal readonly record struct Disconnect(DisconnectReason Reason, string Description, string LanguageTag) : IMessage<Disconnect>
{
    public static MessageNumber Number => MessageNumber.Disconnect;

    public static Disconnect Read(scoped ref SshReader reader) => new(
        (DisconnectReason)reader.UInt32("reason code"), reader.Text("description"), reader.Remaining > 0 ? reader.Text("language tag") : "");

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32((uint)Reason);
        writer.Text(Description);
        writer.Text(LanguageTag);
    }
}

/* RFC 4253 section 11.2
     byte      SSH_MSG_IGNORE
     string    data */
internal readonly ref struct Ignore(ReadOnlySpan<byte> data) : IMessage<Ignore>
{
    public static MessageNumber Number => MessageNumber.Ignore;
    public ReadOnlySpan<byte> Data { get; } = data;
    public static Ignore Read(scoped ref SshReader reader) => new(reader.String("data"));
    public void Write(scoped ref SshWriter writer) => writer.String(Data);
}

/* RFC 4253 section 11.4
     byte      SSH_MSG_UNIMPLEMENTED
     uint32    packet sequence number of rejected message */
internal readonly record struct Unimplemented(uint SequenceNumber) : IMessage<Unimplemented>
{
    public static MessageNumber Number => MessageNumber.Unimplemented;
    public static Unimplemented Read(scoped ref SshReader reader) => new(reader.UInt32("packet sequence number"));
    public void Write(scoped ref SshWriter writer) => writer.UInt32(SequenceNumber);
}

/* RFC 4253 section 11.3
     byte      SSH_MSG_DEBUG
     boolean   always_display
     string    message in ISO-10646 UTF-8 encoding
     string    language tag */
internal readonly record struct Debug(bool AlwaysDisplay, string Text, string LanguageTag) : IMessage<Debug>
{
    public static MessageNumber Number => MessageNumber.Debug;

    public static Debug Read(scoped ref SshReader reader) =>
        new(reader.Boolean("always_display"), reader.Text("message"), reader.Text("language tag"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.Boolean(AlwaysDisplay);
        writer.Text(Text);
        writer.Text(LanguageTag);
    }
}

/* RFC 4253 section 10
     byte      SSH_MSG_SERVICE_REQUEST
     string    service name */
internal readonly record struct ServiceRequest(string ServiceName) : IMessage<ServiceRequest>
{
    public static MessageNumber Number => MessageNumber.ServiceRequest;
    public static ServiceRequest Read(scoped ref SshReader reader) => new(reader.Name("service name"));
    public void Write(scoped ref SshWriter writer) => writer.Text(ServiceName);
}

/* RFC 4253 section 10
     byte      SSH_MSG_SERVICE_ACCEPT
     string    service name */
internal readonly record struct ServiceAccept(string ServiceName) : IMessage<ServiceAccept>
{
    public static MessageNumber Number => MessageNumber.ServiceAccept;
    public static ServiceAccept Read(scoped ref SshReader reader) => new(reader.Name("service name"));
    public void Write(scoped ref SshWriter writer) => writer.Text(ServiceName);
}

/* RFC 8308 section 2.3
     byte       SSH_MSG_EXT_INFO
     uint32     nr-extensions
     repeat the following 2 fields "nr-extensions" times:
       string   extension-name
       string   extension-value (binary) */
internal readonly record struct ExtInfo(ImmutableArray<KeyValuePair<string, string>> Extensions) : IMessage<ExtInfo>
{
    public static MessageNumber Number => MessageNumber.ExtInfo;

    public static ExtInfo Read(scoped ref SshReader reader)
    {
        uint count = reader.UInt32("nr-extensions");
        if (count > WireLimits.Extensions)
            reader.Fail($"nr-extensions is {count}, at most {WireLimits.Extensions} are allowed");
        ImmutableArray<KeyValuePair<string, string>>.Builder extensions = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        for (uint i = 0; i < count && reader.Fault is null; i++)
            extensions.Add(new(reader.Name("extension-name"), Encoding.Latin1.GetString(reader.String("extension-value", WireLimits.Text))));
        return new ExtInfo(extensions.ToImmutable());
    }

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32((uint)Extensions.Length);
        foreach ((string name, string value) in Extensions)
        {
            writer.Text(name);
            writer.String(Encoding.Latin1.GetBytes(value)); // a value is bytes; Latin-1 keeps every one of them
        }
    }
}

/* draft-miller-sshm-ping, and OpenSSH's PROTOCOL file section 1.8
     byte      SSH2_MSG_PING
     string    data */
internal readonly ref struct Ping(ReadOnlySpan<byte> data) : IMessage<Ping>
{
    public static MessageNumber Number => MessageNumber.Ping;
    public ReadOnlySpan<byte> Data { get; } = data;
    public static Ping Read(scoped ref SshReader reader) => new(reader.String("data"));
    public void Write(scoped ref SshWriter writer) => writer.String(Data);
}

/* draft-miller-sshm-ping, and OpenSSH's PROTOCOL file section 1.8
     byte      SSH2_MSG_PONG
     string    data */
internal readonly ref struct Pong(ReadOnlySpan<byte> data) : IMessage<Pong>
{
    public static MessageNumber Number => MessageNumber.Pong;
    public ReadOnlySpan<byte> Data { get; } = data;
    public static Pong Read(scoped ref SshReader reader) => new(reader.String("data"));
    public void Write(scoped ref SshWriter writer) => writer.String(Data);
}
