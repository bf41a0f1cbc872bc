using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>The numbers of the agent protocol (RFC 9987). They are no SSH message numbers: an agent's frames travel beside SSH,
/// or inside a channel.</summary>
internal enum AgentMessageNumber : byte
{
    None = 0,
    Failure = 5,
    Success = 6,
    RequestIdentities = 11,
    IdentitiesAnswer = 12,
    SignRequest = 13,
    SignResponse = 14,
    AddIdentity = 17,
    RemoveIdentity = 18,
    RemoveAllIdentities = 19,
    Lock = 22,
    Unlock = 23,
    AddIdConstrained = 25,
    Extension = 27,
    ExtensionFailure = 28,
    ExtensionResponse = 29,
}

/// <summary>One message of the agent protocol: its number, and both directions of its encoding in one place.</summary>
internal interface IAgentMessage<TSelf>
    where TSelf : IAgentMessage<TSelf>, allows ref struct
{
    /// <summary>The message number, the frame's first byte after its length.</summary>
    static abstract AgentMessageNumber Number { get; }

    /// <summary>Reads the fields after the number.</summary>
    static abstract TSelf Read(scoped ref SshReader reader);

    /// <summary>Writes the fields after the number.</summary>
    void Write(scoped ref SshWriter writer);
}

/// <summary>Encodes and decodes the contents of frames.</summary>
internal static class AgentMessage
{
    /// <summary>Number and fields in an array of their own, which may hold a secret: the caller zeroes it.</summary>
    public static byte[] ToArray<TMessage>(scoped in TMessage message)
        where TMessage : IAgentMessage<TMessage>, allows ref struct
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.Byte((byte)TMessage.Number);
        message.Write(ref writer);
        byte[] content = buffer.Written.ToArray();
        buffer.Zero();
        return content;
    }

    /// <summary>Reads a frame's content that must be a <typeparamref name="TMessage"/> from its first byte to its last.</summary>
    /// <exception cref="PeerMisbehavedException">It is another message, too short, or has bytes left over; the sentence names the field.</exception>
    public static TMessage Decode<TMessage>(ReadOnlySpan<byte> content)
        where TMessage : IAgentMessage<TMessage>, allows ref struct
    {
        SshReader reader = new(content);
        byte number = reader.Byte("message number");
        if (reader.Fault is null && number != (byte)TMessage.Number)
            reader.Fail($"message number is {number}, expected {(byte)TMessage.Number}");
        TMessage message = TMessage.Read(ref reader);
        if (!reader.Complete())
            throw new PeerMisbehavedException(SshErrorCode.AgentProtocol, $"The agent protocol's message {TMessage.Number} came malformed: {reader.Fault}.");
        return message;
    }

    /// <summary>The number of a frame's content.</summary>
    public static AgentMessageNumber NumberOf(ReadOnlySpan<byte> content) =>
        content.IsEmpty ? AgentMessageNumber.None : (AgentMessageNumber)content[0];
}

/// <summary>Every size limit that bytes of the agent protocol meet.</summary>
internal static class AgentLimits
{
    /// <summary>Bytes of one frame, without its length: 256 KiB, as OpenSSH's agent.</summary>
    public const int Frame = 256 * 1024;

    /// <summary>Identities in one answer: OpenSSH's client takes 2048.</summary>
    public const int Identities = 2048;

    /// <summary>Bytes of a comment.</summary>
    public const int Comment = 4096;

    /// <summary>Bytes of the passphrase that locks an agent.</summary>
    public const int Passphrase = 4096;

    /// <summary>Sessions that one connection can be bound to, as OpenSSH's agent.</summary>
    public const int Sessions = 16;

    /// <summary>Extensions an agent names.</summary>
    public const int Extensions = 256;
}

/* RFC 9987
     byte      SSH_AGENT_FAILURE */

/// <summary>No, to any request.</summary>
internal readonly record struct AgentFailure : IAgentMessage<AgentFailure>
{
    public static AgentMessageNumber Number => AgentMessageNumber.Failure;
    public static AgentFailure Read(scoped ref SshReader reader) => default;

    public void Write(scoped ref SshWriter writer)
    {
    }
}

/* RFC 9987
     byte      SSH_AGENT_SUCCESS */

/// <summary>Done. To the extension "query" older agents append the names (draft-miller-ssh-agent-04).</summary>
internal readonly ref struct AgentSuccess(ReadOnlySpan<byte> data) : IAgentMessage<AgentSuccess>
{
    public static AgentMessageNumber Number => AgentMessageNumber.Success;
    public ReadOnlySpan<byte> Data { get; } = data;
    public static AgentSuccess Read(scoped ref SshReader reader) => new(reader.Rest());
    public void Write(scoped ref SshWriter writer) => writer.Bytes(Data);
}

/* RFC 9987
     byte      SSH_AGENTC_EXTENSION
     string    extension type
     byte[]    extension contents */

/// <summary>A request outside the standard.</summary>
internal readonly ref struct ExtensionRequest(string type, ReadOnlySpan<byte> contents) : IAgentMessage<ExtensionRequest>
{
    /// <summary>Asks which extensions there are (RFC 9987).</summary>
    public const string Query = "query";

    public static AgentMessageNumber Number => AgentMessageNumber.Extension;
    public string Type { get; } = type;
    public ReadOnlySpan<byte> Contents { get; } = contents;
    public static ExtensionRequest Read(scoped ref SshReader reader) => new(reader.Name("extension type"), reader.Rest());

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(Type);
        writer.Bytes(Contents);
    }
}

/* RFC 9987
     byte      SSH_AGENT_EXTENSION_FAILURE */

/// <summary>The extension is known, and failed.</summary>
internal readonly record struct ExtensionFailure : IAgentMessage<ExtensionFailure>
{
    public static AgentMessageNumber Number => AgentMessageNumber.ExtensionFailure;
    public static ExtensionFailure Read(scoped ref SshReader reader) => default;

    public void Write(scoped ref SshWriter writer)
    {
    }
}

/* RFC 9987
     byte      SSH_AGENT_EXTENSION_RESPONSE
     string    extension type
     byte[]    extension contents */

/// <summary>An extension's answer.</summary>
internal readonly ref struct ExtensionResponse(string type, ReadOnlySpan<byte> contents) : IAgentMessage<ExtensionResponse>
{
    public static AgentMessageNumber Number => AgentMessageNumber.ExtensionResponse;
    public string Type { get; } = type;
    public ReadOnlySpan<byte> Contents { get; } = contents;
    public static ExtensionResponse Read(scoped ref SshReader reader) => new(reader.Name("extension type"), reader.Rest());

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(Type);
        writer.Bytes(Contents);
    }
}

/* RFC 9987
     string[]  extension types */

/// <summary>The contents of the answer to "query".</summary>
internal static class ExtensionNames
{
    public static ImmutableArray<string> Read(ReadOnlySpan<byte> contents)
    {
        SshReader reader = new(contents);
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        while (reader.Remaining > 0 && names.Count < AgentLimits.Extensions)
            names.Add(reader.Name("extension type"));
        if (!reader.Complete())
            throw new PeerMisbehavedException(SshErrorCode.AgentProtocol, $"The agent's list of extensions is malformed: {reader.Fault}.");
        return names.ToImmutable();
    }

    public static byte[] Write(IEnumerable<string> names)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        foreach (string name in names)
            writer.Text(name);
        return buffer.Written.ToArray();
    }
}
