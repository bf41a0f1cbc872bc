using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/* RFC 9987
     byte      SSH_AGENTC_REQUEST_IDENTITIES */

/// <summary>Which keys are there?</summary>
internal readonly record struct RequestIdentities : IAgentMessage<RequestIdentities>
{
    public static AgentMessageNumber Number => AgentMessageNumber.RequestIdentities;
    public static RequestIdentities Read(scoped ref SshReader reader) => default;

    public void Write(scoped ref SshWriter writer)
    {
    }
}

/* RFC 9987
     byte      SSH_AGENT_IDENTITIES_ANSWER
     uint32    nkeys
     then nkeys times
     string    key blob
     string    comment */

/// <summary>The keys, of any type: public key or certificate blobs with their comments.</summary>
internal readonly record struct IdentitiesAnswer(ImmutableArray<(byte[] KeyBlob, string Comment)> Identities) : IAgentMessage<IdentitiesAnswer>
{
    public static AgentMessageNumber Number => AgentMessageNumber.IdentitiesAnswer;

    public static IdentitiesAnswer Read(scoped ref SshReader reader)
    {
        uint count = reader.UInt32("nkeys");
        if (count > AgentLimits.Identities)
            reader.Fail($"nkeys is {count}, at most {AgentLimits.Identities} are taken");
        ImmutableArray<(byte[] KeyBlob, string Comment)>.Builder identities = ImmutableArray.CreateBuilder<(byte[] KeyBlob, string Comment)>();
        for (uint i = 0; i < count && reader.Fault is null; i++)
        {
            ReadOnlySpan<byte> blob = reader.String("key blob", WireLimits.KeyBlob);
            string comment = reader.Text("comment", AgentLimits.Comment);
            if (reader.Fault is null)
                identities.Add((blob.ToArray(), comment));
        }

        return new IdentitiesAnswer(identities.ToImmutable());
    }

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32((uint)Identities.Length);
        foreach ((byte[] blob, string comment) in Identities)
        {
            writer.String(blob);
            writer.Text(comment);
        }
    }
}

/// <summary>RFC 9987</summary>
[Flags]
internal enum AgentSignFlags : uint
{
    None = 0,
    RsaSha2With256 = 2,
    RsaSha2With512 = 4,
}

/* RFC 9987
     byte      SSH_AGENTC_SIGN_REQUEST
     string    key blob
     string    data
     uint32    flags */

/// <summary>Sign this.</summary>
internal readonly ref struct SignRequest(ReadOnlySpan<byte> keyBlob, ReadOnlySpan<byte> data, AgentSignFlags flags) : IAgentMessage<SignRequest>
{
    public static AgentMessageNumber Number => AgentMessageNumber.SignRequest;
    public ReadOnlySpan<byte> KeyBlob { get; } = keyBlob;
    public ReadOnlySpan<byte> Data { get; } = data;
    public AgentSignFlags Flags { get; } = flags;

    public static SignRequest Read(scoped ref SshReader reader) =>
        new(reader.String("key blob", WireLimits.KeyBlob), reader.String("data"), (AgentSignFlags)reader.UInt32("flags"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.String(KeyBlob);
        writer.String(Data);
        writer.UInt32((uint)Flags);
    }
}

/* RFC 9987
     byte      SSH_AGENT_SIGN_RESPONSE
     string    signature */

/// <summary>The signature blob.</summary>
internal readonly ref struct SignResponse(ReadOnlySpan<byte> signature) : IAgentMessage<SignResponse>
{
    public static AgentMessageNumber Number => AgentMessageNumber.SignResponse;
    public ReadOnlySpan<byte> Signature { get; } = signature;
    public static SignResponse Read(scoped ref SshReader reader) => new(reader.String("signature", WireLimits.KeyBlob));
    public void Write(scoped ref SshWriter writer) => writer.String(Signature);
}

/* RFC 9987
     byte      SSH_AGENTC_REMOVE_IDENTITY
     string    key blob */

/// <summary>Forget this key.</summary>
internal readonly ref struct RemoveIdentity(ReadOnlySpan<byte> keyBlob) : IAgentMessage<RemoveIdentity>
{
    public static AgentMessageNumber Number => AgentMessageNumber.RemoveIdentity;
    public ReadOnlySpan<byte> KeyBlob { get; } = keyBlob;
    public static RemoveIdentity Read(scoped ref SshReader reader) => new(reader.String("key blob", WireLimits.KeyBlob));
    public void Write(scoped ref SshWriter writer) => writer.String(KeyBlob);
}

/* RFC 9987
     byte      SSH_AGENTC_REMOVE_ALL_IDENTITIES */

/// <summary>Forget every key.</summary>
internal readonly record struct RemoveAllIdentities : IAgentMessage<RemoveAllIdentities>
{
    public static AgentMessageNumber Number => AgentMessageNumber.RemoveAllIdentities;
    public static RemoveAllIdentities Read(scoped ref SshReader reader) => default;

    public void Write(scoped ref SshWriter writer)
    {
    }
}

/* RFC 9987
     byte      SSH_AGENTC_LOCK
     string    passphrase */

/// <summary>Do nothing any more until the passphrase comes again.</summary>
internal readonly ref struct LockAgent(ReadOnlySpan<byte> passphrase) : IAgentMessage<LockAgent>
{
    public static AgentMessageNumber Number => AgentMessageNumber.Lock;
    public ReadOnlySpan<byte> Passphrase { get; } = passphrase;
    public static LockAgent Read(scoped ref SshReader reader) => new(reader.Secret("passphrase", AgentLimits.Passphrase));
    public void Write(scoped ref SshWriter writer) => writer.String(Passphrase);
}

/* RFC 9987
     byte      SSH_AGENTC_UNLOCK
     string    passphrase */

/// <summary>The passphrase again.</summary>
internal readonly ref struct UnlockAgent(ReadOnlySpan<byte> passphrase) : IAgentMessage<UnlockAgent>
{
    public static AgentMessageNumber Number => AgentMessageNumber.Unlock;
    public ReadOnlySpan<byte> Passphrase { get; } = passphrase;
    public static UnlockAgent Read(scoped ref SshReader reader) => new(reader.Secret("passphrase", AgentLimits.Passphrase));
    public void Write(scoped ref SshWriter writer) => writer.String(Passphrase);
}

/* OpenSSH PROTOCOL.agent section 1, the contents of session-bind@openssh.com
     string    hostkey
     string    session identifier
     string    signature
     bool      is_forwarding */

/// <summary>From now on this connection to the agent belongs to one SSH connection: the host key's signature over the session
/// identifier proves it.</summary>
internal readonly ref struct SessionBind(ReadOnlySpan<byte> hostKey, ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> signature, bool isForwarding)
{
    public const string ExtensionType = "session-bind@openssh.com";

    // The longest hash there is has 64 bytes.
    private const int SessionIdLimit = 128;

    public ReadOnlySpan<byte> HostKey { get; } = hostKey;
    public ReadOnlySpan<byte> SessionId { get; } = sessionId;
    public ReadOnlySpan<byte> Signature { get; } = signature;
    public bool IsForwarding { get; } = isForwarding;

    /// <summary>Reads the contents; false where they are malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> contents, out SessionBind bind)
    {
        SshReader reader = new(contents);
        bind = new SessionBind(
            reader.String("hostkey", WireLimits.KeyBlob), reader.String("session identifier", SessionIdLimit),
            reader.String("signature", WireLimits.KeyBlob), reader.Boolean("is_forwarding"));
        return reader.Complete();
    }

    public byte[] ToArray()
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        writer.String(HostKey);
        writer.String(SessionId);
        writer.String(Signature);
        writer.Boolean(IsForwarding);
        return buffer.Written.ToArray();
    }
}
