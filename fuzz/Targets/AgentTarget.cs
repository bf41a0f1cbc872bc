using LucidSsh.Agent;
using LucidSsh.Crypto;

namespace LucidSsh.Fuzz;

/// <summary>Messages of the agent protocol, both directions: one frame's content. What is read is written and read as the same; what lies in a
/// message (bindings, logins to sign, destinations) is read too.</summary>
internal sealed class AgentTarget : IFuzzTarget
{
    public string Name => "agent";

    // The pinned numbers of a key that is added.
    public long FixedAllocation => 4 * 1024 * 1024;

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            using PrivateKey key = PrivateKey.Generate("ssh-ed25519", 0, new SeededRandom(1)), ecdsa = PrivateKey.Generate("ecdsa-sha2-nistp256", 0, new SeededRandom(2));
            Certificate certificate = new CertificateRequest(ecdsa.PublicKey, CertificateKind.User) { Principals = ["alice"] }.Sign(key, null, new SeededRandom(3));
            ReadOnlySpan<byte> blob = key.PublicKey.Blob.Span;
            return
            [
                AgentMessage.ToArray(default(RequestIdentities)),
                AgentMessage.ToArray(new IdentitiesAnswer([(blob.ToArray(), "a key"), (certificate.Blob.ToArray(), "")])),
                AgentMessage.ToArray(new SignRequest(blob, "data"u8, AgentSignFlags.RsaSha2With512)),
                AgentMessage.ToArray(new SignResponse("signature"u8)),
                AgentMessage.ToArray(new AddIdentity(key, null, "a key")),
                AgentMessage.ToArray(new AddIdConstrained(ecdsa, certificate, "", new AgentConstraints { Lifetime = TimeSpan.FromSeconds(9), Confirm = true })),
                AgentMessage.ToArray(new RemoveIdentity(blob)),
                AgentMessage.ToArray(new LockAgent("passphrase"u8)),
                AgentMessage.ToArray(new ExtensionRequest(SessionBind.ExtensionType, new SessionBind(blob, "session"u8, "signature"u8, true).ToArray())),
                AgentMessage.ToArray(new ExtensionResponse(ExtensionRequest.Query, ExtensionNames.Write(["query", SessionBind.ExtensionType]))),
            ];
        }
    }

    public void Run(ReadOnlySpan<byte> input)
    {
        switch (AgentMessage.NumberOf(input))
        {
            case AgentMessageNumber.IdentitiesAnswer:
                foreach ((byte[] keyBlob, string comment) in Again<IdentitiesAnswer>(input).Identities)
                    _ = new AgentKey(keyBlob, comment, (_, _, _, _) => Task.FromResult<byte[]>([])).ToString();
                break;
            case AgentMessageNumber.SignRequest:
                SignRequest request = Again<SignRequest>(input);
                LoginToSign.TryRead(request.Data, request.KeyBlob, out _);
                break;
            case AgentMessageNumber.SignResponse:
                Again<SignResponse>(input);
                break;
            case AgentMessageNumber.AddIdentity:
                AgentMessage.Decode<AddIdentity>(input).Key.Dispose();
                break;
            case AgentMessageNumber.AddIdConstrained:
                AddIdConstrained added = AgentMessage.Decode<AddIdConstrained>(input);
                added.Key.Dispose();
                foreach (AgentConstraintExtension extension in added.Constraints.Extensions)
                    DestinationConstraints.TryRead(extension.Data.Span);
                break;
            case AgentMessageNumber.RemoveIdentity:
                Again<RemoveIdentity>(input);
                break;
            case AgentMessageNumber.Lock:
                Again<LockAgent>(input);
                break;
            case AgentMessageNumber.Extension:
                new SessionBindings().Bind(Again<ExtensionRequest>(input).Contents);
                break;
            case AgentMessageNumber.ExtensionResponse:
                ExtensionNames.Read(Again<ExtensionResponse>(input).Contents);
                break;
            default:
                DestinationConstraints.TryRead(input);
                break;
        }
    }

    // Text that is not UTF-8 is replaced on reading, so it is what was read that must be stable, not the input.
    private static TMessage Again<TMessage>(ReadOnlySpan<byte> input)
        where TMessage : IAgentMessage<TMessage>, allows ref struct
    {
        byte[] once = AgentMessage.ToArray(AgentMessage.Decode<TMessage>(input));
        if (!once.AsSpan().SequenceEqual(AgentMessage.ToArray(AgentMessage.Decode<TMessage>(once))))
            throw new InvalidOperationException($"{typeof(TMessage).Name} is written differently from how it was read.");
        return AgentMessage.Decode<TMessage>(input);
    }
}
