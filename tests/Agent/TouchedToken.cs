using System.Buffers.Binary;
using System.IO.Pipelines;
using LucidSsh.Agent;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Tests.Agent;

/// <summary>An agent with a security key that somebody touches at once: sk-ssh-ed25519@openssh.com, made of software.</summary>
internal sealed class TouchedToken
{
    private const string Type = "sk-ssh-ed25519@openssh.com";
    private const byte UserPresence = 1;

    private readonly byte[] _seed = new byte[Ed25519.SeedLength];
    private readonly byte[] _point = new byte[Ed25519.PublicKeyLength];
    private uint _counter = 41;

    public TouchedToken()
    {
        SystemRandom.Shared.Fill(_seed);
        Ed25519.DerivePublicKey(_seed, _point);
        PublicKey = PublicKey.Parse(Write((ref SshWriter writer) =>
        {
            writer.Text(Type);
            writer.String(_point);
            writer.Text("ssh:");
        }));
    }

    private delegate void Fields(ref SshWriter writer);

    public PublicKey PublicKey { get; }

    /// <summary>Answers one client until it ends.</summary>
    public async Task ServeAsync(IDuplexPipe pipe)
    {
        while (await AgentFrame.ReadAsync(pipe.Input, null, default) is { } request)
        {
            byte[] answer = AgentMessage.NumberOf(request) switch
            {
                AgentMessageNumber.RequestIdentities => AgentMessage.ToArray(new IdentitiesAnswer([(PublicKey.Blob.ToArray(), "a token")])),
                AgentMessageNumber.SignRequest => Sign(AgentMessage.Decode<SignRequest>(request).Data),
                _ => AgentMessage.ToArray(default(AgentFailure)),
            };
            await AgentFrame.WriteAsync(pipe.Output, answer, default);
        }
    }

    // OpenSSH PROTOCOL.u2f: the token signs SHA-256 of the application, its flags and counter, SHA-256 of the message.
    private byte[] Sign(ReadOnlySpan<byte> message)
    {
        _counter++;
        byte[] counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, _counter);
        byte[] signed = [.. Hash.Digest(HashName.Sha256, "ssh:"u8), UserPresence, .. counter, .. Hash.Digest(HashName.Sha256, message)];
        byte[] signature = new byte[Ed25519.SignatureLength];
        Ed25519.Sign(_seed, _point, signed, signature);
        return AgentMessage.ToArray(new SignResponse(Write((ref SshWriter writer) =>
        {
            writer.Text(Type);
            writer.String(signature);
            writer.Byte(UserPresence);
            writer.UInt32(_counter);
        })));
    }

    private static byte[] Write(Fields fields)
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        fields(ref writer);
        return buffer.Written.ToArray();
    }
}
