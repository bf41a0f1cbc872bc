using System.Collections.Immutable;
using LucidSsh.Crypto;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/* OpenSSH PROTOCOL.agent section 2, restrict-destination-v00@openssh.com
     string    constraints: any number of
       string    constraint:
         string    from: the hop's fields
         string    to: the hop's fields
         string    reserved, empty
     a hop's fields:
       string    user name
       string    host name
       string    reserved, empty
       any number of
         string    host key, or the key of a host CA
         boolean   it is a CA's */

/// <summary>On which ways a key may be used (<c>ssh-add -h</c>): each names where from (this machine, or a host) and where to. A way over
/// several hosts needs every one of its steps named.</summary>
internal sealed class DestinationConstraints
{
    public const string ExtensionName = "restrict-destination-v00@openssh.com";

    private const int Most = 1024; // as OpenSSH's agent
    private const int MostKeys = 1024;

    private readonly ImmutableArray<Step> _steps;

    private DestinationConstraints(ImmutableArray<Step> steps) => _steps = steps;

    private sealed record HostSpec(PublicKey Key, bool IsAuthority);

    private sealed record Hop(string User, string Host, ImmutableArray<HostSpec> Keys);

    private sealed record Step(Hop From, Hop To);

    /// <summary>Reads the constraint's data; null where it is malformed, or holds a key that cannot be read: the key is then refused
    /// (CVE-2026-39833).</summary>
    public static DestinationConstraints? TryRead(ReadOnlySpan<byte> data)
    {
        SshReader outer = new(data);
        SshReader all = new(outer.String("constraints"));
        if (!outer.Complete())
            return null;
        ImmutableArray<Step>.Builder steps = ImmutableArray.CreateBuilder<Step>();
        while (all.Remaining > 0)
        {
            if (steps.Count == Most || ReadStep(all.String("constraint")) is not { } step)
                return null;
            steps.Add(step);
        }

        return all.Complete() && steps.Count > 0 ? new DestinationConstraints(steps.ToImmutable()) : null;
    }

    /// <summary>Whether a connection that is bound to <paramref name="sessions"/>, in this order, may see the key, or sign with it.</summary>
    /// <param name="sessions">The sessions; empty for a program on this machine.</param>
    /// <param name="user">Who logs in by the signature; null where nothing is signed.</param>
    /// <param name="now">The time, for certificates of hosts.</param>
    public bool Permit(IReadOnlyList<BoundSession> sessions, string? user, DateTimeOffset now)
    {
        BoundSession? from = null;
        for (int i = 0; i < sessions.Count; i++)
        {
            bool isLast = i == sessions.Count - 1;
            if (!isLast && !sessions[i].IsForwarding)
                return false;
            if (!PermitStep(from, sessions[i], isLast ? user : null, now))
                return false;
            from = sessions[i];
        }

        // Where the last host got the agent forwarded, it sees only the keys that lead on from it.
        return user is not null || from is not { IsForwarding: true } || PermitStep(from, to: null, user: null, now);
    }

    private bool PermitStep(BoundSession? from, BoundSession? to, string? user, DateTimeOffset now) => _steps.Any(step =>
        (from is null ? step.From.Keys.IsEmpty && step.From.Host.Length == 0 : Matches(from, step.From, now))
        && (to is null || Matches(to, step.To, now))
        && (user is null || step.To.User.Length == 0 || Wildcard.Matches(step.To.User, user, ignoresCase: false)));

    // As OpenSSH's agent: a plain host key matches itself, a certificate its authority and the host's name.
    private static bool Matches(BoundSession session, Hop hop, DateTimeOffset now) => hop.Keys.Any(spec => session.Certificate is { } certificate
        ? spec.IsAuthority && spec.Key.Equals(certificate.SignatureKey)
            && CertificateRules.Check(certificate, new CertificateUse(CertificateKind.Host, hop.Host, now)) is null
        : !spec.IsAuthority && spec.Key.Equals(session.HostKey));

    private static Step? ReadStep(ReadOnlySpan<byte> content)
    {
        SshReader reader = new(content);
        ReadOnlySpan<byte> from = reader.String("from"), to = reader.String("to"), reserved = reader.String("reserved");
        if (!reader.Complete() || !reserved.IsEmpty || ReadHop(from) is not { User.Length: 0 } first || ReadHop(to) is not { Host.Length: > 0 } second)
            return null;

        // As OpenSSH: a source has both a name and keys or neither, a destination has keys.
        return first.Host.Length > 0 == !first.Keys.IsEmpty && !second.Keys.IsEmpty ? new Step(first, second) : null;
    }

    private static Hop? ReadHop(ReadOnlySpan<byte> content)
    {
        SshReader reader = new(content);
        string user = reader.Text("user name", WireLimits.UserName), host = reader.Text("host name", WireLimits.UserName);
        ReadOnlySpan<byte> reserved = reader.String("reserved");
        ImmutableArray<HostSpec>.Builder keys = ImmutableArray.CreateBuilder<HostSpec>();
        while (reader.Remaining > 0)
        {
            ReadOnlySpan<byte> blob = reader.String("host key", WireLimits.KeyBlob);
            bool isAuthority = reader.Boolean("is a CA's");
            if (keys.Count == MostKeys || !PublicKey.TryParse(blob, out PublicKey? key, out _))
                return null;
            keys.Add(new HostSpec(key, isAuthority));
        }

        return reader.Complete() && reserved.IsEmpty ? new Hop(user, host, keys.ToImmutable()) : null;
    }
}

/// <summary>An SSH connection that a connection to the agent is bound to.</summary>
/// <param name="HostKey">The host's key, which has signed the session identifier.</param>
/// <param name="SessionId">The session identifier.</param>
/// <param name="IsForwarding">True where the agent is forwarded over it; false where it is a login that is to be signed.</param>
internal sealed record BoundSession(PublicKey HostKey, byte[] SessionId, bool IsForwarding)
{
    /// <summary>The certificate the host showed its key in, or null.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>What the host showed, as it travels.</summary>
    public ReadOnlyMemory<byte> Shown => Certificate?.Blob ?? HostKey.Blob;
}
