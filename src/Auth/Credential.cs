using LucidSsh.Transport;

namespace LucidSsh.Auth;

/// <summary>One thing a client can prove its user with. A login has an ordered list of them: the plan. Of those whose kind the
/// server offers at that moment, the first unused one is tried next, so that a server may want several, in any order. A
/// credential is used once in a login; it may serve many connections, also at once, until it is disposed of.</summary>
public abstract class Credential : IDisposable
{
    private protected Credential()
    {
    }

    /// <summary>What a sentence or a report calls it, for example <c>the key SHA256:…</c>; never a secret.</summary>
    public abstract override string ToString();

    /// <summary>The method this credential is made for.</summary>
    internal abstract string Method { get; }

    /// <summary>A method it can stand in for where nothing made for that method is left; null where there is none.</summary>
    internal virtual string? StandInMethod => null;

    /// <summary>The ways it is used, in their order; mostly it is one.</summary>
    internal virtual IEnumerable<CredentialUse> Uses => [new CredentialUse(this, ToString())];

    /// <summary>The ways it is used in one login: those it always has, or what somebody has who is asked now, as an agent is.</summary>
    internal virtual ValueTask<IReadOnlyList<CredentialUse>> GetUsesAsync(ITransport transport, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<CredentialUse>>([.. Uses]);

    /// <summary>Zeroes the secret it owns; it cannot be used any more.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Zeroes the secret it owns.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
