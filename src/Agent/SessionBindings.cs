using LucidSsh.Crypto;

namespace LucidSsh.Agent;

/// <summary>The SSH connections one connection to the agent is bound to, in their order: over some it was forwarded, the last may be the
/// one that is logged in to.</summary>
internal sealed class SessionBindings
{
    private readonly List<BoundSession> _sessions = [];

    /// <summary>True once a binding was tried and refused: nothing that depends on bindings is granted any more.</summary>
    public bool HasFailed { get; private set; }

    public IReadOnlyList<BoundSession> Sessions => _sessions;

    /// <summary>The newest; null where there is none.</summary>
    public BoundSession? Last => _sessions.Count == 0 ? null : _sessions[^1];

    /// <summary>True where what is asked comes from another machine.</summary>
    public bool IsForwarded => _sessions.Any(session => session.IsForwarding);

    /// <summary>Records a binding; null, or why it is refused.</summary>
    public string? Bind(ReadOnlySpan<byte> contents)
    {
        string? refusal = TryBind(contents);
        HasFailed |= refusal is not null;
        return refusal;
    }

    private string? TryBind(ReadOnlySpan<byte> contents)
    {
        if (!SessionBind.TryRead(contents, out SessionBind bind))
            return "it is malformed";
        PublicKeyFault fault = default;
        Certificate? certificate = Certificate.TryParse(bind.HostKey, out Certificate? read, out _) ? read : null;
        PublicKey? hostKey = certificate?.Key;
        if (hostKey is null && !PublicKey.TryParse(bind.HostKey, out hostKey, out fault))
            return $"its host key cannot be read: {fault.Text}";
        if (!IsSigned(hostKey, bind))
            return "the host key's signature of the session identifier does not verify";

        foreach (BoundSession session in _sessions)
        {
            if (!session.IsForwarding)
                return "the connection is bound for a login already";
            if (!bind.SessionId.SequenceEqual(session.SessionId))
                continue;
            return bind.HostKey.SequenceEqual(session.Shown.Span) ? null : "the session is bound to another host key";
        }

        if (_sessions.Count == AgentLimits.Sessions)
            return $"the connection is bound to {AgentLimits.Sessions} sessions already";
        _sessions.Add(new BoundSession(hostKey, bind.SessionId.ToArray(), bind.IsForwarding) { Certificate = certificate });
        return null;
    }

    private static bool IsSigned(PublicKey hostKey, SessionBind bind)
    {
        foreach (string algorithm in hostKey.SignatureAlgorithms)
        {
            if (SignatureAlgorithm.Find(algorithm) is { Hash: not HashName.Sha1 } && hostKey.Verify(algorithm, bind.SessionId, bind.Signature))
                return true;
        }

        return false;
    }
}
